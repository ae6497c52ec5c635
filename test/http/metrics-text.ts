import { expect } from 'vitest'

type App = { request(path: string): Response | Promise<Response> }

/** What `/metrics` tells: the value of every series, by its name and labels as they are written. */
export const scrape = async (app: App): Promise<ReadonlyMap<string, number>> => {
  const response = await app.request('/metrics')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return new Map((await response.text()).split('\n').filter(isSample).map(sampleOf))
}

const isSample = (line: string): boolean => line !== '' && !line.startsWith('#')

const sampleOf = (line: string): [string, number] => {
  const [, series, value] = /^([a-z_]+(?:\{[^{}]*\})?) (\S+)$/.exec(line) ?? []
  if (series === undefined || value === undefined) throw new Error(`not a sample: ${line}`)
  return [series, Number(value)]
}

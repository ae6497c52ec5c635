import { describe, expect, test } from 'vitest'
import { FIELD_TEXTS } from '#wire/http/openapi/problem-texts'
import { PROBLEMS, problemBody, type ProblemCode } from '#wire/http/problem'
import { aQueryApi } from './query-fixtures.ts'

const { app } = aQueryApi()

/** What a browser would load for a page, by its absolute path. */
const loadedBy = (path: string, html: string): string[] =>
  Array.from(html.matchAll(/(?:src|href)="([^"]+)"/g), ([, address = '']) => address)
    .filter((address) => !address.startsWith('data:'))
    .map((address) => new URL(address, `http://daybook${path}`).href.replace('http://daybook', ''))

describe.each(['/docs', '/docs/problems'])('%s', (path) => {
  test('is a page that loads everything from the service itself', async () => {
    const answer = await app.request(path)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const loaded = loadedBy(path, await answer.text())
    expect(loaded.length).toBeGreaterThan(0)
    for (const file of loaded) expect((await app.request(file)).status, file).toBe(200)
  })

  test('allows scripts of the service only, and connections to the service only', async () => {
    const policy = (await app.request(path)).headers.get('content-security-policy') ?? ''
    expect(policy.split('; ')).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'"]))
    expect(policy.split('; ')).toContain("connect-src 'self'")
    expect(await (await app.request(path)).text()).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|https?:\/\//)
  })
})

test('/docs tries the service’s own document', async () => {
  const script = await (await app.request('/docs/assets/try-it.js')).text()
  expect(script).toContain("url: 'openapi.json'")
  const bundle = await app.request('/docs/assets/swagger-ui-bundle.js')
  expect(bundle.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(await bundle.text()).toContain('SwaggerUIBundle')
})

test('the type of each problem leads to its place on the page of problems', async () => {
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const [path = '', anchor] = problemBody({ code, detail: '' }).type.split('#')
    expect(await (await app.request(path)).text()).toContain(`<tr id="${anchor}"><td><code>${code}</code></td>`)
  }
})

test('the page of problems explains every code of a field', async () => {
  const html = await (await app.request('/docs/problems')).text()
  for (const code of Object.keys(FIELD_TEXTS)) expect(html).toContain(`<td><code>${code}</code></td>`)
})

test('a file that does not exist is answered 404 by any path', async () => {
  for (const name of ['index.html', '../../package.json', '..%2fpackage.json', 'swagger-ui.js.map']) {
    expect((await app.request(`/docs/assets/${name}`)).status).toBe(404)
  }
})

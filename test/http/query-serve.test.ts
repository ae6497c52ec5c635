/** The live stream over real connections, ended by the service or by the client. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { serve } from '#http/serve'
import { aQueryApi } from './query-fixtures.ts'

const host = '127.0.0.1'

const start = async () => {
  const system = aQueryApi()
  const serving = await serve(system.app, { host, port: 0, onStop: system.stop })
  const live = `http://${host}:${serving.port}/v1/merchants/m1/live`
  /** A client that has got its first event and listens on. */
  const listen = async () => {
    const leaving = new AbortController()
    const response = await fetch(live, { signal: leaving.signal })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    let text = ''
    while (!text.includes('event: day')) text += new TextDecoder().decode((await reader.read()).value)
    return { reader, leave: () => leaving.abort() }
  }
  return { ...system, serving, listen }
}

test('stopping ends streams that have nothing to say, at once', async () => {
  const { serving, listen, periods } = await start()
  const clients = await Promise.all(Array.from({ length: 50 }, listen))
  const began = performance.now()
  await serving.stop()
  expect(performance.now() - began).toBeLessThan(1_000)
  for (const { reader } of clients) expect((await reader.read()).done).toBe(true)
  expect(periods()).toEqual([])
})

test('the books are not looked at any more when the last connection is gone', async () => {
  const { serving, listen, periods, tick } = await start()
  const clients = await Promise.all([listen(), listen()])
  expect(periods()).toHaveLength(2)
  for (const { leave } of clients) leave()
  // A client that leaves may as well have closed only its side. What is written to it shows that it has left.
  for (let tries = 0; periods().length > 0 && tries < 100; tries += 1) {
    await tick(250)
    await sleep(10)
  }
  expect(periods()).toEqual([])
  await serving.stop()
})

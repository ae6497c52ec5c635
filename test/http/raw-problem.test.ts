import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve, type Serving } from '#http/serve'
import { service } from '#http/service'
import { ALLOWED } from '#test/access'
import { ingestDocument } from '#wire/http/openapi/ingest-document'

let serving: Serving
beforeAll(async () => {
  const app = service(
    { ...ALLOWED, log: { error() {} }, needs: [] },
    { routes: {}, handlers: {}, document: ingestDocument },
  )
  serving = await serve(app, { host: '127.0.0.1', port: 0 })
})
afterAll(() => serving.stop())

/** What comes back for these very bytes. */
const answerTo = async (bytes: string): Promise<{ head: string; body: string }> => {
  const socket = connect(serving.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(bytes)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  return { head, body }
}

test.each([
  { what: 'no HTTP at all', bytes: 'hello\r\n\r\n', status: 400, code: 'malformed-request' },
  { what: 'an unknown method', bytes: 'FOO / HTTP/1.1\r\nhost: a\r\n\r\n', status: 400, code: 'malformed-request' },
  {
    what: 'two lengths',
    bytes: 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
    status: 400,
    code: 'malformed-request',
  },
  {
    what: 'a header of 20 KB',
    bytes: `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    status: 431,
    code: 'headers-too-large',
  },
  {
    what: 'a host that is none',
    bytes: 'GET / HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n',
    status: 400,
    code: 'malformed-request',
  },
])('$what is answered as a problem', async ({ bytes, status, code }) => {
  const { head, body } = await answerTo(bytes)
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(head.toLowerCase()).toContain('x-request-id: ')
  expect(head.toLowerCase()).toContain('content-type: application/problem+json')
  expect(JSON.parse(body)).toMatchObject({ status, code })
})

test('a request that cannot be read after one that could is answered, too', async () => {
  const good = 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'
  const socket = connect(serving.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(good)
  const [first] = (await once(socket.setEncoding('utf8'), 'data')) as [string]
  expect(first).toMatch(/^HTTP\/1.1 200 /)
  socket.write('nonsense\r\n\r\n')
  expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /)
})

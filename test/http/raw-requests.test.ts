/** Requests as they come over bare sockets, with what HTTP allows and client libraries never do. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve, type Serving } from '#http/serve'
import { ENDLESS_PATHS } from '#ingest/app'
import { anIngest, saleNow } from './ingest-fixtures.ts'
import { aQueryApi } from './query-fixtures.ts'

const host = '127.0.0.1'
const query = aQueryApi()

const aSlowAnswer = () => ({
  isAsked: Promise.withResolvers<void>(),
  mayAnswer: Promise.withResolvers<void>(),
  hasHungUp: () => false,
})
/** The answer to /slow. */
let slow = aSlowAnswer()

type App = Parameters<typeof serve>[0]

/** The app, with one route more. */
const withSlow = ({ fetch }: App): App => ({
  fetch: async (request, env) => {
    if (new URL(request.url).pathname !== '/slow') return await fetch(request, env)
    slow.hasHungUp = env.hasHungUp
    slow.isAsked.resolve()
    await slow.mayAnswer.promise
    return new Response('slow')
  },
})

let ports: Record<'ingest' | 'query', number>
const servings: Serving[] = []
beforeAll(async () => {
  const { app } = anIngest()
  const ingest = await serve(withSlow(app), { host, port: 0, endlessPaths: ENDLESS_PATHS })
  const queryApi = await serve(withSlow(query.app), { host, port: 0, onStop: query.stop })
  servings.push(ingest, queryApi)
  ports = { ingest: ingest.port, query: queryApi.port }
})
afterAll(() => Promise.all(servings.map((serving) => serving.stop())))

const HALF_CLOSED = { halfClose: true }

/** Everything that the service sends until it closes its side, for these bytes. */
const exchange = async (
  service: 'ingest' | 'query',
  bytes: string | readonly (string | Uint8Array)[],
  { halfClose = false } = {},
): Promise<string> => {
  const socket = connect({ port: ports[service], host, allowHalfOpen: true })
  await once(socket, 'connect')
  for (const piece of [bytes].flat()) socket.write(piece)
  if (halfClose) socket.end()
  const answer = await text(socket)
  socket.end()
  return answer
}

const statusesOf = (answer: string): number[] =>
  Array.from(answer.matchAll(/HTTP\/1\.1 (\d{3}) [A-Z]/g), ([, status]) => Number(status))

const sale = (entryId: string) => JSON.stringify(saleNow(entryId))
const post = (path: string, body: string, headers = '') =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const chunk = (piece: string) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`
const CHUNKED = 'POST /v1/entries/stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n'

describe('a client that writes its whole body before it reads', () => {
  const bodyBytes = 32 * 1024 * 1024
  const known = `Content-Length: ${bodyBytes}\r\n`
  const chunked = 'Transfer-Encoding: chunked\r\n'
  test.each([
    ['to a route that there is not', `POST /v1/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${known}`, 404],
    ['that is too large', `POST /v1/entries HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${known}`, 413],
    ['that is too large, on a connection that is kept', `POST /v1/entries HTTP/1.1\r\nHost: a\r\n${known}`, 413],
    ['that is too large, by HTTP/1.0', `POST /v1/entries HTTP/1.0\r\n${known}`, 413],
    ['with an expectation of its own', `POST /v1/entries HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n${known}`, 417],
    ['in chunks that become too large', `POST /v1/entries HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${chunked}`, 413],
  ])('reads the answer to a body %s', async (_what, head, status) => {
    const socket = connect({ port: ports.ingest, host, allowHalfOpen: true })
    const body = ' '.repeat(bodyBytes)
    const failure = await new Promise((wake) => {
      socket.once('error', wake)
      socket.pause().write(`${head}\r\n${head.endsWith(chunked) ? `${chunk(body)}0\r\n\r\n` : body}`, wake)
    })
    expect(failure ?? 'none').toBe('none')
    const answer = text(socket)
    socket.end()
    expect(statusesOf(await answer)).toEqual([status])
  })
})

describe('a client that closes its side after a whole request', () => {
  test.each([
    ['a probe', 'ingest', 'GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n', '"status":"ready"'],
    ['a probe', 'query', 'GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n', '"status":"ready"'],
    ['a day', 'query', 'GET /v1/merchants/m1/days/2026-11-20 HTTP/1.1\r\nHost: a\r\n\r\n', '"entryCount":0'],
    ['an entry', 'ingest', post('/v1/entries', sale('half-1')), '"position":'],
    ['a batch', 'ingest', post('/v1/entries/batch', `{"entries":[${sale('half-2')}]}`), '"position":'],
    ['an upload of known length', 'ingest', post('/v1/entries/stream', sale('half-3')), '"done":true,"accepted":1'],
    [
      'an upload in chunks',
      'ingest',
      `${CHUNKED}\r\n${chunk(`${sale('half-4')}\n`)}${chunk(sale('half-5'))}0\r\n\r\n`,
      '"done":true,"accepted":2',
    ],
  ] as const)('gets the answer to %s of %s', async (_what, service, bytes, expected) => {
    expect(await exchange(service, bytes, HALF_CLOSED)).toContain(expected)
  })

  test('gets an answer that is made long after it has closed its side', async () => {
    slow = aSlowAnswer()
    const answer = exchange('query', 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n', HALF_CLOSED)
    await slow.isAsked.promise
    while (!slow.hasHungUp()) await setImmediate()
    slow.mayAnswer.resolve()
    expect(await answer).toMatch(/^HTTP\/1.1 200 .*slow$/s)
  })

  test('gets the answer to a long upload', async () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => `${sale(`long-${index}`)}\n`).join('')
    const body = gzipSync(lines)
    const head = `POST /v1/entries/stream HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`
    expect(await exchange('ingest', [head, body], HALF_CLOSED)).toContain('"done":true,"accepted":5000')
  })

  test('gets the answers to all the requests that it has sent, in their order', async () => {
    const answer = await exchange('ingest', post('/v1/entries', sale('half-6')) + post('/v1/nothing', ''), HALF_CLOSED)
    expect(statusesOf(answer)).toEqual([202, 404])
  })

  test('follows a merchant live until it leaves, and then no book is looked at any more', async () => {
    const socket = connect({ port: ports.query, host, allowHalfOpen: true })
    socket.end('GET /v1/merchants/m1/live HTTP/1.1\r\nHost: a\r\n\r\n')
    let answered = ''
    const events = new Promise<void>((wake) => {
      socket.on('data', (bytes) => {
        answered += bytes.toString()
        if (answered.includes('event: day')) wake()
      })
    })
    await events
    // Longer than it is probed: it still reads, so it stays.
    for (let look = 0; look < 20; look += 1) await query.tick(250)
    expect(query.periods()).toEqual([250, 15_000])
    socket.destroy()
    while (query.periods().length > 0) await query.tick(15_000)
  })

  test('in the middle of a request is told so', async () => {
    const answer = await exchange(
      'ingest',
      'POST /v1/entries HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{',
      HALF_CLOSED,
    )
    expect(statusesOf(answer)).toEqual([400])
    expect(answer).toContain('The connection ended before the request did.')
  })

  test('without a request gets nothing, and its connection is closed', async () => {
    expect(await exchange('ingest', [], HALF_CLOSED)).toBe('')
  })
})

describe('HTTP/1.0', () => {
  test.each(['ingest', 'query'] as const)('needs no Host: %s answers the probe of a load balancer', async (service) => {
    const answer = await exchange(service, 'GET /readyz HTTP/1.0\r\n\r\n')
    expect(statusesOf(answer)).toEqual([200])
    expect(answer).toContain('"status":"ready"')
  })

  test.each([
    ['a Host', 'GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n', 200],
    ['an empty Host', 'GET /healthz HTTP/1.0\r\nHost:\r\n\r\n', 200],
    ['HEAD', 'HEAD /healthz HTTP/1.0\r\n\r\n', 200],
    ['OPTIONS, as HAProxy asks', 'OPTIONS / HTTP/1.0\r\n\r\n', 204],
    ['two Hosts', 'GET /healthz HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n', 400],
  ])('with %s is answered, and the connection ends', async (_what, bytes, status) => {
    const answer = await exchange('ingest', bytes)
    expect(statusesOf(answer)).toEqual([status])
    expect(answer.toLowerCase()).toContain('connection: close')
  })
})

test('HTTP/1.0 keeps the connection when the client asks for that', async () => {
  const probe = 'GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
  const answer = await exchange('ingest', probe + probe, HALF_CLOSED)
  expect(statusesOf(answer)).toEqual([200, 200])
  expect(answer.toLowerCase()).toContain('connection: keep-alive')
})

describe('HTTP/1.1', () => {
  const last = 'Connection: close\r\n\r\n'

  test.each([
    ['a whole URL as its target', `GET http://b/healthz HTTP/1.1\r\nHost: a\r\n${last}`, [200]],
    [
      'an offer to change the protocol',
      `GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade, close\r\n\r\n`,
      [200],
    ],
    [
      'an offer of HTTP/2',
      `GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nConnection: upgrade, http2-settings, close\r\n\r\n`,
      [200],
    ],
    [
      '100-continue',
      post('/v1/entries', sale('expecting'), 'Expect: 100-continue\r\nConnection: close\r\n'),
      [100, 202],
    ],
    [
      'two requests at once',
      `GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n${last}`,
      [200, 404],
    ],
  ])('with %s is served', async (_what, bytes, statuses) => {
    expect(statusesOf(await exchange('ingest', bytes))).toEqual(statuses)
  })

  test('tells which methods the server takes when asked about no path', async () => {
    const answer = await exchange('query', `OPTIONS * HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine-1\r\n${last}`)
    expect(statusesOf(answer)).toEqual([204])
    expect(answer.toLowerCase()).toContain('allow: get, head, post, put, patch, options\r\n')
    expect(answer).toContain('x-request-id: mine-1\r\n')
  })
})

/** One of each kind of request that Node would answer without a body, or by closing the connection. */
const REFUSED = [
  ['no Host', 'GET /readyz HTTP/1.1\r\n\r\n', 400, 'malformed-request'],
  ['an empty Host', 'GET /readyz HTTP/1.1\r\nHost:\r\n\r\n', 400, 'malformed-request'],
  ['two Hosts', 'GET /readyz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n', 400, 'malformed-request'],
  ['no version', 'GET /readyz\r\n\r\n', 400, 'malformed-request'],
  [
    'an expectation',
    'POST /v1/entries HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\nContent-Length: 2\r\n\r\n',
    417,
    'expectation-failed',
  ],
  ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 405, 'method-not-allowed'],
  ['the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'malformed-request'],
  ['the beginning of TLS', '\u0016\u0003\u0001\u0002\0\u0001\0', 400, 'malformed-request'],
  ['a header of 20 KB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
  [
    'a coding that is not known',
    'POST /v1/entries HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: made-up\r\n\r\n',
    400,
    'malformed-request',
  ],
  [
    'a chunk without a length',
    'POST /v1/entries HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    400,
    'malformed-request',
  ],
] as const

describe('a request that is refused before the app sees it', () => {
  test.each(REFUSED)('for %s is answered as a problem', async (_what, bytes, status, code) => {
    const answer = await exchange('ingest', bytes)
    expect(statusesOf(answer)).toEqual([status])
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head.toLowerCase()).toContain('content-type: application/problem+json')
    const { requestId, ...problem } = JSON.parse(body) as Record<string, unknown>
    expect(problem).toMatchObject({ status, code })
    expect(head.toLowerCase()).toContain(`x-request-id: ${requestId as string}`)
  })

  test.each(REFUSED)('for %s is answered after the answers to earlier requests', async (_what, bytes, status) => {
    slow = aSlowAnswer()
    const answer = exchange('ingest', `GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${bytes}`)
    await slow.isAsked.promise
    // By then, the refused request has been read as well: it came in the same segment.
    await setImmediate()
    slow.mayAnswer.resolve()
    expect(statusesOf(await answer)).toEqual([200, status])
  })

  test('keeps the request id of a client whose headers could be read', async () => {
    const answer = await exchange('query', 'GET /readyz HTTP/1.1\r\nX-Request-Id: mine-2\r\n\r\n')
    expect(answer).toContain('x-request-id: mine-2\r\n')
    expect(answer).toContain('"requestId":"mine-2"')
  })
})

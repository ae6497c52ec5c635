import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve, type Serving } from '#http/serve'
import { INGEST_REQUESTS, QUERY_REQUESTS } from './every-request.ts'
import { anIngest } from './ingest-fixtures.ts'
import { aQueryApi } from './query-fixtures.ts'

// From the OWASP REST Security Cheat Sheet and the OWASP Secure Headers Project.
const EXPECTED = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}
const NOT_EXPECTED = [
  'server',
  'x-powered-by',
  'strict-transport-security',
  'access-control-allow-origin',
  'set-cookie',
]

const ODD_REQUESTS = [
  { name: 'an unknown route', path: '/v1/nothing', init: { method: 'GET' } },
  { name: 'OPTIONS', path: '/v1/merchants', init: { method: 'OPTIONS' } },
  { name: 'a method that no path takes', path: '/healthz', init: { method: 'DELETE' } },
  { name: 'HEAD', path: '/readyz', init: { method: 'HEAD' } },
  { name: 'no valid token', path: '/v1/merchants/m1', init: { headers: { authorization: 'Bearer nonsense' } } },
]

const { app: ingest } = anIngest()
const { app: query, stop } = aQueryApi()
afterAll(stop)

describe.each([
  { service: 'ingest', app: ingest, requests: [...INGEST_REQUESTS, ...ODD_REQUESTS] },
  { service: 'query API', app: query, requests: [...QUERY_REQUESTS, ...ODD_REQUESTS] },
])('every answer of the $service', ({ app, requests }) => {
  test.each(requests)('tells browsers to keep it to themselves: $name', async ({ path, init }) => {
    const { headers } = await app.request(path, init)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    // Pages name what they load, and nothing of another host.
    if (!path.startsWith('/docs')) expect(policy).toBe(EXPECTED['content-security-policy'])
    expect(Object.fromEntries(headers)).toMatchObject({ ...EXPECTED, 'content-security-policy': policy })
    expect(NOT_EXPECTED.filter((name) => headers.has(name))).toEqual([])
  })

  test.each([
    { over: 'TLS that a proxy ends', url: 'http://api.example/healthz', headers: { 'x-forwarded-proto': 'https' } },
    {
      over: 'TLS that two proxies end',
      url: 'http://api.example/healthz',
      headers: { 'x-forwarded-proto': 'https, http' },
    },
    { over: 'TLS', url: 'https://api.example/healthz', headers: {} },
  ])('over $over asks for TLS from then on', async ({ url, headers }) => {
    const response = await app.request(new Request(url, { headers }))
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000')
  })
})

describe('what the server answers itself', () => {
  let serving: Serving
  beforeAll(async () => void (serving = await serve(ingest, { host: '127.0.0.1', port: 0 })))
  afterAll(() => serving.stop())

  test.each([
    { what: 'no HTTP at all', bytes: 'hello\r\n\r\n' },
    { what: 'a host that is none', bytes: 'GET / HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n' },
    { what: 'a header of 20 KB', bytes: `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n` },
    { what: 'a request that can be read', bytes: 'GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n' },
  ])('to $what has the same headers', async ({ bytes }) => {
    const socket = connect(serving.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(bytes)
    const [head = ''] = (await text(socket)).split('\r\n\r\n')
    const lines = head.split('\r\n').map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase()))
    expect(lines).toEqual(expect.arrayContaining(Object.entries(EXPECTED).map(([name, value]) => `${name}: ${value}`)))
    expect(lines.filter((line) => /^(server|x-powered-by):/.test(line))).toEqual([])
  })
})

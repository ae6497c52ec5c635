import { afterAll, describe, expect, test } from 'vitest'
import { ingestDocument } from '#wire/http/openapi/ingest-document'
import { queryDocument } from '#wire/http/openapi/query-document'
import { INGEST_REQUESTS, QUERY_REQUESTS } from './every-request.ts'
import { anIngest } from './ingest-fixtures.ts'
import { aQueryApi } from './query-fixtures.ts'

const SHOP = 'https://shop.example.com'
const ORIGINS = [SHOP, 'http://127.0.0.1:3000']

const ingest = anIngest({ corsOrigins: ORIGINS }).app
const { app: query, stop } = aQueryApi({ corsOrigins: ORIGINS })
afterAll(stop)

const corsHeaders = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))
const listIn = (headers: Headers, name: string) => (headers.get(name) ?? '').split(', ')
const preflight = (origin: string, method = 'GET') => ({
  method: 'OPTIONS',
  headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
})

const SERVICES = [
  { service: 'ingest', app: ingest, requests: INGEST_REQUESTS },
  { service: 'query API', app: query, requests: QUERY_REQUESTS },
]

describe.each(SERVICES)('the $service, which a page may call', ({ app, requests }) => {
  test.each(requests)(
    'answers the preflight of $name without a token, by the methods of its path',
    async ({ path, init }) => {
      const response = await app.request(path, preflight(SHOP))
      expect(response.status).toBe(204)
      expect(response.headers.get('access-control-allow-origin')).toBe(SHOP)
      expect(listIn(response.headers, 'access-control-allow-methods')).toContain(init.method)
      expect(response.headers.get('access-control-allow-methods')).toBe(response.headers.get('allow'))
      expect(listIn(response.headers, 'access-control-allow-headers')).toEqual([
        'authorization',
        'content-encoding',
        'content-type',
        'if-match',
        'if-none-match',
        'last-event-id',
        'prefer',
        'x-request-id',
      ])
      expect(Number(response.headers.get('access-control-max-age'))).toBeGreaterThan(0)
      expect(listIn(response.headers, 'vary')).toContain('Origin')
    },
  )

  test.each(requests)('lets the page read the answer of $name', async ({ path, init }) => {
    const { headers } = await app.request(path, { ...init, headers: { ...init.headers, origin: SHOP } })
    expect(headers.get('access-control-allow-origin')).toBe(SHOP)
    expect(listIn(headers, 'access-control-expose-headers')).toEqual(
      expect.arrayContaining(['etag', 'location', 'retry-after', 'x-request-id', 'daybook-as-of', 'www-authenticate']),
    )
    expect(headers.has('access-control-allow-credentials')).toBe(false)
    expect(listIn(headers, 'vary')).toContain('Origin')
  })

  test.each([
    'https://shop.example.com.evil.example',
    'https://evil.example',
    'http://shop.example.com',
    'https://shop.example.com:8443',
    'https://SHOP.example.com',
    'null',
    '*',
    '',
  ])('tells a page of "%s" nothing', async (origin) => {
    for (const init of [{ headers: { origin } }, preflight(origin)]) {
      const { headers } = await app.request('/healthz', init)
      expect(corsHeaders(headers)).toEqual({})
      expect(listIn(headers, 'vary')).toContain('Origin')
    }
  })

  test('lets the page read why it is refused', async () => {
    const headers = { origin: SHOP, authorization: 'Bearer nonsense' }
    const refused = await app.request(requests[0]?.path ?? '', { ...requests[0]?.init, headers })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('access-control-allow-origin')).toBe(SHOP)
    const unknown = await app.request('/v1/nothing', { headers: { origin: SHOP } })
    expect(unknown.status).toBe(404)
    expect(unknown.headers.get('access-control-allow-origin')).toBe(SHOP)
  })

  test('answers OPTIONS that is no preflight as it does without pages', async () => {
    const { status, headers } = await app.request('/healthz', { method: 'OPTIONS', headers: { origin: SHOP } })
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 204, allow: 'GET, HEAD, OPTIONS' })
    expect(headers.has('access-control-allow-methods')).toBe(false)
  })
})

describe.each([
  { service: 'ingest', app: anIngest().app, requests: INGEST_REQUESTS },
  { service: 'query API', app: aQueryApi().app, requests: QUERY_REQUESTS },
])('the $service without CORS_ORIGINS', ({ app, requests }) => {
  test('says nothing of other origins', async () => {
    for (const { path, init } of requests) {
      for (const asked of [{ ...init, headers: { ...init.headers, origin: SHOP } }, preflight(SHOP, init.method)]) {
        const { headers } = await app.request(path, asked)
        expect(corsHeaders(headers)).toEqual({})
        expect(headers.get('vary') ?? '').not.toContain('Origin')
      }
    }
  })
})

// Every page may read these (Fetch standard, "CORS-safelisted response-header name").
const SAFELISTED = [
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
]
// A browser's own business.
const FORBIDDEN = ['accept-encoding', 'vary']

type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { headers?: object; parameters?: object }
}
type Operation = { parameters?: unknown[]; responses?: Record<string, { headers?: object }> }

test.each([
  { service: 'ingest', app: ingest, document: ingestDocument },
  { service: 'query API', app: query, document: queryDocument },
])('a page may send and read every header that the document of the $service names', async ({ app, document }) => {
  const { paths } = document() as unknown as Document
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  const answered = operations.flatMap(({ responses = {} }) =>
    Object.values(responses).flatMap(({ headers = {} }) => Object.keys(headers).map((name) => name.toLowerCase())),
  )
  const sent = operations.flatMap(({ parameters = [] }) =>
    parameters.flatMap((parameter) => {
      const { in: place, name } = parameter as { in?: string; name?: string }
      return place === 'header' && name !== undefined ? [name.toLowerCase()] : []
    }),
  )
  const { headers } = await app.request('/healthz', { headers: { origin: SHOP } })
  const readable = [...listIn(headers, 'access-control-expose-headers'), ...SAFELISTED, ...FORBIDDEN]
  expect(new Set(answered).difference(new Set(readable))).toEqual(new Set())
  expect(answered.length).toBeGreaterThan(0)

  const asked = await app.request('/healthz', preflight(SHOP))
  const sendable = [...listIn(asked.headers, 'access-control-allow-headers'), ...FORBIDDEN]
  expect(new Set(sent).difference(new Set(sendable))).toEqual(new Set())
})

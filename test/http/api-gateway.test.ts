/** The services as functions behind API Gateway: each request gets the answer that the service itself gives. */
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { behindApiGateway } from '#http/api-gateway'
import { apiGatewayEvent, HOST, sentBack, type SentRequest } from '#test/api-gateway-event'
import { anIngest, saleNow } from './ingest-fixtures.ts'
import { aQueryApi, moved } from './query-fixtures.ts'

type App = Parameters<typeof behindApiGateway>[0]

const throughApiGateway = (app: App, options?: { prefix: string }) => {
  const handler = behindApiGateway(app, options)
  return async (request: SentRequest) => sentBack(await handler(apiGatewayEvent(request)))
}

/** The answer of the service itself to the same request. */
const directly = async (app: App, { method = 'GET', path, headers = [], body }: SentRequest) => {
  const sent = [...headers, ['x-forwarded-proto', 'https']] as [string, string][]
  const response = await app.fetch(
    new Request(`https://${HOST}${path}`, {
      method,
      headers: sent,
      ...(body !== undefined && { body: body as string }),
    }),
    {},
  )
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  }
}

const A_DAY = '/v1/merchants/m1/days/2026-11-20'
const ID = ['x-request-id', 'the-same-on-both-sides'] as const

describe('A function of the query API answers as the service does', () => {
  test.each<SentRequest & { what: string; status: number }>([
    { what: 'a day', path: A_DAY, status: 200 },
    { what: 'the headers of a day', method: 'HEAD', path: A_DAY, status: 200 },
    { what: 'an entry whose id is escaped', path: `${A_DAY}/entries/%65%31`, status: 200 },
    { what: 'an id with a slash', path: `${A_DAY}/entries/a%2Fb`, status: 404 },
    { what: 'an id with a number sign', path: `${A_DAY}/entries/e1%23b`, status: 404 },
    { what: 'an id with a question mark', path: `${A_DAY}/entries/e1%3Fb`, status: 404 },
    { what: 'an id with a percent sign', path: `${A_DAY}/entries/e1%2565`, status: 404 },
    { what: 'an id outside ASCII', path: `${A_DAY}/entries/caf%C3%A9`, status: 404 },
    { what: 'two parameters', path: '/v1/merchants/m1/days?from=2026-11-18&to=2026%2D11%2D20', status: 200 },
    { what: 'a parameter twice', path: '/v1/merchants/m1/days?to=2026-11-20&to=2026-11-19', status: 422 },
    { what: 'a parameter that holds separators', path: '/v1/merchants/m1/days?a=b%26c%3Dd+e%2Bf', status: 422 },
    { what: 'an unknown path', path: '/v1//nothing', status: 404 },
    { what: 'a method that is not taken', method: 'DELETE', path: A_DAY, status: 405 },
    { what: 'a question for the methods', method: 'OPTIONS', path: A_DAY, status: 204 },
    { what: 'no token', path: A_DAY, headers: [['authorization', '']], status: 401 },
    { what: 'the metrics', path: '/metrics', status: 200 },
    { what: 'a page', path: '/docs', status: 200 },
    { what: 'a script', path: '/docs/assets/swagger-ui-bundle.js', status: 200 },
    { what: 'the document', path: '/openapi.json', status: 200 },
  ])('to $what', async ({ what, status, headers = [], ...request }) => {
    const { app, append } = aQueryApi()
    await append(moved('e1', '2026-11-20T12:00:00Z', 5n))
    const sent = { ...request, headers: [ID, ...headers] }
    const answer = await throughApiGateway(app)(sent)
    expect(answer.status).toBe(status)
    const direct = await directly(app, sent)
    // Metrics count the very requests that this test compares.
    expect(what === 'the metrics' ? { ...answer, body: '' } : answer).toEqual(
      what === 'the metrics' ? { ...direct, body: '' } : direct,
    )
  })

  test('to a client that has the day already, with 304 and no body', async () => {
    const { app } = aQueryApi()
    const send = throughApiGateway(app)
    const { headers } = await send({ path: A_DAY })
    const tags = [
      ['if-none-match', '"another"'],
      ['if-none-match', headers['etag'] ?? ''],
    ] as const
    expect(await send({ path: A_DAY, headers: tags })).toMatchObject({ status: 304, body: Buffer.alloc(0) })
  })

  test('and takes no notice of a body of a GET', async () => {
    const { app } = aQueryApi()
    expect(await throughApiGateway(app)({ path: A_DAY, body: '{"day":1}' })).toMatchObject({ status: 200 })
  })

  test('to headers that hold several values', async () => {
    const { app } = aQueryApi({ corsOrigins: ['https://shop.example.com'] })
    const { headers } = await throughApiGateway(app)({ path: A_DAY, headers: [['origin', 'https://shop.example.com']] })
    expect(headers['vary']?.split(/, */).toSorted()).toEqual(['Authorization', 'Origin'])
  })
})

test('Where live streams are not served, the route answers 404 at once and tells the client to poll', async () => {
  const { app } = aQueryApi({ liveStreams: false })
  const answer = await throughApiGateway(app)({ path: '/v1/merchants/m1/live' })
  expect(answer.status).toBe(404)
  expect(JSON.parse(String(answer.body))).toMatchObject({
    code: 'not-found',
    detail: expect.stringContaining('If-None-Match'),
  })
})

describe('A function of ingest', () => {
  test.each([
    { what: 'as it is', headers: [], encode: (text: string) => text },
    { what: 'compressed', headers: [['content-encoding', 'gzip']] as const, encode: (text: string) => gzipSync(text) },
  ])('takes a body $what, which comes as base64', async ({ headers, encode }) => {
    const { app, onStream } = anIngest()
    const sale = saleNow('e1', { description: 'Pão de queijo ☕' })
    const answer = await throughApiGateway(app)({
      method: 'POST',
      path: '/v1/entries',
      headers: [['content-type', 'application/json'], ...headers],
      body: encode(JSON.stringify(sale)),
    })
    expect(answer.status).toBe(202)
    expect(onStream()).toMatchObject([{ entryId: 'e1', description: 'Pão de queijo ☕' }])
  })

  test('answers each line of an upload', async () => {
    const { app } = anIngest()
    const lines = ['a', 'b'].map((id) => JSON.stringify(saleNow(id))).join('\n')
    const answer = await throughApiGateway(app)({ method: 'POST', path: '/v1/entries/stream', body: lines })
    expect(answer.status).toBe(200)
    expect(
      String(answer.body)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { accepted: 1, from: 1 },
      { accepted: 1, from: 2 },
      { done: true, accepted: 2 },
    ])
  })

  test('records the address that API Gateway saw, and none that the client claims', async () => {
    const auditTrail = memoryAuditTrail()
    const { app } = anIngest({ merchants: memoryMerchants(), auditTrail })
    const answer = await throughApiGateway(app)({
      method: 'PUT',
      path: '/v1/merchants/m1',
      headers: [['X-Forwarded-For', '198.51.100.9']],
      body: JSON.stringify({ name: 'Padaria Central', currency: 'BRL', timeZone: 'America/Sao_Paulo' }),
      from: '2001:db8:0::7',
    })
    expect(answer.status).toBe(201)
    expect(auditTrail.published.at(-1)?.body['from']).toBe('2001:db8::7')
  })

  test('has pages and probes below its prefix, with links that stay there, behind a stage too', async () => {
    const { app } = anIngest()
    const send = throughApiGateway(app, { prefix: '/ingest' })
    for (const page of ['/ingest/docs', '/ingest/docs/problems']) {
      const { status, body } = await send({ path: page })
      expect(status).toBe(200)
      const links = Array.from(String(body).matchAll(/(?:href|src)="([^"#]+)"/g), ([, link]) => link ?? '')
      expect(links.length).toBeGreaterThan(1)
      for (const link of links.filter((link) => !link.startsWith('data:'))) {
        const { pathname } = new URL(link, `https://${HOST}/live${page}`)
        expect(pathname).toMatch(/^\/live\/ingest\//)
        expect((await send({ path: pathname.replace('/live', '') })).status, link).toBe(200)
      }
    }
    const document = JSON.parse(String((await send({ path: '/ingest/openapi.json' })).body)) as {
      servers: { url: string }[]
    }
    const server = new URL(document.servers[0]?.url ?? '', `https://${HOST}/live/ingest/openapi.json`)
    expect(server.pathname).toBe('/live/ingest/')
    expect((await send({ path: '/ingest/healthz' })).status).toBe(200)
  })

  test.each(['/ingestion/healthz', '/v1/ingest/healthz'])('has nothing at %s', async (path) => {
    const { app } = anIngest()
    expect((await throughApiGateway(app, { prefix: '/ingest' })({ path })).status).toBe(404)
  })
})

describe('The ways to the page of the operations keep the name of the stage', () => {
  const ways = [
    { service: 'query', path: '/', leadsTo: '/live/docs' },
    { service: 'query', path: '/docs/', leadsTo: '/live/docs' },
    { service: 'ingest', path: '/ingest', leadsTo: '/live/ingest/docs' },
    { service: 'ingest', path: '/ingest/', leadsTo: '/live/ingest/docs' },
    { service: 'ingest', path: '/ingest/docs/', leadsTo: '/live/ingest/docs' },
  ] as const

  test.each(ways)('$path leads to $leadsTo', async ({ service, path, leadsTo }) => {
    const { app } = service === 'query' ? aQueryApi() : anIngest()
    const answer = await throughApiGateway(app, service === 'query' ? undefined : { prefix: '/ingest' })({ path })
    expect([answer.status, answer.headers['location']]).toEqual([302, leadsTo])
  })

  // The output `url` of the stack ends with the name of the stage.
  test('also where the slash after it is left out', async () => {
    const event = apiGatewayEvent({ path: '/' })
    const requestContext = { ...event.requestContext, path: '/live' }
    const answer = sentBack(await behindApiGateway(aQueryApi().app)({ ...event, requestContext }))
    expect(answer.headers['location']).toBe('/live/docs')
  })
})

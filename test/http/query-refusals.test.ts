import { describe, expect, test } from 'vitest'
import { quarantineId } from '#wire/http/quarantine-id'
import { aQueryApi, moved, type StoreCalls } from './query-fixtures.ts'

const DAYS = '/v1/merchants/m1/days'
const DAY = `${DAYS}/2026-11-20`

test.each<[path: string, ...errors: [pointer: string, code: string][]]>([
  [`${DAYS}/2026-02-30`, ['/day', 'not-a-calendar-date']],
  [`${DAYS}/today`, ['/day', 'not-a-calendar-date']],
  [`${DAYS}/9999-01-01/entries`, ['/day', 'not-a-calendar-date']],
  [`${DAYS}/2026-1-1/entries/e1`, ['/day', 'not-a-calendar-date']],
  [`${DAY}/entries?limit=0`, ['/limit', 'out-of-range']],
  [`${DAY}/entries?limit=501`, ['/limit', 'out-of-range']],
  [`${DAY}/entries?limit=ten`, ['/limit', 'out-of-range']],
  [`${DAY}/entries?limit=1e2`, ['/limit', 'out-of-range']],
  ['/v1/merchants?limit=', ['/limit', 'out-of-range']],
  ['/v1/merchants?limit=1&limit=2', ['/limit', 'wrong-type']],
  ['/v1/merchants?cursor=x', ['/cursor', 'not-a-cursor']],
  [`${DAY}?after=x`, ['/after', 'not-a-position']],
  [`${DAY}?after=`, ['/after', 'not-a-position']],
  ['/v1/quarantine?reason=bad-luck', ['/reason', 'not-allowed']],
  ['/v1/quarantine?status=lost', ['/status', 'not-allowed']],
  ['/v1/quarantine?merchant=a%20b', ['/merchant', 'not-an-id']],
  ['/v1/quarantine?merchant=..', ['/merchant', 'not-an-id']],
  ['/v1/merchants/m1/balance?day=2026-02-30', ['/day', 'not-a-calendar-date']],
  ['/v1/merchants/m1/balance?at=2026-11-20', ['/at', 'not-a-time']],
  ['/v1/merchants/m1/balance?at=2026-11-20T12:00:00', ['/at', 'no-offset']],
  ['/v1/merchants/m1/balance?day=2026-11-20&at=2026-11-20T12:00:00Z', ['/at', 'not-both']],
  [`${DAY}?version=0`, ['/version', 'out-of-range']],
  [`${DAY}?version=1.5`, ['/version', 'out-of-range']],
  [`${DAY}?version=newest`, ['/version', 'out-of-range']],
  [`${DAY}/windows?size=2h`, ['/size', 'not-allowed']],
  [`${DAY}/windows?size=10m`, ['/size', 'not-allowed']],
  [`${DAY}/windows?size=`, ['/size', 'not-allowed']],
  [`${DAY}/windows?size=5`, ['/size', 'not-allowed']],
  [`${DAY}/windows?size=5m&size=15m`, ['/size', 'not-allowed']],
  [`${DAYS}/2026-02-30/windows`, ['/day', 'not-a-calendar-date']],
  ['/v1/merchants/m1/live?day=2026-11-20', ['/day', 'unknown-field']],
  [`${DAY}?__proto__=1`, ['/__proto__', 'unknown-field']],
  [`${DAY}?=1`, ['/', 'unknown-field']],
  [`${DAY}?constructor=1`, ['/constructor', 'unknown-field']],
  [`${DAYS}?`, ['/from', 'missing'], ['/to', 'missing']],
  [`${DAYS}?from=2026-11-20`, ['/to', 'missing']],
  [`${DAYS}?from=2026-02-30&to=2026-03-01`, ['/from', 'not-a-calendar-date']],
  [`${DAYS}?from=2026-11-20&to=tomorrow`, ['/to', 'not-a-calendar-date']],
  [`${DAYS}?from=2026-11-20&to=2026-11-19`, ['/to', 'out-of-range']],
  [`${DAYS}?from=2025-10-16&to=2026-11-20`, ['/to', 'out-of-range']],
  [`${DAYS}?from=0001-01-01&to=9998-12-31`, ['/to', 'out-of-range']],
  [`${DAYS}?from=2026-11-20&to=2026-11-20&limit=0`, ['/limit', 'out-of-range']],
  [`${DAYS}?from=2026-11-20&to=2026-11-20&cursor=x`, ['/cursor', 'not-a-cursor']],
  [`${DAYS}?from=2026-11-20&to=2026-11-20&day=x`, ['/day', 'unknown-field']],
  ['/v1/quarantine?limit=x&after=x', ['/after', 'not-a-position'], ['/limit', 'out-of-range']],
])('GET %s is refused with 422, pointing at %j', async (path, ...expected) => {
  const { status, headers, body } = await aQueryApi().get(path)
  expect({ status, code: body['code'], type: headers.get('content-type') }).toEqual({
    status: 422,
    code: 'invalid',
    type: 'application/problem+json',
  })
  const errors = expected.map(([pointer, code]) => expect.objectContaining({ pointer, code }) as object)
  expect(body['errors']).toEqual(errors)
})

test.each(['m2', 'a%20b', '~m1', '%zz'])('every route of merchant %s answers 404', async (merchant) => {
  const { get } = aQueryApi()
  for (const rest of [
    '',
    '/balance',
    '/live',
    '/days?from=2026-11-20&to=2026-11-20',
    '/days/2026-11-20',
    '/days/2026-11-20/windows',
    '/days/2026-11-20/entries',
    '/days/2026-11-20/entries/e1',
  ]) {
    expect(await get(`/v1/merchants/${merchant}${rest}`)).toMatchObject({ status: 404, body: { code: 'not-found' } })
  }
})

test('the query API answers a POST with 405', async () => {
  const { app } = aQueryApi()
  const response = await app.request(DAY, { method: 'POST', body: '{}' })
  expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({
    status: 405,
    allow: 'GET, HEAD, OPTIONS',
  })
})

test('HEAD answers as GET does, without a body', async () => {
  const { app } = aQueryApi()
  const response = await app.request(DAY, { method: 'HEAD' })
  expect({ status: response.status, text: await response.text() }).toEqual({ status: 200, text: '' })
  expect(response.headers.has('etag')).toBe(true)
})

describe('a store that fails', () => {
  const fails = async (): Promise<never> => {
    throw new Error('ProvisionedThroughputExceeded at table-7')
  }

  test.each<[call: string, path: string, calls: StoreCalls]>([
    ['merchants.find', DAY, { merchants: { find: fails } }],
    ['merchants.items', '/v1/merchants', { merchants: { items: fails } }],
    ['heads.read', DAY, { heads: { read: fails } }],
    ['journal.end', DAY, { journal: { end: fails } }],
    ['journal.read', `${DAY}/entries`, { journal: { read: fails } }],
    ['quarantine.list', '/v1/quarantine', { quarantine: { list: fails } }],
    ['quarantine.find', `/v1/quarantine/${quarantineId({ scope: 'm1', item: 'x' })}`, { quarantine: { find: fails } }],
    ['quarantine.ofEntry', `${DAY}/entries/e9`, { quarantine: { ofEntry: fails } }],
    ['progress.read', DAY, { progress: { read: fails } }],
  ])('in %s is answered 503, and the reason is in the log alone', async (_call, path, calls) => {
    const { get, logged } = aQueryApi({ storeWith: () => calls })
    const { status, headers, body, text } = await get(path, { 'x-request-id': 'r-1' })
    expect({ status, code: body['code'], requestId: body['requestId'] }).toEqual({
      status: 503,
      code: 'store-unavailable',
      requestId: 'r-1',
    })
    expect(headers.get('retry-after')).toBe('1')
    expect(text).not.toMatch(/table-7|\.ts/)
    expect(logged).toEqual([
      [
        expect.objectContaining({
          err: expect.objectContaining({ message: 'ProvisionedThroughputExceeded at table-7' }) as object,
          requestId: 'r-1',
        }),
        'what a request depends on does not answer, so the request was answered 503',
      ],
    ])
  })

  test('is asked again by the next request', async () => {
    let failures = 1
    const { get } = aQueryApi({
      storeWith: (store) => ({
        progress: { read: async (consumer) => ((failures -= 1) < 0 ? store.progress.read(consumer) : fails()) },
      }),
    })
    expect((await get(DAY)).status).toBe(503)
    expect((await get(DAY)).status).toBe(200)
  })

  test('because its journal was altered is answered 500, not 503', async () => {
    const { get, append } = aQueryApi({
      storeWith: (store) => ({
        journal: {
          end: async (book) => {
            const end = await store.journal.end(book)
            return end && { ...end, view: Uint8Array.of(9) }
          },
        },
      }),
    })
    await append(moved('e1', '2026-11-20T12:00:00Z', 1n))
    const { status, text } = await get(DAY)
    expect(status).toBe(500)
    expect(text).not.toMatch(/format 9|\.ts/)
  })
})

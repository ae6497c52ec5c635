import { describe, expect, test } from 'vitest'
import type { Store } from '#query-api/store'
import { quarantineId } from '#wire/http/quarantine-id'
import { aQueryApi, moved } from './query-fixtures.ts'

const DAY = '/v1/merchants/m1/days/2026-11-20'

describe('parameters that cannot be', () => {
  test.each([
    { path: '/v1/merchants/m1/days/2026-02-30', errors: [{ pointer: '/day', code: 'not-a-calendar-date' }] },
    { path: '/v1/merchants/m1/days/today', errors: [{ pointer: '/day', code: 'not-a-calendar-date' }] },
    { path: '/v1/merchants/m1/days/9999-01-01/entries', errors: [{ pointer: '/day', code: 'not-a-calendar-date' }] },
    { path: '/v1/merchants/m1/days/2026-1-1/entries/e1', errors: [{ pointer: '/day', code: 'not-a-calendar-date' }] },
    { path: `${DAY}/entries?limit=0`, errors: [{ pointer: '/limit', code: 'out-of-range' }] },
    { path: `${DAY}/entries?limit=501`, errors: [{ pointer: '/limit', code: 'out-of-range' }] },
    { path: `${DAY}/entries?limit=ten`, errors: [{ pointer: '/limit', code: 'out-of-range' }] },
    { path: `${DAY}/entries?limit=1e2`, errors: [{ pointer: '/limit', code: 'out-of-range' }] },
    { path: '/v1/merchants?limit=', errors: [{ pointer: '/limit', code: 'out-of-range' }] },
    { path: '/v1/merchants?limit=1&limit=2', errors: [{ pointer: '/limit', code: 'wrong-type' }] },
    { path: '/v1/merchants?cursor=x', errors: [{ pointer: '/cursor', code: 'not-a-cursor' }] },
    { path: `${DAY}?after=x`, errors: [{ pointer: '/after', code: 'not-a-position' }] },
    { path: `${DAY}?after=`, errors: [{ pointer: '/after', code: 'not-a-position' }] },
    { path: '/v1/quarantine?reason=bad-luck', errors: [{ pointer: '/reason', code: 'not-allowed' }] },
    { path: '/v1/quarantine?status=lost', errors: [{ pointer: '/status', code: 'not-allowed' }] },
    { path: '/v1/quarantine?merchant=a%20b', errors: [{ pointer: '/merchant', code: 'not-an-id' }] },
    { path: '/v1/quarantine?merchant=..', errors: [{ pointer: '/merchant', code: 'not-an-id' }] },
    { path: '/v1/merchants/m1/balance?day=2026-11-20', errors: [{ pointer: '/day', code: 'unknown-field' }] },
    { path: `${DAY}?version=1`, errors: [{ pointer: '/version', code: 'unknown-field' }] },
    { path: `${DAY}/windows?size=2h`, errors: [{ pointer: '/size', code: 'not-allowed' }] },
    { path: '/v1/merchants/m1/days/2026-02-30/windows', errors: [{ pointer: '/day', code: 'not-a-calendar-date' }] },
    { path: '/v1/merchants/m1/live?day=2026-11-20', errors: [{ pointer: '/day', code: 'unknown-field' }] },
    { path: `${DAY}?__proto__=1`, errors: [{ pointer: '/__proto__', code: 'unknown-field' }] },
    { path: `${DAY}?constructor=1`, errors: [{ pointer: '/constructor', code: 'unknown-field' }] },
    {
      path: '/v1/quarantine?limit=x&after=x',
      errors: [
        { pointer: '/after', code: 'not-a-position' },
        { pointer: '/limit', code: 'out-of-range' },
      ],
    },
  ])('$path', async ({ path, errors }) => {
    const { get } = aQueryApi()
    const { status, headers, body } = await get(path)
    expect({ status, code: body['code'], type: headers.get('content-type') }).toEqual({
      status: 422,
      code: 'invalid',
      type: 'application/problem+json',
    })
    expect(body['errors']).toEqual(errors.map((error) => expect.objectContaining(error) as object))
  })
})

test.each(['m2', 'a%20b', '~m1', '%zz'])('merchant %s is unknown', async (merchant) => {
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

test('nothing can be written here', async () => {
  const { app } = aQueryApi()
  const response = await app.request(DAY, { method: 'POST', body: '{}' })
  expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({
    status: 405,
    allow: 'GET, HEAD, OPTIONS',
  })
})

test('HEAD answers like GET without a body', async () => {
  const { app } = aQueryApi()
  const response = await app.request(DAY, { method: 'HEAD' })
  expect({ status: response.status, text: await response.text() }).toEqual({ status: 200, text: '' })
  expect(response.headers.has('etag')).toBe(true)
})

describe('a store that does not answer', () => {
  const fails = async (): Promise<never> => {
    throw new Error('ProvisionedThroughputExceeded at table-7')
  }

  test.each<{ port: string; path: string; broken: (store: Store) => Partial<Store> }>([
    { port: 'merchants.find', path: DAY, broken: (store) => ({ merchants: { ...store.merchants, find: fails } }) },
    {
      port: 'merchants.list',
      path: '/v1/merchants',
      broken: (store) => ({ merchants: { ...store.merchants, list: fails } }),
    },
    { port: 'heads.read', path: DAY, broken: () => ({ heads: { read: fails } }) },
    { port: 'journal.end', path: DAY, broken: (store) => ({ journal: { ...store.journal, end: fails } }) },
    {
      port: 'journal.read',
      path: `${DAY}/entries`,
      broken: (store) => ({ journal: { ...store.journal, read: fails } }),
    },
    {
      port: 'quarantine.list',
      path: '/v1/quarantine',
      broken: (store) => ({ quarantine: { ...store.quarantine, list: fails } }),
    },
    {
      port: 'quarantine.find',
      path: `/v1/quarantine/${quarantineId({ scope: 'm1', item: 'x' })}`,
      broken: (store) => ({ quarantine: { ...store.quarantine, find: fails } }),
    },
    {
      port: 'quarantine.ofEntry',
      path: `${DAY}/entries/e9`,
      broken: (store) => ({ quarantine: { ...store.quarantine, ofEntry: fails } }),
    },
    { port: 'progress.read', path: DAY, broken: () => ({ progress: { read: fails } }) },
  ])('$port: 503, and the reason in the log', async ({ path, broken }) => {
    const { get, logged } = aQueryApi({ storeWith: (store) => ({ ...store, ...broken(store) }) })
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
        'the store does not answer',
      ],
    ])
  })

  test('a failure is not remembered', async () => {
    let failures = 1
    const { get } = aQueryApi({
      storeWith: (store) => ({
        ...store,
        progress: { read: async (consumer) => ((failures -= 1) < 0 ? store.progress.read(consumer) : fails()) },
      }),
    })
    expect((await get(DAY)).status).toBe(503)
    expect((await get(DAY)).status).toBe(200)
  })

  test('a journal that was altered is our fault, not the store’s', async () => {
    const { get, append } = aQueryApi({
      storeWith: (store) => ({
        ...store,
        journal: {
          ...store.journal,
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

/** Sums over books that JSON cannot say: each book is within ±(2^53 − 1), and several together are not. */
import { describe, expect, test } from 'vitest'
import { aQueryApi, moved } from './query-fixtures.ts'

/** What 9,007 entries of 999999999999 add up to; twice as much is beyond 9007199254740991. */
const LARGE = 9_006_999_999_990_993n
/** 2^53 − 1. */
const BOUND = 9_007_199_254_740_991n

const MERCHANT = '/v1/merchants/m1'
const dayOf = (index: number) => `2026-11-${String(index).padStart(2, '0')}`

/** A merchant whose days have these amounts, each an entry of its own. */
const withDays = async (days: Readonly<Record<number, readonly bigint[]>>) => {
  const system = aQueryApi()
  for (const [index, amounts] of Object.entries(days)) {
    const entries = amounts.map((amount, place) =>
      moved(`e${place}`, `${dayOf(Number(index))}T12:00:00Z`, amount, { method: 'pix' }),
    )
    await system.append(...entries)
  }
  return system
}

const refused = (detail: string, days: readonly number[]) => ({
  status: 409,
  body: {
    type: '/docs/problems#not-exact-in-json',
    status: 409,
    code: 'not-exact-in-json',
    detail: expect.stringContaining(detail) as string,
    days: days.map(dayOf),
  },
})

describe('a sum beyond ±(2^53 − 1) is refused with 409, naming the days that cause it:', () => {
  test.each<{ what: string; days: Record<number, bigint[]>; path: string; sum: string; named: number[] }>([
    {
      what: 'the balance',
      days: { 1: [LARGE], 2: [LARGE], 3: [LARGE] },
      path: '/balance',
      sum: 'balance',
      named: [1, 2, 3],
    },
    {
      what: 'a balance below zero',
      days: { 1: [-LARGE], 2: [-LARGE] },
      path: '/balance',
      sum: 'balance',
      named: [1, 2],
    },
    { what: 'a balance one beyond', days: { 1: [BOUND], 2: [1n] }, path: '/balance', sum: 'balance', named: [1, 2] },
    {
      what: 'a balance of which one day is on the other side',
      days: { 1: [LARGE], 2: [-5n], 3: [LARGE] },
      path: '/balance',
      sum: 'balance',
      named: [1, 3],
    },
    {
      what: 'a closing',
      days: { 1: [LARGE], 2: [LARGE] },
      path: '/days/2026-11-02',
      sum: 'closing of 2026-11-02',
      named: [1, 2],
    },
    {
      what: 'an opening',
      days: { 1: [LARGE], 2: [LARGE] },
      path: '/days/2026-11-03',
      sum: 'opening of 2026-11-03',
      named: [1, 2],
    },
    {
      what: 'an opening that the day brings back',
      days: { 1: [LARGE], 2: [LARGE], 3: [-LARGE] },
      path: '/days/2026-11-03',
      sum: 'opening of 2026-11-03',
      named: [1, 2],
    },
    {
      what: 'the opening of a period',
      days: { 1: [LARGE], 2: [LARGE] },
      path: '/days?from=2026-11-05&to=2026-11-06',
      sum: 'opening of 2026-11-05',
      named: [1, 2],
    },
    {
      what: 'the closing of a row',
      days: { 1: [LARGE], 2: [LARGE], 3: [-LARGE] },
      path: '/days?from=2026-11-02&to=2026-11-04&limit=1',
      sum: 'closing of 2026-11-02',
      named: [1, 2],
    },
    {
      what: 'the closing of a period, on a page whose rows can be said',
      days: { 1: [LARGE], 2: [LARGE] },
      path: '/days?from=2026-11-01&to=2026-11-02&limit=1',
      sum: 'closing of 2026-11-02',
      named: [1, 2],
    },
    {
      what: 'the credits of a period, whose rows can all be said',
      days: { 1: [LARGE, -LARGE], 2: [LARGE, -LARGE] },
      path: '/days?from=2026-11-01&to=2026-11-02',
      sum: 'sum of all credits',
      named: [1, 2],
    },
    {
      what: 'the debits of a period',
      days: { 1: [LARGE], 2: [-LARGE], 3: [1n], 4: [-LARGE] },
      path: '/days?from=2026-11-02&to=2026-11-04',
      sum: 'sum of all debits',
      named: [2, 4],
    },
    {
      what: 'the credits of a period whose balance crosses zero',
      days: { 1: [-LARGE], 2: [LARGE], 3: [LARGE] },
      path: '/days?from=2026-11-02&to=2026-11-03',
      sum: 'sum of all credits',
      named: [2, 3],
    },
  ])('$what', async ({ days, path, sum, named }) => {
    const { get } = await withDays(days)
    expect(await get(`${MERCHANT}${path}`)).toMatchObject(refused(`The ${sum} is beyond ±(2^53 − 1)`, named))
  })

  test('of many days the ten largest are named, oldest first, with the number of the others', async () => {
    const days = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [index + 1, [LARGE - BigInt(index % 5)]]))
    const { get } = await withDays(days)
    // The fifth and the tenth are the smallest.
    expect(await get(`${MERCHANT}/balance`)).toMatchObject(
      refused('2026-11-11, 2026-11-12 and 2 more.', [1, 2, 3, 4, 6, 7, 8, 9, 11, 12]),
    )
  })

  test('HEAD and If-None-Match get the same refusal', async () => {
    const system = await withDays({ 1: [LARGE] })
    const paths = ['/balance', '/days/2026-11-02', '/days?from=2026-11-01&to=2026-11-02']
    const known = await Promise.all(
      paths.map(async (path) => (await system.get(`${MERCHANT}${path}`)).headers.get('etag')),
    )
    await system.append(moved('e1', '2026-11-02T12:00:00Z', LARGE))
    for (const [index, path] of paths.entries()) {
      for (const etag of ['*', known[index] ?? '']) {
        const { status, headers } = await system.get(`${MERCHANT}${path}`, { 'if-none-match': etag })
        expect({ path, status, etag: headers.get('etag') }).toEqual({ path, status: 409, etag: null })
      }
      const head = await system.app.request(`${MERCHANT}${path}`, { method: 'HEAD' })
      expect({ path, status: head.status, body: await head.text() }).toEqual({ path, status: 409, body: '' })
      expect(Object.fromEntries(head.headers)).toMatchObject({
        'content-type': 'application/problem+json',
        'cache-control': 'private, no-store',
      })
    }
  })
})

describe('a sum that JSON can say exactly is answered:', () => {
  test.each<{ what: string; days: Record<number, bigint[]>; path: string; body: object }>([
    {
      what: 'a balance of 2^53 − 1',
      days: { 1: [BOUND - 1n], 2: [1n] },
      path: '/balance',
      body: { balance: Number(BOUND) },
    },
    {
      what: 'one of −(2^53 − 1)',
      days: { 1: [1n - BOUND], 2: [-1n] },
      path: '/balance',
      body: { balance: -Number(BOUND) },
    },
    {
      what: 'a balance that later days brought back',
      days: { 1: [LARGE], 2: [LARGE], 3: [-LARGE] },
      path: '/balance',
      body: { balance: Number(LARGE) },
    },
    {
      what: 'a day before the sum leaves the bound',
      days: { 1: [LARGE], 2: [LARGE] },
      path: '/days/2026-11-01',
      body: { closing: Number(LARGE) },
    },
    {
      what: 'a day after the balance came back',
      days: { 1: [LARGE], 2: [LARGE], 3: [-LARGE] },
      path: '/days/2026-11-04',
      body: { opening: Number(LARGE), closing: Number(LARGE) },
    },
    {
      what: 'a period up to there',
      days: { 1: [LARGE], 2: [LARGE] },
      path: '/days?from=2026-10-30&to=2026-11-01',
      body: { totals: { credits: Number(LARGE), closing: Number(LARGE) } },
    },
    {
      what: 'the windows of the day that is refused',
      days: { 1: [LARGE], 2: [LARGE] },
      path: '/days/2026-11-02/windows',
      body: { windows: expect.arrayContaining([expect.objectContaining({ credits: Number(LARGE) })]) as unknown },
    },
    {
      what: 'its entries',
      days: { 1: [LARGE], 2: [LARGE] },
      path: '/days/2026-11-02/entries',
      body: { data: [{ entryId: 'e0', amount: Number(LARGE) }] },
    },
    {
      what: 'one of its entries',
      days: { 1: [LARGE], 2: [LARGE] },
      path: '/days/2026-11-02/entries/e0',
      body: { status: 'applied', entry: { amount: Number(LARGE) } },
    },
  ])('$what', async ({ days, path, body }) => {
    const { get } = await withDays(days)
    expect(await get(`${MERCHANT}${path}`)).toMatchObject({ status: 200, body })
  })

  test('a page of exact rows, though a later page has a row that is not', async () => {
    const { get } = await withDays({ 1: [LARGE], 3: [LARGE], 4: [-LARGE] })
    const query = `${MERCHANT}/days?from=2026-11-02&to=2026-11-04&limit=1`
    const first = await get(query)
    expect(first).toMatchObject({ status: 200, body: { data: [{ businessDay: '2026-11-02' }] } })
    expect(await get(`${query}&cursor=${String(first.body['nextCursor'])}`)).toMatchObject(
      refused('The closing of 2026-11-03', [1, 3]),
    )
  })
})

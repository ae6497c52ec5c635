import { describe, expect, test } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { matchesTag } from '#http/etag'
import { aMerchant, aRule, aSetAside, day } from '#test/builders'
import { aQueryApi, moved, NOW_MS, SHARD_ID } from './query-fixtures.ts'

const DAY = '/v1/merchants/m1/days/2026-11-20'
const NOON = '2026-11-20T12:00:00-03:00'

describe('If-None-Match', () => {
  test.each([
    '/v1/merchants',
    '/v1/merchants/m1',
    '/v1/merchants/m1/balance',
    '/v1/merchants/m1/days?from=2026-11-01&to=2026-11-30',
    DAY,
    `${DAY}/windows?size=5m`,
    `${DAY}/entries`,
    `${DAY}/entries/e1`,
    '/v1/quarantine',
  ])('on %s is answered 304 with the tag and the freshness, a minute later, too', async (path) => {
    const { get, append, quarantine, progress, elapse } = aQueryApi()
    await append(moved('e1', NOON, 5n))
    await quarantine.setAside(aSetAside())
    const first = await get(path)
    const etag = first.headers.get('etag') ?? ''
    // A merchant's tag is its revision, which the command side takes as If-Match.
    expect(etag).toMatch(path === '/v1/merchants/m1' ? /^"1"$/ : /^W\/"[^"]+"$/)

    elapse(60_000)
    await progress.advance('journal', { shardId: SHARD_ID, sequenceNumber: '1', appliedThroughMs: NOW_MS })
    const again = await get(path, { 'if-none-match': etag })
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' })
    expect(again.headers.get('etag')).toBe(etag)
    expect(again.headers.get('cache-control')).toBe('private, no-cache')
    expect(again.headers.get('daybook-as-of')).toBe('2026-11-20T15:01:00.000Z')
    if (path.includes('/m1/')) expect(again.headers.get('daybook-applied-through')).toBe('2026-11-20T15:00:00.000Z')
  })

  test.each([
    { what: 'its entries', change: moved('e2', NOON, 5n) },
    { what: 'its opening', change: moved('e2', '2026-11-19T12:00:00Z', 5n) },
  ])('misses a day after a change of $what', async ({ change }) => {
    const { get, append } = aQueryApi()
    await append(moved('e1', NOON, 5n))
    const etag = (await get(DAY)).headers.get('etag') ?? ''
    await append(change)
    const again = await get(DAY, { 'if-none-match': etag })
    expect(again.status).toBe(200)
    expect(again.headers.get('etag')).not.toBe(etag)
  })

  test('still matches a day after an entry of a later day', async () => {
    const { get, append } = aQueryApi()
    const etag = (await get(DAY)).headers.get('etag') ?? ''
    await append(moved('e2', '2026-11-21T12:00:00Z', 5n))
    expect((await get(DAY, { 'if-none-match': etag })).status).toBe(304)
  })

  test('misses a day without entries after a change of calendar', async () => {
    const merchants = memoryMerchants([aMerchant()])
    const { get } = aQueryApi({ storeWith: () => ({ merchants }) })
    const etag = (await get(DAY)).headers.get('etag') ?? ''
    const calendar = [aRule(), aRule({ from: day('2026-11-20'), timeZone: 'Asia/Tokyo' })] as const
    await merchants.save(aMerchant({ calendar, revision: 2 }))
    expect((await get(DAY, { 'if-none-match': etag })).body).toMatchObject({ timeZone: 'Asia/Tokyo' })
  })
})

test.each([
  { header: undefined, matches: false },
  { header: '', matches: false },
  { header: 'W/"a"', matches: true },
  { header: '"a"', matches: true },
  { header: '"b", W/"a"', matches: true },
  { header: '"b","c"', matches: false },
  { header: '"a, b"', matches: false },
  { header: '*', matches: true },
  { header: '"*"', matches: false },
  { header: 'a', matches: false },
])('the header If-None-Match: $header matches W/"a": $matches', ({ header, matches }) => {
  expect(matchesTag(header, 'W/"a"')).toBe(matches)
})

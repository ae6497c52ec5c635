/** Days that are closed, and what is answered of them before and after they are issued again. */
import { expect, test } from 'vitest'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { emptyBook, nextSegment } from '#ledger/book'
import { contentHash, type Entry } from '#ledger/entry'
import type { LatePolicy } from '#ledger/merchant'
import { digestOf } from '#ledger/segment'
import { readDays } from '#query-api/books'
import { readVersion, readVersions } from '#query-api/closed-days'
import { recordEntries } from '#processors/journal/record-entries'
import { encodeEntries, entryLine } from '#wire/stream/record'
import { sealSegment } from '#wire/journal/segment'
import { aBookId, aMerchant, day, merchantId, someTerms } from '../builders.ts'
import { closeAsItStands, closeRestThrough, restateEmpty } from '../closing.ts'
import { aQueryApi, moved, SHARD_ID } from '../http/query-fixtures.ts'

const m1 = merchantId('m1')
const [WED, THU, FRI, SAT] = ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21'] as const
const CLOSED_AT_MS = Date.parse('2026-11-20T09:00:00Z')
/** When late entries come: on Saturday. */
const LATE_AT_MS = Date.parse('2026-11-21T15:00:00Z')

/** 500 on Wednesday and a debit of 120 on Friday. Everything up to Thursday is closed. */
const given = async (policy: LatePolicy = 'restate') => {
  const api = aQueryApi()
  const { books } = api
  let next = 0
  const record = recordEntries(
    {
      ...books,
      merchants: memoryMerchants([aMerchant({ lateEntries: policy })]),
      auditTrail: memoryAuditTrail(),
      progress: memoryProgress(),
      clock: () => LATE_AT_MS,
      log: { warn() {}, error() {} },
    },
    { booksAtOnce: 1, cacheBytes: 0 },
  )
  const send = async (...entries: Entry[]) => {
    const data = encodeEntries(entries.map(entryLine))
    await record({ shardId: SHARD_ID, records: [{ sequenceNumber: String((next += 1)), arrivedAtMs: next, data }] })
  }
  const first = moved('first', `${WED}T10:30:00-03:00`, 500n)
  await send(first, moved('rent', `${FRI}T11:00:00-03:00`, -120n))
  await closeAsItStands(books, aBookId({ day: day(WED) }), CLOSED_AT_MS)
  await closeRestThrough(books, m1, day(THU))
  const late = moved('late', `${WED}T12:00:00-03:00`, 70n)
  const read = async (path: string) => (await api.get(`/v1/merchants/m1${path}`)).body
  return { ...api, send, first, late, read }
}

const digest = (...entries: Entry[]) =>
  digestOf(entries.map((entry) => ({ entryId: entry.entryId, contentHash: contentHash(entry) })))

test('a closed day is at version 1, with the digest of its entries, and opens the next', async () => {
  const { read, first } = await given()
  expect(await read(`/days/${WED}`)).toMatchObject({
    status: 'closed',
    version: 1,
    segment: 2,
    opening: 0,
    credits: 500,
    closing: 500,
    entryCount: 1,
    lateEntries: 0,
    digest: digest(first),
  })
  expect(await read(`/days/${THU}`)).toMatchObject({
    status: 'closed',
    version: 1,
    segment: 0,
    opening: 500,
    closing: 500,
    entryCount: 0,
    hash: null,
    digest: null,
  })
  expect(await read(`/days/${FRI}`)).toMatchObject({ status: 'open', version: 0, opening: 500, closing: 380 })
  expect(await read('/balance')).toMatchObject({ balance: 380, exact: true, closedThrough: THU, openDays: [FRI] })
})

test('a restated day has a new version, and so have the closed days after it; the old ones stay byte for byte', async () => {
  const { get, read, send, first, late } = await given()
  const path = `/v1/merchants/m1/days/${WED}?version=1`
  const before = await get(path)
  expect(before.status).toBe(200)
  expect(before.headers.get('etag')).toBe(`"m1.${WED}.v1"`)
  expect(before.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
  expect(before.body).toMatchObject({ asOf: '2026-11-20T09:00:00.000Z', appliedThrough: '2026-11-20T09:00:00.000Z' })

  await send(late)
  expect(await read(`/days/${WED}`)).toMatchObject({
    status: 'restated',
    version: 2,
    segment: 3,
    credits: 570,
    closing: 570,
    entryCount: 2,
    lateEntries: 1,
    digest: digest(first, late),
  })
  expect(await read(`/days/${THU}`)).toMatchObject({ status: 'restated', version: 2, opening: 570, closing: 570 })
  expect(await read(`/days/${THU}?version=1`)).toMatchObject({ status: 'closed', opening: 500, closing: 500 })
  expect(await read(`/days/${FRI}`)).toMatchObject({ status: 'open', version: 0, opening: 570, closing: 450 })
  expect(await read('/balance')).toMatchObject({ balance: 450, exact: true })

  const after = await get(path)
  expect(after.text).toBe(before.text)
  expect([...after.headers]).toEqual(
    [...before.headers].map(([name, value]) => [name, name === 'x-request-id' ? after.headers.get(name) : value]),
  )
  expect((await get(path, { 'if-none-match': `"m1.${WED}.v1"` })).status).toBe(304)
  const newest = await get(`/v1/merchants/m1/days/${WED}?version=2`)
  expect(newest.body).toMatchObject({ version: 2, closing: 570, asOf: '2026-11-21T15:00:00.000Z' })
})

test('the ETag of the day as it is now changes with a restatement, of itself or of a day before it', async () => {
  const { get, send, late } = await given()
  const tags = async () =>
    await Promise.all([WED, THU, FRI].map(async (of) => (await get(`/v1/merchants/m1/days/${of}`)).headers.get('etag')))
  const before = await tags()
  expect(before).toEqual([`W/"m1.${WED}.s2.v1.o0.m1"`, `W/"m1.${THU}.s0.v1.o500.m1"`, `W/"m1.${FRI}.s1.v0.o500.m1"`])
  await send(late)
  const after = await tags()
  for (const [index, tag] of after.entries()) expect(tag).not.toBe(before[index])
})

test.each([
  { what: 'beyond the newest', path: `/days/${WED}?version=2` },
  { what: 'of an open day', path: `/days/${FRI}?version=1` },
  { what: 'of a day to come', path: `/days/${SAT}?version=1` },
])('a version $what is not found, and the answer says why', async ({ path }) => {
  const { get } = await given()
  const { status, body } = await get(`/v1/merchants/m1${path}`)
  expect(status).toBe(404)
  expect(body).toMatchObject({ code: 'not-found', detail: expect.stringContaining('An open day has none.') as string })
})

test('a period over closed and open days adds up, with the version of each day', async () => {
  const { read, send, late } = await given()
  await send(late)
  expect(await read(`/days?from=2026-11-17&to=${SAT}`)).toMatchObject({
    data: [
      { businessDay: '2026-11-17', status: 'closed', version: 1, opening: 0, closing: 0 },
      { businessDay: WED, status: 'restated', version: 2, segment: 3, opening: 0, credits: 570, closing: 570 },
      { businessDay: THU, status: 'restated', version: 2, segment: 0, opening: 570, closing: 570 },
      { businessDay: FRI, status: 'open', version: 0, opening: 570, debits: 120, closing: 450 },
      { businessDay: SAT, status: 'open', version: 0, opening: 450, closing: 450 },
    ],
    totals: { opening: 0, credits: 570, debits: 120, entryCount: 3, closing: 450 },
  })
  expect(await read(`/days?from=${THU}&to=${THU}`)).toMatchObject({ totals: { opening: 570, closing: 570 } })
  expect(await read(`/days?from=${FRI}&to=${FRI}`)).toMatchObject({ totals: { opening: 570, closing: 450 } })
})

test('a period that begins with a day without a book shows its late entries, though the first closed book came later', async () => {
  const { books, get } = aQueryApi()
  await closeRestThrough(books, m1, day(WED))
  const [late, sale] = [moved('late', `${WED}T12:00:00-03:00`, 70n), moved('sale', `${FRI}T10:30:00-03:00`, 500n)]
  await restateEmpty(books, aBookId({ day: day(WED) }), [late])
  await books.heads.open(aBookId({ day: day(FRI) }))
  const empty = emptyBook(aBookId({ day: day(FRI) }), someTerms)
  await books.journal.append(sealSegment(empty, nextSegment(empty, [sale])))
  await closeAsItStands(books, aBookId({ day: day(FRI) }), CLOSED_AT_MS)
  const { body } = await get(`/v1/merchants/m1/days?from=${WED}&to=${FRI}`)
  expect(body).toMatchObject({
    data: [
      { businessDay: WED, version: 2, opening: 0, credits: 70, closing: 70 },
      { businessDay: THU, opening: 70, credits: 0, closing: 70 },
      { businessDay: FRI, version: 1, opening: 70, credits: 500, closing: 570 },
    ],
    totals: { opening: 0, credits: 570, closing: 570 },
  })
})

test('the balance at the end of a day, and at an instant', async () => {
  const { read, send } = await given()
  await send(moved('noon', `${FRI}T12:00:00-03:00`, 11n), moved('today', `${SAT}T00:00:00-03:00`, 1_000n))
  const balances = async (...paths: string[]) =>
    await Promise.all(paths.map(async (path) => (await read(`/balance?${path}`))['balance']))
  expect(await balances(`day=2026-11-17`, `day=${WED}`, `day=${THU}`, `day=${FRI}`, `day=${SAT}`)).toEqual([
    0, 500, 500, 391, 1_391,
  ])
  expect(
    await balances(
      `at=${WED}T10:29:59.999-03:00`,
      `at=${WED}T10:30:00-03:00`,
      `at=${FRI}T10:59:00-03:00`,
      `at=${FRI}T11:00:00-03:00`,
      `at=${FRI}T23:59:59-03:00`,
      `at=${SAT}T00:00:00-03:00`,
    ),
  ).toEqual([0, 500, 500, 380, 391, 1_391])
})

test('an entry that was passed on says where it counts, and its own day and its windows do not count it', async () => {
  const { get, read, send, late } = await given('nextOpenDay')
  await send(late)
  expect(await read(`/days/${WED}/entries/late`)).toMatchObject({
    status: 'redirected',
    movedTo: SAT,
    segment: 3,
    entry: { entryId: 'late', amount: 70, businessDay: WED },
  })
  expect(await read(`/days/${SAT}/entries/late`)).toMatchObject({ status: 'applied', entry: { businessDay: WED } })
  expect(await read(`/days/${WED}`)).toMatchObject({ version: 1, segment: 2, closing: 500, lateEntries: 0 })
  expect(await read(`/days/${SAT}`)).toMatchObject({ credits: 70, lateEntries: 1, closing: 450 })
  const { data } = await read(`/days/${WED}/entries`)
  expect(data).toMatchObject([{ entryId: 'first' }])
  for (const [of, credits] of [
    [WED, 500],
    [SAT, 70],
  ] as const) {
    for (const size of ['5m', '1h']) {
      const { windows } = (await get(`/v1/merchants/m1/days/${of}/windows?size=${size}`)).body as {
        windows: { credits: number }[]
      }
      expect(windows.reduce((sum, window) => sum + window.credits, 0)).toBe(credits)
    }
  }
})

test('an entry that came too late and waits in quarantine is found there', async () => {
  const { read, send, late } = await given('quarantine')
  await send(late)
  expect(await read(`/days/${WED}/entries/late`)).toMatchObject({ status: 'quarantined', reason: 'day-closed' })
})

test('a day that is closed while it is read is answered as it was at one moment', async () => {
  const { get, books } = await given()
  await books.heads.open(aBookId({ day: day(FRI) }))
  const reading = get(`/v1/merchants/m1/days/${FRI}`)
  await closeAsItStands(books, aBookId({ day: day(FRI) }), CLOSED_AT_MS)
  const { body } = await reading
  expect(body).toMatchObject({ opening: 500, closing: 380 })
  expect(['open', 'closed']).toContain(body['status'])
})

test('a reader that has read an older head sees the version of that head', async () => {
  const { books, send, late } = await given()
  const before = await books.heads.read(m1)
  await send(late)
  const wed = aBookId({ day: day(WED) })
  expect(await readVersion(books, before, wed)).toMatchObject({ version: 1, closingMinor: 500n, segment: 2 })
  expect(await readVersion(books, await books.heads.read(m1), wed)).toMatchObject({ version: 2, closingMinor: 570n })
  const period = { from: day(WED), to: day(THU) }
  expect(await readVersions(books, before, m1, period)).toMatchObject([{ version: 1 }, { version: 1 }])
})

test('of several days, each is read once, closed or open', async () => {
  const { books } = await given()
  const source = { ...books, memory: { head: () => undefined, segment: () => undefined } }
  const read = await readDays(source, m1, [day(FRI), day(WED), day(THU)])
  expect(read.map(({ day, issue, openingMinor }) => [day, issue.version, openingMinor])).toEqual([
    [WED, 1, 0n],
    [THU, 1, 500n],
    [FRI, 0, 500n],
  ])
})

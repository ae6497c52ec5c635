import { expect, test } from 'vitest'
import { memoryJournal } from '#adapters/journal/memory-journal'
import { contentHash, type Entry } from '#ledger/entry'
import type { BookId } from '#ledger/identifiers'
import { UnreadableSegment, type Journal } from '#ledger/ports'
import { ok, refuse } from '#ledger/result'
import { reconciliationLines } from '#operations/reconcile-output'
import { openSegment } from '#wire/journal/segment'
import { PATIENCE_MS, type DayReport } from '#processors/reconcile/reconcile-day'
import { putEntries } from '../archive/memory-bucket.ts'
import { aSystem, NOON_MS } from './a-system.ts'
import { awkwardEntries } from '../awkward-texts.ts'
import { alteredParquet } from '../parquet-object.ts'
import { aBookId, aMerchant, anEntry, aSealedSegment, aSetAside, day, entryId, merchantId } from '../builders.ts'

const HOUR_MS = 3_600_000

const entry = (id: string, given: Partial<Entry> = {}): Entry =>
  anEntry({ entryId: entryId(id), receivedAtMs: NOON_MS - HOUR_MS, ...given })

/** A journal with one proper book of these entries. */
const journalOf = async (entries: readonly Entry[]): Promise<Journal> => {
  const journal = memoryJournal()
  await journal.append(aSealedSegment({ entries }))
  return journal
}

/** What a report says, without what tests do not look at. */
const said = (report: DayReport) =>
  report.status !== 'compared'
    ? report
    : {
        isEqual: report.isEqual,
        differences: report.books.flatMap(({ differences }) =>
          differences.map(({ entryId, kind }) => `${entryId} ${kind}`),
        ),
        faults: report.books.flatMap(({ faults }) => faults),
      }
const equal = { isEqual: true, differences: [], faults: [] }

test('a day without entries is equal', async () => {
  const { reconcile } = await aSystem()
  expect(await reconcile()).toEqual({
    status: 'compared',
    isEqual: true,
    unreadableMerchants: [],
    books: [],
    publishedAgain: 0,
    refused: [],
  })
})

test('a day that nothing is known of is not called equal, because it may have been mistyped', async () => {
  const { reconcile } = await aSystem()
  expect(reconciliationLines('2020-01-01', await reconcile({ day: day('2020-01-01') }))).toEqual([
    '2020-01-01: nothing to compare: neither the archive nor the books have entries of this day.',
  ])
})

test('a day of retries, conflicts and unknown merchants is equal, book by book', async () => {
  const { send, reconcile, waiting } = await aSystem()
  const stranger = merchantId('stranger')
  await send(entry('a'), entry('b', { direction: 'debit', amountMinor: 30n }), entry('a'))
  await send(entry('a', { amountMinor: 999n }), entry('a'), entry('x', { merchantId: stranger }))
  await send(
    entry('c', { merchantId: merchantId('m2'), metadata: { till: '7' } }),
    entry('d', { businessDay: day('2026-11-19') }),
  )
  const report = await reconcile()
  expect(said(report)).toEqual(equal)
  const books = report.status === 'compared' ? report.books : []
  expect(
    books.map(({ book, journal, archive, archivedCopies, setAsideCount }) => [
      book.merchantId,
      journal?.totals.entryCount,
      archivedCopies,
      setAsideCount,
      journal?.digest === archive.digest,
    ]),
  ).toEqual([
    ['m1', 2, 5, 1, true],
    ['m2', 1, 1, 0, true],
    ['stranger', 0, 1, 1, true],
  ])
  expect(books.map(({ journal, archive }) => [journal?.totals, archive.totals])).toEqual(
    books.map(({ journal }) => [journal?.totals, journal?.totals]),
  )
  expect(waiting.sleptMs, 'it waited for the barrier alone').toBeLessThan(2_000)
})

test('one merchant can be compared alone', async () => {
  const { send, reconcile } = await aSystem()
  await send(entry('a'), entry('b', { merchantId: merchantId('m2') }))
  const report = await reconcile({ merchantIds: [merchantId('m2')] })
  expect(report).toMatchObject({ isEqual: true, books: [{ book: { merchantId: 'm2' } }] })
})

test('a segment and a merchant that cannot be read are named, and the other books are compared', async () => {
  const { send, reconcile, journal, world } = await aSystem()
  const m2 = { ...aBookId(), merchantId: merchantId('m2') }
  await send(entry('a'), entry('b', { merchantId: m2.merchantId }))
  const unless = <T>(id: BookId, read: () => Promise<T>): Promise<T> =>
    id.merchantId === m2.merchantId ? Promise.reject(new UnreadableSegment(id, 1, 'its hash is missing')) : read()
  const { read, end, append } = journal.current()
  journal.replace({
    append,
    read: (id, after, limit) => unless(id, () => read(id, after, limit)),
    end: (id) => unless(id, () => end(id)),
  })
  world.merchants.items = async () => ({
    items: [
      { merchantId: merchantId('m1'), merchant: refuse('a merchant in format 9') },
      { merchantId: m2.merchantId, merchant: ok(aMerchant({ merchantId: m2.merchantId })) },
    ],
  })
  for (const repair of [false, true]) {
    expect(await reconcile({ repair })).toMatchObject({
      isEqual: false,
      unreadableMerchants: [{ merchantId: 'm1', reason: 'a merchant in format 9' }],
      books: [
        { book: { merchantId: 'm1' }, isEqual: true, faults: [] },
        {
          book: m2,
          isEqual: false,
          faults: ['journal: segment 1 cannot be read: its hash is missing'],
          differences: [],
        },
      ],
      publishedAgain: 0,
    })
  }
})

test('a book on which our own code fails is named and not called broken, and the other books are compared', async () => {
  const { send, reconcile, journal } = await aSystem()
  await send(entry('a'), entry('b', { merchantId: merchantId('m2'), amountMinor: 5n }))
  const { read } = journal.current()
  journal.replace({
    ...journal.current(),
    read: async (id, ...more) => {
      if (id.merchantId === 'm2') throw new TypeError('undefined is not iterable')
      return await read(id, ...more)
    },
  })
  const report = await reconcile()
  expect(report.status === 'compared' && report.books.some((book) => 'brokenIn' in book)).toBe(false)
  expect(report).toMatchObject({
    isEqual: false,
    books: [
      { book: { merchantId: 'm1' }, isEqual: true, faults: [] },
      {
        book: { merchantId: 'm2' },
        isEqual: false,
        archive: { totals: { debitsMinor: 0n, entryCount: 1 } },
        differences: [],
        faults: ['our own code fails on it: undefined is not iterable'],
      },
    ],
  })
})

test('the entries of a deleted object are missing in the archive, and are not repaired', async () => {
  const { send, reconcile, bucket } = await aSystem()
  await send(entry('a'))
  await send(entry('b'), entry('c'))
  const [, second = ''] = bucket.objects.keys()
  bucket.objects.delete(second)
  const missing = { isEqual: false, differences: ['b missing-in-archive', 'c missing-in-archive'], faults: [] }
  expect(said(await reconcile())).toEqual(missing)
  // Else the archive would repeat what the journal says.
  expect(said(await reconcile({ repair: true }))).toEqual(missing)
})

test('an altered amount in the archive is a difference that nothing repairs', async () => {
  const { send, reconcile, bucket, quarantine } = await aSystem()
  await send(entry('a'), entry('b'))
  bucket.objects.clear()
  const position = { shardId: 'shardId-000000000000', sequenceNumber: '1', index: 0 }
  const altered = entry('a', { amountMinor: 101n })
  await putEntries(bucket, [
    { entry: altered, position, arrivedAtMs: NOON_MS },
    { entry: entry('b'), position: { ...position, index: 1 }, arrivedAtMs: NOON_MS },
  ])
  const report = await reconcile({ repair: true })
  expect(said(report)).toEqual({ isEqual: false, differences: ['a different'], faults: [] })
  expect(report).toMatchObject({
    publishedAgain: 0,
    books: [{ differences: [{ inJournal: [contentHash(entry('a'))], inArchive: [contentHash(altered)] }] }],
  })
  expect((await quarantine.list({}, { limit: 10 })).items).toEqual([])
})

test('an entry dropped from the journal is named, then repaired', async () => {
  const { send, reconcile, journal } = await aSystem()
  await send(entry('a'), entry('b'), entry('b'))
  journal.replace(await journalOf([entry('a')]))
  expect(said(await reconcile())).toEqual({ isEqual: false, differences: ['b missing-in-journal'], faults: [] })
  const repaired = await reconcile({ repair: true })
  expect(said(repaired)).toEqual(equal)
  expect(repaired).toMatchObject({ publishedAgain: 1, books: [{ journal: { totals: { entryCount: 2 } } }] })
  expect(await reconcile()).toMatchObject({ isEqual: true, publishedAgain: 0 })
})

test('a lost book with a conflict is repaired in stream order, so that the same content counts', async () => {
  const { send, reconcile, journal, quarantine } = await aSystem()
  const book = { ...aBookId(), merchantId: merchantId('m2') }
  const [first, second] = [1n, 2n].map((amountMinor) => entry('a', { merchantId: book.merchantId, amountMinor }))
  journal.replace(memoryJournal())
  await send(...[first, second, first].filter((entry) => entry !== undefined))
  journal.replace(memoryJournal())
  expect(said(await reconcile({ repair: true }))).toEqual(equal)
  expect((await journal.end(book))?.totals.creditsMinor).toBe(1n)
  expect(await quarantine.list({}, { limit: 10 })).toMatchObject({ items: [{ subject: { amountMinor: 2n } }] })
})

test('an altered byte in a segment is named with its segment', async () => {
  const { send, reconcile, journal } = await aSystem()
  await send(entry('a'))
  await send(entry('b'))
  const intact = [...(await journal.read(aBookId(), 0))]
  const altered = memoryJournal()
  for (const segment of intact) {
    const bytes = Uint8Array.from(segment.entries)
    if (segment.number === 2) bytes[5] = (bytes[5] ?? 0) ^ 1
    await altered.append({ ...segment, entries: bytes })
  }
  journal.replace(altered)
  expect(said(await reconcile())).toEqual({
    isEqual: false,
    differences: [],
    faults: ['journal: segment 2 does not match its hash'],
  })
})

test('a row that holds no entry is named with its place', async () => {
  const { send, reconcile, bucket } = await aSystem()
  await send(entry('a'), entry('b'))
  bucket.objects.clear()
  const place = (index: number) => ({ shardId: 'shardId-000000000000', sequenceNumber: '1', index })
  await putEntries(bucket, [
    { entry: entry('a'), position: place(0), arrivedAtMs: NOON_MS },
    { entry: entry('b', { amountMinor: -5n }), position: place(1), arrivedAtMs: NOON_MS },
  ])
  const report = said(await reconcile())
  expect(report).toMatchObject({ isEqual: false, differences: ['b missing-in-archive'] })
  expect(report).toMatchObject({ faults: [expect.stringContaining('b at shardId-000000000000 1 1: /entry/amount')] })
})

test('awkward texts are equal by digest and entry by entry, and are repaired unchanged', async () => {
  const { send, reconcile, journal } = await aSystem()
  const entries = awkwardEntries({ receivedAtMs: NOON_MS - HOUR_MS })
  await send(...entries)
  expect(said(await reconcile())).toEqual(equal)
  await send(entry('a', { amountMinor: 1n }), entry('a', { amountMinor: 2n }))
  expect(said(await reconcile())).toEqual(equal)
  journal.replace(await journalOf(entries.slice(0, 1)))
  expect(await reconcile({ repair: true })).toMatchObject({ isEqual: true, publishedAgain: entries.length })
  const counted = (await journal.read(aBookId(), 0)).flatMap((sealed) => openSegment(sealed).segment.entries)
  expect(counted.filter(({ entryId }) => entryId !== 'a').map(contentHash)).toEqual(entries.map(contentHash))
})

test('an entry whose texts arrive altered is not published', async () => {
  const { send, reconcile, journal, archive } = await aSystem()
  await send(entry('a', { description: '\uFEFFtroco' }), entry('b'))
  journal.replace(await journalOf([entry('b')]))
  // As DuckDB's package decodes by itself.
  archive.alter = (cell) => (typeof cell === 'string' ? cell.replace(/^\uFEFF/, '') : cell)
  const report = await reconcile({ repair: true })
  expect(said(report)).toMatchObject({
    isEqual: false,
    faults: [expect.stringContaining('its texts were altered between the archive and this program')],
  })
  expect(report).toMatchObject({ publishedAgain: 0 })
})

test('an entry that is read with another content than was compared is not published', async () => {
  const { send, reconcile, journal, archive } = await aSystem()
  await send(entry('a'), entry('b'), entry('c'))
  journal.replace(await journalOf([entry('c')]))
  // Of the rows that are read to be published, 'a' is another one.
  archive.alterRow = (sql, columns, cells) =>
    sql.includes('entry_id IN') && cells[columns.indexOf('entry_id')] === 'a'
      ? cells.map((cell, at) => (columns[at] === 'amount' ? 7n : cell))
      : cells
  const report = await reconcile({ repair: true })
  expect(report).toMatchObject({ isEqual: false, publishedAgain: 1, refused: [{ merchantId: 'm1', entryId: 'a' }] })
  expect(said(report)).toMatchObject({ differences: ['a missing-in-journal'] })
  expect((await journal.end(aBookId()))?.totals.creditsMinor).toBe(200n)
})

test.each([
  { what: 'text', name: 'bad.parquet', bytes: 'no parquet' },
  { what: 'empty', name: 'bad.parquet', bytes: '' },
  { what: 'hidden from Athena', name: '_bad.parquet', bytes: 'PAR1' },
])(
  'the day of an object that is $what is refused with the name of the object, and other days go on',
  async ({ name, bytes }) => {
    const { send, reconcile, bucket, journal } = await aSystem()
    await send(entry('a'), entry('b', { businessDay: day('2026-11-19') }))
    const key = `entries/business_day=2026-11-20/${name}`
    bucket.objects.set(key, Buffer.from(bytes))
    journal.replace(memoryJournal())
    const refused = await reconcile({ repair: true })
    expect(refused).toMatchObject({ status: 'unreadable', objects: [{ key }] })
    expect(reconciliationLines('2026-11-20', refused).join('\n')).toContain(key)
    expect(await reconcile({ day: day('2026-11-19'), repair: true })).toMatchObject({
      isEqual: true,
      publishedAgain: 1,
    })
  },
)

test('entries in an object that Athena skips do not count as archived', async () => {
  const { send, reconcile, bucket } = await aSystem()
  await send(entry('a'))
  const [[key = '', parquet = Buffer.alloc(0)] = []] = bucket.objects
  bucket.objects.clear()
  bucket.objects.set('entries/_old/business_day=2026-11-20/a.parquet', parquet)
  expect(said(await reconcile())).toMatchObject({ isEqual: false, differences: ['a missing-in-archive'] })
  bucket.objects.set(key, parquet)
  expect(said(await reconcile())).toEqual(equal)
})

test.each([
  { who: 'a registered merchant', merchant: 'm2' },
  { who: 'a merchant that is not registered', merchant: 'stranger' },
])('a book of $who that exists only in quarantine is named', async ({ merchant }) => {
  const { send, reconcile, bucket, quarantine } = await aSystem()
  await send(entry('a'))
  await quarantine.setAside(aSetAside({ entry: entry('x', { merchantId: merchantId(merchant) }) }))
  const report = await reconcile()
  expect(said(report)).toEqual({ isEqual: false, differences: ['x missing-in-archive'], faults: [] })
  bucket.objects.clear()
  expect(said(await reconcile())).toMatchObject({ differences: ['a missing-in-archive', 'x missing-in-archive'] })
})

test('a chain that counts an entry twice is a fault, though its totals agree with its entries', async () => {
  const { send, reconcile, journal } = await aSystem()
  await send(entry('a'))
  journal.replace(await journalOf([entry('a'), entry('a')]))
  expect(said(await reconcile())).toEqual({
    isEqual: false,
    differences: [],
    faults: ['journal: segment 1 counts a a second time'],
  })
})

test('a row of an unknown schema version holds no entry', async () => {
  const { send, reconcile, bucket } = await aSystem()
  await send(entry('a'))
  const [key = ''] = bucket.objects.keys()
  const position = { shardId: 'shardId-000000000000', sequenceNumber: '1', index: 0 }
  const rows = [{ entry: entry('a'), position, arrivedAtMs: NOON_MS }]
  bucket.objects.set(key, await alteredParquet(rows, '* REPLACE (2::INTEGER AS schema_version)'))
  expect(said(await reconcile())).toMatchObject({
    isEqual: false,
    faults: [expect.stringContaining('/schema_version')],
  })
})

test.each(['NULL', "''", "'a b'", "'é'"])(
  'rows of the merchant %s are a fault beside an equal book',
  async (merchant) => {
    const { send, reconcile, bucket } = await aSystem()
    await send(entry('a'))
    const position = { shardId: 'shardId-000000000000', sequenceNumber: '1', index: 0 }
    const rows = [{ entry: entry('b'), position, arrivedAtMs: NOON_MS }]
    const altered = await alteredParquet(rows, `* REPLACE (${merchant}::VARCHAR AS merchant_id)`)
    const [key = ''] = bucket.objects.keys()
    bucket.objects.set(`${key}.other`, altered)
    expect(said(await reconcile())).toMatchObject({
      isEqual: false,
      faults: [expect.stringMatching(/^archive: b at .*\/merchantId/)],
    })
  },
)

test('reconciling waits for rows on their way, and no longer than needed', async () => {
  const { send, reconcile, running, waiting } = await aSystem()
  await send(entry('a'))
  running.firehose = false
  await send(entry('b', { receivedAtMs: NOON_MS }))
  waiting.onWait = async () => void (running.firehose = waiting.sleptMs >= 20_000)
  expect(said(await reconcile())).toEqual(equal)
  expect(waiting.sleptMs).toBeLessThan(30_000)
})

test('an entry that has not come after 90 s is reported as not yet delivered while it may still come', async () => {
  const { send, reconcile, running, waiting } = await aSystem()
  await send(entry('a'))
  running.firehose = false
  await send(entry('b', { receivedAtMs: NOON_MS }))
  expect(said(await reconcile())).toEqual({ isEqual: false, differences: ['b not-yet-delivered'], faults: [] })
  expect(waiting.sleptMs).toBeGreaterThanOrEqual(PATIENCE_MS)
})

test('an entry that lay on the stream for hours is not reported as missing because of its age', async () => {
  const { send, reconcile, running } = await aSystem()
  running.archive = running.firehose = false
  await send(entry('a'))
  running.archive = true
  expect(said(await reconcile())).toMatchObject({ differences: ['a not-yet-delivered'] })
})

test.each(['journal', 'archive'] as const)(
  'reconciling says when the %s consumer does not reach the barrier',
  async (consumer) => {
    const { send, reconcile, running } = await aSystem()
    await send(entry('a'))
    running[consumer] = false
    expect(await reconcile()).toEqual({ status: 'behind', behind: { consumer, shardId: 'shardId-000000000000' } })
  },
)

test.each([
  { first: 'the journal', stopped: ['firehose'] },
  { first: 'the archive', stopped: ['journal'] },
] as const)('an entry after the barrier makes no difference, though only $first has it', async ({ stopped }) => {
  const { send, put, run, reconcile, running, waiting, bucket } = await aSystem()
  await send(entry('a'))
  waiting.onWait = async () => {
    for (const part of stopped) running[part] = false
    await put(entry('late', { receivedAtMs: NOON_MS + 1 }))
    await run()
  }
  const report = await reconcile()
  expect(said(report)).toEqual(equal)
  const counts = report.status === 'compared' ? report.books.map((book) => book.journal?.totals.entryCount) : []
  expect([counts, bucket.objects.size]).toEqual(stopped[0] === 'firehose' ? [[2], 1] : [[1], 2])
})

import { closeAsItStands } from '../closing.ts'
import { memoryBooks } from '#adapters/transactions/memory-books'
import { describe, expect, test } from 'vitest'
import { memoryArchiveObjects, type MemoryObject } from '#adapters/archive-objects/memory-archive-objects'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryProgress } from '#adapters/progress/memory-progress'
import type { ArchivedEntry } from '#ledger/archive'
import type { Entry } from '#ledger/entry'
import type { Merchant } from '#ledger/merchant'
import { recordEntries } from '#processors/journal/record-entries'
import { compareBooks } from '#processors/rebuild/compare-books'
import { rebuildBooks } from '#processors/rebuild/rebuild-books'
import { replayArchive, replayStream } from '#processors/rebuild/replay'
import type { ShardBatch } from '#processors/shard-batch'
import { seededRandom } from '#test/simulation/random'
import { encodeEntries, entryLine } from '#wire/stream/record'
import { day, aBookId, aMerchant, anEntry, entryId, merchantId } from '../builders.ts'

const SHARD = 'shardId-000000000000'
const DAY = aBookId().day
const LIMITS = { booksAtOnce: 2, cacheBytes: 1_000_000 }

const shops = [aMerchant(), aMerchant({ merchantId: merchantId('m2') })]
const entry = (id: string, patch: Partial<Entry> = {}): Entry => anEntry({ entryId: entryId(id), ...patch })

const anEmptyWorld = (merchants: readonly Merchant[] = []) => ({
  ...memoryBooks(),
  merchants: memoryMerchants(merchants),
  clock: () => 0,
  publish: async () => {},
})

/** Records as they stood on the stream, each of some entries. */
const batchOf = (records: readonly (readonly Entry[])[]): ShardBatch => ({
  shardId: SHARD,
  records: records.map((entries, index) => ({
    // From 99 on, so that the order of numbers is not that of texts.
    sequenceNumber: String(99 + index),
    arrivedAtMs: 1_000 + index,
    data: encodeEntries(entries.map(entryLine)),
  })),
})

const archivedFrom = (records: readonly (readonly Entry[])[]): ArchivedEntry[] =>
  records.flatMap((entries, record) =>
    entries.map((entry, index) => ({
      entry,
      position: { shardId: SHARD, sequenceNumber: String(99 + record), index },
      arrivedAtMs: 1_000 + record,
    })),
  )

const anObject = (name: string, holds: MemoryObject['holds'], storedAtMs = 5_000): MemoryObject => ({
  key: `entries/business_day=${DAY}/${name}.parquet`,
  businessDay: DAY,
  bytes: 100,
  storedAtMs,
  holds,
})

/** The live books, built by the processor from these records, and the same records archived. */
const given = async (records: readonly (readonly Entry[])[]) => {
  const live = {
    ...anEmptyWorld(shops),
    progress: memoryProgress(),
    auditTrail: memoryAuditTrail(),
    log: { warn() {}, error() {} },
  }
  await recordEntries(live, LIMITS)(batchOf(records))
  return { live, archived: archivedFrom(records) }
}

describe('a segment of a live book that cannot be read', () => {
  const m2 = { ...aBookId(), merchantId: merchantId('m2') }
  /** Its entries are no packed entries any more. */
  const spoilt = async () => {
    const records = [[entry('a')], [entry('b', { merchantId: m2.merchantId })]]
    const { live, archived } = await given(records)
    const { journal } = live
    const broken = {
      ...live,
      journal: {
        ...journal,
        read: async (...asked: Parameters<typeof journal.read>) =>
          (await journal.read(...asked)).map((segment) =>
            segment.book.merchantId === m2.merchantId
              ? { ...segment, entries: Uint8Array.of(250, 1), view: Uint8Array.of(9) }
              : segment,
          ),
      },
    }
    return { broken, records, archived }
  }

  test('is named by a comparison, which goes on with the other books', async () => {
    const { broken, archived } = await spoilt()
    const rebuilt = anEmptyWorld()
    const archive = memoryArchiveObjects([anObject('all', archived)])
    await rebuildBooks({ archive, rebuilt, register: broken.merchants }, LIMITS, () => {})
    const found = await compareBooks({ rebuilt, live: broken }, { booksAtOnce: 2, onProgress() {} })
    expect(found).toMatchObject({
      books: 2,
      different: [],
      unreadable: [expect.stringMatching(/^Segment 1 of the book m2 2026-11-20 cannot be read: /)],
    })
  })

  test('holds up only its own book in a replay, which names it', async () => {
    const { broken, records } = await spoilt()
    async function* batches() {
      yield batchOf(records)
    }
    const replayed = await replayStream(batches(), broken, LIMITS, () => {})
    expect(replayed).toMatchObject({
      entries: 2,
      heldBooks: [
        { book: m2, entries: 1, reason: expect.stringContaining('Segment 1 of the book m2 2026-11-20') as string },
      ],
    })
    expect((await broken.quarantine.list({}, { limit: 1 })).items).toEqual([])
  })
})

const rebuildAndCompare = async (
  live: ReturnType<typeof anEmptyWorld>,
  objects: readonly MemoryObject[],
  merchants: readonly Merchant[] = shops,
) => {
  const rebuilt = anEmptyWorld()
  const archive = memoryArchiveObjects(objects, merchants)
  const result = await rebuildBooks({ archive, rebuilt, register: live.merchants }, LIMITS, () => {})
  const comparison = await compareBooks({ rebuilt, live }, { booksAtOnce: 2, onProgress: () => {} })
  return { rebuilt, result, comparison }
}

describe('books rebuilt from the archive', () => {
  const records = [
    [entry('a'), entry('b', { direction: 'debit' }), entry('x', { merchantId: merchantId('m2') })],
    [entry('a'), entry('c', { amountMinor: 7n })],
    [entry('d'), entry('x', { merchantId: merchantId('m2') }), entry('e', { metadata: { table: '7' } })],
  ]

  test.each([1, 2, 3])('equal the live ones for any objects and order of the copies (seed %i)', async (seed) => {
    const { live, archived } = await given(records)
    const random = seededRandom(seed)
    const copies = [...archived, ...archived.slice(0, 3)].toSorted(() => random.next() - 0.5)
    const objects = [anObject('2', copies.slice(0, 4)), anObject('1', copies.slice(4)), anObject('0', [])]
    const { result, comparison } = await rebuildAndCompare(live, objects)
    expect(result).toMatchObject({ rows: 11, entries: 11, counted: 6, setAside: 0, unreadableObjects: [] })
    expect(comparison).toMatchObject({ books: 2, different: [] })
    expect(comparison.totals.rebuilt).toEqual(comparison.totals.live)
    expect(comparison.totals.live.entryCount).toBe(6)
  })

  test('hold the content of an id that came first on the stream, as the live ones do', async () => {
    const { live, archived } = await given([[entry('a', { amountMinor: 5n })], [entry('a', { amountMinor: 6n })]])
    const { rebuilt, comparison, result } = await rebuildAndCompare(live, [
      anObject('1', archived.slice(1)),
      anObject('2', archived.slice(0, 1)),
    ])
    expect(comparison).toMatchObject({ books: 1, different: [] })
    expect(comparison.totals.rebuilt.creditsMinor).toBe(5n)
    expect(result.setAside).toBe(1)
    const setAside = async (world: typeof rebuilt) => (await world.quarantine.list({}, { limit: 10 })).items
    expect(await setAside(rebuilt)).toEqual(await setAside(live))
  })

  test('take a merchant without an audit event from the live register, and the result says so', async () => {
    const { live, archived } = await given(records)
    const newer = aMerchant({ revision: 3 })
    const { rebuilt, result, comparison } = await rebuildAndCompare(live, [anObject('1', archived)], [newer])
    expect(result).toMatchObject({ merchantsFromAuditEvents: 1, merchantsFromRegister: ['m2'] })
    expect(await rebuilt.merchants.find(newer.merchantId)).toEqual(newer)
    expect(comparison.different).toEqual([])
  })
})

describe('a rebuild names', () => {
  const records = [[entry('a'), entry('b')], [entry('c')]]

  test('an object that cannot be read, while the rest is built', async () => {
    const { live, archived } = await given(records)
    const objects = [anObject('good', archived.slice(0, 2)), anObject('bad', 'no magic bytes')]
    const { result, comparison } = await rebuildAndCompare(live, objects)
    expect(result.unreadableObjects).toEqual([{ key: anObject('bad', '').key, reason: 'no magic bytes' }])
    expect(comparison.different).toMatchObject([{ missingInArchive: ['c'], missingInJournal: [], otherContent: [] }])
  })

  test('a deleted object', async () => {
    const { live, archived } = await given(records)
    const { comparison } = await rebuildAndCompare(live, [anObject('1', archived.slice(2))])
    expect(comparison.different).toMatchObject([
      {
        book: aBookId(),
        rebuilt: { totals: { entryCount: 1 } },
        live: { totals: { entryCount: 3 } },
        missingInArchive: ['a', 'b'],
      },
    ])
  })

  test('an archive from which everything was deleted', async () => {
    const { live } = await given(records)
    const { comparison } = await rebuildAndCompare(live, [])
    expect(comparison).toMatchObject({ books: 1, different: [{ missingInArchive: ['a', 'b', 'c'] }] })
  })

  test('an altered amount', async () => {
    const { live, archived } = await given(records)
    const altered = archived.map((row) =>
      row.entry.entryId === 'b' ? { ...row, entry: { ...row.entry, amountMinor: 999n } } : row,
    )
    const { comparison } = await rebuildAndCompare(live, [anObject('1', altered)])
    expect(comparison.different).toMatchObject([{ book: aBookId(), otherContent: ['b'], missingInArchive: [] }])
  })

  test('a missing entry that the sums hide, because another entry makes up for it', async () => {
    const { live, archived } = await given(records)
    const swapped = archived.map((row) =>
      row.entry.entryId === 'b' ? { ...row, entry: { ...row.entry, entryId: entryId('z') } } : row,
    )
    const { comparison } = await rebuildAndCompare(live, [anObject('1', swapped)])
    expect(comparison.totals.rebuilt).toEqual(comparison.totals.live)
    expect(comparison.different).toMatchObject([{ missingInArchive: ['b'], missingInJournal: ['z'] }])
  })
})

describe('a replay', () => {
  const records = [
    [entry('a'), entry('b')],
    [entry('a'), entry('c')],
  ]
  const everything = { arrived: { fromMs: 0, toMs: 10_000 }, onProgress: () => {} }
  const count = async (world: ReturnType<typeof anEmptyWorld>) =>
    (await world.journal.end(aBookId()))?.totals.entryCount
  async function* stream(of: readonly (readonly Entry[])[]) {
    yield batchOf(of)
  }

  test('of the archive changes nothing when nothing is missing', async () => {
    const { live, archived } = await given(records)
    const before = await live.journal.read(aBookId(), 0)
    const progress = await live.progress.read('journal')
    const archive = memoryArchiveObjects([anObject('1', archived)])
    expect(await replayArchive(archive, live, LIMITS, everything)).toMatchObject({
      entries: 4,
      counted: 0,
      setAside: 0,
    })
    expect(await live.journal.read(aBookId(), 0)).toEqual(before)
    expect(await live.progress.read('journal')).toEqual(progress)
  })

  test('of the archive counts a dropped entry once', async () => {
    const { archived } = await given(records)
    const { live } = await given([[entry('a'), entry('b')]])
    const archive = memoryArchiveObjects([anObject('1', archived)])
    expect(await replayArchive(archive, live, LIMITS, everything)).toMatchObject({ entries: 4, counted: 1 })
    expect(await replayArchive(archive, live, LIMITS, everything)).toMatchObject({ entries: 4, counted: 0 })
    expect(await count(live)).toBe(3)
  })

  test('of the archive reads only entries that arrived in the given time', async () => {
    const { archived } = await given(records)
    const live = anEmptyWorld(shops)
    const archive = memoryArchiveObjects([anObject('1', archived), anObject('old', 'would not be read', 1_000)])
    const late = { ...everything, arrived: { fromMs: 1_001, toMs: 2_000 } }
    const result = await replayArchive(archive, live, LIMITS, late)
    expect(result).toMatchObject({ entries: 2, counted: 2, unreadableObjects: [] })
  })

  test('of the stream changes nothing when nothing is missing, and counts dropped entries', async () => {
    const { live } = await given([[entry('a')]])
    expect(await replayStream(stream(records), live, LIMITS, () => {})).toMatchObject({ entries: 4, counted: 2 })
    expect(await replayStream(stream(records), live, LIMITS, () => {})).toMatchObject({ entries: 4, counted: 0 })
    expect(await count(live)).toBe(3)
  })

  test('of the stream leaves unreadable records in quarantine once', async () => {
    const { live } = await given([])
    const garbage: ShardBatch = {
      shardId: SHARD,
      records: [{ sequenceNumber: '99', arrivedAtMs: 1, data: Buffer.from([1, 2, 3]) }],
    }
    const again = async function* () {
      yield garbage
      yield garbage
    }
    expect(await replayStream(again(), live, LIMITS, () => {})).toMatchObject({ entries: 0, unreadableRecords: 2 })
    expect((await live.quarantine.list({}, { limit: 10 })).items).toHaveLength(1)
  })
})

describe('after days were closed, books rebuilt from the archive', () => {
  const friday = aBookId()
  const TODAY_MS = Date.parse('2026-11-22T12:00:00-03:00')
  const onSunday = { occurredAtMs: TODAY_MS - 1_000, businessDay: day('2026-11-22') }

  test.each(['nextOpenDay', 'restate', 'quarantine'] as const)(
    'hold what the live ones hold, with late entries under %s',
    async (lateEntries) => {
      const merchants = [aMerchant({ lateEntries })]
      const live = {
        ...anEmptyWorld(merchants),
        progress: memoryProgress(),
        auditTrail: memoryAuditTrail(),
        log: { warn() {}, error() {} },
        clock: () => TODAY_MS,
      }
      const early = [[entry('early', { amountMinor: 500n })], [entry('same', { ...onSunday, amountMinor: 5n })]]
      const late = [
        [entry('late', { amountMinor: 70n }), entry('late', { amountMinor: 71n })],
        [
          entry('same', { amountMinor: 6n }),
          entry('early', { amountMinor: 501n }),
          entry('late', { amountMinor: 70n }),
        ],
      ]
      const worker = recordEntries(live, LIMITS)
      await worker(batchOf(early))
      await closeAsItStands(live, friday, TODAY_MS)
      await worker({ ...batchOf([...early, ...late]) })

      const rebuilt = anEmptyWorld()
      const archive = memoryArchiveObjects(
        [anObject('all', archivedFrom([...early, ...late]))],
        merchants,
        live.auditTrail.published,
      )
      await rebuildBooks({ archive, rebuilt, register: live.merchants }, LIMITS, () => {})
      const found = await compareBooks({ rebuilt, live }, { booksAtOnce: 2, onProgress() {} })
      expect(found).toMatchObject({ different: [], unreadable: [] })
      expect(found.totals.rebuilt).toEqual(found.totals.live)
      // The books of Friday and Sunday, or of more days when late entries count there.
      expect(found.books).toBe(2)
      expect(found.totals.live.entryCount).toBe({ nextOpenDay: 3, restate: 4, quarantine: 2 }[lateEntries])
    },
  )
})

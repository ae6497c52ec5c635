import { memoryBooks } from '#adapters/transactions/memory-books'
import { describe, expect, test, vi } from 'vitest'
import { firehoseArchive } from '#adapters/archive/firehose-archive'
import { memoryArchive } from '#adapters/archive/memory-archive'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import type { ArchivedEntry, Archive } from '#ledger/archive'
import { archiveEntries, type ArchiveWorld } from '#processors/archive/archive-entries'
import { recordEntries, type JournalWorld } from '#processors/journal/record-entries'
import { kinesisBatch } from '#processors/kinesis-batch'
import type { BatchOutcome, ShardBatch } from '#processors/shard-batch'
import { parseArchiveRow } from '#wire/archive/row'
import { encodeAuditEvents, encodeEntries, encodeHeartbeat, entryLine } from '#wire/stream/record'
import { aBookId, anAuditEvent, aMerchant, anEntry, entryId } from '../builders.ts'
import { fakeFirehose, watch, type Mood } from '../contracts/firehose.ts'

const SHARD = 'shardId-000000000000'
const entry = (id: string) => anEntry({ entryId: entryId(id) })
const record = (...ids: string[]): Uint8Array => encodeEntries(ids.map((id) => entryLine(entry(id))))
const batchOf = (...datas: Uint8Array[]): ShardBatch => ({
  shardId: SHARD,
  records: datas.map((data, index) => ({ sequenceNumber: String(99 + index), arrivedAtMs: 1_000 + index, data })),
})

/** A world in memory, and a worker in it that puts a few entries at a time; `broken` replaces ports by ones that fail. */
const given = (broken: (world: ArchiveWorld) => Partial<ArchiveWorld> = () => ({})) => {
  const archive = memoryArchive()
  const log = { warn: vi.fn(), error: vi.fn() }
  const world: ArchiveWorld = { archive, progress: memoryProgress(), log }
  const worker = archiveEntries({ ...world, ...broken(world) }, { portionCharacters: 400 })
  const progress = async () => (await world.progress.of('archive', SHARD))?.sequenceNumber
  return { archive, world, worker, log, progress, ids: () => archive.entries.map(idOf) }
}

const idOf = ({ entry }: ArchivedEntry): string => entry.entryId

/** Hands the batch over as an event source mapping does: what failed comes again, from there on. */
const deliverAll = async (worker: (batch: ShardBatch) => Promise<BatchOutcome>, batch: ShardBatch): Promise<number> => {
  let { records } = batch
  for (let deliveries = 1; deliveries <= 100; deliveries += 1) {
    const { redeliverFrom } = await worker({ ...batch, records })
    if (redeliverFrom === undefined) return deliveries
    records = records.slice(records.findIndex(({ sequenceNumber }) => sequenceNumber === redeliverFrom))
  }
  throw new Error('delivered a hundred times, and still not done')
}

describe('a batch', () => {
  test('is archived, each entry with its position on the stream and its arrival', async () => {
    const { worker, archive, progress } = given()
    expect(await worker(batchOf(record('a', 'b'), record('c')))).toEqual({})
    expect(archive.entries).toEqual([
      { entry: entry('a'), position: { shardId: SHARD, sequenceNumber: '99', index: 0 }, arrivedAtMs: 1_000 },
      { entry: entry('b'), position: { shardId: SHARD, sequenceNumber: '99', index: 1 }, arrivedAtMs: 1_000 },
      { entry: entry('c'), position: { shardId: SHARD, sequenceNumber: '100', index: 0 }, arrivedAtMs: 1_001 },
    ])
    expect(await progress()).toBe('100')
  })

  test('is archived with every copy, as it stood on the stream', async () => {
    const { worker, archive } = given()
    const other = anEntry({ entryId: entryId('a'), amountMinor: 7n })
    await worker(batchOf(record('a'), record('a'), encodeEntries([entryLine(other)])))
    expect(archive.entries.map(({ entry }) => entry.amountMinor)).toEqual([100n, 100n, 7n])
  })

  test('of heartbeats and unknown kinds moves progress', async () => {
    const { worker, archive, progress } = given()
    const unknown = Buffer.concat([Buffer.of(68, 1, 0), Buffer.from('{"kind":"barrier"}')])
    expect(await worker(batchOf(encodeHeartbeat(), unknown, encodeEntries([])))).toEqual({})
    expect(archive.entries).toEqual([])
    expect(await progress()).toBe('101')
  })

  test('has its audit events archived as well', async () => {
    const { worker, archive } = given()
    await worker(batchOf(record('a'), encodeAuditEvents([anAuditEvent({ eventId: 'd1' })]), record('b')))
    expect(archive.auditEvents).toEqual([anAuditEvent({ eventId: 'd1' })])
    expect(archive.entries.map(idOf)).toEqual(['a', 'b'])
  })

  test('is archived in portions, so that memory holds only a few calls', async () => {
    const puts: number[] = []
    const counting = ({ archive }: ArchiveWorld) => ({
      archive: { ...archive, put: async (some: readonly ArchivedEntry[]) => void puts.push(some.length) },
    })
    await given(counting).worker(batchOf(...Array.from({ length: 10 }, (_, index) => record(`e${index}`))))
    expect(puts.length).toBeGreaterThan(3)
    expect(puts.reduce((sum, count) => sum + count)).toBe(10)
  })
})

describe('an unreadable record or line', () => {
  test('is skipped and logged, and the others are archived', async () => {
    const { worker, ids, log, progress } = given()
    const spoilt = encodeEntries(['{"no":"entry"}', entryLine(entry('b')), 'nothing'])
    const unreadable = Buffer.concat([Buffer.of(68, 1, 0), Buffer.from('{"kind":"decisions"}\n{"no":"decision"}')])
    expect(await worker(batchOf(record('a'), Buffer.from([0, 255, 17]), spoilt, unreadable))).toEqual({})
    expect(ids()).toEqual(['a', 'b'])
    expect(await progress()).toBe('102')
    expect(log.warn.mock.calls.map(([facts]) => facts as unknown)).toMatchObject([
      { shardId: SHARD, sequenceNumber: '100', detail: 'not a Daybook record' },
      { shardId: SHARD, sequenceNumber: '101', lines: 2, first: { index: 0 } },
      { shardId: SHARD, sequenceNumber: '102', lines: 1, first: { index: 0 } },
    ])
  })

  test('does not change the positions of the lines around it', async () => {
    const { worker, archive } = given()
    await worker(batchOf(encodeEntries(['spoilt', entryLine(entry('b'))])))
    expect(archive.entries.map(({ position }) => position.index)).toEqual([1])
  })
})

describe('a failure of the archive', () => {
  const refusing =
    (id: string) =>
    ({ archive }: ArchiveWorld) => ({
      archive: {
        ...archive,
        put: async (some: readonly ArchivedEntry[]) => {
          if (some.some((archived) => idOf(archived) === id)) throw new Error('out of reach')
          await archive.put(some)
        },
      },
    })

  test('is logged with the books whose entries have to wait', async () => {
    const { worker, log } = given(refusing('d'))
    await worker(batchOf(record('a', 'b'), record('c', 'x'), record('d', 'y')))
    expect(log.warn.mock.calls.map(([facts]) => facts as unknown)).toMatchObject([
      { shardId: SHARD, redeliverFrom: '101', books: [{ merchantId: 'm1', day: '2026-11-20' }], booksInAll: 1 },
    ])
  })

  test('is reported at the first record that may not be archived, and progress stays before it', async () => {
    const { worker, ids, progress } = given(refusing('d'))
    const batch = batchOf(record('a', 'b'), record('c', 'x'), record('d', 'y'), record('e', 'z'))
    expect(await worker(batch)).toEqual({ redeliverFrom: '101' })
    expect(ids()).toEqual(['a', 'b', 'c', 'x'])
    expect(await progress()).toBe('100')
  })

  test('at the first record leaves progress unchanged', async () => {
    const { worker, progress } = given(refusing('a'))
    expect(await worker(batchOf(record('a')))).toEqual({ redeliverFrom: '99' })
    expect(await progress()).toBeUndefined()
  })

  test('is reported for audit events as it is for entries', async () => {
    const { worker } = given(({ archive }) => ({
      archive: { ...archive, putAuditEvents: () => Promise.reject(new Error('out of reach')) },
    }))
    expect(await worker(batchOf(encodeAuditEvents([anAuditEvent()])))).toEqual({ redeliverFrom: '99' })
  })

  test('to write progress fails the whole batch', async () => {
    const { worker, ids } = given(({ progress }) => ({
      progress: { ...progress, advance: () => Promise.reject(new Error('throttled')) },
    }))
    expect(await worker(batchOf(record('a'), record('b')))).toEqual({ redeliverFrom: '99' })
    expect(ids()).toEqual(['a', 'b'])
  })

  test('is reported to Lambda as the item that failed', async () => {
    const data = Buffer.from(record('a')).toString('base64')
    const kinesis = { data, sequenceNumber: '99', approximateArrivalTimestamp: 1.5, partitionKey: 'p' }
    const event = { Records: [{ eventID: `${SHARD}:99`, kinesis }] }
    const handler = kinesisBatch(given(refusing('a')).worker)
    const response = await handler(event as Parameters<typeof handler>[0])
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '99' }] })
  })
})

describe('every entry is archived in the end', () => {
  const SALES = Array.from({ length: 40 }, (_, index) => [`e${2 * index}`, `e${2 * index + 1}`] as const)
  const batch = batchOf(...SALES.map((ids) => record(...ids)))
  const everyId = SALES.flat()

  test('though Firehose takes some records and refuses others, or does not answer', async () => {
    // A retry or two are not enough for the first and the fifth call of every eleven, so those give up.
    const moody: Mood = (call) => (call % 11 < 5 ? 'everything' : call % 3 === 0 ? [0] : [])
    const client = fakeFirehose(['e', 'd'], moody)
    const { taken } = watch(client)
    const archive = firehoseArchive(client, { entries: 'e', decisions: 'd' }, { sleep: async () => {} })
    const { worker, progress } = given(() => ({ archive }))

    expect(await deliverAll(worker, batch)).toBeGreaterThan(1)

    const rows = taken.flatMap(({ rows }) => rows).map(parseArchiveRow)
    const ids = rows.map((row) => (row.ok ? idOf(row.value) : row.error))
    expect(new Set(ids)).toEqual(new Set(everyId))
    expect(await progress()).toBe('138')
  })

  test('though each put loses its answer once, and its copies are of the same positions', async () => {
    const lost = new Set<string>()
    const { worker, archive } = given(({ archive }) => ({
      archive: {
        ...archive,
        put: async (some) => {
          await archive.put(some)
          const first = some[0]?.entry.entryId ?? ''
          if (lost.has(first)) return
          lost.add(first)
          throw new Error('timed out')
        },
      },
    }))

    await deliverAll(worker, batch)

    const places = Map.groupBy(archive.entries, ({ position }) => Object.values(position).join(' '))
    expect(archive.entries.length).toBeGreaterThan(everyId.length)
    expect([...places.values()].map(([first]) => first?.entry.entryId)).toEqual(everyId)
    for (const copies of places.values()) expect(new Set(copies.map(idOf)).size).toBe(1)
  })

  test('though the worker dies between a put and its progress, and another takes over', async () => {
    const { world, archive, progress } = given()
    const crashed = new Promise<never>(() => {})
    const dying = archiveEntries({ ...world, progress: { ...world.progress, advance: () => crashed } })
    void dying(batch)
    await vi.waitUntil(() => archive.entries.length === everyId.length)
    expect(await progress()).toBeUndefined()

    expect(await archiveEntries(world)(batch)).toEqual({})

    expect(archive.entries.map(idOf)).toEqual([...everyId, ...everyId])
    expect(await progress()).toBe('138')
  })
})

describe('the journal and the archive consumer', () => {
  const journalWorld = (world: ArchiveWorld): JournalWorld => ({
    ...memoryBooks(),
    merchants: memoryMerchants([aMerchant()]),
    auditTrail: memoryAuditTrail(),
    progress: world.progress,
    clock: () => 0,
    log: world.log,
  })
  const limits = { booksAtOnce: 4, cacheBytes: 1_000_000 }

  test('each go on when the other one fails', async () => {
    const outOfReach: Archive = {
      put: () => Promise.reject(new Error('out of reach')),
      putAuditEvents: () => Promise.reject(new Error('out of reach')),
    }
    const batch = batchOf(record('a'), record('b'))
    const { world, archive } = given()
    const books = journalWorld(world)
    const brokenJournal = { ...books.journal, append: () => Promise.reject(new Error('throttled')) }

    expect(await archiveEntries({ ...world, archive: outOfReach })(batch)).toEqual({ redeliverFrom: '99' })
    expect(await recordEntries(books, limits)(batch)).toEqual({})
    expect((await books.journal.end(aBookId()))?.totals.entryCount).toBe(2)

    const later: ShardBatch = {
      shardId: SHARD,
      records: [{ sequenceNumber: '200', arrivedAtMs: 0, data: record('c') }],
    }
    expect(await recordEntries({ ...books, journal: brokenJournal }, limits)(later)).toEqual({ redeliverFrom: '200' })
    expect(await archiveEntries(world)(later)).toEqual({})
    expect(archive.entries.map(idOf)).toEqual(['c'])
  })

  test('each have their own progress', async () => {
    const { world, worker } = given()
    await recordEntries(journalWorld(world), limits)(batchOf(record('a'), record('b')))
    await worker(batchOf(record('a')))
    const at = async (consumer: 'journal' | 'archive') => (await world.progress.of(consumer, SHARD))?.sequenceNumber
    expect([await at('journal'), await at('archive')]).toEqual(['100', '99'])
  })

  test('together hold every entry of the stream: the archive has the entries that the journal sets aside', async () => {
    const { world, archive, worker } = given()
    const books = journalWorld(world)
    const other = anEntry({ entryId: entryId('a'), amountMinor: 7n })
    const batch = batchOf(record('a'), encodeEntries([entryLine(other)]))
    await recordEntries(books, limits)(batch)
    await worker(batch)
    expect((await books.journal.end(aBookId()))?.totals.entryCount).toBe(1)
    expect(archive.entries.map(({ entry }) => entry)).toEqual([entry('a'), other])
  })
})

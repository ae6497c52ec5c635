/** What becomes of entries when our own code fails: on everything, on one book, on one entry, or now and then. */
import { memoryBooks } from '#adapters/transactions/memory-books'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryArchive } from '#adapters/archive/memory-archive'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import type { Entry } from '#ledger/entry'
import { SeenIds } from '#ledger/memory/seen-ids'
import { UnknownFormat } from '#ledger/ports'
import { archiveEntries } from '#processors/archive/archive-entries'
import { recordEntries } from '#processors/journal/record-entries'
import { bookRecorder } from '#processors/rebuild/book-recorder'
import type { ShardBatch } from '#processors/shard-batch'
import { encodeEntries, entryLine } from '#wire/stream/record'
import { aBookId, aMerchant, anEntry, day, entryId } from '../builders.ts'

/** Pieces of our code, each of which a test may make fail; what it fails on is said of its first argument. */
const broken = vi.hoisted(() => {
  const none: Record<string, (given: never) => boolean> = {}
  const faults = { ...none }
  const mayFail =
    <Args extends [unknown, ...unknown[]], R>(piece: string, original: (...args: Args) => R) =>
    (...args: Args): R => {
      if (faults[piece]?.(args[0] as never)) throw new RangeError('Array buffer allocation failed')
      return original(...args)
    }
  return { faults, mayFail }
})
vi.mock(import('#wire/journal/segment'), async (importOriginal) => {
  const original = await importOriginal()
  const seal = broken.mayFail(
    'sealing',
    (_entries: readonly Entry[], ...args: Parameters<typeof original.sealSegment>) => original.sealSegment(...args),
  )
  return { ...original, sealSegment: (before, segment) => seal(segment.entries, before, segment) }
})
vi.mock(import('#ledger/book'), async (importOriginal) => {
  const original = await importOriginal()
  return {
    ...original,
    decide: (book, batch) => broken.mayFail('deciding', (_book: unknown) => original.decide(book, batch))(book),
  }
})
vi.mock(import('#wire/stream/record'), async (importOriginal) => {
  const original = await importOriginal()
  return { ...original, decodeRecord: broken.mayFail('decoding', original.decodeRecord) }
})
vi.mock(import('#wire/stream/usual-line'), async (importOriginal) => {
  const original = await importOriginal()
  return { ...original, readUsualLine: broken.mayFail('reading a line', original.readUsualLine) }
})
vi.mock(import('#ledger/entry'), async (importOriginal) => {
  const original = await importOriginal()
  return { ...original, canonicalContent: broken.mayFail('writing an entry', original.canonicalContent) }
})

const failOn = (piece: string, when: (given: never) => boolean): void => {
  broken.faults[piece] = when
}
const mend = (): void => {
  for (const piece of Object.keys(broken.faults)) delete broken.faults[piece]
  vi.restoreAllMocks()
}
beforeEach(mend)

const SHARD = 'shardId-000000000000'
const book = aBookId()
const other = aBookId({ day: day('2026-11-21') })
const entry = (id: string, given: Partial<Entry> = {}): Entry => anEntry({ entryId: entryId(id), ...given })
const onOther = (id: string): Entry => entry(id, { businessDay: other.day })
const record = (...entries: Entry[]): Uint8Array => encodeEntries(entries.map(entryLine))
const batchOf = (...datas: Uint8Array[]): ShardBatch => ({
  shardId: SHARD,
  records: datas.map((data, index) => ({ sequenceNumber: String(99 + index), arrivedAtMs: 1_000, data })),
})

const LIMITS = { booksAtOnce: 1, cacheBytes: 1_000_000 }

const given = () => {
  const alarms: string[] = []
  const log = { warn: vi.fn(), error: (_facts: object, message: string) => void alarms.push(message) }
  const archive = memoryArchive()
  const world = {
    ...memoryBooks(),
    merchants: memoryMerchants([aMerchant()]),
    publish: async () => {},
    auditTrail: memoryAuditTrail(),
    progress: memoryProgress(),
    clock: () => 0,
    log,
  }
  const aside = async () => (await world.quarantine.list({}, { limit: 100 })).items
  return {
    world,
    alarms,
    aside,
    record: recordEntries(world, LIMITS),
    keep: archiveEntries({ archive, progress: world.progress, log }),
    again: bookRecorder(world, { ...LIMITS, mayHaveMoved: true }),
    count: async (of = book) => (await world.journal.end(of))?.totals.entryCount ?? 0,
    progress: async (of: 'journal' | 'archive') => (await world.progress.of(of, SHARD))?.sequenceNumber,
    archived: () => archive.entries.map((archived) => archived.entry.entryId),
    asideNames: async () => (await aside()).map((item) => [item.reason, item.position.sequenceNumber]),
  }
}

const always = () => true
const EVERYTHING: readonly { what: string; fail: () => void; also?: 'archive' }[] = [
  { what: 'packing a segment', fail: () => failOn('sealing', always) },
  { what: 'deciding what is new', fail: () => failOn('deciding', always) },
  { what: 'decoding a record', fail: () => failOn('decoding', always), also: 'archive' },
  { what: 'reading a line', fail: () => failOn('reading a line', always), also: 'archive' },
  {
    what: 'reading text, as without memory',
    fail: () =>
      void vi.spyOn(TextDecoder.prototype, 'decode').mockImplementation(() => {
        throw new RangeError('Array buffer allocation failed')
      }),
    also: 'archive',
  },
]

describe('an exception that hits every entry', () => {
  test.each(EVERYTHING)(
    'sets nothing aside and moves no progress until the code is mended: $what',
    async ({ fail }) => {
      const { world, record: worker, alarms, aside, count, progress } = given()
      const batch = batchOf(record(entry('a'), entry('b')), record(onOther('c')), record(entry('a')))
      fail()
      for (let delivery = 1; delivery <= 3; delivery += 1) {
        expect(await worker(batch)).toEqual({ redeliverFrom: '99' })
        expect(alarms).toHaveLength(delivery)
      }
      expect(await aside()).toEqual([])
      expect(world.auditTrail.published).toEqual([])
      expect([await count(), await progress('journal')]).toEqual([0, undefined])

      mend()
      expect(await worker(batch)).toEqual({})
      expect([await count(), await count(other), await progress('journal')]).toEqual([2, 1, '101'])
      expect(await aside()).toEqual([])
      expect(alarms).toHaveLength(3)
    },
  )

  test.each(EVERYTHING)('sets nothing aside in a batch of a single entry either: $what', async ({ fail }) => {
    const { record: worker, alarms, aside, progress } = given()
    const batch = batchOf(record(entry('a')))
    fail()
    expect(await worker(batch)).toEqual({ redeliverFrom: '99' })
    expect([await aside(), await progress('journal'), alarms.length]).toEqual([[], undefined, 1])
  })

  test.each(EVERYTHING.filter(({ also }) => also === 'archive'))(
    'passes over nothing in the archive: $what',
    async ({ fail }) => {
      const { keep, alarms, archived, progress } = given()
      const batch = batchOf(record(entry('a')), record(entry('b')))
      fail()
      expect(await keep(batch)).toEqual({ redeliverFrom: '99' })
      expect([archived(), await progress('archive'), alarms.length]).toEqual([[], undefined, 1])
      mend()
      expect(await keep(batch)).toEqual({})
      expect([archived(), await progress('archive'), alarms.length]).toEqual([['a', 'b'], '100', 1])
    },
  )

  test.each(EVERYTHING)('ends a replay without setting anything aside: $what', async ({ fail }) => {
    const { again, aside, count } = given()
    const batch = batchOf(record(entry('a')))
    fail()
    await expect(again.delivered(batch)).rejects.toThrow('allocation failed')
    expect([await aside(), await count()]).toEqual([[], 0])
  })

  test('from the second record on leaves the first record done', async () => {
    const { record: worker, keep, aside, count, progress, archived } = given()
    const batch = batchOf(record(entry('a')), record(entry('a', { amountMinor: 7n })), record(entry('c')))
    const [first] = batch.records
    failOn('decoding', (data: Uint8Array) => data !== first!.data)
    expect([await worker(batch), await keep(batch)]).toEqual([{ redeliverFrom: '100' }, { redeliverFrom: '100' }])
    expect([await count(), await progress('journal'), await progress('archive')]).toEqual([1, '99', '99'])
    expect([archived(), await aside()]).toEqual([['a'], []])
  })

  test('after an append names the segment in each alarm, and the entries are counted once when it is over', async () => {
    const { world, record: worker, aside, count } = given()
    const said = vi.spyOn(world.log, 'error')
    const extend = vi.spyOn(SeenIds.prototype, 'extend').mockImplementation(() => {
      throw new RangeError('Array buffer allocation failed')
    })
    const batch = batchOf(record(entry('a')))
    // The worker appends the segment. When the batch is delivered again, it reads the segment that it appended.
    expect([await worker(batch), await worker(batch)]).toEqual([{ redeliverFrom: '99' }, { redeliverFrom: '99' }])
    expect(said.mock.calls.map(([facts]) => (facts as { err: Error }).err.message)).toEqual([
      'the book m1#2026-11-20 after segment 1: Array buffer allocation failed',
      'segment 1 of the book m1#2026-11-20: Array buffer allocation failed',
    ])
    extend.mockRestore()
    expect(await worker(batch)).toEqual({})
    expect([await count(), await aside()]).toEqual([1, []])
  })

  test('of one book holds up that book, and sets none of its entries aside', async () => {
    const { world, record: worker, alarms, aside, count, progress } = given()
    const said = vi.spyOn(world.log, 'error')
    failOn('sealing', (entries: readonly Entry[]) => entries.some(({ businessDay }) => businessDay === other.day))
    const batch = batchOf(record(entry('a')), record(onOther('b'), onOther('c')), record(entry('d')))
    expect(await worker(batch)).toEqual({ redeliverFrom: '100' })
    expect([await count(), await count(other), await progress('journal')]).toEqual([2, 0, '99'])
    expect([await aside(), alarms.length]).toEqual([[], 1])
    expect(said.mock.calls[0]?.[0]).toMatchObject({
      err: { message: expect.stringContaining('m1#2026-11-21') as string },
      merchantId: 'm1',
      day: '2026-11-21',
      books: [{ merchantId: 'm1', day: '2026-11-21' }],
      booksInAll: 1,
    })
  })
})

describe('what no retry mends', () => {
  const unknown = () => Promise.reject(new UnknownFormat('The head of merchant m1 is stored in format 2.'))
  const mistake = () => Promise.reject(new TypeError('Cannot read properties of undefined'))

  test.each([
    { where: 'in the register, which another version has written', port: 'merchants', ports: { find: unknown } },
    { where: 'in a head, which another version has written', port: 'heads', ports: { open: unknown } },
    { where: 'in a journal that we read by a mistake of ours', port: 'journal', ports: { read: mistake } },
    { where: 'in the progress, which another version has written', port: 'progress', ports: { advance: unknown } },
    { where: 'in writing the progress, by a mistake of ours', port: 'progress', ports: { advance: mistake } },
  ] as const)('raises the alarm each time, not only a warning: $where', async ({ port, ports }) => {
    const { world, alarms, aside } = given()
    const worker = recordEntries({ ...world, [port]: { ...world[port], ...ports } }, LIMITS)
    for (let delivery = 1; delivery <= 2; delivery += 1) {
      expect(await worker(batchOf(record(entry('a'))))).toEqual({ redeliverFrom: '99' })
      expect(alarms).toHaveLength(delivery)
    }
    expect(await aside()).toEqual([])
  })

  test.each([unknown, mistake])('raises the alarm in the archive consumer, too', async (advance) => {
    const { world, alarms } = given()
    const keep = archiveEntries({ ...world, archive: memoryArchive(), progress: { ...world.progress, advance } })
    expect(await keep(batchOf(record(entry('a'))))).toEqual({ redeliverFrom: '99' })
    expect(alarms).toHaveLength(1)
  })
})

describe('a record in a newer format than this version reads', () => {
  /** The same record as the next version may write it. Only that version knows what comes after the second byte. */
  const newer = (data: Uint8Array, version = 2): Uint8Array => Buffer.concat([Buffer.of(68, version), data.subarray(2)])
  const batch = batchOf(
    record(entry('a')),
    newer(record(entry('b'))),
    record(entry('c')),
    newer(record(entry('d')), 31),
  )

  test('is held up in both consumers, and raises the alarm each time', async () => {
    const { world, record: worker, keep, aside, count, archived, progress } = given()
    const said = vi.spyOn(world.log, 'error')
    for (let delivery = 1; delivery <= 3; delivery += 1) {
      expect([await worker(batch), await keep(batch)]).toEqual([{ redeliverFrom: '100' }, { redeliverFrom: '100' }])
      expect(said).toHaveBeenCalledTimes(2 * delivery)
    }
    expect([await aside(), world.auditTrail.published]).toEqual([[], []])
    expect([await count(), await progress('journal'), await progress('archive')]).toEqual([1, '99', '99'])
    expect(new Set(archived())).toEqual(new Set(['a']))
    for (const [facts, message] of said.mock.calls) {
      expect(facts).toMatchObject({
        shardId: SHARD,
        redeliverFrom: '100',
        err: { message: expect.stringContaining('format 2') as string },
      })
      expect(message).toMatch(/held up.*docs\/operations\.md/)
    }
  })

  test('is counted and archived once its version is deployed, with the records behind it', async () => {
    const { record: worker, keep, aside, count, archived, progress } = given()
    expect([await worker(batch), await keep(batch)]).toEqual([{ redeliverFrom: '100' }, { redeliverFrom: '100' }])
    // As the version that wrote the records reads them.
    const upgraded = batchOf(record(entry('a')), record(entry('b')), record(entry('c')), record(entry('d')))
    const rest = { ...upgraded, records: upgraded.records.slice(1) }
    expect([await worker(rest), await keep(rest)]).toEqual([{}, {}])
    expect([await count(), archived(), await aside()]).toEqual([4, ['a', 'b', 'c', 'd'], []])
    expect([await progress('journal'), await progress('archive')]).toEqual(['102', '102'])
  })

  test('ends a replay, which sets nothing aside', async () => {
    const { again, aside, count } = given()
    await expect(again.delivered(batch)).rejects.toThrow(UnknownFormat)
    expect([await aside(), await count()]).toEqual([[], 1])
  })

  test.each([
    { what: 'a version that never was', data: newer(record(entry('b')), 0) },
    { what: 'text that starts with the same letter', data: Buffer.from('Dear Sir or Madam') },
    { what: 'no codec behind the version', data: Buffer.of(68, 2) },
    { what: 'no codec of any version', data: Buffer.of(68, 2, 32, 1) },
    { what: 'a codec that its own version does not have', data: Buffer.of(68, 1, 3, 1) },
  ])('is told from garbage, which is set aside as before: $what', async ({ data }) => {
    const { record: worker, keep, alarms, asideNames, count, archived } = given()
    const garbage = batchOf(record(entry('a')), data, record(entry('c')))
    expect([await worker(garbage), await keep(garbage)]).toEqual([{}, {}])
    expect([await asideNames(), await count()]).toEqual([[['undecodable-record', '100']], 2])
    expect([archived(), alarms]).toEqual([['a', 'c'], []])
  })
})

describe('an exception that one entry causes', () => {
  const poison = entry('poison')
  const isPoison = ({ entryId: id }: Entry) => id === poison.entryId

  test.each([
    { among: 'no others', entries: [poison], counted: 0 },
    { among: 'others', entries: [entry('a'), poison, entry('b'), entry('c')], counted: 3 },
    { among: 'copies of itself', entries: [poison, poison], counted: 0 },
  ])('sets that entry aside, with an alarm, and progress passes it: among $among', async ({ entries, counted }) => {
    const { record: worker, alarms, aside, count, progress } = given()
    failOn('sealing', (some: readonly Entry[]) => some.some(isPoison))
    expect(await worker(batchOf(record(...entries)))).toEqual({})
    expect((await aside()).map(({ subject, reason }) => [subject, reason])).toEqual([[poison, 'unexpected-error']])
    expect([await count(), await progress('journal'), alarms.length > 0]).toEqual([counted, '99', true])
  })

  test('when its line is read, sets that line aside and not its record', async () => {
    const { record: worker, keep, alarms, asideNames, aside, count, archived } = given()
    failOn('reading a line', (line: string) => line.includes('poison'))
    const batch = batchOf(record(entry('a'), poison, entry('b')))
    expect([await worker(batch), await keep(batch)]).toEqual([{}, {}])
    expect(await asideNames()).toEqual([['unexpected-error', '99']])
    expect((await aside())[0]).toMatchObject({ position: { index: 1 }, raw: Buffer.from(entryLine(poison)) })
    expect([await count(), archived(), alarms.length]).toEqual([2, ['a', 'b'], 2])
  })

  test('when one record is decoded, sets that record aside, and the archive skips it with an alarm', async () => {
    const { record: worker, keep, alarms, asideNames, count, archived, progress } = given()
    const batch = batchOf(record(entry('a')), record(poison), record(entry('b')))
    failOn('decoding', (data: Uint8Array) => data === batch.records[1]!.data)
    expect([await worker(batch), await keep(batch)]).toEqual([{}, {}])
    expect(await asideNames()).toEqual([['unexpected-error', '100']])
    expect([await count(), archived()]).toEqual([2, ['a', 'b']])
    expect([await progress('journal'), await progress('archive'), alarms.length]).toEqual(['101', '101', 2])
  })

  test('sets its line aside when even the entry cannot be stored in quarantine', async () => {
    const { record: worker, asideNames, aside, count } = given()
    const batch = batchOf(record(entry('a'), poison))
    failOn('sealing', (some: readonly Entry[]) => some.some(isPoison))
    failOn('writing an entry', isPoison)
    expect(await worker(batch)).toEqual({})
    mend()
    expect(await asideNames()).toEqual([['unexpected-error', '99']])
    expect((await aside())[0]).toMatchObject({ subject: 'unreadable', raw: Buffer.from(entryLine(poison)) })
    expect(await count()).toBe(1)
  })
})

describe('an exception that comes and goes', () => {
  test.each([{ piece: 'sealing' }, { piece: 'deciding' }, { piece: 'decoding' }, { piece: 'reading a line' }])(
    'sets nothing aside and holds nothing up: $piece',
    async ({ piece }) => {
      const { record: worker, keep, alarms, aside, count, archived } = given()
      let failures = 0
      failOn(piece, () => (failures += 1) === 1)
      const batch = batchOf(record(entry('a')))
      expect(await worker(batch)).toEqual({})
      failures = 0
      expect(await keep(batch)).toEqual({})
      expect([await count(), archived(), await aside(), alarms]).toEqual([1, ['a'], [], []])
    },
  )

  test('with many entries and not with few still counts the first copy of an id', async () => {
    const { record: worker, world, aside } = given()
    failOn('sealing', (entries: readonly Entry[]) => entries.length > 2)
    const first = entry('a', { amountMinor: 5n })
    await worker(batchOf(record(entry('x'), first, entry('y'), entry('a', { amountMinor: 6n }), entry('z'))))
    expect((await world.journal.end(book))?.totals.creditsMinor).toBe(305n)
    expect(await aside()).toMatchObject([{ reason: 'content-conflict', subject: { amountMinor: 6n } }])
  })
})

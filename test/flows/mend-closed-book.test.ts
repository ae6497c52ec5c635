/** A broken book of a closed day is mended: its versions stay what they were, and everything goes on. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memoryArchive } from '#adapters/archive/memory-archive'
import { memoryArchiveObjects } from '#adapters/archive-objects/memory-archive-objects'
import type { MemoryChains } from '#adapters/journal/memory-journal'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { memorySeals } from '#adapters/seals/memory-seals'
import { memoryBooks } from '#adapters/transactions/memory-books'
import { chainKey } from '#adapters/journal/generations'
import { dayClosed, type AuditEvent } from '#ledger/audit-event'
import type { Entry } from '#ledger/entry'
import type { EntryId } from '#ledger/identifiers'
import type { LatePolicy } from '#ledger/merchant'
import { UnreadableSegment } from '#ledger/ports'
import type { SealedSegment } from '#ledger/segment'
import { mendOf, mendShowing } from '#operations/mend'
import { USAGE, verifyJournal } from '#operations/verify-journal'
import { keepingSeals } from '#processors/archive/keep-seals'
import { closeDays } from '#processors/close/close-days'
import { recordEntries } from '#processors/journal/record-entries'
import { markAsBroken } from '#processors/mark-book'
import { mendBook } from '#processors/mend/mend-book'
import { planMending, type MendWorld } from '#processors/mend/plan-mending'
import { compareBooks } from '#processors/rebuild/compare-books'
import { rebuildBooks } from '#processors/rebuild/rebuild-books'
import { withSeals } from '#processors/reconcile/compare-seals'
import { decodeRecord, encodeEntries, entryLine } from '#wire/stream/record'
import { aMerchant, day } from '../builders.ts'
import { closeAsItStands } from '../closing.ts'
import { anIngest } from '../http/ingest-fixtures.ts'
import { aQueryApi } from '../http/query-fixtures.ts'
import { runIn } from '../operations/run.ts'
import { aSystem, DELIVERY_MS } from './a-system.ts'
import { beforeCall } from './before-call.ts'
import { m1, MON, sale } from './sealed-days.ts'

const [FRI, SAT] = [day('2026-11-20'), day('2026-11-21')]
const book = { merchantId: m1, day: FRI }
const A_DAY_MS = 24 * 3_600_000
const VERIFY = fileURLToPath(new URL('../../docs/vectors/verify.py', import.meta.url))

type Chain = readonly SealedSegment[]

/**
 * Friday received a late sale of Monday. It was closed on Saturday, and got three late sales since: two under the given policy,
 * and one under nextOpenDay, which counts on Saturday. Its chain is: a b, received, c, closing, and then the late sales.
 * `isPlain` closes the days without a comparison, which is faster.
 */
const given = async (policy: LatePolicy, { isPlain = false } = {}) => {
  const chains: MemoryChains = new Map()
  const books = memoryBooks([], chains)
  const system = await aSystem({ books, answers: 'memory' })
  const { world, auditTrail, send, running } = system
  running.firehose = !isPlain
  const seals = memorySeals()
  const keep = async () =>
    await keepingSeals(memoryArchive(), seals, { warn() {}, error() {} }).putAuditEvents(auditTrail.published)
  const close = async (through: typeof FRI) => {
    if (isPlain) {
      await closeAsItStands(books, { merchantId: m1, day: through }, world.clock())
      const closed = await books.days.newestClosed({ merchantId: m1, day: through })
      if (closed !== undefined) await auditTrail.publish(dayClosed(closed))
      return await keep()
    }
    const closing = { ...books, ...world, auditTrail }
    const outcomes = await closeDays(closing, { through, merchantIds: [m1], deliveryMs: DELIVERY_MS })
    await keep()
    return outcomes.map(({ status }) => status)
  }
  const setPolicy = async (lateEntries: LatePolicy) => {
    const { revision = 0 } = (await world.merchants.find(m1)) ?? {}
    await world.merchants.save(aMerchant({ lateEntries, revision: revision + 1 }))
  }
  await send(sale('mon', MON, 500n))
  await close(MON)
  await send(sale('a', FRI, 10n), { ...sale('b', FRI, 20n), method: 'pix' })
  await send(sale('late-mon', MON, 70n))
  await send(sale('c', FRI, 30n))
  await world.sleep(A_DAY_MS)
  await close(FRI)
  await setPolicy(policy)
  await send(sale('l1', FRI, 3n))
  await send({ ...sale('l2', FRI, 4n), method: 'cash' })
  await setPolicy('nextOpenDay')
  await send(sale('l3', FRI, 5n), sale('sat', SAT, 1n))
  await setPolicy(policy)
  await keep()

  const chain = (generation = 0): Chain => chains.get(chainKey(book, generation)) ?? []
  const damage = async (change: (chain: Chain) => Chain, { isMarked = true, generation = 0 } = {}) => {
    chains.set(chainKey(book, generation), change(chain(generation)))
    if (isMarked) await markAsBroken(books, book, generation)
  }
  /** What the archive shows; tests alter it. */
  const archive = {
    alter: (entry: Entry): Entry => entry,
    isTold: (_event: AuditEvent): boolean => true,
    tell: (event: AuditEvent): AuditEvent => event,
  }
  const objects = () => {
    const stored = world.stream.records.flatMap(({ shardId, sequenceNumber, data }, place) => {
      const record = decodeRecord(data)
      const lines = record.ok && record.value.kind === 'entries' ? [...record.value.entries] : []
      return lines.flatMap(({ entry }, index) => {
        if (!entry.ok) return []
        const { businessDay } = entry.value
        const held = { entry: archive.alter(entry.value), position: { shardId, sequenceNumber, index }, arrivedAtMs: 0 }
        return [{ key: `entries/${place}.${index}`, businessDay, bytes: 1, storedAtMs: 0, holds: [held] }]
      })
    })
    return memoryArchiveObjects(stored, [], auditTrail.published.filter(archive.isTold).map(archive.tell))
  }
  const mendWorld: MendWorld = {
    ...books,
    ...world,
    journal: books.journal,
    auditTrail,
    seals,
    actor: { by: 'os:ana', from: 'desk' },
    objects: {
      list: async () => await objects().list(),
      decisions: async () => await objects().decisions(),
      entries: (...asked) => objects().entries(...asked),
    },
  }
  const mend = async (instead: Partial<MendWorld> = {}) =>
    await runIn(
      async (_args, terminal) =>
        await mendShowing(
          { ...mendWorld, ...instead },
          mendOf({ merchant: 'm1', day: FRI, yes: true }),
          { deliveryMs: DELIVERY_MS, confirm: async () => false },
          terminal,
        ),
      'npm run rebuild',
      [],
    )
  const verify = async (...args: readonly string[]) =>
    await runIn(
      verifyJournal(() => ({ ...books, merchants: world.merchants, seals, clock: world.clock })),
      USAGE,
      ['--merchant', 'm1', ...args],
    )
  const { get } = aQueryApi({ storeWith: () => ({ ...books, merchants: world.merchants }) })
  /** The bytes and the ETag of each version, and the balance. */
  const versions = async () => {
    const found: { version: number; body: string; etag: string | null }[] = []
    const { body: now } = await get(`/v1/merchants/m1/days/${FRI}`)
    for (let version = 1; version <= Number(now['version']); version += 1) {
      const { text, headers } = await get(`/v1/merchants/m1/days/${FRI}?version=${version}`)
      found.push({ version, body: text, etag: headers.get('etag') })
    }
    return found
  }
  const balance = async () => {
    const { body } = await get('/v1/merchants/m1/balance')
    return { balance: body['balance'], exact: body['exact'] }
  }
  /** Builds all books from the archive alone, and compares them with the live ones. */
  const rebuildAll = async () => {
    const rebuilt = { ...memoryBooks(), merchants: memoryMerchants(), clock: world.clock, publish: async () => {} }
    const archived = objects()
    const merchant = await world.merchants.find(m1)
    const decisions = async () => ({ ...(await archived.decisions()), merchants: merchant ? [merchant] : [] })
    const limits = { booksAtOnce: 2, cacheBytes: 1_000_000 }
    const parts = { archive: { ...archived, decisions }, rebuilt, register: memoryMerchants() }
    const result = await rebuildBooks(parts, limits, () => {})
    expect(result).toMatchObject({ problems: [], heldBooks: [] })
    const live = { ...books, merchants: world.merchants }
    return await compareBooks({ rebuilt, live }, { booksAtOnce: 2, onProgress() {} })
  }
  /** A worker that knows the book from before it is damaged. */
  const worker = recordEntries(
    {
      ...books,
      ...world,
      journal: books.journal,
      progress: memoryProgress(),
      auditTrail,
      log: { warn() {}, error() {} },
    },
    { booksAtOnce: 1, cacheBytes: 1_000_000 },
  )
  let records = 0
  const deliver = async (...entries: Entry[]) => {
    records += 1
    const data = encodeEntries(entries.map(entryLine))
    return await worker({ shardId: 'warm', records: [{ sequenceNumber: String(records), data, arrivedAtMs: 0 }] })
  }
  await deliver(sale('a', FRI, 10n))
  return {
    ...system,
    chains,
    setPolicy,
    chain,
    damage,
    archive,
    mendWorld,
    mend,
    verify,
    versions,
    balance,
    deliver,
    close,
    keep,
    seals,
    get,
    rebuildAll,
  }
}

const COPIES = [
  sale('a', FRI, 10n),
  sale('c', FRI, 30n),
  sale('l1', FRI, 3n),
  { ...sale('l2', FRI, 4n), method: 'cash' as const },
  sale('l3', FRI, 5n),
  sale('late-mon', MON, 70n),
]

const without = (number: number) => (chain: Chain) => chain.filter((segment) => segment.number !== number)
const altered = (number: number, change: Partial<SealedSegment>) => (chain: Chain) =>
  chain.map((segment) => (segment.number === number ? { ...segment, ...change } : segment))
const OTHER_HASH = '7'.repeat(64) as SealedSegment['hash']

const DAMAGES: readonly { readonly what: string; readonly change: (chain: Chain) => Chain }[] = [
  { what: 'a segment was altered', change: altered(1, { hash: OTHER_HASH }) },
  { what: 'the entries of a segment are no entries', change: altered(3, { entries: new Uint8Array([9, 9]) }) },
  { what: 'a segment in the middle is gone', change: without(2) },
  { what: 'the closing segment was altered', change: altered(4, { hash: OTHER_HASH }) },
  { what: 'the closing segment is gone', change: without(4) },
  { what: 'the segment of the first late sale was altered', change: altered(5, { entries: new Uint8Array([9, 9]) }) },
  { what: 'the last segment is gone', change: (chain) => chain.slice(0, -1) },
  { what: 'the last two segments are gone', change: (chain) => chain.slice(0, -2) },
  { what: 'all segments after the close are gone', change: (chain) => chain.slice(0, 4) },
]
const POLICIES: readonly LatePolicy[] = ['nextOpenDay', 'restate', 'quarantine']
const CASES = POLICIES.flatMap((policy) => DAMAGES.map((damage) => ({ policy, ...damage })))

describe.each(CASES)('under $policy, when $what', ({ policy, change }) => {
  test('the closed book is mended, its versions have the same bytes, and everything goes on', async () => {
    const system = await given(policy)
    const { chain, damage, mend, verify, versions, balance, deliver, close, reconcile, send, world, books } = system
    const before = { versions: await versions(), balance: await balance() }
    expect(before.versions).toHaveLength(policy === 'restate' ? 3 : 1)
    await damage(change)
    const broken = chain()

    const mended = await mend()
    expect(mended.printed).toContain('✓ m1 2026-11-20 is mended: generation 1')
    expect(mended.exit).toBe(0)
    // Nothing was overwritten.
    expect(chain()).toEqual(expect.arrayContaining([...broken]))
    expect(await versions()).toEqual(before.versions.map((one) => ({ ...one, etag: one.etag?.replace(/"$/, '.g1"') })))
    expect(await balance()).toEqual(before.balance)
    expect(await verify()).toMatchObject({ exit: 0 })
    expect(await reconcile({ day: FRI, merchantIds: [m1] })).toMatchObject({ isEqual: true })

    // Copies count nowhere again, also with a worker that knows the old chain.
    await deliver(...COPIES)
    await send(...COPIES)
    expect(await balance()).toEqual(before.balance)
    // A late sale goes the way of its policy.
    await send(sale('l4', FRI, 100n))
    await system.keep()
    const after = await versions()
    expect(after).toHaveLength(before.versions.length + (policy === 'restate' ? 1 : 0))
    expect(after.slice(0, before.versions.length).map(({ body }) => body)).toEqual(
      before.versions.map(({ body }) => body),
    )
    await world.sleep(A_DAY_MS)
    expect(await close(SAT)).toEqual(['closed'])
    expect(await verify()).toMatchObject({ exit: 0 })
    expect([...(await books.heads.read(m1)).broken]).toEqual([])
  })
})

const hasPython = spawnSync('python3', ['--version']).status === 0

/** Another program checks the export of the book beside the objects of its seals. */
const mustMatchOutside = async ({ verify, seals }: Pick<Awaited<ReturnType<typeof given>>, 'verify' | 'seals'>) => {
  if (!hasPython) return
  const folder = mkdtempSync(join(tmpdir(), 'daybook-export-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'book.json')
  expect(await verify('--day', FRI, '--export', file)).toMatchObject({ exit: 0 })
  const objects = [...seals.objects].filter(([key]) => key.includes(FRI))
  expect(objects.length).toBeGreaterThanOrEqual(3)
  const files = objects.map(([, text], index) => {
    const kept = join(folder, `seal-${index}.json`)
    writeFileSync(kept, text)
    return kept
  })
  const { status, stdout } = spawnSync('python3', ['-B', VERIFY, '--book', file, ...files], { encoding: 'utf8' })
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^(\d+) of \1 values match\.\n$/) as string,
  })
}

test.skipIf(!hasPython)(
  'the export of a mended closed book is checked without Daybook, with the objects of its seals',
  async () => {
    const { damage, mend, verify, seals } = await given('restate')
    await damage(without(2))
    await mend()
    await mustMatchOutside({ verify, seals })
  },
)

describe('mending a closed book is refused, and nothing is changed,', () => {
  const refused = async (system: Awaited<ReturnType<typeof given>>, instead: Partial<MendWorld> = {}) => {
    const { revision } = await system.books.heads.read(m1)
    const found = await system.mend(instead)
    expect(found.exit).toBe(1)
    expect((await system.books.heads.read(m1)).revision).toBe(revision)
    expect(await system.mendWorld.journal.read(book, 1_000_000_000)).toEqual([])
    return found.printed
  }

  test('when the archive does not have what was sealed, with the totals and the entry', async () => {
    const system = await given('restate')
    await system.damage(altered(1, { entries: new Uint8Array([9]) }))
    system.archive.alter = (entry) => (entry.entryId === 'a' ? { ...entry, amountMinor: 11n } : entry)
    const printed = await refused(system)
    expect(printed).toContain('the archive does not have what was sealed')
    expect(printed).toMatch(/version 1, sealed +4 +130/)
    expect(printed).toMatch(/archive, differs +4 +131/)
    expect(printed).toContain('+ a appears: credit 11')
  })

  test('when the book that may tell of a missing entry cannot be read, with the name of that book', async () => {
    const system = await given('restate')
    await system.damage(without(2))
    system.archive.isTold = (event) => event.kind !== 'entry.redirected' || event.businessDay !== MON
    const { journal } = system.books
    const read: typeof journal.read = async (of, ...asked) => {
      if (of.day === MON) throw new UnreadableSegment(of, 3, 'damaged')
      return await journal.read(of, ...asked)
    }
    const printed = await refused(system, { journal: { ...journal, read } })
    expect(printed).toContain('the archive does not have what was sealed')
    expect(printed).toContain('mend it first, with npm run rebuild -- --merchant m1 --day 2026-11-16')
  })

  test('when an entry of a restatement is missing in the archive', async () => {
    const system = await given('restate')
    await system.damage(without(5))
    system.archive.alter = (entry) => (entry.entryId === 'l1' ? { ...entry, entryId: 'x1' as EntryId } : entry)
    expect(await refused(system)).toContain('the archive does not have them: l1.')
  })

  test('when an object of a seal is another one', async () => {
    const system = await given('restate')
    await system.damage(without(2))
    const [key = ''] = [...system.seals.objects.keys()].filter((one) => one.includes(FRI))
    system.seals.objects.set(key, '{}')
    expect(await refused(system)).toContain('version 1: its object')
  })

  test('when the archive tells of another seal', async () => {
    const system = await given('restate')
    const closed = await system.books.days.newestClosed(book)
    if (closed === undefined) throw new Error('Friday is not closed')
    await system.damage(without(2))
    const { archive } = system
    archive.tell = (event) =>
      event.kind === 'day.closed' && event.businessDay === FRI
        ? dayClosed({ ...closed, seal: { ...closed.seal, digest: OTHER_HASH } })
        : event
    expect(await refused(system)).toContain('version 1: the archive tells of another seal than the table days has')
  })

  test('while a later book cannot be read that may count an entry of which nothing is decided', async () => {
    const system = await given('nextOpenDay')
    await system.damage((chain) => chain.slice(0, 4))
    system.archive.isTold = (event) => event.kind !== 'entry.redirected' || event.businessDay !== FRI
    const { journal } = system.books
    const read: typeof journal.read = async (of, ...asked) => {
      if (of.day === SAT) throw new UnreadableSegment(of, 1, 'damaged')
      return await journal.read(of, ...asked)
    }
    const printed = await refused(system, { journal: { ...journal, read } })
    expect(printed).toContain(SAT)
    expect(printed).toContain('l3')
  })

  test('when the item of the day is another one', async () => {
    const system = await given('restate')
    await system.damage(without(2))
    const { days } = system.books
    const closed: typeof days.closed = async (...asked) =>
      (await days.closed(...asked)).map((one) => (one.book.day === FRI ? { ...one, openingMinor: 1n } : one))
    expect(await refused(system, { days: { ...days, closed } })).toContain(
      'its opening is not what was closed before it',
    )
  })
})

test('a late sale that waits on the stream because the book is broken stays out, and is decided when it is delivered again', async () => {
  const { damage, mend, send, put, running, run, balance, get } = await given('restate')
  await damage(altered(1, { entries: new Uint8Array([9]) }))
  running.journal = false
  await put(sale('l9', FRI, 1_000n))
  await run()
  const { exit, printed } = await mend()
  expect(exit).toBe(0)
  expect(printed).toContain('… l9 came after the close, and is decided when it is delivered again: credit 1,000')
  const before = Number((await balance()).balance)
  running.journal = true
  await send()
  await send(sale('l9', FRI, 1_000n))
  expect((await balance()).balance).toBe(before + 1_000)
  expect((await get(`/v1/merchants/m1/days/${FRI}`)).body).toMatchObject({ version: 4, lateEntries: 4 })
})

describe('a redirect that was never told', () => {
  test('is found in the book where the sale counts, when its own book cannot be read there', async () => {
    const system = await given('nextOpenDay')
    const { damage, mend, archive, balance, send } = system
    const before = await balance()
    await damage((chain) => chain.slice(0, 4))
    // Monday's sale counts on Friday, and the chain of Monday says so.
    archive.isTold = (event) => event.kind !== 'entry.redirected' || event.businessDay !== FRI
    expect(await mend()).toMatchObject({ exit: 0 })
    await send(...COPIES)
    expect(await balance()).toEqual(before)
  })

  test('is found in the chain of the day that passed the sale on, when the segment that received it is gone', async () => {
    const { damage, mend, archive, balance, send, verify } = await given('nextOpenDay')
    const before = await balance()
    await damage(without(2))
    archive.isTold = (event) => event.kind !== 'entry.redirected' || event.businessDay !== MON
    expect(await mend()).toMatchObject({ exit: 0 })
    await send(...COPIES)
    expect(await balance()).toEqual(before)
    expect(await verify()).toMatchObject({ exit: 0 })
  })
})

describe('a restatement of which no event tells which entries it has is what its seal says', () => {
  test.each([
    { what: 'its segment is gone', change: without(5), untold: ['l1'] },
    { what: 'another one is gone as well', change: (c: Chain) => c.slice(0, 4), untold: ['l1', 'l2'] },
    { what: 'an entry waits on the stream', change: without(6), untold: ['l2'], waits: true },
  ])('when $what', async ({ change, untold, waits = false }) => {
    const { archive, balance, damage, mend, put, run, running, send, verify, versions } = await given('restate')
    const before = { versions: await versions(), balance: await balance() }
    await damage(change)
    archive.isTold = ({ kind, body }) => kind !== 'entry.restated' || !untold.includes(String(body['entryId']))
    if (waits) {
      running.journal = false
      await put(sale('l9', FRI, 1_000n))
      await run()
    }
    const { exit, printed } = await mend()
    expect({ exit, printed }).toMatchObject({ exit: 0 })
    expect(printed.includes('… l9 came after the close')).toBe(waits)
    const bodies = (await versions()).map(({ body }) => body)
    expect(bodies).toEqual(before.versions.map(({ body }) => body))
    await send(...COPIES)
    expect(await balance()).toEqual(before.balance)
    expect(await verify()).toMatchObject({ exit: 0 })
  })
})

describe('a day that was closed without a book, and got late sales, is mended', () => {
  const sunday = { merchantId: m1, day: day('2026-11-15') }
  const damages: readonly { readonly what: string; readonly change: (chain: Chain) => Chain }[] = [
    { what: 'its closing segment is gone', change: without(1) },
    { what: 'the segment of its late sales is gone', change: without(2) },
    { what: 'the segment of its late sales was altered', change: altered(2, { entries: new Uint8Array([9]) }) },
  ]
  test.each(POLICIES.flatMap((policy) => damages.map((damage) => ({ policy, ...damage }))))(
    'under $policy, when $what',
    async ({ policy, change }) => {
      const { balance, books, chains, keep, mendWorld, send, setPolicy, verify } = await given(policy, {
        isPlain: true,
      })
      await setPolicy(policy)
      const copies = [sale('s1', sunday.day, 7n), sale('s2', sunday.day, 8n)]
      await send(...copies)
      await keep()
      const before = await balance()
      const key = chainKey(sunday, 0)
      chains.set(key, change(chains.get(key) ?? []))
      await markAsBroken(books, sunday, 0)
      expect(await mendOnce(mendWorld, sunday)).toBe('mended')
      expect(await balance()).toEqual(before)
      await send(...copies)
      expect(await balance()).toEqual(before)
      expect(await verify()).toMatchObject({ exit: 0 })
    },
  )
})

describe('a closed book that was mended and restated is mended a second time', () => {
  const FRONT = 1_000_000_000
  const again: readonly { readonly what: string; readonly change: (chain: Chain) => Chain }[] = [
    { what: 'its closing segment is gone', change: without(FRONT + 3) },
    { what: 'its last restatement, which came after the first mending, is gone', change: (c) => c.slice(0, -1) },
    { what: 'all is gone but the first segment', change: (c) => c.slice(0, 1) },
  ]
  test.each(again)('when $what', async ({ change }) => {
    const system = await given('restate')
    const { balance, books, chain, close, damage, keep, mend, reconcile, rebuildAll, send, verify, versions, world } =
      system
    await damage(without(2))
    await mend()
    await send(sale('l4', FRI, 100n))
    await keep()
    expect(chain(1)).toHaveLength(7)
    const before = { versions: await versions(), balance: await balance() }
    expect(before.versions).toHaveLength(4)

    await damage(change, { generation: 1 })
    expect((await mend()).printed).toContain('✓ m1 2026-11-20 is mended: generation 2')
    const bodies = (of: typeof before.versions) => of.map(({ version, body }) => ({ version, body }))
    expect(bodies(await versions())).toEqual(bodies(before.versions))
    expect(await balance()).toEqual(before.balance)
    expect(await verify()).toMatchObject({ exit: 0 })
    expect(await reconcile({ day: FRI, merchantIds: [m1] })).toMatchObject({ isEqual: true })
    await send(...COPIES, sale('l4', FRI, 100n))
    expect(await balance()).toEqual(before.balance)
    await mustMatchOutside(system)
    expect(await rebuildAll()).toMatchObject({ different: [], differentDays: [], unreadable: [] })

    await send(sale('l5', FRI, 1_000n))
    await keep()
    expect(bodies(await versions()).slice(0, 4)).toEqual(bodies(before.versions))
    await world.sleep(A_DAY_MS)
    expect(await close(SAT)).toEqual(['closed'])
    await keep()
    expect(await verify()).toMatchObject({ exit: 0 })
    expect(await rebuildAll()).toMatchObject({ different: [], differentDays: [], unreadable: [] })
    expect([...(await books.heads.read(m1)).broken]).toEqual([])
  })
})

describe('a late sale that an operator released from quarantine counts once, and waits no more,', () => {
  const RELEASED = 8
  const damages: Readonly<Record<string, (chain: Chain) => Chain>> = {
    'the first segment was altered': altered(1, { hash: OTHER_HASH }),
    'all segments after the close are gone': (chain) => chain.slice(0, 4),
    'the segment of the release is gone': without(RELEASED),
  }
  const releases = [
    { how: 'and this was told' },
    { how: 'and this was not told', isTold: false },
    { how: 'with a correction', corrected: true },
    { how: 'with a correction, and this was not told', corrected: true, isTold: false },
    { how: 'and ingest died', isTold: false, isOnlyBegun: true },
  ]
  const cases = releases.flatMap((release) =>
    Object.entries(damages).map(([what, change]) => ({
      what,
      change,
      corrected: false,
      isTold: true,
      isOnlyBegun: false,
      ...release,
    })),
  )
  test.each(cases)('$how, when $what', async ({ corrected, isTold, isOnlyBegun, change }) => {
    const system = await given('quarantine', { isPlain: true })
    const { archive, chain, damage, mend, balance, verify, world, auditTrail, books, get, run, send, close } = system
    const ingest = anIngest({
      stream: world.stream,
      merchants: world.merchants,
      quarantine: books.quarantine,
      auditTrail,
      clock: world.clock,
    })
    const items = async () =>
      (
        (await get('/v1/quarantine?merchant=m1')).body['data'] as Record<
          'quarantineId' | 'entryId' | 'status' | 'movedTo',
          string
        >[]
      ).map(({ quarantineId, entryId, status, movedTo }) => ({ quarantineId, entryId, status, movedTo }))
    const [item] = (await items()).filter(({ entryId }) => entryId === 'l1')
    const body = corrected ? { entry: { amount: 9 } } : {}
    // When ingest dies right after it put the entry on the stream, the replay stays begun.
    const { note } = books.quarantine
    Object.assign(books.quarantine, {
      note: async (...given: Parameters<typeof note>) =>
        isOnlyBegun && given[1].action === 'replayed'
          ? await Promise.reject(new Error('killed'))
          : await note(...given),
    })
    const answer = await ingest.post(`/v1/quarantine/${item?.quarantineId}/replay`, body)
    expect(answer.status).toBe(isOnlyBegun ? 503 : 202)
    await run()
    expect(chain()).toHaveLength(RELEASED)
    // A release that the mended chain forgot would count again on the next open day. The books of closed days are not asked for it.
    await world.sleep(A_DAY_MS)
    await close(SAT)
    const before = { balance: await balance(), items: await items() }
    expect(before.items.filter(({ movedTo }) => movedTo !== undefined)).toHaveLength(1)
    archive.isTold = (event) => isTold || event.kind !== 'entry.redirected' || event.body['entryId'] !== 'l1'

    await damage(change)
    expect((await mend()).printed).toContain('is mended')
    for (let copies = 0; copies < 2; copies += 1) await send(...COPIES, sale('l1', FRI, corrected ? 9n : 3n))
    expect({ balance: await balance(), items: await items() }).toEqual(before)
    expect(await verify()).toMatchObject({ exit: 0 })
  })
})

describe('a book that is mended before the mark of its broken chain is stored gets no mark', () => {
  type System = Awaited<ReturnType<typeof given>>
  const FINDERS: readonly { readonly finder: string; readonly find: (system: System) => Promise<unknown> }[] = [
    { finder: 'a worker that reads the chain', find: async ({ send }) => await send(sale('a', FRI, 10n)) },
    { finder: 'a worker that knows the book', find: async ({ deliver }) => await deliver(sale('c', FRI, 30n)) },
    { finder: 'npm run verify-journal', find: async ({ verify }) => await verify('--day', FRI) },
    {
      finder: 'npm run reconcile',
      find: async ({ reconcile, mendWorld, world }) =>
        await withSeals({ ...mendWorld, ...world }, await reconcile({ day: FRI, merchantIds: [m1] }), {
          repair: false,
        }),
    },
  ]
  test.each(FINDERS)('when $finder finds it', async ({ find }) => {
    const system = await given('restate')
    const { books, damage, mend, deliver, verify, send } = system
    await damage(altered(3, { entries: new Uint8Array([9, 9]) }), { isMarked: false })
    const { transactions } = books
    const { commit } = transactions
    let marks = 0
    Object.assign(transactions, {
      commit: async (changes: Parameters<typeof commit>[0]) => {
        const isMark = changes.some((one) => one.change === 'head' && one.head.broken.has(FRI))
        marks += isMark ? 1 : 0
        if (isMark && marks === 1) {
          await markAsBroken(books, book, 0)
          expect((await mend()).exit).toBe(0)
        }
        return await commit(changes)
      },
    })
    await find(system)
    expect([...(await books.heads.read(m1)).broken]).toEqual([])
    // One of the finder, and one of the test.
    expect(marks).toBe(2)
    expect(await verify()).toMatchObject({ exit: 0 })

    // The worker reads the chain that counts, at the latest when the batch is delivered again.
    await deliver(sale('c', FRI, 30n))
    expect(await deliver(sale('c', FRI, 30n))).toEqual({})
    await send(sale('c', FRI, 30n))
    expect([...(await books.heads.read(m1)).broken]).toEqual([])
  })
})

test('a worker that knows the superseded chain of a closed book reads the one that counts when a batch is delivered again', async () => {
  const { damage, mend, deliver } = await given('restate')
  await damage(altered(1, { hash: OTHER_HASH }))
  await mend()
  for (const copy of COPIES) {
    await deliver(copy)
    expect({ copy: copy.entryId, ...(await deliver(copy)) }).toEqual({ copy: copy.entryId })
  }
})

/** As the command does it without a question. */
const mendOnce = async (world: MendWorld, of = book): Promise<string> => {
  const plan = await planMending(world, { book: of, without: new Set<EntryId>(), deliveryMs: 0 })
  return plan.ok ? (await mendBook(world, plan.value)).status : plan.error.why
}

describe('at every moment of the mending of a closed book', () => {
  const everyMoment = async (
    happens: (system: Awaited<ReturnType<typeof given>>) => Promise<void>,
    policy: LatePolicy,
    balanceAfter: (unmoved: number) => number,
  ) => {
    const outcomes = new Set<string>()
    for (let call = 1; ; call += 1) {
      const system = await given(policy, { isPlain: true })
      const unmoved = Number((await system.balance()).balance)
      await system.damage(altered(1, { hash: OTHER_HASH }))
      const { world, calls } = beforeCall(system.mendWorld, call, async () => await happens(system))
      outcomes.add(await mendOnce(world).catch((error: Error) => error.message))
      if (calls() < call) return outcomes
      // Whatever came in between, it is delivered and told, and the next run mends the book or finds it mended.
      system.running.journal = true
      await happens(system).catch(() => {})
      await system.keep()
      await mendOnce(system.mendWorld)
      expect({ call, ...(await system.balance()) }).toEqual({ call, balance: balanceAfter(unmoved), exact: true })
      expect({ call, ...(await system.verify('--day', FRI)) }).toMatchObject({ call, exit: 0 })
    }
  }

  test.each(POLICIES)('a late sale comes under %s, and it counts once or waits', async (policy) => {
    const late = sale('x', FRI, 1_000n)
    const outcomes = await everyMoment(
      async ({ deliver, put, running, run }) => {
        running.journal = false
        await put(late)
        await run()
        await deliver(late)
      },
      policy,
      (unmoved) => unmoved + (policy === 'quarantine' ? 0 : 1_000),
    )
    expect([...outcomes]).toEqual(expect.arrayContaining(['mended', 'moved']))
  })

  test('another operator mends it, and it is mended once', async () => {
    const outcomes = await everyMoment(
      async ({ mendWorld }) => void (await mendOnce(mendWorld)),
      'restate',
      (unmoved) => unmoved,
    )
    expect(outcomes.has('not-marked')).toBe(true)
  })

  test('the process dies, and the next run mends it or finds it mended', async () => {
    await everyMoment(
      () => Promise.reject(new Error('killed')),
      'restate',
      (unmoved) => unmoved,
    )
  })
})

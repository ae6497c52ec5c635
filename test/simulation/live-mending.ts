import { memoryArchiveObjects } from '#adapters/archive-objects/memory-archive-objects'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { chainKey } from '#adapters/journal/generations'
import { addSegment, type MemoryChains } from '#adapters/journal/memory-journal'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { memorySeals } from '#adapters/seals/memory-seals'
import { memoryBooks } from '#adapters/transactions/memory-books'
import type { ArchivedEntry, ArchiveObjects } from '#ledger/archive'
import type { Entry } from '#ledger/entry'
import { generationOf } from '#ledger/generation'
import type { EntryStream } from '#ledger/ports'
import { recordEntries } from '#processors/journal/record-entries'
import { markAsBroken } from '#processors/mark-book'
import { mendBook } from '#processors/mend/mend-book'
import { planMending, type MendWorld } from '#processors/mend/plan-mending'
import { readBalance } from '#query-api/books'
import { remembering } from '#query-api/memory'
import { encodeEntries, entryLine } from '#wire/stream/record'
import { aMerchant } from '../builders.ts'
import type { Choices } from './choices.ts'
import { isSimulatedFault, startMachine, type Machine } from './machine.ts'
import { MENDED, NEW, STANDING, type MendingWorld } from './mending-worlds.ts'
import { MendsOracle } from './mends-oracle.ts'
import { portsOn, type Ports } from './ports.ts'
import { Scheduler } from './scheduler.ts'
import { Fleet } from './small-fleet.ts'

// The longest history has a few hundred.
const MAX_TURNS = 2_000

/** Lives one history through in which a broken book is mended. Returns its last state; throws when a promise was broken. */
export const liveMending = async (world: MendingWorld, choices: Choices): Promise<string> => {
  const scheduler = new Scheduler(choices)
  const chains: MemoryChains = new Map()
  const stores: Ports = {
    ...storesOf(chains),
    merchants: memoryMerchants([aMerchant({ merchantId: MENDED.merchantId, currency: NEW.currency })]),
    auditTrail: memoryAuditTrail(),
    progress: memoryProgress(),
  }
  const archived = world.worker === undefined ? STANDING : [...STANDING, NEW]
  const archive = new SmallArchive(world.isArchivedLater === true ? STANDING : archived)
  const oracle = new MendsOracle(chains, stores, archived)
  const watched = oracle.watched(stores)
  const workers = new Fleet(
    (name) => sometimesDirect(startMachine(name, scheduler, { isSlow: false })),
    (machine) => recordEntries({ ...portsOn(machine, watched), clock: () => 0, log: SILENT }, LIMITS),
  )

  // Before the history begins, all calls are carried out at once.
  let hasBegun = false
  const sometimesDirect = (machine: Machine): Machine => ({
    name: machine.name,
    death: machine.death,
    get isDead() {
      return machine.isDead
    },
    call: async (uses, ownFaults, carryOut) =>
      hasBegun ? await machine.call(uses, ownFaults, carryOut) : await carryOut(),
  })

  const begin = async (): Promise<void> => {
    const record = recordEntries({ ...stores, clock: () => 0, log: SILENT }, LIMITS)
    for (const [index, entry] of STANDING.entries()) {
      await record({ shardId: 'standing', records: [recordOf(index + 1, entry)] })
      if (world.worker?.knows !== index + 1) continue
      // It was delivered a copy, and so knows the book as it is now.
      await workers.ask('worker', (consume) =>
        consume({ shardId: 'own', records: [recordOf(1, STANDING[0] as Entry)] }),
      )
    }
    damage(chains, world.damage)
    await markAsBroken(stores, MENDED, 0)
    oracle.begin()
    hasBegun = true
  }

  const record = async (): Promise<void> => {
    const batch = { shardId: 'own', records: [recordOf(2, NEW)] }
    for (;;) {
      const changed = oracle.changed()
      const outcome = await workers.ask('worker', (consume) => consume(batch)).catch((): 'failed' => 'failed')
      if (typeof outcome !== 'string' && outcome.redeliverFrom === undefined) return
      // A worker cannot go on in a broken book, so its batch comes again when something has changed.
      if (outcome !== 'died' && (await isStillBroken(stores))) await changed
    }
  }

  const menders = new Fleet(
    (name) => startMachine(name, scheduler, { isSlow: false }),
    (machine) => mendWorldOn(portsOn(machine, watched), archive.objectsOn(machine)),
  )
  const mend = async (mender: string): Promise<void> => {
    for (let run = 0; run < MOST_RUNS; run += 1) {
      const outcome = await unlessFaulty(oracle, menders.ask(mender, mendOnce))
      if (outcome === 'over') return
      if (outcome === 'waits') await archive.filed()
    }
    oracle.must(false, `${mender} never ends mending`)
  }

  const fileLater = async (): Promise<void> => {
    await scheduler.turn('Firehose', { writes: [ARCHIVE] })
    archive.file(NEW)
  }

  const read = async (reader: string): Promise<void> => {
    const machine = startMachine(reader, scheduler, { isSlow: false, mayWrite: false })
    const store = remembering(portsOn(machine, watched))
    for (let reads = 0; reads < 2; reads += 1) {
      await scheduler.turn(reader, { reads: ['journal *', 'head *'] })
      const during = oracle.states()
      const balance = await readBalance(store, MENDED.merchantId)
      await scheduler.turn(reader, { reads: ['journal *', 'head *'] })
      oracle.checkBalance(balance, during())
    }
  }

  await begin()
  const done = Promise.all([
    ...world.menders.map(mend),
    ...(world.worker === undefined ? [] : [record()]),
    ...(world.isArchivedLater === true ? [fileLater()] : []),
    ...(world.reader === undefined ? [] : [read(world.reader)]),
  ])
  let isDone = false
  done.then(
    () => (isDone = true),
    (error: unknown) => oracle.must(false, String(error)),
  )
  await scheduler.run(MAX_TURNS)
  oracle.throwBroken()
  if (!isDone) throw new Error('not all comes to its end')
  return await oracle.check(world)
}

/** Stores in which an append looks only whether its number is free, as DynamoDB does: a gap is no hindrance. */
const storesOf = (chains: MemoryChains) => {
  const books = memoryBooks([], chains)
  return {
    ...books,
    journal: {
      ...books.journal,
      append: async (segment: Parameters<typeof books.journal.append>[0]) => {
        const chain = chains.get(chainKey(segment.book, generationOf(segment.number))) ?? []
        if (chain.some(({ number }) => number === segment.number)) return 'taken' as const
        addSegment(chains, segment)
        return 'appended' as const
      },
    },
  }
}

const damage = (chains: MemoryChains, what: MendingWorld['damage']): void => {
  const key = chainKey(MENDED, 0)
  const chain = chains.get(key) ?? []
  const damaged = {
    'the second segment is altered': () =>
      chain.map((sealed) => (sealed.number === 2 ? { ...sealed, hash: chain[0]?.hash ?? sealed.hash } : sealed)),
    'the second segment is gone': () => chain.filter(({ number }) => number !== 2),
    'the third segment is gone': () => chain.filter(({ number }) => number !== 3),
  }[what]()
  chains.set(key, damaged)
}

const ARCHIVE = 'archive'

/** What the archive shows. */
class SmallArchive {
  #shown: readonly Entry[]
  #filed = Promise.withResolvers<void>()

  constructor(shown: readonly Entry[]) {
    this.#shown = shown
  }

  file(entry: Entry): void {
    this.#shown = [...this.#shown, entry]
    this.#filed.resolve()
  }

  /** Resolves when something was filed. */
  filed(): Promise<void> {
    return this.#filed.promise
  }

  /** The archive as code on a machine sees it: as it is when its objects are listed. */
  objectsOn(machine: Machine): ArchiveObjects {
    let seen = objectsOf(this.#shown)
    return {
      ...seen,
      list: async () => {
        seen = await machine.call({ reads: [ARCHIVE] }, [], async () => objectsOf(this.#shown))
        return await seen.list()
      },
      entries: (objects) => seen.entries(objects),
    }
  }
}

const objectsOf = (archived: readonly Entry[]): ArchiveObjects =>
  memoryArchiveObjects([
    {
      key: 'entries/a',
      businessDay: MENDED.day,
      bytes: 1,
      storedAtMs: 0,
      holds: archived.map((entry, index): ArchivedEntry => ({
        entry,
        position: { shardId: 'standing', sequenceNumber: String(index + 1), index: 0 } as ArchivedEntry['position'],
        arrivedAtMs: 0,
      })),
    },
  ])

const mendWorldOn = (ports: Ports, objects: ArchiveObjects): MendWorld => ({
  ...ports,
  objects,
  seals: memorySeals(),
  stream: WITHOUT_SHARDS,
  clock: () => 0,
  sleep: async () => {},
  actor: { by: 'os:ana', from: 'desk' },
})

/** 'over' when the book is mended, by this mender or by another one; 'waits' while the archive lacks what the chain counts. */
const mendOnce = async (world: MendWorld): Promise<'over' | 'again' | 'waits'> => {
  const plan = await planMending(world, { book: MENDED, without: new Set(), deliveryMs: 0 })
  if (!plan.ok) {
    if (plan.error.why === 'damaged-meanwhile') return 'again'
    if (plan.error.why === 'not-marked') return 'over'
    if (plan.error.why === 'only-in-chain') return 'waits'
    throw new Error(`the mending is refused: ${plan.error.why}`)
  }
  const { status } = await mendBook(world, plan.value)
  return status === 'moved' ? 'again' : 'over'
}

const isStillBroken = async ({ heads }: Ports): Promise<boolean> =>
  (await heads.read(MENDED.merchantId)).broken.has(MENDED.day)

const unlessFaulty = async <T>(oracle: MendsOracle, answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer
  } catch (error) {
    if (!isSimulatedFault(error)) oracle.must(false, error instanceof Error ? error.message : String(error))
    return undefined
  }
}

const recordOf = (sequenceNumber: number, entry: Entry) => ({
  sequenceNumber: String(sequenceNumber),
  arrivedAtMs: 0,
  data: encodeEntries([entryLine(entry)]),
})

// One fault, and another caller changes the book a few times.
const MOST_RUNS = 6
const LIMITS = { booksAtOnce: 1, cacheBytes: 1_000_000 }
const SILENT = { warn() {}, error() {} }
const WITHOUT_SHARDS: EntryStream = { put: async () => [], openShards: async () => [] }

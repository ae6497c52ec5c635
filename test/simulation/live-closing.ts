import { firehoseArchive } from '#adapters/archive/firehose-archive'
import type { ArchiveQueries } from '#ledger/archive'
import type { BusinessDay } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { Consumer, EntryStream } from '#ledger/ports'
import { archiveEntries } from '#processors/archive/archive-entries'
import { closeDays } from '#processors/close/close-days'
import { recordEntries } from '#processors/journal/record-entries'
import { SEGMENT_SIZES } from '#processors/journal/segment-sizes'
import { aRule } from '../builders.ts'
import type { Choices } from './choices.ts'
import { CLOSERS_CLOCK_MS, FIRST, MERCHANT, THIRD, WORKERS_CLOCK_MS, type ClosingWorld } from './closing-worlds.ts'
import { queriesOver, SimFirehose } from './firehose.ts'
import { startMachine, type Machine } from './machine.ts'
import { Oracle } from './oracle.ts'
import { portsOn, type Ports } from './ports.ts'
import { Scheduler } from './scheduler.ts'
import { ask, close, lastToClose, type ClosingPlace, type CloserSides } from './small-closing.ts'
import { bytesOf, untilDone, type Consume } from './small-deliveries.ts'
import { Fleet } from './small-fleet.ts'
import type { SmallDelivery, SmallRecord } from './small-worlds.ts'
import { SimStream, streamOn, type SimShard } from './stream.ts'

// The longest history has less than two hundred.
const MAX_TURNS = 2_000

/** Lives one history through in which days are closed. Returns its last state; throws when a promise was broken. */
export const liveClosing = async (world: ClosingWorld, choices: Choices): Promise<string> => {
  const { standing = [], records = [], deliveries = [], closers = [], readers = [] } = world
  const { laterPolicy, moving = [], sizes: segmentSizes = SEGMENT_SIZES } = world
  const limits = { ...LIMITS, segmentSizes }
  const hasBarrier = world.moving !== undefined
  const scheduler = new Scheduler(choices)
  const deliverLater = (_ms: number, fire: () => void): (() => void) => {
    underWay += 1
    const deliver = async (): Promise<void> => {
      await scheduler.turn('Firehose', { writes: [ARCHIVE] })
      underWay -= 1
      fire()
      moved.note()
    }
    void deliver()
    return () => {}
  }
  let areMoving = false
  let underWay = 0
  const moved = new Moved()
  const timer = (ms: number, fire: () => void) => (areMoving ? deliverLater : atOnce)(ms, fire)
  const firehose = new SimFirehose({ timer }, (row) => oracle.noteArchived(row))
  const oracle = new Oracle([merchantWith(world.policy)], {
    clock: () => CLOSERS_CLOCK_MS,
    skewMs: CLOSERS_CLOCK_MS - WORKERS_CLOCK_MS,
    rows: () => firehose.entries,
  })
  oracle.closes.noteDays(FIRST, THIRD)
  const { progress, merchants } = oracle.ports
  const stream = new SimStream(world.shards ?? 1, () => CLOSERS_CLOCK_MS, oracle.noteRecord, FIRST_SEQUENCE_NUMBER)
  const archive = queriesOver(firehose.entries)
  const [home] = stream.shards
  const away = stream.shards.at(-1)
  if (home === undefined || away === undefined) throw new Error('a stream has a shard')
  const { shardId } = home

  const putAll = (shard: SimShard, some: readonly SmallRecord[]): void => {
    for (const record of some) {
      for (const line of record) if (typeof line !== 'string') oracle.noteSent(line)
      stream.put(shard, bytesOf(record))
    }
  }

  const closeDirectly = async (through: BusinessDay): Promise<void> => {
    const clock = () => CLOSERS_CLOCK_MS
    const ports = { ...oracle.ports, stream: WITHOUT_SHARDS, archive, clock, sleep: forEver }
    await closeDays(ports, { through, merchantIds: [MERCHANT], deliveryMs: 0 })
    await oracle.mustBeClosed(through, 'no fault')
  }

  const begin = async (): Promise<void> => {
    putAll(home, standing)
    const whole = { shardId, records: [...home.records] }
    const record = recordEntries({ ...oracle.ports, clock: () => WORKERS_CLOCK_MS, log: SILENT }, LIMITS)
    if (standing.length > 0) await record(whole)
    if (!hasBarrier) putAll(home, records)
    if (home.records.length > 0) await archiveWorkerOn(HERE, firehose, progress)({ shardId, records: home.records })
    if (hasBarrier) putAll(away, records)
    if (world.closedThrough !== undefined) await closeDirectly(world.closedThrough)
  }

  const start = (name: string, { mayWrite = true } = {}): Machine =>
    lookedAt(startMachine(name, scheduler, { isSlow: false, mayWrite }))

  const closingPortsOn = (machine: Machine, stores = oracle.ports): Ports => {
    const ports = portsOn(machine, stores)
    const { publish } = ports.auditTrail
    return {
      ...ports,
      // A register that never changes need not be asked.
      ...(laterPolicy === undefined && { merchants }),
      auditTrail: { publish: async (...events) => (events.length === 0 ? undefined : await publish(...events)) },
    }
  }

  const startIn = (consumer: Consumer, name: string): Machine =>
    hasBarrier && !moving.includes(consumer) ? HERE : start(name)
  const workers = new Fleet(
    (name) => startIn('journal', name),
    (machine) => recordEntries({ ...closingPortsOn(machine), clock: () => WORKERS_CLOCK_MS, log: SILENT }, limits),
  )
  const deliver = async (delivery: SmallDelivery): Promise<void> => {
    const { worker, batches = [[standing.length, home.records.length] as const] } = delivery
    for (const batch of batches) await untilDone(workers, worker, shardId, home.records, batch)
  }

  /** Delivers everything that stands on a shard, and what comes later, until nothing comes any more. */
  const follow = async (shard: SimShard, worker: string, fleet: Fleet<Consume>): Promise<never> => {
    for (let next = shard === home ? standing.length : 0; ;) {
      const { length } = shard.records
      if (next === length) {
        await stream.change()
        continue
      }
      await untilDone(fleet, worker, shard.shardId, shard.records, [next, length])
      moved.note()
      next = length
    }
  }

  const closerOn = (machine: Machine): CloserSides => {
    if (!hasBarrier) {
      return { ...closingPortsOn(machine), stream: WITHOUT_SHARDS, archive, sleep: AT_ONCE, untilDelivered: AT_ONCE }
    }
    return {
      ...closingPortsOn(machine, oracle.portsOfCloser()),
      stream: streamOn(machine, stream, () => false),
      archive: queriesOn(machine, archive),
      sleep: moved.sleeper(),
      untilDelivered: async () => {
        while (underWay > 0) await moved.next()
      },
    }
  }

  const changePolicy = async (to: Merchant['lateEntries']): Promise<void> => {
    await scheduler.turn('register', { writes: [`merchant ${MERCHANT}`] })
    await merchants.save({ ...merchantWith(to), revision: 2 })
  }

  await begin()
  const place: ClosingPlace = {
    oracle,
    start,
    portsOn: closingPortsOn,
    closerOn,
    look: async (name) => await scheduler.turn(name, { reads: LOOKED_AT }),
  }
  areMoving = moving.includes('archive')
  if (hasBarrier) {
    const archiveWorkers = new Fleet(
      (name) => startIn('archive', name),
      (machine) => archiveWorkerOn(machine, firehose, portsOn(machine, oracle.ports).progress),
    )
    for (const [index, shard] of stream.shards.entries()) {
      void follow(shard, `worker ${index + 1}`, workers)
      void follow(shard, `archive worker ${index + 1}`, archiveWorkers)
    }
  }
  const done = Promise.all([
    ...deliveries.map(deliver),
    ...close(place, closers),
    ...ask(place, readers),
    ...(laterPolicy === undefined ? [] : [changePolicy(laterPolicy)]),
  ])
  let isDone = false
  void done.then(() => (isDone = true))
  await scheduler.run(MAX_TURNS)
  if (!isDone) throw new Error('not all comes to its end')
  await oracle.check(stream.shards, ['journal', 'archive'])
  for (const { through } of closers) await oracle.mustBeClosed(lastToClose(through), 'closed')
  oracle.throwBroken()
  return await oracle.state()
}

/** What a consumer or Firehose does. Nothing that a closer waits for happens without it. */
class Moved {
  #count = 0
  #next = Promise.withResolvers<void>()

  note = (): void => {
    this.#count += 1
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  next(): Promise<void> {
    return this.#next.promise
  }

  /** Each sleep lasts until something has moved since the sleep before, or since now. */
  sleeper(): () => Promise<void> {
    let seen = this.#count
    return async () => {
      if (this.#count === seen) await this.#next.promise
      seen = this.#count
    }
  }
}

/** The archive as code on a machine sees it: each statement is a call. */
const queriesOn = (machine: Machine, archive: ArchiveQueries): ArchiveQueries => ({
  ...archive,
  async *stream(sql) {
    await machine.call({ reads: [ARCHIVE] }, [], async () => {})
    yield* archive.stream(sql)
  },
})

const ARCHIVE = 'archive'

const archiveWorkerOn = (machine: Machine, firehose: SimFirehose, progress: Ports['progress']) => {
  const client = firehose.clientOn(machine, () => false)
  const archive = firehoseArchive(client, DELIVERY_STREAMS, { ...NO_PAUSE, random: () => 0 })
  return archiveEntries({ archive, progress, log: SILENT })
}

const merchantWith = (lateEntries: Merchant['lateEntries']): Merchant => ({
  merchantId: MERCHANT,
  name: 'Merchant',
  currency: 'BRL' as Merchant['currency'],
  calendar: [RULE],
  lateEntries,
  revision: 1,
})

const RULE = aRule({ timeZone: 'UTC' })

/** What the oracle looks at after each change of any of it, and when an event is told. */
const LOOKED_AT = ['journal *', 'head *', 'days *', 'quarantine *']

/** The machine, of which each call that the oracle looks at says so. */
const lookedAt = (machine: Machine): Machine => ({
  name: machine.name,
  death: machine.death,
  get isDead() {
    return machine.isDead
  },
  call: (uses, ownFaults, carryOut) => {
    const { reads = [], writes = [] } = uses
    const isLookedAt = writes.some((item) => !item.startsWith('progress '))
    return machine.call({ reads: isLookedAt ? [...reads, ...LOOKED_AT] : reads, writes }, ownFaults, carryOut)
  },
})

const FIRST_SEQUENCE_NUMBER = 99
const LIMITS = { booksAtOnce: 1, cacheBytes: 1_000_000 }
const SILENT = { warn() {}, error() {} }
const DELIVERY_STREAMS = { entries: 'entries', decisions: 'decisions' }
const AT_ONCE = async (): Promise<void> => {}
const NO_PAUSE = { sleep: AT_ONCE }
const forEver = (): Promise<never> => new Promise(() => {})

/** Where no records arrive any more, nothing has to be waited for. */
const WITHOUT_SHARDS: EntryStream = { put: async () => [], openShards: async () => [] }

/** Carries out every call at once. */
const HERE: Machine = {
  name: 'here',
  death: forEver(),
  isDead: false,
  call: (_uses, _ownFaults, carryOut) => carryOut(),
}

/** Rows are filed as soon as Firehose has them. */
const atOnce = (_ms: number, fire: () => void): (() => void) => {
  fire()
  return () => {}
}

/**
 * One history: the production journal processor over memory adapters, in a world with every misfortune that the real one
 * knows: redelivery, overlap, other batch splits, throttles, lost answers, crashes, replays, resharding, stale
 * caches and shard maps, lost progress, bad deployments. Then the world calms down, everything is delivered, and the books must be exact.
 */
import { laneOf, shardOf } from '#ledger/lanes'
import { SEGMENT_SIZES } from '#processors/journal/segment-sizes'
import { recordEntries } from '#processors/journal/record-entries'
import type { BatchOutcome, ShardBatch } from '#processors/shard-batch'
import { encodeEntries, encodeHeartbeat, entryLine } from '#wire/stream/record'
import { DEPENDENCIES, faultyPorts, type Machine, type Ports, type Trouble } from './faults.ts'
import { MIXES, RATES, type Mix, type MixName, type RateName } from './mixes.ts'
import { Oracle } from './oracle.ts'
import { seededRandom, type Random } from './random.ts'
import { Scheduler } from './scheduler.ts'
import { SimStream, type SimShard } from './stream.ts'
import { Clients, merchantsOf } from './workload.ts'

export type HistoryName = { readonly seed: number; readonly mix: MixName; readonly rate: RateName }

/** Lives one history through. Throws when a promise was broken, or when it is not at rest after that many turns. */
export const liveThrough = async ({ seed, mix, rate }: HistoryName, maxTurns: number): Promise<void> => {
  const history = new History(MIXES[mix], RATES[rate], seededRandom(seed))
  await history.live(maxTurns)
}

/** Records without entries, and how many items of each must end in quarantine. */
const POISON: readonly (readonly [data: Uint8Array, unreadable: number])[] = [
  [Buffer.from('garbage'), 1],
  [encodeEntries(['{"entry":{}}']), 1],
  [encodeHeartbeat(), 0],
]

type Worker = { readonly machine: Machine; readonly record: (batch: ShardBatch) => Promise<BatchOutcome> }

class History {
  readonly #mix: Mix
  readonly #random: Random
  readonly #trouble: Trouble
  readonly #scheduler: Scheduler
  readonly #stream: SimStream
  readonly #ports: Ports
  readonly #oracle: Oracle
  readonly #workers: Worker[]
  readonly #drained = new Set<string>()
  /** Per shard, how many of its records the event source mapping takes for done. */
  readonly #checkpoints = new Map<SimShard, number>()
  #producing = true
  /** Whole-shard replays to come; bounded, so that the history ends. */
  #replaysLeft = 4

  constructor(mix: Mix, rate: number, random: Random) {
    this.#mix = mix
    this.#random = random
    this.#trouble = { rate, weights: mix.weights }
    this.#scheduler = new Scheduler(random)
    this.#stream = new SimStream(mix.shards)
    const merchants = merchantsOf(mix)
    this.#oracle = new Oracle(merchants, this.#stream)
    this.#ports = this.#oracle.ports
    this.#workers = Array.from({ length: mix.workers }, () => this.#newWorker())
  }

  async live(maxTurns: number): Promise<void> {
    const broken = Promise.withResolvers<never>()
    const actor = (act: Promise<void>): void => void act.catch((error: unknown) => broken.reject(error))
    actor(this.#produce())
    for (const shard of this.#stream.shards) actor(this.#deliver(shard, actor))
    try {
      await Promise.race([this.#scheduler.run(maxTurns), broken.promise])
    } finally {
      for (const work of Object.values(DEPENDENCIES)) work(true)
    }
    await this.#oracle.check()
  }

  async #produce(): Promise<void> {
    const clients = new Clients(this.#mix, this.#random)
    for (let made = 0; made < this.#mix.records; made += 1) {
      await this.#scheduler.turn()
      this.#putRecord(clients)
      if (this.#misfortune('reshard')) this.#reshard()
      if (this.#misfortune('badDeployment')) await this.#deployBadly()
    }
    this.#producing = false
  }

  /** Breaks our own code for a while, and mends it. */
  async #deployBadly(): Promise<void> {
    const work = this.#random.pick(Object.values(DEPENDENCIES))
    work(false)
    for (let turns = this.#random.below(60); turns > 0; turns -= 1) await this.#scheduler.turn()
    work(true)
  }

  #putRecord(clients: Clients): void {
    const random = this.#random
    const first = clients.next()
    const lane = laneOf(first.merchantId)
    const home = shardOf(this.#stream.open, lane) as SimShard | undefined
    const shard = home === undefined || random.chance(this.#mix.astray) ? random.pick(this.#stream.open) : home
    if (random.chance(this.#mix.poison)) {
      const [data, unreadable] = random.pick(POISON)
      this.#oracle.expect(shard.shardId, this.#stream.put(shard, data), [], unreadable)
    }
    const entries = [first, ...Array.from({ length: random.below(5) }, () => clients.next())]
    const spoilt = random.chance(this.#mix.poison) ? ['no entry'] : []
    const data = encodeEntries([...entries.map(entryLine), ...spoilt])
    this.#oracle.expect(shard.shardId, this.#stream.put(shard, data), entries, spoilt.length)
  }

  /** The event source mapping of one shard: batches in order, until the shard has no more to give. */
  async #deliver(shard: SimShard, actor: (act: Promise<void>) => void): Promise<void> {
    this.#checkpoints.set(shard, 0)
    let largest = 1 + this.#random.below(6)
    for (;;) {
      await this.#scheduler.turn()
      const next = this.#checkpoints.get(shard) ?? 0
      const records = shard.records.slice(next, next + largest)
      if (records.length === 0) {
        if (this.#replayAfterAll(shard)) continue
        if (shard.closed) break
        if (!this.#producing) return
        continue
      }
      const outcome = await this.#invoke({ shardId: shard.shardId, records })
      // A batch that failed as a whole is halved, so that one bad record is found; the next one may be any size.
      largest = outcome === 'failed' ? Math.ceil(records.length / 2) : 1 + this.#random.below(6)
      if (outcome === 'failed') continue
      const failedAt = records.findIndex(({ sequenceNumber }) => sequenceNumber === outcome.redeliverFrom)
      this.#checkpoints.set(shard, next + (failedAt === -1 ? records.length : failedAt))
      this.#replayAfterAll(shard)
    }
    this.#drained.add(shard.shardId)
    // A shard that came from this one is read only when all it came from have been read to their ends.
    const ready = this.#stream.shards.filter(
      (child) =>
        !this.#checkpoints.has(child) &&
        child.parents.includes(shard.shardId) &&
        child.parents.every((parent) => this.#drained.has(parent)),
    )
    for (const child of ready) actor(this.#deliver(child, actor))
  }

  /** Hands a batch to a worker. 'failed' when it threw, or when the mapping did not wait for its end. */
  async #invoke(batch: ShardBatch): Promise<BatchOutcome | 'failed'> {
    const index = this.#random.below(this.#workers.length)
    const worker = this.#workers[index] ?? this.#newWorker()
    let over = false
    const work = worker
      .record(batch)
      .catch((): 'failed' => 'failed')
      .finally(() => (over = true))
    const patience = this.#misfortune('overlap') ? this.#random.below(30) : Number.POSITIVE_INFINITY
    const giveUp = async (): Promise<'failed'> => {
      for (let turns = 0; turns < patience && !over && !worker.machine.dead; turns += 1) await this.#scheduler.turn()
      return 'failed'
    }
    const outcome = await Promise.race([work, giveUp()])
    if (worker.machine.dead) this.#workers[index] = this.#newWorker()
    return outcome
  }

  #replayAfterAll(shard: SimShard): boolean {
    if (this.#replaysLeft === 0 || !this.#misfortune('replay')) return false
    this.#replaysLeft -= 1
    this.#checkpoints.set(shard, 0)
    if (this.#random.chance(0.5)) this.#oracle.loseProgress(shard.shardId)
    return true
  }

  #reshard(): void {
    const { open } = this.#stream
    const [left, right] = open
    if (left !== undefined && right !== undefined && left.lastHashKey + 1n === right.firstHashKey) {
      this.#stream.merge(left, right)
    } else if (open.length < 4) this.#stream.split(this.#random.pick(open))
  }

  #newWorker(): Worker {
    const machine: Machine = { dead: false }
    const ports = faultyPorts(this.#ports, machine, this.#trouble, this.#scheduler, this.#random)
    // A cache of a few books at most: forgetting is part of the world, too.
    const limits = {
      booksAtOnce: 1 + this.#random.below(3),
      cacheBytes: this.#random.pick([0, 50_000, 1_000_000]),
      // Two entries or so: a batch becomes several segments, and may be lost between any two of them.
      segmentSizes: this.#random.pick([{ most: 600, small: 450, tail: 250 }, SEGMENT_SIZES]),
    }
    return { machine, record: recordEntries({ ...ports, clock: () => 0, log: { warn() {}, error() {} } }, limits) }
  }

  #misfortune(kind: keyof Mix['weights']): boolean {
    return this.#random.chance(this.#trouble.rate * this.#mix.weights[kind])
  }
}

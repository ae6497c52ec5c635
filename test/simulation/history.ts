/**
 * One history: the production journal processor over memory adapters, in a world with every misfortune that the real one
 * knows: redelivery, overlap, other batch splits, throttles, lost answers, crashes, replays, resharding, stale
 * caches and shard maps, lost progress, bad deployments. Then the world calms down, everything is delivered, and the books must be exact.
 */
import { laneOf, shardOf } from '#ledger/lanes'
import { recordEntries } from '#processors/journal/record-entries'
import { SEGMENT_SIZES } from '#processors/journal/segment-sizes'
import type { BatchOutcome, ShardBatch } from '#processors/shard-batch'
import { encodeEntries, encodeHeartbeat, entryLine } from '#wire/stream/record'
import { deliverAll } from './event-source.ts'
import { startMachine, type Machine } from './machine.ts'
import { MIXES, RATES, type Mix, type MixName, type RateName } from './mixes.ts'
import { Oracle } from './oracle.ts'
import { DEPENDENCIES, mendAll } from './own-code.ts'
import { portsOn } from './ports.ts'
import { randomChoices } from './random-choices.ts'
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
  readonly #rate: number
  readonly #random: Random
  readonly #scheduler: Scheduler
  readonly #stream: SimStream
  readonly #oracle: Oracle
  readonly #workers: Worker[]
  #machines = 0
  #overlaps = 0
  /** Whole-shard replays to come; bounded, so that the history ends. */
  #replaysLeft = 4

  constructor(mix: Mix, rate: number, random: Random) {
    this.#mix = mix
    this.#rate = rate
    this.#random = random
    const { throttle, lostAnswer, late, crash } = mix.weights
    const chances = {
      refused: rate * throttle,
      'answer-lost': rate * lostAnswer,
      late: rate * late,
      crash: (rate * crash) / 4,
      'crash-after': (rate * crash) / 4,
    }
    this.#scheduler = new Scheduler(randomChoices(random, () => chances))
    this.#stream = new SimStream(mix.shards)
    this.#oracle = new Oracle(merchantsOf(mix), this.#stream)
    this.#workers = Array.from({ length: mix.workers }, () => this.#newWorker())
  }

  async live(maxTurns: number): Promise<void> {
    const consumers = deliverAll({
      stream: this.#stream,
      poll: ({ shardId }) => this.#scheduler.turn(`mapping of ${shardId}`),
      consume: (batch) => this.#invoke(batch),
      batchSize: () => 1 + this.#random.below(6),
      isReplayed: (shard) => this.#isReplayed(shard),
    })
    const broken = Promise.withResolvers<never>()
    for (const actor of [this.#produce(), consumers]) actor.catch((error: unknown) => broken.reject(error))
    try {
      await Promise.race([this.#scheduler.run(maxTurns), broken.promise])
    } finally {
      mendAll()
    }
    await this.#oracle.check()
  }

  async #produce(): Promise<void> {
    const clients = new Clients(this.#mix, this.#random)
    for (let made = 0; made < this.#mix.records; made += 1) {
      await this.#scheduler.turn('clients')
      this.#putRecord(clients)
      if (this.#misfortune('reshard')) this.#reshard()
      if (this.#misfortune('badDeployment')) await this.#deployBadly()
    }
  }

  /** Breaks our own code for a while, and mends it. */
  async #deployBadly(): Promise<void> {
    const work = this.#random.pick(Object.values(DEPENDENCIES))
    work(false)
    for (let turns = this.#random.below(60); turns > 0; turns -= 1) await this.#scheduler.turn('deployment')
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

  /** Hands a batch to a worker. 'failed' when it threw or died, or when the mapping did not wait for its end. */
  async #invoke(batch: ShardBatch): Promise<BatchOutcome | 'failed'> {
    const index = this.#random.below(this.#workers.length)
    const worker = this.#workers[index] ?? this.#newWorker()
    const failed = (): 'failed' => 'failed'
    const outcomes = [worker.record(batch).catch(failed), worker.machine.death.then(failed)]
    if (this.#misfortune('overlap')) outcomes.push(this.#patience().then(failed))
    const outcome = await Promise.race(outcomes)
    if (worker.machine.isDead) this.#workers[index] = this.#newWorker()
    return outcome
  }

  /** How long a mapping waits for the end of a batch. */
  async #patience(): Promise<void> {
    this.#overlaps += 1
    for (let turns = this.#random.below(30); turns > 0; turns -= 1) {
      await this.#scheduler.turn(`patience ${this.#overlaps}`)
    }
  }

  #isReplayed(shard: SimShard): boolean {
    if (this.#replaysLeft === 0 || !this.#misfortune('replay')) return false
    this.#replaysLeft -= 1
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
    this.#machines += 1
    const machine = startMachine(`worker ${this.#machines}`, this.#scheduler, { isSlow: true })
    const ports = portsOn(machine, this.#oracle.ports)
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
    return this.#random.chance(this.#rate * this.#mix.weights[kind])
  }
}

/**
 * One history of the whole pipeline: production code over memory adapters, in a world with every misfortune that the real
 * one knows. Tills send entries through ingest's writer, and some records come from elsewhere. Both consumers read the
 * stream, the archive's rows go through Firehose. Then the world calms down, everything is delivered, the books must be
 * exact, and reconciling must find the archive equal to them.
 */
import type { DecideQuarantine } from '#ingest/decide-quarantine'
import type { BookId } from '#ledger/identifiers'
import { MAX_TOTAL_MINOR } from '#ledger/money'
import type { Decided } from '#wire/http/responses/quarantine'
import { encodeHeartbeat } from '#wire/stream/record'
import { closeAll, closeNowAndThen } from './closers.ts'
import type { Coverage } from './coverage.ts'
import { Deliveries } from './deliveries.ts'
import { Fleet } from './fleet.ts'
import { daysToRead, startWorld, streamOf, type HistoryWorld } from './history-world.ts'
import { startMachine } from './machine.ts'
import { MIXES, RATES, type Mix, type MixName, type RateName } from './mixes.ts'
import { decide } from './operators.ts'
import { mendAll } from './own-code.ts'
import { changeMerchants } from './owners.ts'
import { portsOn } from './ports.ts'
import { seededRandom, type Random } from './random.ts'
import { queryMachine, read } from './readers.ts'
import { findLoss, loseAndRepair, reconcileEach, reconcileEarly, reconcileMidway } from './reconciling.ts'
import { mustAcknowledge, putFromElsewhere, trade } from './tills.ts'
import { byVirtualTime } from './virtual-time.ts'
import type { WriterWatch } from './watched-writer.ts'
import { archiveWorker, ingestMachine, journalWorker, type Consume, type Ingest } from './workers.ts'
import { daysOf } from './workload.ts'

export type HistoryName = { readonly seed: number; readonly mix: MixName; readonly rate: RateName }

/** Lives one history through, and returns what happened in it. Throws when a promise was broken, or when it is not at rest after that many turns. */
export const liveThrough = async ({ seed, mix, rate }: HistoryName, maxTurns: number): Promise<Coverage> => {
  // By a chance of its own, so that a history without closes is the same as before there were any.
  const isClosing = seededRandom(seed ^ CLOSING).chance(MIXES[mix].closing)
  return await new History(MIXES[mix], RATES[rate], seededRandom(seed), isClosing).live(maxTurns)
}

const CLOSING = 0x0c105e

class History {
  #rate: number
  readonly #world: HistoryWorld
  readonly #journal: Fleet<Consume>
  readonly #archive: Fleet<Consume>
  readonly #ingest: Fleet<Ingest>
  readonly #watches: WriterWatch[] = []
  readonly #broken = Promise.withResolvers<never>()

  constructor(mix: Mix, rate: number, random: Random, isClosing: boolean) {
    this.#rate = rate
    const world = startWorld(mix, random, isClosing, () => this.#rate)
    this.#world = world
    const start = (name: string) => startMachine(name, world.scheduler, { isSlow: true })
    this.#journal = new Fleet(mix.workers, (n) => journalWorker(world, start(`journal worker ${n}`)))
    this.#archive = new Fleet(mix.workers, (n) => archiveWorker(world, start(`archive worker ${n}`)))
    this.#ingest = new Fleet(2, (n) => ingestMachine(world, start(`ingest ${n}`), this.#watches))
  }

  async live(maxTurns: number): Promise<Coverage> {
    const { scheduler, coverage } = this.#world
    await byVirtualTime(scheduler, async () => {
      // A failure that no code of ours hears of would end the process.
      process.on('unhandledRejection', this.#broken.reject)
      try {
        await this.#beginBooks()
        this.#beginAll()
        await this.#untilAtRest(maxTurns)
        mendAll()
        this.#rate = 0
        await this.#endInCalm(maxTurns)
      } finally {
        process.off('unhandledRejection', this.#broken.reject)
        scheduler.stop()
        mendAll()
      }
    })
    return coverage
  }

  /** Some books begin with nearly as much as they can hold. */
  async #beginBooks(): Promise<void> {
    const { mix, merchants, random, oracle } = this.#world
    const { roomMinor } = mix
    if (roomMinor === undefined) return
    const nearly = () => MAX_TOTAL_MINOR - BigInt(random.below(roomMinor))
    const books = merchants.flatMap(({ merchantId }) => daysOf(mix).map((day): BookId => ({ merchantId, day })))
    for (const book of books) await oracle.begin(book, nearly(), nearly())
  }

  #beginAll(): void {
    const world = this.#world
    const deliveries = new Deliveries(world)
    this.#begin(deliveries.to('journal', this.#journal))
    this.#begin(deliveries.to('archive', this.#archive))
    this.#begin(putFromElsewhere(world))
    this.#begin(reconcileEarly(world))
    for (let till = 1; till <= world.mix.tills; till += 1) this.#begin(trade(world, this.#ingest, `till ${till}`))
    this.#begin(this.#beat())
    this.#beginPeople()
  }

  /** As the schedule does, so that consumers are known to be up to date on idle shards. */
  async #beat(): Promise<void> {
    const { mix, scheduler, stream } = this.#world
    for (let beats = 0; beats < mix.heartbeats; beats += 1) {
      await scheduler.sleep(HEARTBEAT_MS)
      for (const shard of stream.open) stream.put(shard, encodeHeartbeat())
    }
  }

  #beginPeople(): void {
    const world = this.#world
    const { mix, random, scheduler, oracle, stream, clients, acknowledged, isClosing } = world
    const ask = (request: (desk: DecideQuarantine) => Promise<Decided>) =>
      this.#ingest.ask(random, ({ desk }) => request(desk))
    const nextEntry = () => clients.next()
    for (let n = 1; n <= mix.operators; n += 1) {
      this.#begin(decide({ random, scheduler, oracle, ask, nextEntry }, `operator ${n}`, mix.decisions))
    }
    const machines = [1, 2].map((n) => {
      const machine = startMachine(`query ${n}`, scheduler, { isSlow: true, mayWrite: false })
      return queryMachine(portsOn(machine, oracle.ports), streamOf(world, machine), scheduler)
    })
    const merchants = world.merchants.map(({ merchantId }) => merchantId)
    const [days, shards] = [daysToRead(world), () => stream.shards]
    const readers = { random, scheduler, oracle, machines, merchants, days, shards, acknowledged, isClosing }
    for (let n = 1; n <= mix.readers; n += 1) this.#begin(read(readers, mix.reads))
    if (random.chance(mix.reconciled)) this.#begin(reconcileMidway(world))
    if (isClosing) this.#beginClosing()
  }

  #beginClosing(): void {
    const { mix, random, scheduler, oracle, coverage } = this.#world
    for (let n = 1; n <= mix.closers; n += 1) this.#begin(closeNowAndThen(this.#world, `closer ${n}`, mix.closes))
    const merchants = this.#world.merchants.map(({ merchantId }) => merchantId)
    const ports = portsOn(startMachine('owner', scheduler, { isSlow: true }), oracle.ports)
    const note = (what: string): void => coverage.note(what)
    this.#begin(changeMerchants({ random, scheduler, merchants, ports, note }, mix.changes))
  }

  /** What must be so when faults have ended. */
  async #endInCalm(maxTurns: number): Promise<void> {
    const world = this.#world
    const { mix, random, oracle, isClosing } = world
    const mustBeExact = () => oracle.check(world.stream.shards, ['journal', 'archive'])
    for (const watch of this.#watches) watch.checkAtRest()
    await mustBeExact()
    this.#ingest.askEach(({ writer }) => this.#begin(mustAcknowledge(world, writer)))
    await this.#untilAtRest(maxTurns)
    await this.#reconcileAll(maxTurns)
    if (isClosing) {
      this.#begin(closeAll(world))
      await this.#untilAtRest(maxTurns)
      await mustBeExact()
      await this.#reconcileAll(maxTurns)
    }
    // A book that begins with what no stream has carried differs from the archive without a loss.
    if (mix.roomMinor === undefined) this.#begin(findLoss(world))
    await this.#untilAtRest(maxTurns)
    oracle.reconciles.mustBeFound()
    if (!random.chance(mix.repaired)) return
    this.#begin(loseAndRepair(world))
    await this.#untilAtRest(maxTurns)
    await mustBeExact()
  }

  async #reconcileAll(maxTurns: number): Promise<void> {
    const { isClosing, oracle, mix } = this.#world
    const days = isClosing ? oracle.daysOfEntries() : daysOf(mix)
    this.#begin(reconcileEach(this.#world, days))
    await this.#untilAtRest(maxTurns)
    oracle.reconciles.mustBeReconciled(days)
  }

  #begin(act: Promise<unknown>): void {
    act.catch((error: unknown) => this.#broken.reject(error))
  }

  async #untilAtRest(maxTurns: number): Promise<void> {
    const { scheduler, oracle } = this.#world
    try {
      await Promise.race([scheduler.run(maxTurns), this.#broken.promise])
    } catch (error) {
      // A promise that was broken before says more than what came of it.
      oracle.throwBroken()
      throw error
    }
  }
}

const HEARTBEAT_MS = 60_000

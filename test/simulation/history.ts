/**
 * One history of the whole pipeline: production code over memory adapters, in a world with every misfortune that the real
 * one knows. Tills send entries through ingest's writer, and some records come from elsewhere. Both consumers read the
 * stream, the archive's rows go through Firehose. Then the world calms down, everything is delivered, the books must be
 * exact, and reconciling must find the archive equal to them.
 */
import { archiveEntries } from '#processors/archive/archive-entries'
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { firehoseArchive } from '#adapters/archive/firehose-archive'
import { decideQuarantine, type DecideQuarantine } from '#ingest/decide-quarantine'
import { stampEntries } from '#ingest/accept-entries'
import { businessDayOf, shiftDay } from '#ledger/calendar'
import { lastEndedDay } from '#ledger/close'
import { guardedStream } from '#ingest/guarded-stream'
import { knownMerchants } from '#ingest/known-merchants'
import { streamWriter, type StreamWriter } from '#ingest/stream-writer'
import type { Entry } from '#ledger/entry'
import type { BusinessDay, EntryId, Position } from '#ledger/identifiers'
import { laneOf, shardOf } from '#ledger/lanes'
import type { Merchant } from '#ledger/merchant'
import { MAX_TOTAL_MINOR } from '#ledger/money'
import type { Consumer, EntryStream } from '#ledger/ports'
import { recordEntries } from '#processors/journal/record-entries'
import { SEGMENT_SIZES } from '#processors/journal/segment-sizes'
import type { DayOutcome } from '#processors/close/day-outcome'
import { reconcileDay, type DayReport } from '#processors/reconcile/reconcile-day'
import type { BatchOutcome, ShardBatch } from '#processors/shard-batch'
import type { Decided } from '#wire/http/responses/quarantine'
import { encodeEntries, encodeHeartbeat, entryLine } from '#wire/stream/record'
import type { Choices, Fault } from './choices.ts'
import { close, closeNowAndThen, type CloserMachine } from './closers.ts'
import { Coverage, kindOf } from './coverage.ts'
import { asLambda, deliverAll } from './event-source.ts'
import { DELIVERY_MS, queriesOver, SimFirehose } from './firehose.ts'
import { isSimulatedFault, startMachine, type Machine } from './machine.ts'
import { MIXES, RATES, type Mix, type MixName, type RateName } from './mixes.ts'
import { decide } from './operators.ts'
import { Oracle } from './oracle.ts'
import { changeMerchants, POLICIES } from './owners.ts'
import { DEPENDENCIES, mendAll } from './own-code.ts'
import { portsOn, type Ports } from './ports.ts'
import { LOSSES, unnamed, type Sides } from './planted-losses.ts'
import { randomChoices } from './random-choices.ts'
import { seededRandom, type Random } from './random.ts'
import { queryMachine, read } from './readers.ts'
import { reconcile } from './reconciling.ts'
import { CLOCK, Scheduler } from './scheduler.ts'
import { SimStream, streamOn, type SimShard } from './stream.ts'
import { byVirtualTime } from './virtual-time.ts'
import { WriterWatch } from './watched-writer.ts'
import { Clients, daysOf, merchantsOf, START_MS } from './workload.ts'

export type HistoryName = { readonly seed: number; readonly mix: MixName; readonly rate: RateName }

/** Lives one history through, and returns what happened in it. Throws when a promise was broken, or when it is not at rest after that many turns. */
export const liveThrough = async ({ seed, mix, rate }: HistoryName, maxTurns: number): Promise<Coverage> => {
  // By a chance of its own, so that a history without closes is the same as before there were any.
  const isClosing = seededRandom(seed ^ CLOSING).chance(MIXES[mix].closing)
  const history = new History(MIXES[mix], RATES[rate], seededRandom(seed), isClosing)
  await history.live(maxTurns)
  return history.coverage
}

const CLOSING = 0x0c105e

/** Records without entries. */
const POISON: readonly Uint8Array[] = [Buffer.from('garbage'), encodeEntries(['{"entry":{}}']), encodeHeartbeat()]

/** A machine and what runs on it. When it has died, another one takes its place. */
type Running<T> = { readonly machine: Machine; readonly run: T }
type Consume = (batch: ShardBatch) => Promise<BatchOutcome>
type Ingest = { readonly writer: StreamWriter; readonly desk: DecideQuarantine }

class History {
  readonly coverage = new Coverage()
  readonly #mix: Mix
  #rate: number
  readonly #random: Random
  readonly #scheduler: Scheduler
  readonly #stream: SimStream
  readonly #firehose: SimFirehose
  readonly #oracle: Oracle
  readonly #merchants: readonly Merchant[]
  /** Whether days are closed in this history. */
  readonly #isClosing: boolean
  readonly #clients: Clients
  readonly #journal: Fleet<Consume>
  readonly #archive: Fleet<Consume>
  readonly #ingest: Fleet<Ingest>
  readonly #acknowledged: { readonly entry: Entry; readonly position: Position }[] = []
  /** The records that the journal's consumer never sees. */
  readonly #lost = new Set<string>()
  readonly #watches: WriterWatch[] = []
  readonly #broken = Promise.withResolvers<never>()
  #overlaps = 0
  /** Whole-shard replays to come; bounded, so that the history ends. */
  #replaysLeft = 4

  constructor(mix: Mix, rate: number, random: Random, isClosing: boolean) {
    this.#mix = mix
    this.#isClosing = isClosing
    this.#rate = rate
    this.#random = random
    this.#scheduler = new Scheduler(
      counted(
        randomChoices(random, (fault) => this.#rate * FAULT_WEIGHTS[fault](mix.weights)),
        this.coverage,
        // In a calm world, time passes only when every caller waits for it: no call takes seconds. Where days are closed,
        // it passes more slowly than elsewhere, because a close gives up on a consumer after a minute and a half.
        () => this.#rate === 0 || (this.#isClosing && random.chance(CLOCK_STANDS)),
      ),
      START_MS,
    )
    this.#merchants = merchantsOf(mix, isClosing ? () => random.pick(POLICIES) : undefined)
    this.#oracle = new Oracle(this.#merchants, {
      segmentBytes: SEGMENT_BYTES,
      rows: () => this.#firehose.entries,
      clock: () => this.#scheduler.nowMs,
      skewMs: MOST_SKEW_MS,
    })
    const [first, ...others] = this.#isClosing ? this.#daysToRead() : []
    const last = others.at(-1)
    // Days in between have no entries, and are closed all the same.
    if (first !== undefined && last !== undefined) this.#oracle.closes.noteDays(first, last)
    this.#stream = new SimStream(mix.shards, () => this.#scheduler.nowMs, this.#oracle.noteRecord)
    this.#firehose = new SimFirehose(this.#scheduler, this.#oracle.noteArchived)
    this.#clients = new Clients(mix, random, this.#isClosing ? (entry) => this.#stampToday(entry) : undefined)
    const start = (name: string) => startMachine(name, this.#scheduler, { isSlow: true })
    this.#journal = new Fleet(mix.workers, (n) => this.#journalWorker(start(`journal worker ${n}`)))
    this.#archive = new Fleet(mix.workers, (n) => this.#archiveWorker(start(`archive worker ${n}`)))
    this.#ingest = new Fleet(2, (n) => this.#ingestMachine(start(`ingest ${n}`)))
  }

  async live(maxTurns: number): Promise<void> {
    await byVirtualTime(this.#scheduler, async () => {
      // A failure that no code of ours hears of would end the process.
      process.on('unhandledRejection', this.#broken.reject)
      try {
        await this.#beginBooks()
        this.#begin(this.#deliver('journal', this.#journal))
        this.#begin(this.#deliver('archive', this.#archive))
        this.#begin(this.#putFromElsewhere())
        this.#begin(this.#reconcileEarly())
        for (let till = 1; till <= this.#mix.tills; till += 1) this.#begin(this.#trade(`till ${till}`))
        this.#begin(this.#beat())
        this.#beginPeople()
        await this.#untilAtRest(maxTurns)
        mendAll()
        this.#rate = 0
        for (const watch of this.#watches) watch.checkAtRest()
        await this.#oracle.check(this.#stream.shards, ['journal', 'archive'])
        this.#ingest.askEach(({ writer }) => this.#mustAcknowledge(writer))
        await this.#untilAtRest(maxTurns)
        await this.#reconcileAll(maxTurns)
        if (this.#isClosing) {
          this.#begin(this.#closeAll())
          await this.#untilAtRest(maxTurns)
          await this.#oracle.check(this.#stream.shards, ['journal', 'archive'])
          await this.#reconcileAll(maxTurns)
        }
        // A book that begins with what no stream has carried differs from the archive without a loss.
        if (this.#mix.roomMinor === undefined) this.#begin(this.#findLoss())
        await this.#untilAtRest(maxTurns)
        this.#oracle.mustBeFound()
        if (!this.#random.chance(this.#mix.repaired)) return
        this.#begin(this.#loseAndRepair())
        await this.#untilAtRest(maxTurns)
        await this.#oracle.check(this.#stream.shards, ['journal', 'archive'])
      } finally {
        process.off('unhandledRejection', this.#broken.reject)
        this.#scheduler.stop()
        mendAll()
      }
    })
  }

  #begin(act: Promise<unknown>): void {
    act.catch((error: unknown) => this.#broken.reject(error))
  }

  async #untilAtRest(maxTurns: number): Promise<void> {
    try {
      await Promise.race([this.#scheduler.run(maxTurns), this.#broken.promise])
    } catch (error) {
      // A promise that was broken before says more than what came of it.
      this.#oracle.throwBroken()
      throw error
    }
  }

  /** The days that have entries, or may have some before the history ends. */
  #daysToRead(): BusinessDay[] {
    const days = daysOf(this.#mix)
    return this.#isClosing ? [...days, ...[0, 1, 2].map((later) => shiftDay(TODAY, later))] : days
  }

  /** The entry as ingest accepts it when it occurs now, by the calendar that its merchant has. */
  #stampToday(entry: Entry): Entry {
    const occurredAtMs = this.#scheduler.nowMs
    const calendar = this.#oracle.closes.calendarOf(entry.merchantId)
    return { ...entry, occurredAtMs, businessDay: businessDayOf(calendar, occurredAtMs), receivedAtMs: occurredAtMs }
  }

  /** An entry that comes again is of the same day, whatever calendar its merchant has by then. */
  #mustBeOfSameDay({ merchantId, entryId, businessDay, occurredAtMs }: Entry): void {
    if (occurredAtMs < START_MS || !this.#merchants.some((merchant) => merchant.merchantId === merchantId)) return
    const now = businessDayOf(this.#oracle.closes.calendarOf(merchantId), occurredAtMs)
    this.#oracle.must(now === businessDay, `${entryId} of ${businessDay} comes again, and is of ${now} by now`)
  }

  /** Some books begin with nearly as much as they can hold. */
  async #beginBooks(): Promise<void> {
    const { roomMinor } = this.#mix
    if (roomMinor === undefined) return
    for (const { merchantId } of this.#merchants) {
      for (const day of daysOf(this.#mix)) {
        const nearly = () => MAX_TOTAL_MINOR - BigInt(this.#random.below(roomMinor))
        await this.#oracle.begin({ merchantId, day }, nearly(), nearly())
      }
    }
  }

  /** As the schedule does, so that consumers are known to be up to date on idle shards. */
  async #beat(): Promise<void> {
    for (let beats = 0; beats < this.#mix.heartbeats; beats += 1) {
      await this.#scheduler.sleep(HEARTBEAT_MS)
      for (const shard of this.#stream.open) this.#stream.put(shard, encodeHeartbeat())
    }
  }

  #beginPeople(): void {
    const { operators, decisions, readers, reads, reconciled } = this.#mix
    const [random, scheduler, oracle] = [this.#random, this.#scheduler, this.#oracle]
    const ask = (request: (desk: DecideQuarantine) => Promise<Decided>) =>
      this.#ingest.ask(random, ({ desk }) => request(desk))
    const nextEntry = () => this.#clients.next()
    for (let n = 1; n <= operators; n += 1) {
      this.#begin(decide({ random, scheduler, oracle, ask, nextEntry }, `operator ${n}`, decisions))
    }
    const machines = [1, 2].map((n) => {
      const machine = startMachine(`query ${n}`, scheduler, { isSlow: true, mayWrite: false })
      return queryMachine(portsOn(machine, oracle.ports), this.#streamOn(machine), scheduler)
    })
    const merchants = this.#merchants.map(({ merchantId }) => merchantId)
    const [days, acknowledged, shards] = [this.#daysToRead(), this.#acknowledged, () => this.#stream.shards]
    const isClosing = this.#isClosing
    for (let n = 1; n <= readers; n += 1) {
      this.#begin(
        read({ random, scheduler, oracle, machines, merchants, days, shards, acknowledged, isClosing }, reads),
      )
    }
    if (random.chance(reconciled)) this.#begin(this.#reconcileMidway())
    if (this.#isClosing) this.#beginClosing()
  }

  #beginClosing(): void {
    const { closers, closes, changes } = this.#mix
    const [random, scheduler] = [this.#random, this.#scheduler]
    const merchants = this.#merchants.map(({ merchantId }) => merchantId)
    const note = (what: string): void => this.coverage.note(what)
    for (let n = 1; n <= closers; n += 1) {
      const start = () => this.#closer(`closer ${n}`)
      const days = this.#daysToRead()
      const { deliveryMs } = RECONCILE
      const noteOutcomes = (outcomes: readonly DayOutcome[]): void => this.#noteOutcomes(outcomes)
      const world = { random, scheduler, merchants, days, start, deliveryMs, note, noteOutcomes }
      this.#begin(closeNowAndThen(world, closes))
    }
    const ports = portsOn(startMachine('owner', scheduler, { isSlow: true }), this.#oracle.ports)
    this.#begin(changeMerchants({ random, scheduler, merchants, ports, note }, changes))
  }

  /** What a closer says of the days. Nothing is lost, so no day may be called unequal. On a bad deployment its own code fails. */
  #noteOutcomes(outcomes: readonly DayOutcome[]): void {
    for (const outcome of outcomes) {
      this.coverage.note(`a closer left a day ${outcome.status}`)
      if (outcome.status !== 'not-equal' || outcome.err !== undefined) continue
      const { differences = [], faults = [outcome.reason] } = outcome.report ?? {}
      // An entry that the archive's consumer handed over late seems to be missing until it is delivered.
      const isSlow = faults.length === 0 && differences.every(({ kind }) => kind === 'missing-in-archive')
      this.#oracle.must(isSlow, `${outcome.merchantId} ${outcome.day} raised a false alarm: ${outcome.reason}`)
    }
  }

  /** A machine on which closing begins now. */
  #closer(name: string): CloserMachine {
    // Closing reads hundreds of items. Were each refused as often as in a worker, hardly a day would be closed.
    const machine = startMachine(name, this.#scheduler, { isSlow: true, retriesReads: true })
    return {
      machine,
      ports: this.#portsOn(machine, this.#oracle.portsOfCloser()),
      stream: this.#streamOn(machine),
      archive: queriesOver(this.#firehose.entries),
    }
  }

  /** In a calm world, days are closed when it is asked for some times. Asking again then changes nothing. */
  async #closeAll(): Promise<void> {
    const world = {
      scheduler: this.#scheduler,
      start: () => this.#closer('last closer'),
      deliveryMs: RECONCILE.deliveryMs,
    }
    const merchantIds = this.#merchants.map(({ merchantId }) => merchantId)
    const ended = merchantIds.map((id) => lastEndedDay(this.#oracle.closes.calendarOf(id), this.#scheduler.nowMs))
    const through = ended.toSorted()[0] as BusinessDay
    let left: unknown
    for (let attempts = 0; attempts < MOST_RECONCILED; attempts += 1) {
      const outcomes = await close(world, { through, merchantIds }).catch((error: Error) => error.message)
      left = outcomes
      if (typeof outcomes !== 'string' && outcomes.every(({ status }) => status === 'closed')) break
    }
    await this.#oracle.mustBeClosed(through, left)
    this.#oracle.throwBroken()
    const again = await close(world, { through, merchantIds })
    this.#oracle.must(again.length === 0, `closing ${through} again closes days that were closed`)
    for (const [what, times] of Object.entries(this.#oracle.closes.counts)) {
      if (times > 0) this.coverage.note(what, times)
    }
  }

  /** A till sends its entries, and sends them again when it gets no answer or is told to. */
  async #trade(till: string): Promise<void> {
    for (let request = 0; request < this.#mix.requests; request += 1) {
      await this.#scheduler.turn(till)
      await this.#pause()
      let entries: readonly Entry[] = this.#nextEntries()
      for (let attempt = 0; attempt < MOST_ATTEMPTS && entries.length > 0; attempt += 1) {
        entries = await this.#send(entries)
        if (entries.length > 0) await this.#scheduler.sleep(RETRY_MS)
      }
    }
  }

  /** Leaves closers time to close a day. */
  async #pause(): Promise<void> {
    if (this.#isClosing) await this.#scheduler.sleep(this.#random.below(this.#mix.pauseMs))
  }

  /** Returns the entries that were not acknowledged. */
  async #send(entries: readonly Entry[]): Promise<readonly Entry[]> {
    const received = entries.map((entry) => ({ ...entry, receivedAtMs: this.#scheduler.nowMs }))
    const outcomes = await this.#ingest.ask(this.#random, ({ writer }) => writer.write(received))
    if (outcomes === 'died') return entries
    return entries.filter((entry, index) => {
      const outcome = outcomes[index]
      if (outcome?.ok) {
        this.#oracle.noteAcknowledged(entry, outcome.value)
        this.#mustBeHome(entry, outcome.value)
        this.#acknowledged.push({ entry, position: outcome.value })
      }
      return outcome?.ok !== true
    })
  }

  /** As long as no shard is split or merged, entries of a merchant stand on one shard, that of its lane. */
  #mustBeHome({ merchantId, entryId }: Entry, { shardId }: Position): void {
    if (this.#stream.shards.length > this.#mix.shards) return
    const home = shardOf(this.#stream.open, laneOf(merchantId))?.shardId
    this.#oracle.must(home === shardId, `ingest: ${entryId} of ${merchantId} stands on ${shardId}, not on ${home}`)
  }

  /** The world is calm again: every writer takes entries, as soon as its breaker lets a call through. */
  #mustAcknowledge(writer: StreamWriter): void {
    const entries = this.#nextEntries()
    const send = async (): Promise<void> => {
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
        const received = entries.map((entry) => ({ ...entry, receivedAtMs: this.#scheduler.nowMs }))
        const outcomes = await writer.write(received)
        if (outcomes.every(({ ok }) => ok)) return
        await this.#scheduler.sleep(RETRY_MS)
      }
      this.#oracle.must(false, 'ingest: a writer acknowledges nothing though the world is calm')
    }
    this.#begin(send())
  }

  #nextEntries(): Entry[] {
    const entries = Array.from({ length: 1 + this.#random.below(5) }, () => this.#clients.next())
    for (const entry of entries) {
      this.#oracle.noteSent(entry)
      if (this.#isClosing) this.#mustBeOfSameDay(entry)
    }
    return entries
  }

  /** Records that do not come from our ingest, or come from an ingest with an old shard map. */
  async #putFromElsewhere(): Promise<void> {
    for (let made = 0; made < this.#mix.records; made += 1) {
      await this.#scheduler.turn('elsewhere')
      await this.#pause()
      this.#putRecord()
      if (this.#misfortune('reshard')) this.#reshard()
      if (this.#misfortune('badDeployment')) await this.#deployBadly()
    }
  }

  #putRecord(): void {
    const random = this.#random
    const entries = this.#nextEntries().map((entry) => ({ ...entry, receivedAtMs: this.#scheduler.nowMs }))
    const home = shardOf(this.#stream.open, laneOf(entries[0]?.merchantId ?? ('m0' as never))) as SimShard | undefined
    const shard = home === undefined || random.chance(this.#mix.astray) ? random.pick(this.#stream.open) : home
    if (random.chance(this.#mix.poison)) this.#stream.put(shard, random.pick(POISON))
    const lines = entries.map(entryLine)
    if (random.chance(this.#mix.poison)) lines.splice(random.below(lines.length + 1), 0, 'no entry')
    this.#stream.put(shard, encodeEntries(lines))
  }

  /** Breaks our own code for a while, and mends it. */
  async #deployBadly(): Promise<void> {
    const work = this.#random.pick(Object.values(DEPENDENCIES))
    this.coverage.note('a bad deployment')
    work(false)
    for (let turns = this.#random.below(60); turns > 0; turns -= 1) await this.#scheduler.turn('deployment')
    work(true)
  }

  #deliver(consumer: Consumer, fleet: Fleet<Consume>): Promise<never> {
    return deliverAll({
      stream: this.#stream,
      poll: ({ shardId }) => this.#scheduler.turn(`${consumer} mapping of ${shardId}`),
      consume: (batch) => this.#consume(fleet, consumer === 'journal' ? this.#withoutLost(batch) : batch),
      batchSize: () => 1 + this.#random.below(6),
      isReplayed: (shard) => this.#isReplayed(consumer, shard),
    })
  }

  #withoutLost({ shardId, records }: ShardBatch): ShardBatch {
    return { shardId, records: records.filter(({ sequenceNumber }) => !this.#lost.has(sequenceNumber)) }
  }

  /** Hands a batch to a worker. 'failed' when it threw or died, or when the mapping did not wait for its end. */
  async #consume(fleet: Fleet<Consume>, batch: ShardBatch): Promise<BatchOutcome | 'failed'> {
    const failed = (): 'failed' => 'failed'
    const outcomes: Promise<BatchOutcome | 'failed' | 'died'>[] = [
      fleet.ask(this.#random, (consume) => consume(batch)).catch(failed),
    ]
    if (this.#misfortune('overlap')) outcomes.push(this.#patience().then(failed))
    const outcome = await Promise.race(outcomes)
    return outcome === 'died' ? 'failed' : outcome
  }

  /** How long a mapping waits for the end of a batch. */
  async #patience(): Promise<void> {
    this.#overlaps += 1
    this.coverage.note('a batch is given up on while it goes on')
    for (let turns = this.#random.below(30); turns > 0; turns -= 1) {
      await this.#scheduler.turn(`patience ${this.#overlaps}`)
    }
  }

  #isReplayed(consumer: Consumer, shard: SimShard): boolean {
    if (this.#replaysLeft === 0 || !this.#misfortune('replay')) return false
    this.#replaysLeft -= 1
    const isLost = this.#random.chance(0.5)
    if (isLost) this.#oracle.loseProgress(consumer, shard.shardId)
    this.coverage.note(
      isLost ? `a shard is replayed to the ${consumer}, its progress lost` : `a shard is replayed to the ${consumer}`,
    )
    return true
  }

  #reshard(): void {
    const { open } = this.#stream
    const [left, right] = open
    if (left !== undefined && right !== undefined && left.lastHashKey + 1n === right.firstHashKey) {
      this.coverage.note('shards are merged')
      this.#stream.merge(left, right)
    } else if (open.length < 4) {
      this.coverage.note('a shard is split')
      this.#stream.split(this.#random.pick(open))
    }
  }

  /** An operator compares a day while entries arrive. The comparison starts only after its barrier. */
  async #reconcileEarly(): Promise<void> {
    for (let turns = this.#random.below(200); turns > 0; turns -= 1) await this.#scheduler.turn('operator waits')
    const machine = startMachine('operator', this.#scheduler, { isSlow: false })
    const day = this.#random.pick(daysOf(this.#mix))
    const { recordCount } = this.#oracle
    const archive = queriesOver(this.#firehose.entries, () => this.#oracle.mustBeDone(recordCount))
    const world = { ...portsOn(machine, this.#oracle.ports), stream: this.#streamOn(machine), archive }
    try {
      const report = await reconcileDay({ ...world, ...this.#clockAndSleep() }, { ...RECONCILE, day })
      this.coverage.note(`reconciled while entries arrive: ${report.status}`)
      this.#oracle.noteReconciledEarly(day, report)
    } catch (error) {
      // The operator runs the command again some other time.
      this.coverage.note('reconciled while entries arrive: failed')
      if (!isSimulatedFault(error)) throw error
    }
  }

  /** Compares every day with the archive, as an operator does. */
  async #reconcileAll(maxTurns: number): Promise<void> {
    const days = this.#isClosing ? this.#oracle.daysOfEntries() : daysOf(this.#mix)
    const compareAll = async (): Promise<void> => {
      for (const day of days) {
        const { report } = await this.#reconcileInTheEnd('operator', day, { repair: false })
        this.#oracle.noteReconciled(day, report, this.#firehose.entries)
      }
    }
    this.#begin(compareAll())
    await this.#untilAtRest(maxTurns)
    this.#oracle.mustBeReconciled(days)
  }

  /** The same while everything goes on, several times. The command may fail or give up. */
  async #reconcileMidway(): Promise<void> {
    for (let times = 1 + this.#random.below(3); times > 0; times -= 1) {
      await this.#scheduler.sleep(this.#random.below(this.#random.pick([10_000, 400_000])))
      const day = this.#random.pick(daysOf(this.#mix))
      try {
        const report = await this.#reconcile(`reconciling ${times}`, day, { repair: false })
        this.#oracle.noteReconciledMidway(day, report)
      } catch (error) {
        if (!isSimulatedFault(error) && !isRefusal(error)) throw error
      }
    }
  }

  /** The journal's consumer misses a record, as when progress passes one that was never dealt with. */
  async #loseAndRepair(): Promise<void> {
    const day = this.#random.pick(daysOf(this.#mix))
    const { merchantId } = this.#random.pick(this.#merchants)
    const entry = (id: string): Entry => ({
      ...this.#clients.plain(),
      entryId: id as EntryId,
      merchantId,
      businessDay: day,
      receivedAtMs: this.#scheduler.nowMs,
    })
    const first = entry('lost-1')
    const entries = [first, { ...first, amountMinor: first.amountMinor + 1n }, entry('lost-2'), first]
    for (const each of entries) this.#oracle.noteSent(each)
    const shard = shardOf(this.#stream.open, laneOf(merchantId)) as SimShard
    const lost = this.#stream.nextNumber
    this.#lost.add(lost)
    this.#oracle.loseRecord(lost)
    this.#stream.put(shard, encodeEntries(entries.map(entryLine)))
    // What Firehose still holds is on no side, so no comparison can miss it.
    await this.#scheduler.sleep(2 * DELIVERY_MS)
    // Two contents of the first id, and the second id. A command that was behind may have published them before.
    const { report, attempts } = await this.#reconcileInTheEnd('repairing', day, { repair: true })
    this.#oracle.noteRepaired(day, report, attempts === 1 ? 3 : undefined)
  }

  /** A consumer may be behind, because time passes between any two calls. The command is then given again. */
  async #reconcileInTheEnd(name: string, day: BusinessDay, options: { readonly repair: boolean }) {
    for (let attempts = 1; ; attempts += 1) {
      const report = await this.#reconcile(name, day, options)
      if (report.status !== 'behind' || attempts === MOST_RECONCILED) return { report, attempts }
    }
  }

  async #reconcile(name: string, day: BusinessDay, options: { readonly repair: boolean }): Promise<DayReport> {
    const machine = startMachine(name, this.#scheduler, { isSlow: false })
    const world = {
      ports: portsOn(machine, this.#oracle.ports),
      stream: this.#streamOn(machine),
      archive: queriesOver(this.#firehose.entries),
      scheduler: this.#scheduler,
    }
    return await Promise.race([reconcile(world, day, options), machine.death.then(refusal)])
  }

  async #reconcileSides(day: BusinessDay, { rows, ...ports }: Sides): Promise<DayReport> {
    const machine = startMachine('operator', this.#scheduler, { isSlow: false })
    const { merchants } = this.#oracle.ports
    const world = { ...ports, merchants, stream: this.#streamOn(machine), archive: queriesOver(rows) }
    return await reconcileDay({ ...world, ...this.#clockAndSleep() }, { ...RECONCILE, day })
  }

  /** Loses something on one side. Reconciling has to name it. */
  async #findLoss(): Promise<void> {
    // By then, all that was received has had the time to get into the archive.
    await this.#scheduler.sleep(2 * RECONCILE.deliveryMs)
    const day = this.#random.pick(daysOf(this.#mix))
    const name = this.#random.pick(Object.keys(LOSSES))
    const loss = await LOSSES[name]?.({ ...this.#oracle.ports, rows: this.#firehose.entries }, day, this.#random)
    if (loss === undefined) return
    this.coverage.note(`planted: ${name}`)
    this.#oracle.noteLoss(name)
    const report = await this.#reconcileSides(day, loss.sides)
    this.#oracle.noteFound(name, unnamed(loss.expected, report), report)
  }

  #journalWorker(machine: Machine): Running<Consume> {
    const ports = this.#portsOn(machine)
    // A cache of a few books at most: forgetting is part of the world, too.
    const limits = {
      booksAtOnce: 1 + this.#random.below(3),
      cacheBytes: this.#random.pick([0, 50_000, 1_000_000]),
      // Two entries or so: a batch becomes several segments, and may be lost between any two of them.
      segmentSizes: this.#random.pick([
        { most: 600, small: 450, tail: 250, packedBytes: PACKED_BYTES },
        { ...SEGMENT_SIZES, packedBytes: PACKED_BYTES },
      ]),
    }
    const skewMs = this.#isClosing ? this.#random.pick([0, 0, MOST_SKEW_MS]) : 0
    return {
      machine,
      run: asLambda(recordEntries({ ...ports, clock: () => this.#scheduler.nowMs - skewMs, log: SILENT }, limits)),
    }
  }

  #archiveWorker(machine: Machine): Running<Consume> {
    const client = this.#firehose.clientOn(machine, () => this.#random.chance(0.5))
    const archive = firehoseArchive(client, DELIVERY_STREAMS, { ...this.#clockAndSleep(), random: this.#random.next })
    const { progress } = this.#portsOn(machine)
    const portionCharacters = this.#random.pick([1, 500, 1_000_000])
    return { machine, run: asLambda(archiveEntries({ archive, progress, log: SILENT }, { portionCharacters })) }
  }

  #ingestMachine(machine: Machine): Running<Ingest> {
    const clockAndSleep = this.#clockAndSleep()
    const { clock } = clockAndSleep
    const patienceMs = 5_000
    // About ten entries, or all there are.
    const maxBacklogBytes = this.#random.pick([3_000, 64 * 1024 * 1024])
    const watch = new WriterWatch({
      now: clock,
      isDead: () => machine.isDead,
      must: this.#oracle.must,
      coverage: this.coverage,
      patienceMs,
      maxBacklogBytes,
    })
    this.#watches.push(watch)
    const guarded = guardedStream(watch.behindGuard(this.#streamOn(machine)), (state) =>
      this.coverage.note(`the breaker is ${state}`),
    )
    const options = { ...clockAndSleep, random: this.#random.next, patienceMs, maxBacklogBytes }
    const writer = watch.writer(streamWriter(watch.beforeGuard(guarded), options))
    const { quarantine, merchants, auditTrail } = this.#portsOn(machine)
    const { decisions } = this.#oracle
    const desk = decideQuarantine({
      quarantine,
      stamp: stampEntries({ merchants: knownMerchants(merchants, { clocks: [clock] }), clock }),
      writer: {
        write: (entries) => {
          for (const entry of entries) decisions.notePut(entry)
          return writer.write(entries)
        },
      },
      auditTrail,
      clock,
      onUnpublished: decisions.noteUnpublished,
    })
    return { machine, run: { writer, desk } }
  }

  #portsOn(machine: Machine, ports = this.#oracle.ports): Ports {
    const trail = streamAuditTrail(this.#streamOn(machine), this.#clockAndSleep())
    return {
      ...portsOn(machine, ports),
      auditTrail: {
        publish: async (...told) => {
          await trail.publish(...told)
          this.#oracle.noteTold(told)
        },
      },
    }
  }

  #streamOn(machine: Machine): EntryStream {
    return streamOn(machine, this.#stream, () => this.#random.chance(0.5))
  }

  #clockAndSleep() {
    return { clock: () => this.#scheduler.nowMs, sleep: (ms: number) => this.#scheduler.sleep(ms) }
  }

  #misfortune(kind: keyof Mix['weights']): boolean {
    return this.#random.chance(this.#rate * this.#mix.weights[kind])
  }
}

/** Machines that do the same work, of which any is asked. A dead one is replaced. */
class Fleet<T> {
  readonly #start: (number: number) => Running<T>
  readonly #running: Running<T>[]
  #started = 0

  constructor(size: number, start: (number: number) => Running<T>) {
    this.#start = start
    this.#running = Array.from({ length: size }, () => this.#startNext())
  }

  async ask<Answer>(random: Random, question: (run: T) => Promise<Answer>): Promise<Answer | 'died'> {
    const index = random.below(this.#running.length)
    const { machine, run } = this.#running[index] ?? this.#startNext()
    const answer = await Promise.race([question(run), machine.death.then((): 'died' => 'died')])
    if (this.#running[index]?.machine.isDead === true) this.#running[index] = this.#startNext()
    return answer
  }

  /** Asks each that is alive. */
  askEach(question: (run: T) => void): void {
    for (const { machine, run } of this.#running) if (!machine.isDead) question(run)
  }

  #startNext(): Running<T> {
    this.#started += 1
    return this.#start(this.#started)
  }
}

/** The same choices, counted. While the clock stands, it moves only when every caller waits for it. */
const counted = (choices: Choices, coverage: Coverage, clockStands: () => boolean): Choices => ({
  next(waiting) {
    const others = clockStands() ? waiting.filter(({ actor }) => actor !== CLOCK) : waiting
    const choice = choices.next(others.length === 0 ? waiting : others)
    const actor = kindOf(waiting[choice.index]?.actor ?? '')
    if (choice.fault !== undefined) coverage.note(`${actor}: ${choice.fault}`)
    if (actor.startsWith('late call')) coverage.note(`${actor} is carried out`)
    return choice
  },
})

const RECONCILE = { repair: false, deliveryMs: 2 * DELIVERY_MS }
const SILENT = { warn() {}, error() {} }
const DELIVERY_STREAMS = { entries: 'entries', decisions: 'decisions' }

/** A journal of small segments, so that long texts come to its bound. The view has what is left. */
const PACKED_BYTES = 1_200
const SEGMENT_BYTES = PACKED_BYTES + 800

/** What a command says when its machine dies, or when the stream refuses too often. */
class Refusal extends Error {}
const refusal = (): never => {
  throw new Refusal('its machine died')
}
const isRefusal = (error: unknown): boolean =>
  error instanceof Refusal || (error instanceof Error && error.message.startsWith('the stream refused'))

/** The day on which every history begins. */
const TODAY = new Date(START_MS).toISOString().slice(0, 10) as BusinessDay
const CLOCK_STANDS = 0.8
/** The clocks of some workers are behind, so that days have ended for a closer that for them go on for ever. */
const MOST_SKEW_MS = 26 * 3_600_000

const MOST_ATTEMPTS = 4
const MOST_RECONCILED = 20
const HEARTBEAT_MS = 60_000
const RETRY_MS = 2_000

const FAULT_WEIGHTS: Record<Fault, (weights: Mix['weights']) => number> = {
  refused: ({ throttle }) => throttle,
  'answer-lost': ({ lostAnswer }) => lostAnswer,
  late: ({ late }) => late,
  crash: ({ crash }) => crash / 4,
  'crash-after': ({ crash }) => crash / 4,
  'in-part': ({ inPart }) => inPart,
}

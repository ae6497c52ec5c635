/** What all parts of a history share: its clock, its chance, its stream and archive, and what the oracle knows. */
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { businessDayOf, shiftDay } from '#ledger/calendar'
import type { Entry } from '#ledger/entry'
import type { BusinessDay, Position } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { EntryStream } from '#ledger/ports'
import type { Choices, Fault } from './choices.ts'
import { Coverage, kindOf } from './coverage.ts'
import { SimFirehose } from './firehose.ts'
import type { Machine } from './machine.ts'
import type { Mix } from './mixes.ts'
import { Oracle } from './oracle.ts'
import { POLICIES } from './owners.ts'
import { portsOn, type Ports } from './ports.ts'
import { randomChoices } from './random-choices.ts'
import type { Random } from './random.ts'
import { CLOCK, Scheduler } from './scheduler.ts'
import { SimStream, streamOn } from './stream.ts'
import { Clients, daysOf, merchantsOf, START_MS } from './workload.ts'

export type HistoryWorld = {
  readonly mix: Mix
  readonly random: Random
  readonly scheduler: Scheduler
  readonly stream: SimStream
  readonly firehose: SimFirehose
  readonly oracle: Oracle
  readonly merchants: readonly Merchant[]
  readonly clients: Clients
  /** Whether days are closed in this history. */
  readonly isClosing: boolean
  readonly coverage: Coverage
  readonly acknowledged: { readonly entry: Entry; readonly position: Position }[]
  /** The records that the journal's consumer never sees. */
  readonly lost: Set<string>
  /** Whether this befalls the world now. */
  readonly misfortune: (kind: keyof Mix['weights']) => boolean
}

/** `rate` is how often things go wrong at the moment; 0 in a calm world. */
export const startWorld = (mix: Mix, random: Random, isClosing: boolean, rate: () => number): HistoryWorld => {
  const coverage = new Coverage()
  const choices = randomChoices(random, (fault) => rate() * FAULT_WEIGHTS[fault](mix.weights))
  // In a calm world, time passes only when every caller waits for it: no call takes seconds. Where days are closed,
  // it passes more slowly than elsewhere, because a close gives up on a consumer after a minute and a half.
  const clockStands = () => rate() === 0 || (isClosing && random.chance(CLOCK_STANDS))
  const scheduler = new Scheduler(counted(choices, coverage, clockStands), START_MS)
  const merchants = merchantsOf(mix, isClosing ? () => random.pick(POLICIES) : undefined)
  const oracle: Oracle = new Oracle(merchants, {
    segmentBytes: SEGMENT_BYTES,
    rows: () => firehose.entries,
    clock: () => scheduler.nowMs,
    skewMs: MOST_SKEW_MS,
  })
  const [first, ...others] = isClosing ? daysToRead({ mix, isClosing }) : []
  const last = others.at(-1)
  // Days in between have no entries, and are closed all the same.
  if (first !== undefined && last !== undefined) oracle.closes.noteDays(first, last)
  const stream = new SimStream(mix.shards, () => scheduler.nowMs, oracle.noteRecord)
  const firehose = new SimFirehose(scheduler, oracle.noteArchived)
  /** The entry as ingest accepts it when it occurs now, by the calendar that its merchant has. */
  const stampToday = (entry: Entry): Entry => {
    const occurredAtMs = scheduler.nowMs
    const calendar = oracle.closes.calendarOf(entry.merchantId)
    return { ...entry, occurredAtMs, businessDay: businessDayOf(calendar, occurredAtMs), receivedAtMs: occurredAtMs }
  }
  const clients = new Clients(mix, random, isClosing ? stampToday : undefined)
  return {
    mix,
    random,
    scheduler,
    stream,
    firehose,
    oracle,
    merchants,
    clients,
    isClosing,
    coverage,
    acknowledged: [],
    lost: new Set(),
    misfortune: (kind) => random.chance(rate() * mix.weights[kind]),
  }
}

/** The days that have entries, or may have some before the history ends. */
export const daysToRead = ({ mix, isClosing }: Pick<HistoryWorld, 'mix' | 'isClosing'>): BusinessDay[] => {
  const days = daysOf(mix)
  return isClosing ? [...days, ...[0, 1, 2].map((later) => shiftDay(TODAY, later))] : days
}

export const clockAndSleep = ({ scheduler }: Pick<HistoryWorld, 'scheduler'>) => ({
  clock: () => scheduler.nowMs,
  sleep: (ms: number) => scheduler.sleep(ms),
})

/** The stream as code on a machine sees it. */
export const streamOf = ({ stream, random }: HistoryWorld, machine: Machine): EntryStream =>
  streamOn(machine, stream, () => random.chance(0.5))

/** The ports of a machine whose audit events go over the stream. */
export const portsOf = (world: HistoryWorld, machine: Machine, ports = world.oracle.ports): Ports => {
  const trail = streamAuditTrail(streamOf(world, machine), clockAndSleep(world))
  return {
    ...portsOn(machine, ports),
    auditTrail: {
      publish: async (...told) => {
        await trail.publish(...told)
        world.oracle.noteTold(told)
      },
    },
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

/** A journal of small segments, so that long texts come to its bound. The view has what is left. */
export const PACKED_BYTES = 1_200
const SEGMENT_BYTES = PACKED_BYTES + 800

/** The clocks of some workers are behind, so that days have ended for a closer that for them go on for ever. */
export const MOST_SKEW_MS = 26 * 3_600_000

/** The day on which every history begins. */
const TODAY = new Date(START_MS).toISOString().slice(0, 10) as BusinessDay
const CLOCK_STANDS = 0.8

const FAULT_WEIGHTS: Record<Fault, (weights: Mix['weights']) => number> = {
  refused: ({ throttle }) => throttle,
  'answer-lost': ({ lostAnswer }) => lostAnswer,
  late: ({ late }) => late,
  crash: ({ crash }) => crash / 4,
  'crash-after': ({ crash }) => crash / 4,
  'in-part': ({ inPart }) => inPart,
}

/**
 * Small worlds in which the days of one merchant are closed. It is midnight: by the clock of the closers the second day has
 * ended, and by the clock of the workers it has not. So an entry that comes late for the first day counts on the second one,
 * which may be closed at the same moment.
 */
import type { Entry } from '#ledger/entry'
import type { BusinessDay, EntryId, MerchantId } from '#ledger/identifiers'
import type { LatePolicy } from '#ledger/merchant'
import type { Currency } from '#ledger/money'
import type { Consumer } from '#ledger/ports'
import type { SegmentSizes } from '#processors/journal/segment-sizes'
import { anEntry } from '../builders.ts'
import type { Bounds } from './explore.ts'
import { TINY, type SmallDelivery, type SmallRecord } from './small-worlds.ts'

export type ClosingWorld = {
  readonly policy: LatePolicy
  /** Recorded and archived before the history begins. */
  readonly standing?: readonly SmallRecord[]
  /** Every day up to this one is closed before the history begins. */
  readonly closedThrough?: BusinessDay
  /** Records on the stream behind those that stand. Each delivery brings all of them, unless it says which. */
  readonly records?: readonly SmallRecord[]
  readonly deliveries?: readonly SmallDelivery[]
  readonly closers?: readonly SmallCloser[]
  readonly readers?: readonly SmallReader[]
  /**
   * Closers put a real barrier on the stream, and these consumers move by themselves; with that of the archive, so does
   * Firehose's delivery. The other one does its work at once. Without it, the archive shows all that stands on the stream when the
   * history begins, and no barrier is needed.
   */
  readonly moving?: readonly Consumer[]
  /** With more shards than one, the records are on the last one, as from an ingest with an old shard map. */
  readonly shards?: number
  /** How large the segments are; the real sizes without it. */
  readonly sizes?: SegmentSizes
  /** The merchant's policy after a change in the course of the history. */
  readonly laterPolicy?: LatePolicy
  readonly bounds: Bounds
}

/** Closes days, again and again until all are closed. */
export type SmallCloser = { readonly closer: string; readonly through: BusinessDay }

export type SmallReader = {
  readonly reader: string
  readonly asks: Question
  /** How often it asks, once without it. It remembers what it has read. */
  readonly times?: number
}

export type Question =
  | { readonly for: 'balance' }
  | { readonly for: 'balance at the end of a day'; readonly day: BusinessDay }
  | { readonly for: 'day'; readonly day: BusinessDay }
  | { readonly for: 'version'; readonly day: BusinessDay; readonly version: number }
  | { readonly for: 'period' }

const ZEROTH = '2026-11-19' as BusinessDay
export const FIRST = '2026-11-20' as BusinessDay
/** The last day that has ended by the clock of the closers. */
export const SECOND = '2026-11-21' as BusinessDay
export const THIRD = '2026-11-22' as BusinessDay
const MIDNIGHT_MS = Date.parse(`${THIRD}T00:00:00Z`)
export const WORKERS_CLOCK_MS = MIDNIGHT_MS - 1
export const CLOSERS_CLOCK_MS = MIDNIGHT_MS

export const MERCHANT = 'm0' as MerchantId

const sale = (entryId: string, fields: Partial<Entry> = {}): Entry =>
  anEntry({
    entryId: entryId as EntryId,
    merchantId: MERCHANT,
    businessDay: FIRST,
    currency: 'BRL' as Currency,
    method: 'cash',
    // The archive need not show what was received after a comparison has begun.
    receivedAtMs: MIDNIGHT_MS + 1,
    ...fields,
  })

const early = (entryId: string, fields: Partial<Entry> = {}): Entry =>
  sale(entryId, { receivedAtMs: MIDNIGHT_MS - 1_000, ...fields })

const onSecond = { businessDay: SECOND }
const other = { amountMinor: 333n }

const ONE_FAULT: Bounds = { faults: 1 }
const TWO_FAULTS: Bounds = { faults: 2 }
/** For worlds with too many orders. */
const interrupted = (preemptions: number): Bounds => ({ faults: 1, preemptions })

/** Beside readers, whose own calls go side by side in many orders. */
const WRITE_FAULT: Bounds = { faults: 1, kinds: ['crash-after'], preemptions: 2 }

const oneWorker: readonly SmallDelivery[] = [{ worker: 'a' }]
const twoWorkers: readonly SmallDelivery[] = [{ worker: 'a' }, { worker: 'b' }]
const closer = (through: BusinessDay, name = 'closer a'): SmallCloser => ({ closer: name, through })
const POLICIES = ['nextOpenDay', 'restate', 'quarantine'] as const

/** The records are on the stream, and no consumer has dealt with them yet. */
const onItsWay = { policy: 'nextOpenDay', closers: [closer(FIRST)] } as const

/** The same world under each policy. */
const underEach = (name: string, world: Omit<ClosingWorld, 'policy'>): Record<string, ClosingWorld> =>
  Object.fromEntries(POLICIES.map((policy) => [`${name}, ${policy}`, { ...world, policy }]))

const later = (entryId: string): Entry => sale(entryId, { receivedAtMs: MIDNIGHT_MS + 2 })
const conflict = (entryId: string): Entry => sale(entryId, other)

const standingOnBoth = [[early('e1')], [early('e2', onSecond)]]
const reader = (asks: Question): readonly SmallReader[] => [{ reader: 'reader', asks }]

export const CLOSING_WORLDS: Readonly<Record<string, ClosingWorld>> = {
  ...underEach('a late entry', {
    standing: [[early('e1')]],
    closedThrough: FIRST,
    records: [[sale('e2')]],
    deliveries: oneWorker,
    bounds: TWO_FAULTS,
  }),
  ...underEach('late copies and conflicts', {
    standing: [[early('e1')]],
    closedThrough: FIRST,
    records: [[sale('e2'), later('e2'), conflict('e2')], [conflict('e1')]],
    deliveries: oneWorker,
    bounds: ONE_FAULT,
  }),
  ...underEach('a late entry of a day without a book', {
    closedThrough: FIRST,
    records: [[sale('e1')]],
    deliveries: oneWorker,
    bounds: ONE_FAULT,
  }),
  'a late entry of the day before yesterday': {
    policy: 'nextOpenDay',
    closedThrough: ZEROTH,
    records: [[sale('e1', { businessDay: ZEROTH })]],
    deliveries: oneWorker,
    bounds: ONE_FAULT,
  },
  'a late entry, whose id and content are taken on the next day': {
    policy: 'nextOpenDay',
    standing: [[early('e2', onSecond)]],
    closedThrough: FIRST,
    records: [[sale('e2')]],
    deliveries: oneWorker,
    bounds: ONE_FAULT,
  },
  'late entries that do not fit one segment': {
    policy: 'nextOpenDay',
    closedThrough: FIRST,
    records: [[sale('e1'), sale('e2')]],
    deliveries: oneWorker,
    sizes: TINY,
    bounds: ONE_FAULT,
  },
  'a late entry of the first of two closed days': {
    policy: 'restate',
    standing: standingOnBoth,
    closedThrough: SECOND,
    records: [[sale('e3')]],
    deliveries: oneWorker,
    bounds: ONE_FAULT,
  },
  'a late entry of the second of two closed days, and a reader of the first': {
    policy: 'restate',
    standing: standingOnBoth,
    closedThrough: SECOND,
    records: [[sale('e3', onSecond)]],
    deliveries: oneWorker,
    readers: reader({ for: 'day', day: FIRST }),
    bounds: ONE_FAULT,
  },
  'a closed day without a book, and a reader of the balance at the end of the one before': {
    policy: 'nextOpenDay',
    standing: [[early('e1')]],
    closedThrough: SECOND,
    readers: reader({ for: 'balance at the end of a day', day: FIRST }),
    bounds: ONE_FAULT,
  },
  'two closed days, and a reader of the balance at the end of the first': {
    policy: 'nextOpenDay',
    standing: standingOnBoth,
    closedThrough: SECOND,
    readers: reader({ for: 'balance at the end of a day', day: FIRST }),
    bounds: ONE_FAULT,
  },
  'a closer of a day that has not ended': {
    policy: 'nextOpenDay',
    standing: [[early('e1')]],
    closers: [closer(THIRD)],
    bounds: ONE_FAULT,
  },
  'two days and a closer': {
    policy: 'nextOpenDay',
    standing: standingOnBoth,
    closers: [closer(SECOND)],
    bounds: TWO_FAULTS,
  },
  ...underEach('an entry and a closer', {
    standing: [[early('e1')]],
    records: [[sale('e2')]],
    deliveries: oneWorker,
    closers: [closer(FIRST)],
    bounds: ONE_FAULT,
  }),
  'an entry on its way to the journal, and a closer': {
    ...onItsWay,
    standing: [[early('e1')]],
    records: [[sale('e2')]],
    moving: ['journal'],
    bounds: interrupted(2),
  },
  'an entry on its way to the archive, and a closer': {
    ...onItsWay,
    standing: [[early('e1')]],
    records: [[sale('e2')]],
    moving: ['archive'],
    bounds: interrupted(0),
  },
  'the first entry of a day on its way, and a closer': {
    ...onItsWay,
    records: [[sale('e1')]],
    moving: ['journal'],
    bounds: interrupted(1),
  },
  'an entry on its way over another shard, and a closer': {
    ...onItsWay,
    standing: [[early('e1')]],
    records: [[sale('e2')]],
    shards: 2,
    moving: ['journal'],
    bounds: interrupted(0),
  },
  'the first entry of a day on its way over another shard, and a closer': {
    ...onItsWay,
    records: [[sale('e1')]],
    shards: 2,
    moving: ['journal'],
    bounds: { faults: 0, preemptions: 1 },
  },
  ...underEach('the first entry of a day and a closer', {
    records: [[sale('e1')]],
    deliveries: oneWorker,
    closers: [closer(FIRST)],
    bounds: interrupted(3),
  }),
  'the first entry of a day and a closer of the next day': {
    policy: 'nextOpenDay',
    standing: [[early('e2', onSecond)]],
    records: [[sale('e1')]],
    deliveries: oneWorker,
    closers: [closer(SECOND)],
    bounds: interrupted(2),
  },
  ...underEach('two workers, one late entry', {
    standing: [[early('e1')]],
    closedThrough: FIRST,
    records: [[sale('e2')]],
    deliveries: twoWorkers,
    bounds: interrupted(2),
  }),
  ...underEach('a late entry and a closer of the next day', {
    standing: standingOnBoth,
    closedThrough: FIRST,
    records: [[sale('e3')]],
    deliveries: oneWorker,
    closers: [closer(SECOND)],
    bounds: interrupted(2),
  }),
  'a late entry, whose id is taken on the next day': {
    policy: 'nextOpenDay',
    standing: [[early('e1')]],
    closedThrough: FIRST,
    records: [[sale('e2'), sale('e2', { ...onSecond, ...other })]],
    deliveries: twoWorkers,
    bounds: interrupted(2),
  },
  'a late entry and a change of the policy': {
    policy: 'nextOpenDay',
    laterPolicy: 'restate',
    standing: [[early('e1')]],
    closedThrough: FIRST,
    records: [[sale('e2')]],
    deliveries: twoWorkers,
    bounds: interrupted(2),
  },
  'two closers': {
    policy: 'nextOpenDay',
    standing: [[early('e1')]],
    closers: [closer(FIRST), closer(FIRST, 'closer b')],
    bounds: interrupted(3),
  },
  'two closers, two days': {
    policy: 'nextOpenDay',
    standing: standingOnBoth,
    closers: [closer(SECOND), closer(SECOND, 'closer b')],
    bounds: interrupted(2),
  },
  'a closer and a reader of the balance': {
    policy: 'nextOpenDay',
    standing: standingOnBoth,
    closers: [closer(FIRST)],
    readers: reader({ for: 'balance' }),
    bounds: WRITE_FAULT,
  },
  'a closer and a reader of the balance at the end of a day': {
    policy: 'nextOpenDay',
    standing: standingOnBoth,
    closers: [closer(FIRST)],
    readers: reader({ for: 'balance at the end of a day', day: SECOND }),
    bounds: WRITE_FAULT,
  },
  'a closer and a reader of a day': {
    policy: 'nextOpenDay',
    standing: standingOnBoth,
    closers: [closer(SECOND)],
    readers: reader({ for: 'day', day: SECOND }),
    bounds: interrupted(2),
  },
  'the first entry of a day and a reader of the next day, who asks twice': {
    policy: 'nextOpenDay',
    standing: [[early('e2', onSecond)]],
    records: [[sale('e1')]],
    deliveries: oneWorker,
    readers: [{ reader: 'reader', asks: { for: 'day', day: SECOND }, times: 2 }],
    bounds: { faults: 0, preemptions: 2 },
  },
  'a closer and a reader of the period': {
    policy: 'nextOpenDay',
    standing: standingOnBoth,
    closers: [closer(SECOND)],
    readers: reader({ for: 'period' }),
    bounds: WRITE_FAULT,
  },
  ...underEach('a late entry and a reader of the balance', {
    standing: standingOnBoth,
    closedThrough: FIRST,
    records: [[sale('e3')]],
    deliveries: oneWorker,
    readers: reader({ for: 'balance' }),
    bounds: interrupted(2),
  }),
  'a restatement and a reader of the first version': {
    policy: 'restate',
    standing: [[early('e1')]],
    closedThrough: FIRST,
    records: [[sale('e2')]],
    deliveries: oneWorker,
    readers: reader({ for: 'version', day: FIRST, version: 1 }),
    bounds: ONE_FAULT,
  },
  'a restated day without a book, a closer and a reader of the period': {
    policy: 'restate',
    standing: [[early('e2', onSecond)]],
    closedThrough: FIRST,
    records: [[sale('e1')]],
    deliveries: oneWorker,
    closers: [closer(SECOND)],
    readers: reader({ for: 'period' }),
    bounds: { ...WRITE_FAULT, preemptions: 1 },
  },
  'an entry on its way, and a closer': {
    ...onItsWay,
    standing: [[early('e1')]],
    records: [[sale('e2')]],
    moving: ['journal', 'archive'],
    bounds: { faults: 0, preemptions: 1 },
  },
}

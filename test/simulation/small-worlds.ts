/**
 * Small worlds, of which every history is lived through: the cheap ones first, so that a bug is caught soon. A world has a
 * few records and a few deliveries of them; what else may happen is for the explorer to choose.
 */
import type { Entry } from '#ledger/entry'
import type { BusinessDay, EntryId, MerchantId } from '#ledger/identifiers'
import type { Currency } from '#ledger/money'
import type { Consumer } from '#ledger/ports'
import { SEGMENT_SIZES, type SegmentSizes } from '#processors/journal/segment-sizes'
import { anEntry } from '../builders.ts'
import type { Bounds } from './explore.ts'
import { MERCHANT_IDS } from './workload.ts'

export type SmallWorld = {
  /** Records of the first shard that are recorded before the history begins. */
  readonly standing?: readonly SmallRecord[]
  /** The records of each shard. */
  readonly shards: readonly (readonly SmallRecord[])[]
  /** All begin at once, and so do tills and operators. */
  readonly deliveries?: readonly SmallDelivery[]
  readonly tills?: readonly SmallTill[]
  readonly operators?: readonly SmallOperator[]
  readonly bounds: Bounds
  readonly sizes?: SegmentSizes
  readonly cacheBytes?: number
  readonly booksAtOnce?: number
  /** Answers may overtake each other on their way back. */
  readonly isSlow?: boolean
}

/** A text is a line that cannot be read. */
export type SmallRecord = readonly (Entry | string)[]

/** The records of a shard: from the first to before the last. */
export type SmallBatch = readonly [first: number, last: number]

/** Hands records of a shard to a worker, batch by batch, each until it is done. */
export type SmallDelivery = {
  readonly worker: string
  /** The journal without it. */
  readonly consumer?: Consumer
  readonly shard?: number
  /** All records at once without it. */
  readonly batches?: readonly SmallBatch[]
  /** Loses the progress afterwards, and delivers everything again. */
  readonly isReplayed?: boolean
}

export type SmallTill = { readonly till: string; readonly ingest: string; readonly entries: readonly Entry[] }

export type SmallOperator = {
  readonly operator: string
  readonly decides: 'replay' | 'discard'
  /** The content of an item in quarantine. */
  readonly about: Entry
}

const RECEIVED_MS = Date.parse('2026-11-20T12:00:00Z')

const sale = (entryId: string, fields: Partial<Entry> = {}): Entry =>
  anEntry({
    entryId: entryId as EntryId,
    merchantId: 'm0' as MerchantId,
    businessDay: '2026-11-20' as BusinessDay,
    currency: 'BRL' as Currency,
    method: 'cash',
    receivedAtMs: RECEIVED_MS,
    ...fields,
  })

/** The same content, sent again later. */
const later = (entryId: string): Entry => sale(entryId, { receivedAtMs: RECEIVED_MS + 1_000 })
/** The same id with other content. */
const conflict = (entryId: string): Entry => sale(entryId, { amountMinor: 333n })
const otherConflict = (entryId: string): Entry => sale(entryId, { amountMinor: 444n })
const nextDay = { businessDay: '2026-11-21' as BusinessDay }
const otherMerchant = { merchantId: MERCHANT_IDS[1] as MerchantId }
const unknownMerchant = { merchantId: 'nobody' as MerchantId }
const euros = { currency: 'EUR' as Currency }

const ONE_FAULT: Bounds = { faults: 1 }
const TWO_FAULTS: Bounds = { faults: 2 }
/** For worlds with too many orders. */
const interrupted = (preemptions: number): Bounds => ({ faults: 1, preemptions })
/** One entry in each segment. */
export const TINY: SegmentSizes = { ...SEGMENT_SIZES, most: 1, small: 1, tail: 1 }

const oneWorker = [{ worker: 'a' }]
const lastRecord: SmallDelivery = { worker: 'a', batches: [[1, 2]] }
const twoWorkers = [{ worker: 'a' }, { worker: 'b' }]

export const SMALL_WORLDS: Readonly<Record<string, SmallWorld>> = {
  'two workers, one batch with a copy in it': {
    shards: [[[sale('e1'), sale('e2'), sale('e1')]]],
    deliveries: twoWorkers,
    bounds: ONE_FAULT,
  },
  'a copy and a conflict in one batch': {
    shards: [[[sale('e1'), sale('e2'), sale('e1'), conflict('e1')]]],
    deliveries: oneWorker,
    bounds: TWO_FAULTS,
  },
  'a worker that fell behind by two segments': {
    shards: [[[sale('e1')], [sale('e2'), sale('e3')]]],
    deliveries: [
      {
        worker: 'a',
        batches: [
          [0, 1],
          [1, 2],
        ],
      },
      { worker: 'b' },
    ],
    sizes: TINY,
    bounds: { faults: 0 },
  },
  'contents to be learnt, and no cache': {
    standing: [[sale('e1')], [sale('e2')]],
    shards: [[[conflict('e1'), sale('e2'), sale('e3')]]],
    deliveries: [{ worker: 'a', batches: [[2, 3]] }],
    cacheBytes: 0,
    bounds: TWO_FAULTS,
  },
  strays: {
    shards: [[[sale('e1'), sale('e2', euros), sale('e3', unknownMerchant)]]],
    deliveries: oneWorker,
    bounds: TWO_FAULTS,
  },
  'the archive': {
    shards: [
      [
        [sale('e1'), sale('e1')],
        ['no entry', conflict('e1')],
      ],
    ],
    deliveries: [{ worker: 'archive a', consumer: 'archive' }],
    bounds: TWO_FAULTS,
  },
  'two days of one merchant': {
    shards: [[[sale('e1'), sale('e1', nextDay)]]],
    deliveries: oneWorker,
    bounds: TWO_FAULTS,
  },
  'several records and segments': {
    shards: [[[sale('e1'), sale('e2')], [sale('e3')]]],
    deliveries: oneWorker,
    sizes: TINY,
    bounds: TWO_FAULTS,
  },
  'a copy and a conflict in several segments': {
    shards: [[[sale('e1'), sale('e2'), sale('e1'), conflict('e2')]]],
    deliveries: oneWorker,
    sizes: TINY,
    bounds: TWO_FAULTS,
  },
  'two shards with the same id, in a book that has begun': {
    standing: [[sale('e0')]],
    shards: [[[sale('e1'), conflict('e1')]], [[conflict('e1')]]],
    deliveries: [
      { worker: 'a', batches: [[1, 2]] },
      { worker: 'b', shard: 1 },
    ],
    bounds: ONE_FAULT,
  },
  'copies and conflicts across batches': {
    shards: [[[sale('e1'), sale('e2')], [conflict('e1'), later('e2')], [otherConflict('e1')]]],
    deliveries: [
      {
        worker: 'a',
        batches: [
          [0, 1],
          [1, 3],
        ],
      },
    ],
    bounds: TWO_FAULTS,
  },
  'unreadable lines and records': {
    shards: [[['no entry', sale('e1')], ['no entry'], [sale('e2')]]],
    deliveries: oneWorker,
    bounds: TWO_FAULTS,
  },
  'progress lost and a replay': {
    shards: [[[sale('e1')], [conflict('e1')]]],
    deliveries: [{ worker: 'a', isReplayed: true }],
    bounds: TWO_FAULTS,
  },
  'two shards with the same id': {
    shards: [[[sale('e1'), conflict('e1')]], [[conflict('e1')]]],
    deliveries: [{ worker: 'a' }, { worker: 'b', shard: 1 }],
    bounds: ONE_FAULT,
  },
  'one batch twice on one machine': {
    standing: [[sale('e1')]],
    shards: [[[sale('e2')]]],
    deliveries: [lastRecord, lastRecord],
    bounds: ONE_FAULT,
  },
  'three workers': {
    shards: [[[sale('e1')]]],
    deliveries: [...twoWorkers, { worker: 'c' }],
    bounds: interrupted(2),
  },
  'two books at the same time': {
    shards: [[[sale('e1'), sale('e1', otherMerchant)]]],
    deliveries: oneWorker,
    booksAtOnce: 2,
    bounds: ONE_FAULT,
  },
  'one till': {
    shards: [[]],
    tills: [{ till: 'till 1', ingest: 'ingest', entries: [sale('e1'), sale('e2', otherMerchant)] }],
    bounds: interrupted(1),
  },
  'two operators, one item': {
    standing: [[sale('e1')], [conflict('e1')]],
    shards: [[]],
    operators: [
      { operator: 'operator a', decides: 'replay', about: conflict('e1') },
      { operator: 'operator b', decides: 'discard', about: conflict('e1') },
    ],
    bounds: interrupted(1),
  },
  'an operator and a worker': {
    standing: [[sale('e1')], [conflict('e1')]],
    shards: [[]],
    operators: [{ operator: 'operator a', decides: 'replay', about: conflict('e1') }],
    deliveries: [{ worker: 'a', batches: [[1, 2]] }],
    bounds: interrupted(1),
  },
  'two tills': {
    shards: [[]],
    tills: [
      { till: 'till 1', ingest: 'ingest', entries: [sale('e1')] },
      { till: 'till 2', ingest: 'ingest', entries: [sale('e1'), sale('e1', otherMerchant)] },
    ],
    bounds: { faults: 1, kinds: ['in-part'], preemptions: 0 },
  },
  'one batch twice on one machine, slow answers': {
    standing: [[sale('e1')]],
    shards: [[[sale('e2')]]],
    deliveries: [lastRecord, lastRecord],
    isSlow: true,
    bounds: { faults: 0 },
  },
  'two workers, overlapping batches': {
    shards: [[[sale('e1')], [sale('e2')]]],
    deliveries: [
      { worker: 'a' },
      {
        worker: 'b',
        batches: [
          [0, 1],
          [1, 2],
        ],
      },
    ],
    bounds: ONE_FAULT,
  },
  'two workers, a copy and a conflict': {
    shards: [[[sale('e1'), conflict('e1'), sale('e1')]]],
    deliveries: twoWorkers,
    bounds: ONE_FAULT,
  },
  'two workers, several segments': {
    shards: [[[sale('e1'), sale('e2'), sale('e3')]]],
    deliveries: twoWorkers,
    bounds: ONE_FAULT,
    sizes: TINY,
  },
}

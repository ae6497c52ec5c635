/**
 * Small worlds, of which every history is lived through. A world has a few records and a few deliveries of them; what
 * else may happen is for the explorer to choose. A planted bug of the append protocol is caught by one of them.
 */
import type { Entry } from '#ledger/entry'
import { SEGMENT_SIZES, type SegmentSizes } from '#processors/journal/segment-sizes'
import { anEntry } from '../builders.ts'
import type { Bounds } from './explore.ts'

export type SmallWorld = {
  /** The records of each shard. A text is a line that cannot be read. */
  readonly shards: readonly (readonly SmallRecord[])[]
  /** All begin at once. */
  readonly deliveries: readonly SmallDelivery[]
  readonly bounds: Bounds
  readonly sizes?: SegmentSizes
  readonly cacheBytes?: number
  readonly booksAtOnce?: number
  /** Answers may overtake each other on their way back. */
  readonly isSlow?: boolean
}

type SmallRecord = readonly (Entry | string)[]

/** Hands records of a shard to a worker, batch by batch, each until it is done. */
export type SmallDelivery = {
  readonly worker: string
  readonly shard?: number
  /** The records of each batch: from the first to before the last. All records at once without it. */
  readonly batches?: readonly (readonly [from: number, to: number])[]
}

const sale = (entryId: string, fields: Partial<Entry> = {}): Entry =>
  anEntry({ entryId, merchantId: 'm0', currency: 'BRL', ...fields } as never)

const ONE_FAULT: Bounds = { faults: 1 }
/** One entry in each segment. */
const TINY: SegmentSizes = { ...SEGMENT_SIZES, most: 1, small: 1, tail: 1 }

const twoWorkers = [{ worker: 'a' }, { worker: 'b' }]

export const SMALL_WORLDS: Readonly<Record<string, SmallWorld>> = {
  'two workers, one batch with a copy in it': {
    shards: [[[sale('e1'), sale('e2'), sale('e1')]]],
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

/**
 * How many entries go into a segment. A reader of a day reads the last segment of its chain, whole, and DynamoDB bills
 * reads by 4 KB (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html). So an
 * append that would not fit in that is split, the bulk first and a few entries after it: for one write unit more, every
 * chain ends in a segment that is read for one read unit.
 */
import type { PositionedEntry } from './sort-records.ts'

/** In characters of the lines that the entries came in, which is known before they are packed. */
export type SegmentSizes = {
  /** What one segment takes at most. */
  readonly most: number
  /** Up to this the last segment is left whole. */
  readonly small: number
  /** Otherwise this much of the end goes into a segment of its own. */
  readonly tail: number
}

// A usual line has 220 characters and packs to 12 bytes, or 25 with an id that is random, and a full day's view to 330.
// So a small segment stays below 3.5 KB, and a tail, which is not compressed, within the 1 KB of a write unit.
export const SEGMENT_SIZES: SegmentSizes = { most: 340_000, small: 24_000, tail: 1_800 }

/** A DynamoDB item holds 400 KB, and a view takes at most a few. */
export const MAX_PACKED_BYTES = 350_000

/** How many of the candidates go into the next segment: at least one. */
export const segmentLength = (candidates: readonly PositionedEntry[], { most, small, tail }: SegmentSizes): number => {
  const all = candidates.length
  const fitting = countWithin(candidates, most)
  if (fitting < all) return Math.max(1, fitting)
  if (countWithin(candidates, small) === all) return all
  return Math.max(1, all - countWithin(candidates.toReversed(), tail))
}

/** How many of the first lines have this many characters together. */
const countWithin = (candidates: readonly PositionedEntry[], most: number): number => {
  let length = 0
  const tooMany = candidates.findIndex(({ raw }) => (length += raw.length) > most)
  return tooMany === -1 ? candidates.length : tooMany
}

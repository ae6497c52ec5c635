/**
 * Decides how many entries go into a segment. A reader of a day reads the whole last segment of its chain, and DynamoDB
 * bills reads by 4 KB (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html). So
 * an append that would not fit in 4 KB is split: most entries come first, and a few entries follow in a segment of
 * their own. For one more write unit, every chain ends in a segment that is read for one read unit.
 */
import type { PositionedEntry } from './sort-records.ts'

/**
 * The first three are sizes in characters of the lines that the entries came in. This size is known before the entries
 * are packed.
 */
export type SegmentSizes = {
  /** The most that one segment takes. */
  readonly most: number
  /** The last segment is not split up to this size. */
  readonly small: number
  /** Above `small`, this much of the end goes into a segment of its own. */
  readonly tail: number
  /**
   * The most bytes of packed entries that one segment takes. A segment that is larger is split again. The view has the
   * rest of SEGMENT_BYTES, of which it takes a few KB at most.
   */
  readonly packedBytes: number
}

// A usual line has 220 characters. It packs to 12 bytes, or to 25 with a random id, and the view of a full day packs to
// 330. So a small segment stays below 3.5 KB. A tail, which is not compressed, stays within the 1 KB of a write unit.
export const SEGMENT_SIZES: SegmentSizes = { most: 340_000, small: 24_000, tail: 1_800, packedBytes: 350_000 }

/** The number of candidates that go into the next segment, at least one. */
export const segmentLength = (candidates: readonly PositionedEntry[], { most, small, tail }: SegmentSizes): number => {
  const all = candidates.length
  const fitting = countWithin(candidates, most)
  if (fitting < all) return Math.max(1, fitting)
  if (countWithin(candidates, small) === all) return all
  return Math.max(1, all - countWithin(candidates.toReversed(), tail))
}

/** The number of first lines that have at most this many characters together. */
const countWithin = (candidates: readonly PositionedEntry[], most: number): number => {
  let length = 0
  const tooMany = candidates.findIndex(({ raw }) => (length += raw.length) > most)
  return tooMany === -1 ? candidates.length : tooMany
}

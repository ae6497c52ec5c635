import { nextSegment, type Book } from '#ledger/book'
import type { Mark } from '#ledger/segment'
import { sealSegment } from '#wire/journal/segment'
import { segmentLength, type SegmentSizes } from './segment-sizes.ts'
import type { PositionedEntry } from './sort-records.ts'

/** The next segment, with as many of the candidates as fit into it. */
export const sealNext = (book: Book, candidates: readonly PositionedEntry[], sizes: SegmentSizes, mark?: Mark) => {
  for (let length = segmentLength(candidates, sizes); ; length = Math.ceil(length / 2)) {
    const segment = nextSegment(
      book,
      candidates.slice(0, length).map(({ entry }) => entry),
      mark,
    )
    const sealed = sealSegment(book, segment)
    // Text whose characters take many bytes and that cannot be compressed is rare. So the size is checked only after
    // packing.
    if (sealed.entries.length <= sizes.packedBytes || length === 1) return { length, segment, sealed }
  }
}

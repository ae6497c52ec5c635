import type { Entry } from '#ledger/entry'
import type { BookId } from '#ledger/identifiers'
import type { SealedSegment, SegmentNumber } from '#ledger/segment'
import { unpackEntries } from '#wire/journal/packed-entries'
import { unpackView } from '#wire/journal/packed-view'
import type { Store } from './store.ts'

/** The segments of a book after one of them, in order, to the end that the chain has when it is reached. */
export async function* segmentsAfter(
  journal: Pick<Store['journal'], 'read'>,
  book: BookId,
  after: SegmentNumber,
): AsyncGenerator<SealedSegment> {
  let last = after
  for (let size = FIRST_READ; ; size = Math.min(2 * size, LARGEST_READ)) {
    const segments = await journal.read(book, last, size)
    yield* segments
    if (segments.length < size) return
    last += size
  }
}

// Two full segments hold more than a page does, and a segment of a quiet shop a single entry: so the reads grow, up to
// what memory can bear of full ones (350 KB each).
const FIRST_READ = 2
const LARGEST_READ = 32

export const entriesOf = ({ book, totals, view, entries }: SealedSegment): Entry[] =>
  unpackEntries(entries, book, unpackView(view, totals).terms)

import type { BookId } from '#ledger/identifiers'
import { UnreadableSegment, type Journal } from '#ledger/ports'
import type { SegmentNumber } from '#ledger/segment'

/** The highest number of the chain that counts, also when that segment cannot be read. Undefined for a book without segments. */
export const lastNumber = async (journal: Pick<Journal, 'end'>, book: BookId): Promise<SegmentNumber | undefined> => {
  try {
    return (await journal.end(book))?.number
  } catch (error) {
    if (error instanceof UnreadableSegment) return error.segment
    throw error
  }
}

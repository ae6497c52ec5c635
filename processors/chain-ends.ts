/** Where a book begins and ends for its readers, also when the segments there cannot be read. */
import { orAnew } from '#ledger/chain'
import { generationOf } from '#ledger/generation'
import type { BookId } from '#ledger/identifiers'
import { UnreadableSegment, type Journal } from '#ledger/ports'
import type { Generation, SegmentNumber } from '#ledger/segment'

/** The highest number of the chain that counts. Undefined for a book without segments. */
export const lastNumber = async (journal: Pick<Journal, 'end'>, book: BookId): Promise<SegmentNumber | undefined> =>
  await numberOf(async () => (await journal.end(book))?.number)

/**
 * The generations that readers from the start and readers of the end come to. They are the same one, unless an item that leads
 * from a superseded chain to the good one is gone or was altered.
 */
export const generationsRead = async (
  journal: Pick<Journal, 'read' | 'end'>,
  book: BookId,
): Promise<Record<'fromStart' | 'fromEnd', Generation>> => {
  const first = await numberOf(async () => (await orAnew(() => journal.read(book, 0, 1)))[0]?.number)
  return { fromStart: generationOf(first ?? 0), fromEnd: generationOf((await lastNumber(journal, book)) ?? 0) }
}

const numberOf = async (read: () => Promise<SegmentNumber | undefined>): Promise<SegmentNumber | undefined> => {
  try {
    return await read()
  } catch (error) {
    if (error instanceof UnreadableSegment) return error.segment
    throw error
  }
}

/**
 * Throws when readers of the end are led to an older chain than the one that a reader from the start has read. A book that was
 * never mended has no older one, and costs no read.
 */
export const mustEndIn = async (journal: Pick<Journal, 'end'>, book: BookId, generation: Generation): Promise<void> => {
  if (generation === 0) return
  const last = await lastNumber(journal, book)
  if (last !== undefined && generationOf(last) < generation)
    throw new UnreadableSegment(book, last, `it does not lead to generation ${generation}`)
}

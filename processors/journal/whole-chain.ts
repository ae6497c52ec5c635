import type { BookId } from '#ledger/identifiers'
import type { Journal } from '#ledger/ports'
import type { SealedSegment } from '#ledger/segment'

// A segment has at most 350 KB, so what is read ahead stays below 4 × 16 × 350 KB = 22 MB.
const SEGMENTS_PER_READ = 16
const READS_AT_ONCE = 4

/**
 * The segments of a book that were there when it was asked for, in order. A short chain is one read; a long one is read
 * in several places at once, because each read of a store waits for the one before only if it has to.
 */
export async function* wholeChain(journal: Pick<Journal, 'read' | 'end'>, book: BookId): AsyncGenerator<SealedSegment> {
  const first = await journal.read(book, 0, SEGMENTS_PER_READ)
  yield* first
  if (first.length < SEGMENTS_PER_READ) return

  const length = (await journal.end(book))?.number ?? 0
  const reads: Promise<readonly SealedSegment[]>[] = []
  let after = first.length
  for (;;) {
    while (reads.length < READS_AT_ONCE && after < length) {
      const read = journal.read(book, after, Math.min(SEGMENTS_PER_READ, length - after))
      // Should an earlier one fail, nobody waits for this one any more; its failure is that one's.
      read.catch(() => {})
      reads.push(read)
      after += SEGMENTS_PER_READ
    }
    const next = reads.shift()
    if (next === undefined) return
    yield* await next
  }
}

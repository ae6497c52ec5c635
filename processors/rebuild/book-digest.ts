/** Sums and digest of a book, to prove two books equal. They are made from the entries and not read from the view. */
import { totalsOf } from '#ledger/day-view'
import { contentHash, type ContentHash } from '#ledger/entry'
import type { BookId, EntryId } from '#ledger/identifiers'
import { addTotals, noTotals, type Totals } from '#ledger/money'
import { UnreadableSegment, type Journal } from '#ledger/ports'
import { digestOf } from '#ledger/segment'
import { openSegment } from '#wire/journal/segment'
import { wholeChain } from '#ledger/chain'
import { messageOf } from '../own-fault.ts'

type BookContent = { readonly entryId: EntryId; readonly contentHash: ContentHash }
export type BookSum = { readonly totals: Totals; readonly digest: string }
type Chains = Pick<Journal, 'read' | 'end'>

/**
 * The totals and the digest of a book. Each entry takes about 0.4 KB of memory, because the lines of the book have to
 * be sorted.
 */
export const sumOfBook = async (journal: Chains, book: BookId): Promise<BookSum> => {
  let totals = noTotals
  const contents: BookContent[] = []
  for await (const { entries } of openSegments(journal, book)) {
    totals = addTotals(totals, totalsOf(entries))
    for (const entry of entries) contents.push({ entryId: entry.entryId, contentHash: contentHash(entry) })
  }
  return { totals, digest: digestOf(contents) }
}

/** The content hash of each entry of the book. */
export const contentsOfBook = async (journal: Chains, book: BookId): Promise<ReadonlyMap<EntryId, ContentHash>> => {
  const contents = new Map<EntryId, ContentHash>()
  for await (const { entries } of openSegments(journal, book)) {
    for (const entry of entries) contents.set(entry.entryId, contentHash(entry))
  }
  return contents
}

async function* openSegments(journal: Chains, book: BookId) {
  for await (const sealed of wholeChain(journal, book)) {
    try {
      yield openSegment(sealed).segment
    } catch (error) {
      throw new UnreadableSegment(book, sealed.number, messageOf(error), { cause: error })
    }
  }
}

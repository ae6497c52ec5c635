/** Sums and digest of a book, to prove two books equal. They are made from the entries and not read from the view. */
import { totalsOf, type DayView } from '#ledger/day-view'
import { contentHash, type ContentHash } from '#ledger/entry'
import type { BookId, EntryId } from '#ledger/identifiers'
import { addTotals, noTotals, type Totals } from '#ledger/money'
import { UnreadableSegment, type Journal } from '#ledger/ports'
import { digestOf, type SegmentNumber } from '#ledger/segment'
import { openSegment } from '#wire/journal/segment'
import { wholeChain } from '#ledger/chain'
import { messageOf } from '../own-fault.ts'

type BookContent = { readonly entryId: EntryId; readonly contentHash: ContentHash }
export type BookSum = { readonly totals: Totals; readonly digest: string }
/** A book as it stood after one of its segments. */
export type BookAt = { readonly view: DayView; readonly digest: string }
type Chains = Pick<Journal, 'read' | 'end'>

/**
 * The totals and the digest of a book, and the book as it stood after some of its segments. Each entry takes about 0.4 KB of
 * memory, because the lines of the book have to be sorted.
 */
export const sumOfBook = async (
  journal: Chains,
  book: BookId,
  wanted: ReadonlySet<SegmentNumber> = new Set(),
): Promise<BookSum & { readonly at: ReadonlyMap<SegmentNumber, BookAt> }> => {
  let totals = noTotals
  const contents: BookContent[] = []
  const seen = new Map<SegmentNumber, { view: DayView; count: number }>()
  for await (const { number, entries, view } of openSegments(journal, book)) {
    totals = addTotals(totals, totalsOf(entries))
    for (const entry of entries) contents.push({ entryId: entry.entryId, contentHash: contentHash(entry) })
    if (wanted.has(number)) seen.set(number, { view, count: contents.length })
  }
  const digest = digestOf(contents)
  const at = new Map<SegmentNumber, BookAt>()
  for (const [number, { view, count }] of seen) {
    // Nearly always, no entry came after the close.
    at.set(number, { view, digest: count === contents.length ? digest : digestOf(contents.slice(0, count)) })
  }
  return { totals, digest, at }
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

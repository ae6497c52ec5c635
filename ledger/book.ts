/**
 * The heart: what a batch adds to a book, and what a book becomes by it.
 *
 * A book is the fold of its chain of segments. `decide` compares a batch with a book as it stands after segment n; the
 * entries it finds fresh may then be stored as segment n + 1, if that number is still free. Because they are one write,
 * an entry is counted if and only if its id is in the chain: however often and in whatever company it comes again,
 * `decide` finds it there. Nothing here waits, looks at a clock or talks to anyone.
 */
import { emptyView, fitsBound, addEntry, foldEntries, type DayView } from './day-view.ts'
import type { BookId, EntryId } from './identifiers.ts'
import type { Currency } from './money.ts'
import { SeenIds } from './seen-ids.ts'
import { type ChainHash, type HashedEntry, NO_CHAIN, type Segment, type SegmentNumber } from './segment.ts'

/** What is fixed about a book from its first segment on. */
export type BookTerms = { readonly currency: Currency; readonly startsAtMs: number }

/** A book after segment `segment`. A value: a later segment makes another one. */
export type Book = {
  readonly id: BookId
  readonly terms: BookTerms
  readonly segment: SegmentNumber
  readonly hash: ChainHash
  readonly view: DayView
  readonly seen: SeenIds
  /** How many ids stand in the chain up to this segment: the part of `seen` that this state may look at. */
  readonly seenCount: number
}

export type RefusalReason = 'content-conflict' | 'wrong-currency' | 'total-out-of-bounds'

/** Where each entry of a batch belongs. Every entry given is in exactly one list, in the order given. */
export type Decision<E extends HashedEntry> = {
  /** Not in the book: to be appended, in this order. */
  readonly fresh: readonly E[]
  /** In the book already, with the same content. */
  readonly duplicates: readonly E[]
  /** Can never enter this book, now or later. */
  readonly refused: readonly { readonly candidate: E; readonly reason: RefusalReason }[]
  /**
   * A further copy of an id that this batch already holds. Undecided until the first copy is in the chain: that one may
   * yet lose to another worker's, and only an id standing in the chain can say what is the same content.
   */
  readonly waiting: readonly E[]
}

export const emptyBook = (id: BookId, terms: BookTerms): Book => ({
  id,
  terms,
  segment: 0,
  hash: NO_CHAIN,
  view: emptyView,
  seen: new SeenIds(),
  seenCount: 0,
})

/** What a batch adds to a book. */
export const decide = <E extends HashedEntry>(book: Book, batch: readonly E[]): Decision<E> => {
  const fresh: E[] = []
  const duplicates: E[] = []
  const refused: { candidate: E; reason: RefusalReason }[] = []
  const waiting: E[] = []
  const inBatch = new Set<EntryId>()
  let totals = book.view.totals

  for (const candidate of batch) {
    const { entry, contentHash } = candidate
    const standing = book.seen.find(entry.entryId, book.seenCount)
    if (standing === contentHash) duplicates.push(candidate)
    else if (standing !== undefined) refused.push({ candidate, reason: 'content-conflict' })
    else if (inBatch.has(entry.entryId)) waiting.push(candidate)
    else if (entry.currency !== book.terms.currency) refused.push({ candidate, reason: 'wrong-currency' })
    else if (!fitsBound(totals, entry)) refused.push({ candidate, reason: 'total-out-of-bounds' })
    else {
      fresh.push(candidate)
      inBatch.add(entry.entryId)
      totals = addEntry(totals, entry)
    }
  }
  return { fresh, duplicates, refused, waiting }
}

/** The segment that adds fresh entries to a book, still to be sealed. */
export const nextSegment = (book: Book, fresh: readonly HashedEntry[]): Omit<Segment, 'hash'> => ({
  number: book.segment + 1,
  entries: fresh,
  view: foldEntries(
    book.view,
    fresh.map(({ entry }) => entry),
    book.terms.startsAtMs,
  ),
})

/** The book after its next segment. */
export const evolve = (book: Book, segment: Segment): Book => {
  if (segment.number !== book.segment + 1) {
    throw new Error(`broken chain: segment ${segment.number} cannot follow ${book.segment}`)
  }
  book.seen.extend(book.seenCount, segment.entries)
  const { number, hash, view } = segment
  return { ...book, segment: number, hash, view, seenCount: book.seenCount + segment.entries.length }
}

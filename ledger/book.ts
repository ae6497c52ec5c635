/**
 * The heart: what a batch adds to a book, and the book after that.
 *
 * A book is the fold of its chain of segments. `decide` compares a batch with a book as it stands after segment n; the
 * entries it finds fresh may then be stored as segment n + 1, if that number is still free. Because they are one write,
 * an entry is counted if and only if its id is in the chain: each time it comes again, `decide` finds it there. Nothing
 * here waits, reads a clock or calls a port.
 */
import { emptyView, fitsBound, foldEntries, totalsOf, type DayView } from './day-view.ts'
import type { Entry } from './entry.ts'
import type { BookId, EntryId } from './identifiers.ts'
import { addTotals, type Currency } from './money.ts'
import { SeenIds } from './memory/seen-ids.ts'
import {
  BrokenChain,
  countsIn,
  isLate,
  isOfBrokenChain,
  NO_CHAIN,
  takesIds,
  type ChainHash,
  type Mark,
  type Segment,
  type SegmentNumber,
  type SegmentOutline,
} from './segment.ts'

/** What is fixed about a book from its first segment on. */
export type BookTerms = { readonly currency: Currency; readonly startsAtMs: number }

/**
 * A book after segment `segment`. A later segment makes another state, and this one goes on answering as before.
 *
 * The states of a book share one growing list of ids, because a copy for each segment would cost more than all else. So a
 * book may be evolved only by segments that stand in its chain: one that lost its number leaves ids in the list, and the
 * segment that has the number then throws a BrokenChain. `emptyBook` starts a list of its own.
 */
export type Book = {
  readonly id: BookId
  readonly terms: BookTerms
  readonly segment: SegmentNumber
  readonly hash: ChainHash
  readonly view: DayView
  readonly seen: SeenIds
  /** How many ids stand in the chain up to this segment: the part of `seen` that this state may look at. */
  readonly seenCount: number
  /** The closing segment; absent while the book is open. After it, nothing enters the book except by a late policy. */
  readonly closedIn?: SegmentNumber
}

export type RefusalReason = 'content-conflict' | 'wrong-currency' | 'total-out-of-bounds'

/** An entry that asks to be counted. Callers add to it what they know it by. */
export type Candidate = { readonly entry: Entry }

/** Where each entry of a batch belongs. Every entry given is in exactly one list, in the order given. */
export type Verdict<C extends Candidate> = {
  /** Not in the book: to be appended, in this order. */
  readonly fresh: readonly C[]
  /** In the book already, with the same content. */
  readonly duplicates: readonly C[]
  /** Can never enter this book, now or later. */
  readonly refused: readonly { readonly candidate: C; readonly reason: RefusalReason }[]
  /**
   * Entries that depend on others of this batch: a further copy of an id, or an amount for which the others leave no room.
   * They stay undecided until the others are in the chain. Those may still lose to another worker's, and only the chain
   * justifies a refusal.
   */
  readonly waiting: readonly C[]
  /** The id is in the book, and its content has to be read from that segment before more can be said. */
  readonly unknown: readonly { readonly candidate: C; readonly contentIn: SegmentNumber }[]
}

/** `front` is the number before the first segment, which is not 0 in a book that was mended. */
export const emptyBook = (id: BookId, terms: BookTerms, front: SegmentNumber = 0): Book => ({
  id,
  terms,
  segment: front,
  hash: NO_CHAIN,
  view: emptyView,
  seen: new SeenIds(front),
  seenCount: 0,
})

/** What a batch adds to a book. `counts` is false for entries that the book only has to know and passes on. */
export const decide = <C extends Candidate>(book: Book, batch: readonly C[], counts = true): Verdict<C> => {
  const fresh: C[] = []
  const duplicates: C[] = []
  const refused: { candidate: C; reason: RefusalReason }[] = []
  const waiting: C[] = []
  const unknown: { candidate: C; contentIn: SegmentNumber }[] = []
  const inBatch = new Set<EntryId>()
  let totals = book.view.totals
  // Nearly always there is room for the whole batch. Then no entry is checked by itself.
  const fitsWhole = !counts || fitsBound(totals, totalsOf(batch.values().map(({ entry }) => entry)))

  for (const candidate of batch) {
    const { entry } = candidate
    const standing = book.seen.look(entry, book.seenCount)
    if (standing === 'same') duplicates.push(candidate)
    else if (standing === 'different') refused.push({ candidate, reason: 'content-conflict' })
    else if (standing !== 'absent') unknown.push({ candidate, contentIn: standing.contentIn })
    else if (inBatch.has(entry.entryId)) waiting.push(candidate)
    else if (entry.currency !== book.terms.currency) refused.push({ candidate, reason: 'wrong-currency' })
    else if (!fitsWhole && !fitsBound(book.view.totals, totalsOf([entry]))) {
      refused.push({ candidate, reason: 'total-out-of-bounds' })
    } else if (!fitsWhole && !fitsBound(totals, totalsOf([entry]))) {
      waiting.push(candidate)
      // A later content of the id must not be counted first.
      inBatch.add(entry.entryId)
    } else {
      fresh.push(candidate)
      inBatch.add(entry.entryId)
      if (!fitsWhole) totals = addTotals(totals, totalsOf([entry]))
    }
  }
  return { fresh, duplicates, refused, waiting, unknown }
}

/** The segment that adds fresh entries to a book, or passes them on, still to be sealed. */
export const nextSegment = (book: Book, fresh: readonly Entry[], mark?: Mark): Omit<Segment, 'hash'> => {
  const [entries, passedOn] = countsIn(mark) ? [fresh, []] : [[], fresh]
  return {
    number: book.segment + 1,
    ...(mark !== undefined && { mark }),
    entries,
    passedOn,
    view: foldEntries(book.view, entries, book.terms.startsAtMs, isLate(mark)),
  }
}

/**
 * The book after its next segment, which has to stand in the chain by now (see `Book`). An outline will do: contents can be
 * learnt when one is asked for.
 */
export const evolve = (book: Book, segment: Segment | SegmentOutline): Book => {
  if (segment.number !== book.segment + 1) {
    throw new BrokenChain(`broken chain: segment ${segment.number} cannot follow ${book.segment}`, book.segment)
  }
  if (isOfBrokenChain(segment.mark))
    throw new BrokenChain(`broken chain: nothing follows segment ${book.segment}`, book.segment)
  const entries = idsTakenBy(segment)
  book.seen.extend(segment.number, book.seenCount, entries)
  const { number, hash, view, mark } = segment
  const evolved = { ...book, segment: number, hash, view, seenCount: book.seenCount + entries.length }
  return mark?.kind === 'closing' ? { ...evolved, closedIn: number } : evolved
}

/** The entries whose ids are taken from this segment on, or these ids alone. Nearly always, all of them count in the book. */
const idsTakenBy = (segment: Segment | SegmentOutline): readonly Entry[] | readonly EntryId[] => {
  if (!takesIds(segment.mark)) return []
  if (!('entries' in segment)) return segment.entryIds
  return segment.passedOn.length === 0 ? segment.entries : [...segment.entries, ...segment.passedOn]
}

/** Takes note of the contents in a segment that the book has read as an outline. */
export const learnContents = (book: Book, segment: Segment): void => {
  book.seen.extend(segment.number, book.seen.countBefore(segment.number), idsTakenBy(segment))
}

/** A segment as the journal stores it: packed entries, the packed day view after them, and the hash that seals both. */
import type { Book, BookTerms } from '#ledger/book'
import { sealingHash, type SealedSegment, type Segment, type SegmentOutline } from '#ledger/segment'
import { packEntries, unpackEntries, unpackIds } from './packed-entries.ts'
import { packView, unpackView } from './packed-view.ts'

/** Packs and seals the segment that follows `book`. */
export const sealSegment = (book: Book, segment: Omit<Segment, 'hash'>): SealedSegment => {
  const unsealed = {
    book: book.id,
    number: segment.number,
    totals: segment.view.totals,
    view: packView(book.terms, segment.view),
    entries: packEntries(segment.entries, book.terms),
  }
  return { ...unsealed, hash: sealingHash(book.hash, unsealed) }
}

/** Reads a stored segment. Throws when it cannot be read: then the journal was altered, and nothing may build on it. */
export const openSegment = (sealed: SealedSegment): { readonly terms: BookTerms; readonly segment: Segment } => {
  const { terms, view } = unpackView(sealed.view, sealed.totals)
  const entries = unpackEntries(sealed.entries, sealed.book, terms)
  return { terms, segment: { number: sealed.number, entries, view, hash: sealed.hash } }
}

/** Reads of a stored segment only what appending behind it takes: a fifth of the work. Throws as `openSegment` does. */
export const outlineSegment = (
  sealed: SealedSegment,
): { readonly terms: BookTerms; readonly segment: SegmentOutline } => {
  const { terms, view } = unpackView(sealed.view, sealed.totals)
  return {
    terms,
    segment: { number: sealed.number, entryIds: unpackIds(sealed.entries), view, hash: sealed.hash },
  }
}

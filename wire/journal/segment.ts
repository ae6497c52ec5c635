/** A segment as the journal stores it: packed entries, the packed day view after them, and the hash that seals both. */
import type { Book, BookTerms } from '#ledger/book'
import type { BookId } from '#ledger/identifiers'
import {
  countsIn,
  sealingHash,
  type Mark,
  type SealedSegment,
  type Segment,
  type SegmentOutline,
} from '#ledger/segment'
import { markText, parseMark } from './mark.ts'
import { packEntries, unpackEntries, unpackIds } from './packed-entries.ts'
import { packView, unpackView } from './packed-view.ts'

/** Packs and seals the segment that follows `book`. */
export const sealSegment = (book: Book, segment: Omit<Segment, 'hash'>): SealedSegment => {
  const { mark, entries, passedOn, view } = segment
  const unsealed = {
    book: book.id,
    number: segment.number,
    totals: view.totals,
    ...(mark !== undefined && { mark: markText(mark) }),
    view: packView(book.terms, view),
    entries: packEntries(countsIn(mark) ? entries : passedOn, book.terms),
  }
  return { ...unsealed, hash: sealingHash(book.hash, unsealed) }
}

/** Reads a stored segment. Throws when it cannot be read: then the journal was altered, and nothing may build on it. */
export const openSegment = (sealed: SealedSegment): { readonly terms: BookTerms; readonly segment: Segment } => {
  const { terms, view } = unpackView(sealed.view, sealed.totals)
  const marked = markOf(sealed)
  const all = unpackEntries(sealed.entries, homeOf(sealed, marked.mark), terms)
  const [entries, passedOn] = countsIn(marked.mark) ? [all, []] : [[], all]
  return { terms, segment: { number: sealed.number, ...marked, entries, passedOn, view, hash: sealed.hash } }
}

/** Reads of a stored segment only what appending behind it takes: a fifth of the work. Throws as `openSegment` does. */
export const outlineSegment = (
  sealed: SealedSegment,
): { readonly terms: BookTerms; readonly segment: SegmentOutline } => {
  const { terms, view } = unpackView(sealed.view, sealed.totals)
  const entryIds = unpackIds(sealed.entries)
  return { terms, segment: { number: sealed.number, ...markOf(sealed), entryIds, view, hash: sealed.hash } }
}

const markOf = ({ mark }: SealedSegment): { readonly mark?: Mark } =>
  mark === undefined ? {} : { mark: parseMark(mark) }

/** The book that the entries of a segment belong to by their own day. */
const homeOf = ({ book }: SealedSegment, mark: Mark | undefined): BookId =>
  mark?.kind === 'received' ? { ...book, day: mark.from } : book

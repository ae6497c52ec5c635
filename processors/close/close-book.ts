/**
 * Closes one book as it was compared with the archive. One transaction puts the closing segment behind the very segment
 * that was compared, the item of the day, and the head. When anything of it has changed, nothing is written.
 */
import { emptyBook, type Book } from '#ledger/book'
import { startOfDay } from '#ledger/calendar'
import { closeBook, closingSegment, type ClosedDay } from '#ledger/close'
import { isClosed } from '#ledger/head'
import type { BookId } from '#ledger/identifiers'
import type { Clock, Days, Heads, Journal, Merchants, Transactions } from '#ledger/ports'
import { digestOf } from '#ledger/segment'
import { unpackView } from '#wire/journal/packed-view'
import { sealSegment } from '#wire/journal/segment'
import type { BookEnd } from '../reconcile/counted-book.ts'

export type CloseBookWorld = {
  readonly journal: Pick<Journal, 'end'>
  readonly heads: Pick<Heads, 'read'>
  readonly days: Pick<Days, 'newestClosed'>
  readonly merchants: Pick<Merchants, 'find'>
  readonly transactions: Transactions
  readonly clock: Clock
}

export type BookClosing =
  | { readonly status: 'closed'; readonly closed: ClosedDay }
  /** Another closer was faster. */
  | { readonly status: 'was-closed' }
  /** The book has other segments than those that were compared. */
  | { readonly status: 'moved' }
  /** The merchant has an earlier open book. */
  | { readonly status: 'not-the-oldest' }
  /** The book was found broken, and not found whole again. */
  | { readonly status: 'broken' }
  /** The book has no segments, and its merchant is gone from the register. */
  | { readonly status: 'gone' }
  /** The head changed each time before the close was written. */
  | { readonly status: 'contended' }

/** `compared` is the end of the book that is equal to the archive; undefined for a book without segments. */
export const closeComparedBook = async (
  world: CloseBookWorld,
  id: BookId,
  compared: BookEnd | undefined,
): Promise<BookClosing> => {
  const { heads, transactions, clock } = world
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const head = await heads.read(id.merchantId)
    if (isClosed(head, id.day)) return { status: 'was-closed' }
    if (head.broken.has(id.day)) return { status: 'broken' }
    const book = await bookAtEnd(world, id)
    if (book === undefined) return { status: 'gone' }
    if (book.segment !== (compared?.segment ?? 0)) return { status: 'moved' }
    const segment = sealSegment(book, closingSegment(book))
    const closing = closeBook(head, book, {
      chainHash: segment.hash,
      digest: compared?.digest ?? digestOf([]),
      atMs: clock(),
    })
    if (!closing.ok) return { status: closing.error }
    const { closed, head: after } = closing.value
    const outcome = await transactions.commit([
      { change: 'append', segment },
      { change: 'close', closed },
      { change: 'head', merchantId: id.merchantId, head: after },
    ])
    if (outcome === 'committed') return { status: 'closed', closed }
  }
  return { status: 'contended' }
}

/** A head changes when a book is opened, closed or restated. Ten changes within milliseconds are many. */
const MAX_ROUNDS = 10

/**
 * The book as far as its last segment tells, which is enough to append a segment without entries. Undefined when it has none,
 * and the register does not say in which currency it would be.
 */
const bookAtEnd = async ({ journal, merchants }: CloseBookWorld, id: BookId): Promise<Book | undefined> => {
  const end = await journal.end(id)
  if (end === undefined) {
    const merchant = await merchants.find(id.merchantId)
    if (merchant === undefined) return undefined
    return emptyBook(id, { currency: merchant.currency, startsAtMs: startOfDay(merchant.calendar, id.day) })
  }
  const { terms, view } = unpackView(end.view, end.totals)
  return { ...emptyBook(id, terms), segment: end.number, hash: end.hash, view }
}

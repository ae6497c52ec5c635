import { emptyBook, evolve, type Book } from '#ledger/book'
import { startOfDay } from '#ledger/calendar'
import { bookKey, type BookId } from '#ledger/identifiers'
import type { Heads, Journal, Merchants } from '#ledger/ports'
import type { QuarantineReason } from '#ledger/quarantine'
import { ok, refuse, type Result } from '#ledger/result'
import { openSegment } from '#wire/packed-segment'

/** The books this worker knows, bounded in bytes. What it forgets it reads again. */
export type Books = {
  /**
   * A book as this worker last knew it, otherwise as its chain says; opened in the head when it has no segment yet. It
   * may have moved on meanwhile, which the next append finds out.
   */
  current(id: BookId): Promise<Result<Book, BookRefusal>>
  /** The book with what has been added to its chain since. */
  refreshed(book: Book): Promise<Book>
  /** Remembers a state that is in the chain. */
  keep(book: Book): void
}

/** Why an entry can have no book. */
export type BookRefusal = Extract<QuarantineReason, 'unknown-merchant' | 'day-closed'>

type BookPorts = { readonly journal: Journal; readonly heads: Heads; readonly merchants: Merchants }

export const cachedBooks = ({ journal, heads, merchants }: BookPorts, maxBytes: number): Books => {
  // A Map keeps the order of insertion: putting a book back at its end makes the first one the least recently used.
  const known = new Map<string, Book>()
  let bytes = 0

  const forget = (key: string): void => {
    const book = known.get(key)
    if (book !== undefined && known.delete(key)) bytes -= bytesOf(book)
  }

  const keep = (book: Book): void => {
    const key = bookKey(book.id)
    // Another batch of this worker may have gone further meanwhile.
    if ((known.get(key)?.segment ?? -1) > book.segment) return
    forget(key)
    known.set(key, book)
    bytes += bytesOf(book)
    for (const oldest of known.keys()) {
      if (bytes <= maxBytes || oldest === key) break
      forget(oldest)
    }
  }

  const refreshed = async (book: Book): Promise<Book> => {
    let state = book
    for (const sealed of await journal.read(book.id, book.segment)) state = evolve(state, openSegment(sealed).segment)
    keep(state)
    return state
  }

  const read = async (id: BookId): Promise<Result<Book, BookRefusal>> => {
    const [first, ...rest] = await journal.read(id, 0)
    if (first === undefined) return openBook(id)
    const { terms, segment } = openSegment(first)
    const start = evolve(emptyBook(id, terms), segment)
    return ok(rest.reduce((book, sealed) => evolve(book, openSegment(sealed).segment), start))
  }

  // The head first: a segment whose day no head lists as open would be missing in the balance.
  const openBook = async (id: BookId): Promise<Result<Book, BookRefusal>> => {
    const merchant = await merchants.find(id.merchantId)
    if (merchant === undefined) return refuse('unknown-merchant')
    if ((await heads.open(id)) === 'closed') return refuse('day-closed')
    const startsAtMs = startOfDay(merchant.calendar, id.day)
    return ok(emptyBook(id, { currency: merchant.currency, startsAtMs }))
  }

  return {
    keep,
    refreshed,
    async current(id) {
      const cached = known.get(bookKey(id))
      if (cached !== undefined) {
        keep(cached)
        return ok(cached)
      }
      const book = await read(id)
      if (book.ok) keep(book.value)
      return book
    },
  }
}

// Measured with many ids of 36 characters: two map slots, the id, and the content hash as text.
const BYTES_PER_ID = 260
const BYTES_PER_BOOK = 20_000

const bytesOf = (book: Book): number => BYTES_PER_BOOK + book.seenCount * BYTES_PER_ID

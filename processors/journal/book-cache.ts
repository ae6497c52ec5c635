import { emptyBook, evolve, learnContents, type Book } from '#ledger/book'
import { startOfDay } from '#ledger/calendar'
import { closingSegment } from '#ledger/close'
import { frontOf, generationOf, Superseded } from '#ledger/generation'
import { bookKey, type BookId } from '#ledger/identifiers'
import { UnreadableSegment, type Heads, type Journal, type Merchants } from '#ledger/ports'
import type { QuarantineReason } from '#ledger/quarantine'
import { ok, refuse, type Result } from '#ledger/result'
import { BrokenChain, type SealedSegment, type SegmentNumber } from '#ledger/segment'
import { openSegment, outlineSegment, sealSegment } from '#wire/journal/segment'
import { messageOf, mustWork } from '../own-fault.ts'
import { orAnew, wholeChain } from '#ledger/chain'

/** The books that this worker knows, up to a number of bytes. A book that was dropped is read again. */
export type BookCache = {
  /**
   * A book as this worker last knew it. If the book may have moved, what was added since is read first. An unknown book
   * is read from its chain. A book without segments is opened in the head. A book may move on at any time, and the next
   * append finds out.
   */
  current(id: BookId, known: { readonly mayHaveMoved: boolean }): Promise<Result<Book, BookRefusal>>
  /** The book, including what was added to its chain since. */
  refreshed(book: Book): Promise<Book>
  /** Reads the contents of segments whose ids alone the book knows. */
  learn(book: Book, segments: ReadonlySet<SegmentNumber>): Promise<void>
  /** Remembers a state of a book that is in its chain. */
  keep(book: Book): void
  /** Forgets a book, so that its chain is read anew. */
  forget(id: BookId): void
}

/** The reasons why an entry has no book. */
export type BookRefusal = Extract<QuarantineReason, 'unknown-merchant'>

type BookPorts = { readonly journal: Journal; readonly heads: Heads; readonly merchants: Merchants }

export const bookCache = ({ journal, heads, merchants }: BookPorts, maxBytes: number): BookCache => {
  // A Map keeps the order of insertion. A book that is put back goes to the end, so the first book is the least
  // recently used.
  const known = new Map<string, { readonly book: Book; readonly bytes: number }>()
  let totalBytes = 0

  const drop = (key: string): void => {
    totalBytes -= known.get(key)?.bytes ?? 0
    known.delete(key)
  }

  const keep = (book: Book): void => {
    const key = bookKey(book.id)
    // Another batch of this worker may have gone further in the meantime.
    if ((known.get(key)?.book.segment ?? -1) > book.segment) return
    drop(key)
    // The size is kept beside the book, because the list of ids may grow before the book is dropped.
    const bytes = bytesOf(book)
    known.set(key, { book, bytes })
    totalBytes += bytes
    for (const oldest of known.keys()) {
      if (totalBytes <= maxBytes || oldest === key) break
      drop(oldest)
    }
  }

  const refreshed = async (book: Book): Promise<Book> => {
    const added = await addedSince(book)
    if (added === 'superseded') return await readAgain(book.id)
    let state = book
    for (const sealed of added) {
      const { terms, segment } = stored(sealed, openSegment)
      // The first segment fixes the terms, even when another worker wrote it.
      const before = { ...state, terms }
      state = mustWork(placeOf(sealed), () => evolve(before, segment))
    }
    keep(state)
    return state
  }

  /** The segments after those that the book knows; 'superseded' when the chain that it knows counts no more. */
  const addedSince = async (book: Book): Promise<readonly SealedSegment[] | 'superseded'> => {
    try {
      const added = await journal.read(book.id, book.segment)
      // A worker that knows the book from before its first segment reads from the start, where all readers follow.
      const [first] = added
      const isOther = first !== undefined && generationOf(first.number) !== generationOf(book.segment)
      return isOther ? 'superseded' : added
    } catch (error) {
      if (error instanceof Superseded) return 'superseded'
      throw error
    }
  }

  const readAgain = async (id: BookId): Promise<Book> => {
    const book = await read(id)
    if (!book.ok) throw new Error(`the merchant ${id.merchantId} is gone from the register`)
    keep(book.value)
    return book.value
  }

  const read = async (id: BookId): Promise<Result<Book, BookRefusal>> => {
    const book = await orAnew(() => readChain(id))
    return book === undefined ? await openBook(id) : ok(book)
  }

  const readChain = async (id: BookId): Promise<Book | undefined> => {
    let book: Book | undefined
    for await (const sealed of wholeChain(journal, id)) {
      // Contents are read only when an id comes again. In most books no id does.
      const { terms, segment } = stored(sealed, outlineSegment)
      const before = book ?? emptyBook(id, terms, frontOf(generationOf(sealed.number)))
      book = mustWork(placeOf(sealed), () => evolve(before, segment))
    }
    return book
  }

  const learn = async (book: Book, segments: ReadonlySet<SegmentNumber>): Promise<void> => {
    for (const number of segments) {
      // The book was superseded since. Whatever asked for the contents is compared with it again.
      if (generationOf(number) !== generationOf(book.segment)) continue
      const [sealed] = await journal.read(book.id, number - 1, 1)
      if (sealed !== undefined && generationOf(sealed.number) !== generationOf(number))
        throw new Superseded(book.id, generationOf(sealed.number))
      if (sealed === undefined) throw new BrokenChain(`segment ${number} of ${bookKey(book.id)} is gone`, number)
      const { segment } = stored(sealed, openSegment)
      mustWork(placeOf(sealed), () => learnContents(book, segment))
    }
  }

  // The head is written first. A segment of a day that no head lists as open would be missing in the balance.
  const openBook = async (id: BookId): Promise<Result<Book, BookRefusal>> => {
    const merchant = await merchants.find(id.merchantId)
    if (merchant === undefined) return refuse('unknown-merchant')
    const startsAtMs = startOfDay(merchant.calendar, id.day)
    const empty = emptyBook(id, { currency: merchant.currency, startsAtMs })
    return ok((await heads.open(id)) === 'open' ? empty : await closeEmpty(empty))
  }

  // The day was closed before it had a book. The chain has to say so, because late entries are recorded in it.
  const closeEmpty = async (empty: Book): Promise<Book> => {
    const sealed = mustWork(`the closing segment of ${bookKey(empty.id)}`, () =>
      sealSegment(empty, closingSegment(empty)),
    )
    // When the number is taken, another worker has put the same segment.
    await journal.append(sealed)
    return await refreshed(empty)
  }

  return {
    keep,
    learn,
    refreshed,
    forget(id) {
      drop(bookKey(id))
    },
    async current(id, { mayHaveMoved }) {
      const cached = known.get(bookKey(id))?.book
      if (cached !== undefined) {
        if (mayHaveMoved) return ok(await refreshed(cached))
        keep(cached)
        return ok(cached)
      }
      const book = await read(id)
      if (book.ok) keep(book.value)
      return book
    },
  }
}

// The memory that a state takes beside its ids, for its view and its place in the map.
const BYTES_PER_BOOK = 20_000

const bytesOf = (book: Book): number => BYTES_PER_BOOK + book.seen.bytes

/** What a reader makes of a stored segment. Throws an UnreadableSegment when the reader throws. */
export const stored = <T>(sealed: SealedSegment, read: (sealed: SealedSegment) => T): T => {
  try {
    return read(sealed)
  } catch (cause) {
    throw new UnreadableSegment(sealed.book, sealed.number, messageOf(cause), { cause })
  }
}

const placeOf = ({ book, number }: SealedSegment): string => `segment ${number} of the book ${bookKey(book)}`

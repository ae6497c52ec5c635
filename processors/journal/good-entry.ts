/**
 * Good entries on their way into a book: through all the code that a batch goes through, and no further. A program that
 * cannot bring these to an append is in no state to judge others; and where only one book cannot take them, it is the
 * book that stops its entries, not they.
 */
import { decide, emptyBook, evolve, nextSegment, type Book } from '#ledger/book'
import type { Entry } from '#ledger/entry'
import { bookKey } from '#ledger/identifiers'
import { sealSegment } from '#wire/journal/segment'
import { GOOD_ENTRIES } from '../good-record.ts'
import { mustWork } from '../own-fault.ts'

/** Throws an OwnFault unless good entries could be appended just now, to the book as it stands and to an empty one. */
export const appendGoodEntries = (book: Book): void =>
  mustWork(`good entries cannot be appended to the book ${bookKey(book.id)}`, () => {
    sealGoodEntries(book)
    const empty = emptyBook(book.id, book.terms)
    const { segment, sealed } = sealGoodEntries(empty)
    // Of the real book no state is made: what its states have seen, they share.
    evolve(empty, { ...segment, hash: sealed.hash })
  })

const sealGoodEntries = (book: Book) => {
  const entries = GOOD_ENTRIES.map((entry) => asOf(book, entry))
  decide(
    book,
    entries.map((entry) => ({ entry })),
  )
  const segment = nextSegment(book, entries)
  return { segment, sealed: sealSegment(book, segment) }
}

/** The entry as one of the book, under an id that no client can claim. */
const asOf = ({ id, terms }: Book, entry: Entry): Entry => ({
  ...entry,
  entryId: `~${entry.entryId}` as Entry['entryId'],
  merchantId: id.merchantId,
  businessDay: id.day,
  currency: terms.currency,
  occurredAtMs: terms.startsAtMs,
  receivedAtMs: terms.startsAtMs,
})

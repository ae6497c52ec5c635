/**
 * Takes good entries through all the code that a batch goes through, up to the append. While a program cannot bring
 * these entries to an append, it must not judge other entries. When a single book cannot take them, the book is at
 * fault and not its entries.
 */
import { decide, emptyBook, evolve, nextSegment, type Book } from '#ledger/book'
import type { Entry } from '#ledger/entry'
import { bookKey } from '#ledger/identifiers'
import { sealSegment } from '#wire/journal/segment'
import { GOOD_ENTRIES } from '../good-record.ts'
import { mustWork } from '../own-fault.ts'

/** Throws an OwnFault unless good entries could be appended now, to the book as it stands and to an empty book. */
export const appendGoodEntries = (book: Book): void =>
  mustWork(`good entries cannot be appended to the book ${bookKey(book.id)}`, () => {
    sealGoodEntries(book)
    const empty = emptyBook(book.id, book.terms)
    const { segment, sealed } = sealGoodEntries(empty)
    // The real book gets no new state, because its states share what they have seen.
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

/** The entry as an entry of the book, under an id that no client can use. */
const asOf = ({ id, terms }: Book, entry: Entry): Entry => ({
  ...entry,
  entryId: `~${entry.entryId}` as Entry['entryId'],
  merchantId: id.merchantId,
  businessDay: id.day,
  currency: terms.currency,
  occurredAtMs: terms.startsAtMs,
  receivedAtMs: terms.startsAtMs,
})

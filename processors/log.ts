import { bookKey, type BookId } from '#ledger/identifiers'

/** A processor's messages to people. A warning can wait until the next morning. An error raises an alarm. */
export type Log = {
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** The books that a message is about. A batch may hold thousands of books, so only the first of them are named. */
export const namedBooks = (books: Iterable<BookId>): object => {
  const byKey = new Map(Iterator.from(books).map((book) => [bookKey(book), book]))
  if (byKey.size === 0) return {}
  return { books: [...byKey.values()].slice(0, MOST_NAMED), booksInAll: byKey.size }
}

const MOST_NAMED = 20

/**
 * Proves that books are equal to those of another place, by the number of entries, by sums, and by the digest of their
 * entries.
 */
import { daysWithBooks } from '#ledger/days-with-books'
import { bookKey, type BookId, type EntryId } from '#ledger/identifiers'
import { addTotals, areSameTotals, noTotals, type Totals } from '#ledger/money'
import { UnknownFormat, type Days, type Heads, type Journal, type Merchants } from '#ledger/ports'
import { contentsOfBook, sumOfBook, type BookSum } from './book-digest.ts'
import { allListed } from '#ledger/listed'
import { concurrently } from '#ledger/concurrently'

/**
 * A place of books. The heads and the items of closed days list all of them, because no book has a segment before its head
 * lists it.
 */
export type Shelf = {
  readonly journal: Pick<Journal, 'read' | 'end'>
  readonly heads: Pick<Heads, 'read'>
  readonly days: Pick<Days, 'closed' | 'restatements'>
  readonly merchants: Pick<Merchants, 'items'>
}

export type Comparison = {
  readonly books: number
  readonly totals: { readonly rebuilt: Totals; readonly live: Totals }
  readonly different: readonly BookDifference[]
  /** What cannot be read on either side, in sentences that name the merchant, and the segment of a book. */
  readonly unreadable: readonly string[]
}

export type BookDifference = {
  readonly book: BookId
  readonly rebuilt: BookSum
  readonly live: BookSum
  /** Entries that only the live book has: the archive lacks them. */
  readonly missingInArchive: readonly EntryId[]
  /** Entries that only the rebuilt book has: the journal lacks them. */
  readonly missingInJournal: readonly EntryId[]
  readonly otherContent: readonly EntryId[]
}

export const compareBooks = async (
  { rebuilt, live }: { readonly rebuilt: Shelf; readonly live: Shelf },
  { booksAtOnce, onProgress }: { booksAtOnce: number; onProgress: (books: number, allBooks: number) => void },
): Promise<Comparison> => {
  const unreadable: string[] = []
  const ids = new Map(
    [...(await booksOn(rebuilt, unreadable)), ...(await booksOn(live, unreadable))].map((id) => [bookKey(id), id]),
  )
  const different: BookDifference[] = []
  const totals = { rebuilt: noTotals, live: noTotals }
  let books = 0
  await concurrently(ids.values(), booksAtOnce, async (book) => {
    await noting(unreadable, async () => {
      // The sums are made one after the other, because the lines of a book take memory while they are sorted.
      const sums = { rebuilt: await sumOfBook(rebuilt.journal, book), live: await sumOfBook(live.journal, book) }
      totals.rebuilt = addTotals(totals.rebuilt, sums.rebuilt.totals)
      totals.live = addTotals(totals.live, sums.live.totals)
      if (!areEqual(sums.rebuilt, sums.live)) {
        different.push({ book, ...sums, ...(await differingEntries(rebuilt, live, book)) })
      }
    })
    books += 1
    onProgress(books, ids.size)
  })
  return {
    books,
    totals,
    different: different.toSorted((a, b) => (bookKey(a.book) < bookKey(b.book) ? -1 : 1)),
    unreadable: unreadable.toSorted(),
  }
}

/** Does the work. What cannot be read is noted and does not stop the work on other items. */
const noting = async (unreadable: string[], work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof UnknownFormat)) throw error
    unreadable.push(error.message)
  }
}

const booksOn = async ({ merchants, heads, days }: Shelf, unreadable: string[]): Promise<BookId[]> => {
  const ids: BookId[] = []
  const registered = await allListed((page) => merchants.items(page))
  await concurrently(registered, HEADS_AT_ONCE, async ({ merchantId }) => {
    await noting(unreadable, async () => {
      for (const day of await daysWithBooks({ heads, days }, merchantId)) ids.push({ merchantId, day })
    })
  })
  return ids
}

const HEADS_AT_ONCE = 16

const areEqual = (a: BookSum, b: BookSum): boolean => a.digest === b.digest && areSameTotals(a.totals, b.totals)

const differingEntries = async (rebuilt: Shelf, live: Shelf, book: BookId) => {
  const here = await contentsOfBook(rebuilt.journal, book)
  const there = await contentsOfBook(live.journal, book)
  return {
    missingInArchive: [...there.keys()].filter((id) => !here.has(id)),
    missingInJournal: [...here.keys()].filter((id) => !there.has(id)),
    otherContent: [...here.keys()].filter((id) => there.has(id) && there.get(id) !== here.get(id)),
  }
}

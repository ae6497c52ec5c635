/**
 * Proves that books are equal to those of another place, by the number of entries, by sums, and by the digest of their
 * entries; and closed days, by their items and by the view of each version.
 */
import { bookKey, type BookId, type EntryId } from '#ledger/identifiers'
import { addTotals, areSameTotals, noTotals, type Totals } from '#ledger/money'
import { UnknownFormat, type Days, type Heads, type Journal, type Merchants } from '#ledger/ports'
import type { SegmentNumber } from '#ledger/segment'
import { differingParts } from '../journal/verify-book.ts'
import { contentsOfBook, sumOfBook, type BookAt, type BookSum } from './book-digest.ts'
import { compareClosedDays, type VersionPlaces } from './compare-closed-days.ts'
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
  /** What differs in heads, closed days and their versions, in sentences that name the merchant and the day. */
  readonly differentDays: readonly string[]
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
  const { ids, versions, differences } = await closedDaysOn({ rebuilt, live }, unreadable)
  const differentDays = [...differences]
  const different: BookDifference[] = []
  const totals = { rebuilt: noTotals, live: noTotals }
  let books = 0
  await concurrently(ids.values(), booksAtOnce, async (book) => {
    await noting(unreadable, async () => {
      // The sums are made one after the other, because the lines of a book take memory while they are sorted.
      const places = versions.get(bookKey(book)) ?? []
      const here = await sumOfBook(rebuilt.journal, book, new Set(places.map((place) => place.rebuilt)))
      const there = await sumOfBook(live.journal, book, new Set(places.map((place) => place.live)))
      totals.rebuilt = addTotals(totals.rebuilt, here.totals)
      totals.live = addTotals(totals.live, there.totals)
      for (const place of places) differentDays.push(...versionDifferences(book, place, here.at, there.at))
      if (!areEqual(here, there)) {
        const sums = { rebuilt: sumIn(here), live: sumIn(there) }
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
    differentDays: differentDays.toSorted(),
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

/** The books of both sides, and what differs in what they say of closed days. */
const closedDaysOn = async (sides: { readonly rebuilt: Shelf; readonly live: Shelf }, unreadable: string[]) => {
  const ids = new Map<string, BookId>()
  const versions = new Map<string, readonly VersionPlaces[]>()
  const differences: string[] = []
  const listed = [sides.rebuilt, sides.live].map(({ merchants }) => allListed((page) => merchants.items(page)))
  const registered = new Set((await Promise.all(listed)).flat().map(({ merchantId }) => merchantId))
  await concurrently(registered, HEADS_AT_ONCE, async (merchantId) => {
    await noting(unreadable, async () => {
      const found = await compareClosedDays(sides, merchantId)
      for (const book of found.books) ids.set(bookKey(book), book)
      for (const [key, places] of found.versions) versions.set(key, places)
      differences.push(...found.differences)
    })
  })
  return { ids, versions, differences }
}

/** What differs between the two sides in a version of a day, and between the rebuilt one and its seal. */
const versionDifferences = (
  { merchantId, day }: BookId,
  { rebuilt, live, seal }: VersionPlaces,
  here: ReadonlyMap<SegmentNumber, BookAt>,
  there: ReadonlyMap<SegmentNumber, BookAt>,
): readonly string[] => {
  const name = `${merchantId} ${day} version ${seal.version}`
  const [ours, theirs] = [here.get(rebuilt), there.get(live)]
  if (ours === undefined || theirs === undefined) {
    return [`${name}: its segment is missing in the ${ours === undefined ? 'rebuilt' : 'live'} book.`]
  }
  const isSealed = ours.digest === seal.digest && areSameTotals(ours.view.totals, seal.totals)
  return [
    ...differingParts(ours.view, theirs.view).map(
      (part) => `${name}: ${part} differ between the rebuilt and the live view.`,
    ),
    ...(isSealed ? [] : [`${name}: the rebuilt book does not hold the entries that its seal says.`]),
  ]
}

const HEADS_AT_ONCE = 16

const sumIn = ({ totals, digest }: BookSum): BookSum => ({ totals, digest })

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

import { totalsOf } from '#ledger/day-view'
import { generationOf } from '#ledger/generation'
import type { BookId, EntryId } from '#ledger/identifiers'
import { addTotals, areSameTotals, type Totals } from '#ledger/money'
import type { Journal } from '#ledger/ports'
import { differencesOf, type Difference, type Kept, type Times } from '#ledger/reconciliation'
import { digestOf, type Generation } from '#ledger/segment'
import type { ArchivedBook, ArchivedContent } from './archived-books.ts'
import type { ArchivedSum } from './archived-sums.ts'
import { countedBook, type BookEnd, type CountedBook, type SetAsideOfBook } from './counted-book.ts'

/** A comparison of a book with the archive. */
export type BookReport = {
  readonly book: BookId
  readonly isEqual: boolean
  /**
   * Whether the archive shows every entry of the day that counts. A book may be equal without it, because entries that came
   * while it was compared may be on either side.
   */
  readonly isArchived: boolean
  /** The entries of the day that count, also those that count on another day; undefined when they are not known. */
  readonly journal?: Side
  /** The generation of a chain that was altered or cannot be read. */
  readonly brokenIn?: Generation
  /** The state of the book that was compared; absent without segments, or when that is not known. */
  readonly end?: BookEnd
  /** The sums of the archive without the items that were set aside. */
  readonly archive: Side
  /** The number of rows in the archive; every copy counts. */
  readonly archivedCopies: number
  readonly setAsideCount: number
  readonly differences: readonly Difference[]
  /** Faults of one side by itself: a chain that was altered, or rows of the archive that cannot be read as entries. */
  readonly faults: readonly string[]
}

/** The digest is the one that `digestOf` makes of the entries of a book. */
type Side = { readonly totals: Totals; readonly digest: string }

type Chains = Pick<Journal, 'read' | 'end'>

/**
 * The report of a book that is equal on both sides by count, sums and digest. Undefined means only that these do not
 * prove it; then a comparison entry by entry has to tell.
 */
export const equalBook = async (
  journal: Chains,
  book: BookId,
  setAside: SetAsideOfBook,
  archived: ArchivedSum,
): Promise<BookReport | undefined> => {
  if (archived.digest === undefined) return undefined
  const found = await countedBook(journal, book)
  if (!found.ok || found.value.faults.length > 0) return undefined
  const { counted, totals: countedTotals } = found.value
  // An item that was set aside and later replayed unchanged is counted.
  const onlyAside = [...setAside].flatMap(([entryId, contents]) =>
    contents
      .filter(({ contentHash }) => contentHash !== counted.get(entryId)?.contentHash)
      .map((content) => ({ ...content, entryId })),
  )
  const kept = [...counted.entries().map(toPair), ...onlyAside]
  const totals = addTotals(countedTotals, totalsOf(onlyAside))
  if (digestOf(kept) !== archived.digest || !areSameTotals(totals, archived.totals)) return undefined
  const digest = onlyAside.length === 0 ? archived.digest : digestOf(counted.entries().map(toPair))
  const side = { totals: countedTotals, digest }
  return {
    book,
    isEqual: true,
    isArchived: true,
    journal: side,
    ...endOf(found.value, digest),
    archive: side,
    archivedCopies: archived.copies,
    setAsideCount: countOf(setAside),
    differences: [],
    faults: [],
  }
}

const countOf = (setAside: SetAsideOfBook): number => [...setAside.values()].flat().length

/** Compares entry by entry. Memory holds both sides of one book. */
export const compareBook = async (
  journal: Chains,
  book: BookId,
  setAside: SetAsideOfBook,
  archived: ArchivedBook,
  times: Times,
): Promise<BookReport> => {
  const found = await countedBook(journal, book)
  const counted = found.ok ? found.value.counted : new Map<EntryId, Kept>()
  const faults = archived.unreadable.map(
    ({ entryId, position, detail }) => `archive: ${entryId} at ${position}: ${detail}`,
  )
  for (const fault of found.ok ? found.value.faults : [found.error.fault]) faults.push(`journal: ${fault}`)
  // When a chain cannot be read to its end, every entry would seem to be missing, so no differences are listed.
  const differences = found.ok ? differencesOf({ counted, setAside, archived: archived.contents }, times) : []
  return {
    book,
    isEqual: differences.length === 0 && faults.length === 0,
    isArchived: [...counted].every(([entryId, { contentHash }]) =>
      archived.contents.get(entryId)?.some((content) => content.contentHash === contentHash),
    ),
    ...(found.ok ? sidesOf(found.value) : { brokenIn: generationOf(found.error.segment) }),
    archive: archiveSide(archived, counted, setAside),
    archivedCopies: archived.copies,
    setAsideCount: countOf(setAside),
    differences,
    faults,
  }
}

/** The report of a book on which our own code fails, so nothing is known of it. Such a book is not equal, and not broken. */
export const uncomparedBook = (
  book: BookId,
  setAside: SetAsideOfBook,
  { totals, digest = digestOf([]), copies }: ArchivedSum,
  reason: string,
): BookReport => ({
  book,
  isEqual: false,
  isArchived: false,
  archive: { totals, digest },
  archivedCopies: copies,
  setAsideCount: countOf(setAside),
  differences: [],
  faults: [reason],
})

const sidesOf = (book: CountedBook): Pick<BookReport, 'journal' | 'end'> => {
  const digest = digestOf(book.counted.entries().map(toPair))
  return { journal: { totals: book.totals, digest }, ...endOf(book, digest) }
}

/** `digest` is that of the entries of the day. */
const endOf = ({ end, countedHere }: CountedBook, digest: string): Pick<BookReport, 'end'> =>
  end === undefined ? {} : { end: { ...end, digest: countedHere === undefined ? digest : digestOf(countedHere) } }

const toPair = ([entryId, { contentHash }]: readonly [EntryId, Pick<Kept, 'contentHash'>]) => ({ entryId, contentHash })

const archiveSide = (
  { contents }: ArchivedBook,
  counted: ReadonlyMap<EntryId, Kept>,
  setAside: ReadonlyMap<EntryId, readonly Kept[]>,
): Side => {
  // An item that was set aside and later replayed unchanged is counted.
  const isCountable = ({ contentHash }: ArchivedContent, entryId: EntryId): boolean =>
    counted.get(entryId)?.contentHash === contentHash ||
    !(setAside.get(entryId) ?? []).some((kept) => kept.contentHash === contentHash)
  const countable = [...contents].flatMap(([entryId, ofId]) =>
    ofId.filter((content) => isCountable(content, entryId)).map((content) => [entryId, content] as const),
  )
  return { totals: totalsOf(countable.map(([, content]) => content)), digest: digestOf(countable.map(toPair)) }
}

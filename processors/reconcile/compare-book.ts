import { totalsOf } from '#ledger/day-view'
import { digestOf, NO_CHAIN } from '#ledger/segment'
import type { BookId, EntryId } from '#ledger/identifiers'
import type { Totals } from '#ledger/money'
import type { Journal, Quarantine } from '#ledger/ports'
import { differencesOf, type Difference, type Kept, type Times } from '#ledger/reconciliation'
import type { ArchivedBook, ArchivedContent, UnreadableRow } from './archived-books.ts'
import { countedBook, setAsideOf } from './counted-book.ts'

/** A book beside the archive's copy of its day. */
export type BookReport = {
  readonly book: BookId
  readonly isEqual: boolean
  /** As readers of the book see it. */
  readonly journal: Side
  /** What the archive adds up to without what was set aside. */
  readonly archive: Side
  /** How many rows the archive has: every copy. */
  readonly archivedCopies: number
  readonly setAsideCount: number
  readonly differences: readonly Difference[]
  /** What is wrong with one side alone: a chain that was altered, rows of the archive that hold no entry. */
  readonly faults: readonly string[]
}

export type Side = { readonly totals: Totals; readonly digest: string }

export const compareBook = async (
  { journal, quarantine }: { journal: Pick<Journal, 'read' | 'end'>; quarantine: Pick<Quarantine, 'list'> },
  { merchantId, contents, copies, unreadable }: ArchivedBook,
  day: BookId['day'],
  times: Times,
): Promise<BookReport> => {
  const book = { merchantId, day }
  const setAside = await setAsideOf(quarantine, book)
  const inArchive = sideOf(countable(contents, setAside))
  const report = {
    book,
    archive: inArchive,
    archivedCopies: copies,
    setAsideCount: [...setAside.values()].flat().length,
  }
  const found = await countedBook(journal, book)
  const faults = unreadable.map(faultOfRow)
  if (!found.ok) {
    const journalSide = { totals: noSide.totals, digest: NO_CHAIN }
    return { ...report, isEqual: false, journal: journalSide, differences: [], faults: [found.error, ...faults] }
  }
  const { counted, totals, shownTotals } = found.value
  if (!isSame(totals, shownTotals)) faults.push('the totals shown are not those of the entries')
  const differences = differencesOf({ counted, setAside, archived: contents }, times)
  return {
    ...report,
    isEqual: differences.length === 0 && faults.length === 0,
    journal: { totals: shownTotals, digest: digestOf(pairsOf(counted)) },
    differences,
    faults,
  }
}

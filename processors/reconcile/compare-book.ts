import { totalsOf } from '#ledger/day-view'
import type { BookId, EntryId } from '#ledger/identifiers'
import { addTotals, areSameTotals, type Totals } from '#ledger/money'
import type { Journal } from '#ledger/ports'
import { differencesOf, type Difference, type Kept, type Times } from '#ledger/reconciliation'
import { digestOf } from '#ledger/segment'
import type { ArchivedBook, ArchivedContent } from './archived-books.ts'
import type { ArchivedSum } from './archived-sums.ts'
import { countedBook, type SetAsideOfBook } from './counted-book.ts'

/** A book beside the archive's copy of its day. */
export type BookReport = {
  readonly book: BookId
  readonly isEqual: boolean
  /** As readers of the book see it; undefined when the chain cannot be trusted. */
  readonly journal?: Side
  /** What the archive adds up to without what was set aside. */
  readonly archive: Side
  /** How many rows the archive has: every copy counts. */
  readonly archivedCopies: number
  readonly setAsideCount: number
  readonly differences: readonly Difference[]
  /** What is wrong with one side by itself: a chain that was altered, rows of the archive that hold no entry. */
  readonly faults: readonly string[]
}

/** The digest is the one that `digestOf` makes of a book's entries. */
export type Side = { readonly totals: Totals; readonly digest: string }

type Chains = Pick<Journal, 'read' | 'end'>

/**
 * The report of a book of which count, sums and digest say that both sides hold the same. Undefined says only that they do
 * not say so: then entry by entry tells.
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
  const { counted, shownTotals } = found.value
  // What was set aside and released later as it was is counted all the same.
  const onlyAside = [...setAside].flatMap(([entryId, contents]) =>
    contents
      .filter(({ contentHash }) => contentHash !== counted.get(entryId)?.contentHash)
      .map((content) => ({ ...content, entryId })),
  )
  const kept = [...counted.entries().map(toPair), ...onlyAside]
  const totals = addTotals(shownTotals, totalsOf(onlyAside))
  if (digestOf(kept) !== archived.digest || !areSameTotals(totals, archived.totals)) return undefined
  const digest = onlyAside.length === 0 ? archived.digest : digestOf(counted.entries().map(toPair))
  const side = { totals: shownTotals, digest }
  return {
    book,
    isEqual: true,
    journal: side,
    archive: side,
    archivedCopies: archived.copies,
    setAsideCount: countOf(setAside),
    differences: [],
    faults: [],
  }
}

const countOf = (setAside: SetAsideOfBook): number => [...setAside.values()].flat().length

/** Compares entry by entry. Holds one book in memory, each side of it. */
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
  for (const fault of found.ok ? found.value.faults : [found.error]) faults.push(`journal: ${fault}`)
  // Of a chain that cannot be read to its end, every entry would seem to be missing.
  const differences = found.ok ? differencesOf({ counted, setAside, archived: archived.contents }, times) : []
  return {
    book,
    isEqual: differences.length === 0 && faults.length === 0,
    ...(found.ok && { journal: { totals: found.value.shownTotals, digest: digestOf(counted.entries().map(toPair)) } }),
    archive: archiveSide(archived, counted, setAside),
    archivedCopies: archived.copies,
    setAsideCount: countOf(setAside),
    differences,
    faults,
  }
}

const toPair = ([entryId, { contentHash }]: readonly [EntryId, Pick<Kept, 'contentHash'>]) => ({ entryId, contentHash })

const archiveSide = (
  { contents }: ArchivedBook,
  counted: ReadonlyMap<EntryId, Kept>,
  setAside: ReadonlyMap<EntryId, readonly Kept[]>,
): Side => {
  // What was set aside and released later as it was is counted all the same.
  const isCountable = ({ contentHash }: ArchivedContent, entryId: EntryId): boolean =>
    counted.get(entryId)?.contentHash === contentHash ||
    !(setAside.get(entryId) ?? []).some((kept) => kept.contentHash === contentHash)
  const countable = [...contents].flatMap(([entryId, ofId]) =>
    ofId.filter((content) => isCountable(content, entryId)).map((content) => [entryId, content] as const),
  )
  return { totals: totalsOf(countable.map(([, content]) => content)), digest: digestOf(countable.map(toPair)) }
}

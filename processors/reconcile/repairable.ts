import { contentHash, type ContentHash, type Entry } from '#ledger/entry'
import type { EntryId } from '#ledger/identifiers'
import type { ArchiveQueries } from '#ledger/archive'
import type { Journal } from '#ledger/ports'
import type { Difference, DifferenceKind } from '#ledger/reconciliation'
import { openSegment } from '#wire/journal/segment'
import { wholeChain } from '#ledger/chain'
import { archivedEntries } from './archived-books.ts'
import type { BookReport } from './compare-book.ts'

/** The entries of a book to publish, in this order, and the entries that must not be published. */
export type Repair = {
  readonly entries: readonly Entry[]
  /**
   * The rows of these entries were read with another content than the compared one. Publishing that content would make
   * it true.
   */
  readonly refused: readonly EntryId[]
}

/**
 * The entries of a book that can be mended by publishing them again, in the order in which they have to be published.
 * They are the entries in the archive that the journal never dealt with, and the entries in the book that we made
 * ourselves and published only afterwards. No others are published. If the archive lacks an entry of a client,
 * publishing the entry of the book would make the archive repeat what the journal says. The archive could then no
 * longer serve as a witness against the journal.
 */
export const repairable = async (
  { archive, journal }: { archive: ArchiveQueries; journal: Pick<Journal, 'read' | 'end'> },
  { book, differences }: BookReport,
): Promise<Repair> => {
  const unknown = ofKind(differences, 'missing-in-journal')
  const ourOwn = ofKind(differences, 'missing-in-archive').filter(({ entryId }) => entryId.startsWith('~'))
  const entries: Entry[] = []
  const refused: EntryId[] = []
  for (let at = 0; at < unknown.length; at += IDS_PER_QUERY) {
    const some = unknown.slice(at, at + IDS_PER_QUERY)
    const ids = some.map(({ entryId }) => entryId)
    const found = Map.groupBy(await archivedEntries(archive, book, ids), ({ entryId }) => entryId)
    for (const { entryId, inArchive } of some) {
      const contents = firstOfEach(inArchive, found.get(entryId) ?? [])
      if (contents.length === inArchive.length) entries.push(...contents)
      else refused.push(entryId)
    }
  }
  entries.push(...(await entriesOfBook(journal, book, new Set(ourOwn.map(({ entryId }) => entryId)))))
  return { entries, refused }
}

// Athena takes statements of 256 KB, and an id has at most 64 characters.
const IDS_PER_QUERY = 1_000

const ofKind = (differences: readonly Difference[], wanted: DifferenceKind): Difference[] =>
  differences.filter(({ kind }) => kind === wanted)

/** The first copy of each wanted content, in stream order. The journal has dealt with the other contents, or will. */
const firstOfEach = (wanted: readonly ContentHash[], copies: readonly Entry[]): Entry[] => {
  const missing = new Set(wanted)
  return copies.filter((entry) => missing.delete(contentHash(entry)))
}

const entriesOfBook = async (
  journal: Pick<Journal, 'read' | 'end'>,
  book: BookReport['book'],
  wanted: ReadonlySet<EntryId>,
): Promise<Entry[]> => {
  const entries: Entry[] = []
  if (wanted.size === 0) return entries
  for await (const sealed of wholeChain(journal, book)) {
    entries.push(...openSegment(sealed).segment.entries.filter(({ entryId }) => wanted.has(entryId)))
  }
  return entries
}

import { contentHash, type ContentHash, type Entry } from '#ledger/entry'
import type { EntryId } from '#ledger/identifiers'
import type { ArchiveQueries } from '#ledger/archive'
import type { Journal } from '#ledger/ports'
import type { Difference, DifferenceKind } from '#ledger/reconciliation'
import { openSegment } from '#wire/journal/segment'
import { wholeChain } from '#ledger/chain'
import { archivedEntries } from './archived-books.ts'
import type { BookReport } from './compare-book.ts'

/** What to publish of a book, in this order, and of what that has to be left. */
export type Repair = {
  readonly entries: readonly Entry[]
  /** Their rows were read with another content than the one that was compared: publishing that would make it true. */
  readonly refused: readonly EntryId[]
}

/**
 * What of a book can be mended by publishing it again, in the order in which that has to be done: from the archive, what
 * the journal never dealt with; from the book, what we made ourselves and only then published. Nothing else: where an
 * entry of a client is missing in the archive, publishing the book's would make the archive repeat what the journal
 * says, and it could no longer bear witness against it.
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

/** Of each wanted content the first copy, in stream order. What is not wanted the journal has dealt with, or will. */
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

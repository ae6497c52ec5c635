/**
 * Whether a book and the archive's copy of its day hold the same entries, and which ones differ.
 *
 * The two come from independent consumers of one stream. What stood on the stream is, in the end, in the archive, and
 * either counted in the book or set aside; so (id, content) by (id, content) these must be the same sets. How often a
 * content was sent, and in what order, makes no difference.
 */
import type { ContentHash } from './entry.ts'
import type { EntryId } from './identifiers.ts'

/** An entry that the journal's side knows: counted in the chain, or set aside. */
export type Kept = { readonly contentHash: ContentHash; readonly receivedAtMs: number }

/** Between which instants, in milliseconds since 1970 UTC, what is missing says something. */
export type Times = {
  /** What was received after it may be on either side, on both, or on none yet. */
  readonly barrierAtMs: number
  /** What was received up to then has had the time to get into the archive. */
  readonly deliveredThroughMs: number
}

/** One content under an id in the archive. */
export type Archived = {
  readonly contentHash: ContentHash
  /** Whether a copy of it stood on the stream before the barrier, so that the journal's consumer has dealt with it. */
  readonly isBeforeBarrier: boolean
}

export type BookSides = {
  readonly counted: ReadonlyMap<EntryId, Kept>
  /** What quarantine holds of this book, in any state; several contents of an id may have been set aside. */
  readonly setAside: ReadonlyMap<EntryId, readonly Kept[]>
  /** The distinct contents of each id. */
  readonly archived: ReadonlyMap<EntryId, readonly Archived[]>
}

export type Difference = {
  readonly entryId: EntryId
  readonly kind: DifferenceKind
  /** What only the journal's side holds under the id, and what only the archive does. */
  readonly inJournal: readonly ContentHash[]
  readonly inArchive: readonly ContentHash[]
}

export type DifferenceKind =
  /** In the archive, but neither counted nor set aside; and nothing speaks against counting it. */
  | 'missing-in-journal'
  /** Counted or set aside, but not in the archive, though it has had the time to get there. */
  | 'missing-in-archive'
  /** The archive holds a content that the journal's side never saw, of an id that is counted or that the archive has lost. */
  | 'different'
  /** Counted or set aside, and perhaps still on its way into the archive. */
  | 'not-yet-delivered'

/** The ids under which the sides do not hold the same, by id. None means that they are equal. */
export const differencesOf = (sides: BookSides, times: Times): Difference[] => {
  const ids = new Set([...sides.counted.keys(), ...sides.setAside.keys(), ...sides.archived.keys()])
  return [...ids]
    .toSorted()
    .map((entryId) => differenceOf(entryId, sides, times))
    .filter((difference) => difference !== undefined)
}

const differenceOf = (
  entryId: EntryId,
  { counted, setAside, archived }: BookSides,
  { barrierAtMs, deliveredThroughMs }: Times,
): Difference | undefined => {
  const inBook = counted.get(entryId)
  const kept = [...(inBook === undefined ? [] : [inBook]), ...(setAside.get(entryId) ?? [])]
  const copies = archived.get(entryId) ?? []
  const onlyKept = without(kept, copies).filter(({ receivedAtMs }) => receivedAtMs <= barrierAtMs)
  const onlyArchived = without(copies, kept).filter(({ isBeforeBarrier }) => isBeforeBarrier)
  if (onlyKept.length === 0 && onlyArchived.length === 0) return undefined
  const kind = kindOf(inBook !== undefined, onlyKept, onlyArchived, deliveredThroughMs)
  return { entryId, kind, inJournal: distinct(onlyKept), inArchive: distinct(onlyArchived) }
}

const kindOf = (
  isCounted: boolean,
  onlyKept: readonly Kept[],
  onlyArchived: readonly Archived[],
  deliveredThroughMs: number,
): DifferenceKind => {
  if (onlyArchived.length > 0) return isCounted || onlyKept.length > 0 ? 'different' : 'missing-in-journal'
  const isUnderWay = onlyKept.some(({ receivedAtMs }) => receivedAtMs > deliveredThroughMs)
  return isUnderWay ? 'not-yet-delivered' : 'missing-in-archive'
}

type Hashed = { readonly contentHash: ContentHash }

const without = <T extends Hashed>(some: readonly T[], others: readonly Hashed[]): T[] =>
  some.filter(({ contentHash }) => !others.some((other) => other.contentHash === contentHash))

const distinct = (some: readonly Hashed[]): ContentHash[] => [...new Set(some.map(({ contentHash }) => contentHash))]

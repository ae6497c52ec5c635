/**
 * Compares a book with the archive's copy of its day, and names the entries that differ.
 *
 * The two come from independent consumers of one stream. In the end, everything that stood on the stream is in the
 * archive, and is either counted in the book or set aside. So both sides must hold the same set of pairs of id and
 * content. It makes no difference how often a content was sent, or in what order.
 */
import type { ContentHash } from './entry.ts'
import type { EntryId } from './identifiers.ts'

/** An entry that the side of the journal knows: it is counted in the chain, or set aside. */
export type Kept = { readonly contentHash: ContentHash; readonly receivedAtMs: number }

/** The instants, in milliseconds since 1970 UTC, that decide whether a missing entry says something. */
export type Times = {
  /** An entry that was received after this time may be on either side, on both, or on none yet. */
  readonly barrierAtMs: number
  /** An entry that was received up to this time has had the time to get into the archive. */
  readonly deliveredThroughMs: number
}

/** One content under an id in the archive. */
export type Archived = {
  readonly contentHash: ContentHash
  /** Whether a copy stood on the stream before the barrier, so that the journal's consumer has dealt with it. */
  readonly isBeforeBarrier: boolean
}

export type BookSides = {
  readonly counted: ReadonlyMap<EntryId, Kept>
  /** The items of this book in quarantine, in any state. Several contents of an id may have been set aside. */
  readonly setAside: ReadonlyMap<EntryId, readonly Kept[]>
  /** The distinct contents of each id. */
  readonly archived: ReadonlyMap<EntryId, readonly Archived[]>
}

export type Difference = {
  readonly entryId: EntryId
  readonly kind: DifferenceKind
  /** The contents under the id that only the side of the journal holds, and those that only the archive holds. */
  readonly inJournal: readonly ContentHash[]
  readonly inArchive: readonly ContentHash[]
}

export type DifferenceKind =
  /** In the archive, but neither counted nor set aside. Nothing speaks against counting it. */
  | 'missing-in-journal'
  /** Counted or set aside, but not in the archive, although it has had the time to get there. */
  | 'missing-in-archive'
  /**
   * The archive holds a content that the side of the journal never saw, and the id is counted, or the archive has lost
   * one of its contents.
   */
  | 'different'
  /** Counted or set aside, and possibly still on its way into the archive. */
  | 'not-yet-delivered'

/** The ids under which the sides differ, in the order of ids. An empty list means that the sides are equal. */
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

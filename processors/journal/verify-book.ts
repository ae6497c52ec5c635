/**
 * Checks whether a book is what its chain says. It makes every seal and every day view again from what is stored, from
 * the first segment on. An altered byte, a missing segment, a segment in the place of another and a renamed book are
 * found at the first segment where they show.
 *
 * A chain whose end was cut off still looks whole. Only what was counted elsewhere (the archive) shows the loss.
 */
import { emptyView, foldEntries, type DayView } from '#ledger/day-view'
import { contentHash, type ContentHash } from '#ledger/entry'
import { frontOf, generationOf, placeInChain } from '#ledger/generation'
import type { BookId, EntryId } from '#ledger/identifiers'
import { areSameTotals, noTotals, type Totals } from '#ledger/money'
import { UnreadableSegment, type Journal } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import {
  countsIn,
  digestOf,
  isLate,
  NO_CHAIN,
  takesIds,
  sealingHash,
  type ChainHash,
  type Mark,
  type SealedSegment,
  type SegmentNumber,
} from '#ledger/segment'
import { openSegment } from '#wire/journal/segment'
import { orAnew, wholeChain } from '#ledger/chain'
import { mustEndIn } from '../chain-ends.ts'

export type WholeBook = {
  /** How many segments the chain has, and the number of the last. */
  readonly segments: number
  readonly lastSegment: SegmentNumber
  readonly entries: number
  /** The hash of the chain to its end; null for a book without entries. */
  readonly hash: ChainHash | null
  /** The digest of the set of entries, as `digestOf` makes it. */
  readonly digest: string
  /** How the book stood after each segment that issued a version of its day. */
  readonly issued: ReadonlyMap<SegmentNumber, IssuedState>
}

/** What a seal says of a book. */
export type IssuedState = {
  readonly mark: Mark
  readonly hash: ChainHash
  readonly digest: string
  readonly totals: Totals
}

export type BrokenBook = { readonly segment: SegmentNumber; readonly faults: readonly Fault[] }

type Fault = {
  readonly what: 'number' | 'hash' | 'unreadable' | 'view' | 'ids' | 'mark' | 'seal'
  readonly detail: string
}

export const verifyBook = async (
  journal: Pick<Journal, 'read' | 'end'>,
  book: BookId,
): Promise<Result<WholeBook, BrokenBook>> => {
  try {
    return await orAnew(() => verifyChain(journal, book))
  } catch (error) {
    if (!(error instanceof UnreadableSegment)) throw error
    return refuse({ segment: error.segment, faults: [{ what: 'unreadable', detail: error.detail }] })
  }
}

const verifyChain = async (
  journal: Pick<Journal, 'read' | 'end'>,
  book: BookId,
): Promise<Result<WholeBook, BrokenBook>> => {
  let known: Known = {
    number: 0,
    hash: NO_CHAIN,
    view: emptyView,
    contents: new Map(),
    waiting: new Set(),
    isClosed: false,
    mark: undefined,
  }
  const issued = new Map<SegmentNumber, IssuedState>()
  for await (const sealed of readable(journal, book, () => known.number)) {
    const next = follow(known, sealed)
    if (!next.ok) return next
    known = next.value
    const { number, mark, hash, view, contents } = known
    if (mark?.kind === 'closing' || mark?.kind === 'restating') {
      issued.set(number, { mark, hash, digest: digestOf(countedIn(contents)), totals: view.totals })
    }
  }
  const { number, hash, contents } = known
  await mustEndIn(journal, book, generationOf(number))
  const counted = countedIn(contents)
  return ok({
    segments: placeInChain(number),
    lastSegment: number,
    entries: counted.length,
    hash: number === 0 ? null : hash,
    digest: digestOf(counted),
    issued,
  })
}

const countedIn = (contents: Known['contents']) =>
  [...contents].flatMap(([entryId, contentHash]) => (contentHash === null ? [] : [{ entryId, contentHash }]))

/** Every segment of the book up to one that cannot be read; then throws. `known` is the last segment that was looked at. */
async function* readable(journal: Pick<Journal, 'read' | 'end'>, book: BookId, known: () => SegmentNumber) {
  try {
    yield* wholeChain(journal, book)
  } catch (error) {
    if (!(error instanceof UnreadableSegment)) throw error
    // The same read would have brought the segments before it.
    for (;;) {
      const [sealed] = await journal.read(book, known(), 1)
      if (sealed === undefined) return
      yield sealed
    }
  }
}

/** The findings up to a segment. All segments share one map of contents, which grows with the chain. */
type Known = {
  readonly number: SegmentNumber
  readonly hash: ChainHash
  readonly view: DayView
  /** Every id of the chain. The content is null for an entry that does not count in the book. */
  readonly contents: Map<EntryId, ContentHash | null>
  /** The ids that were set aside and not released since. Shared as well. */
  readonly waiting: Set<EntryId>
  readonly isClosed: boolean
  /** That of the last segment. */
  readonly mark: Mark | undefined
}

const follow = (known: Known, sealed: SealedSegment): Result<Known, BrokenBook> => {
  // The first segment of a book that was mended has the first number of its generation.
  const number = (known.number || frontOf(generationOf(sealed.number))) + 1
  if (sealed.number !== number) {
    const detail = `${sealed.number} follows ${known.number === 0 ? 'nothing' : known.number}`
    return refuse({ segment: number, faults: [{ what: 'number', detail: `it is missing: ${detail}` }] })
  }
  const hash = sealingHash(known.hash, sealed)
  const seal: Fault[] =
    hash === sealed.hash
      ? []
      : [{ what: 'hash', detail: `its content has the hash ${hash}, but its seal is ${sealed.hash}` }]
  const folded = fold(known, sealed)
  if (!folded.ok) return refuse({ segment: number, faults: [...seal, folded.error] })
  const { faults, ...after } = folded.value
  if (seal.length + faults.length > 0) return refuse({ segment: number, faults: [...seal, ...faults] })
  return ok({ ...known, ...after, number, hash })
}

/** The view after the segment as its entries make it, and the parts of the stored view that differ from it. */
const fold = ({ view: before, contents, waiting, isClosed }: Known, sealed: SealedSegment): Result<Folded, Fault> => {
  try {
    const { terms, segment } = openSegment(sealed)
    const { mark, entries, passedOn } = segment
    const faults: Fault[] = []
    for (const entry of [...entries, ...passedOn]) {
      const { entryId } = entry
      if (!takesIds(mark)) {
        if (!waiting.delete(entryId)) faults.push({ what: 'ids', detail: `${entryId} does not wait to be released` })
      } else if (contents.has(entryId)) faults.push({ what: 'ids', detail: `${entryId} is in the book already` })
      if (mark?.kind === 'setting-aside') waiting.add(entryId)
      contents.set(entry.entryId, countsIn(mark) ? contentHash(entry) : null)
    }
    const view = foldEntries(before, entries, terms.startsAtMs, isLate(mark))
    for (const part of differingParts(view, segment.view)) {
      faults.push({ what: 'view', detail: `${part} are not what the entries add up to` })
    }
    const kind = mark?.kind ?? 'entries'
    if (ONLY_OPEN.has(kind) === isClosed) {
      faults.push({
        what: 'mark',
        detail: `a segment of the kind "${kind}" cannot stand ${isClosed ? 'after' : 'before'} the close`,
      })
    }
    if (kind === 'closing' && entries.length > 0)
      faults.push({ what: 'mark', detail: 'the closing segment has entries' })
    return ok({ view, mark, isClosed: isClosed || kind === 'closing', faults })
  } catch (error) {
    return refuse({ what: 'unreadable', detail: error instanceof Error ? error.message : String(error) })
  }
}

type Folded = Pick<Known, 'view' | 'mark' | 'isClosed'> & { readonly faults: readonly Fault[] }

/** The kinds of segments that stand in an open book. All others stand in a closed one. */
const ONLY_OPEN: ReadonlySet<string> = new Set(['entries', 'received', 'closing'])

/** The parts of two views that are not the same, in words. */
export const differingParts = (made: DayView, stored: DayView): readonly string[] => [
  ...(areSameTotals(made.totals, stored.totals) ? [] : ['the totals']),
  ...(areSame(made.byMethod, stored.byMethod) ? [] : ['the methods']),
  ...(areSame(made.byHour, stored.byHour) ? [] : ['the hours']),
  ...(made.lateEntries === stored.lateEntries ? [] : ['the late entries']),
]

const areSame = <Key>(made: ReadonlyMap<Key, Totals>, stored: ReadonlyMap<Key, Totals>): boolean =>
  made.size === stored.size && [...made].every(([key, totals]) => areSameTotals(totals, stored.get(key) ?? noTotals))

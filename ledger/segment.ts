import { createHash, hash } from 'node:crypto'
import type { DayView } from './day-view.ts'
import type { ContentHash, Entry } from './entry.ts'
import { bookKey, type BookId, type Brand, type BusinessDay, type EntryId } from './identifiers.ts'
import type { Totals } from './money.ts'
import type { QuarantineReason } from './quarantine.ts'

/** 1, 2, 3 … within a book (see `generation.ts` for books that were mended); 0 means that there is none yet. */
export type SegmentNumber = number

/** 0 for the chain that a book begins with (`generation.ts`). */
export type Generation = number

/** SHA-256 over a chain of segments up to one of them, in hex. */
export type ChainHash = Brand<string, 'ChainHash'>

/** One append to a book: entries in journal order, and the day view after them. */
export type Segment = {
  readonly number: SegmentNumber
  /** Absent for an append to an open book. */
  readonly mark?: Mark
  /** The entries that count in this book from this segment on. */
  readonly entries: readonly Entry[]
  /** Late entries whose ids are taken in this book, and that do not count in it. */
  readonly passedOn: readonly Entry[]
  readonly view: DayView
  readonly hash: ChainHash
}

/** What a segment does beside an ordinary append. Only `closing` and `received` stand in a book that is not closed. */
export type Mark =
  /** Closes the book. It has no entries. */
  | { readonly kind: 'closing' }
  /** Counts late entries in their own day. The number is that of the merchant's restatement. */
  | { readonly kind: 'restating'; readonly restatement: number }
  /** Passes late entries on to the book of an open day, where they count. */
  | { readonly kind: 'redirecting'; readonly to: BusinessDay }
  /** Counts late entries of a closed day. */
  | { readonly kind: 'received'; readonly from: BusinessDay }
  /** Passes late entries on to quarantine. They count nowhere, unless a later segment releases them. */
  | { readonly kind: 'setting-aside'; readonly reason: QuarantineReason }
  /** Passes entries that an earlier segment set aside on to the book of an open day, because an operator wants it so. */
  | { readonly kind: 'releasing'; readonly to: BusinessDay }
  /** The chain was broken. Its book goes on in the chain of this generation, whose last segment had this hash then. */
  | { readonly kind: 'superseding'; readonly generation: Generation; readonly hash: ChainHash }
  /** Takes a number that was missing in a broken chain, so that no worker appends there. */
  | { readonly kind: 'void' }

/** Whether two marks close or restate the same. */
export const isSameMark = (a: Mark, b: Mark): boolean =>
  a.kind === b.kind && (a.kind !== 'restating' || b.kind !== 'restating' || a.restatement === b.restatement)

/** Whether the segment stands in a chain only because that is broken. No book is made of such a chain. */
export const isOfBrokenChain = (mark: Mark | undefined): boolean =>
  mark?.kind === 'superseding' || mark?.kind === 'void'

/** Whether the entries of a segment count in its book. */
export const countsIn = (mark: Mark | undefined): boolean =>
  movedTo(mark) === undefined && mark?.kind !== 'setting-aside'

/** The day on which the entries of a segment count instead of their own; undefined for all other segments. */
export const movedTo = (mark: Mark | undefined): BusinessDay | undefined =>
  mark?.kind === 'redirecting' || mark?.kind === 'releasing' ? mark.to : undefined

/** Whether the ids of a segment are new in its book. Those of released entries stand in an earlier segment. */
export const takesIds = (mark: Mark | undefined): boolean => mark?.kind !== 'releasing'

/** Whether the entries of a segment came after their own day was closed, and count all the same. */
export const isLate = (mark: Mark | undefined): boolean => mark?.kind === 'restating' || mark?.kind === 'received'

/** What has to be known of a segment to append behind it. The ids are those of all its entries. */
export type SegmentOutline = Omit<Segment, 'entries' | 'passedOn'> & { readonly entryIds: readonly EntryId[] }

/** A segment as it is stored: packed by `wire/journal/segment.ts`, sealed by its hash. */
export type SealedSegment = {
  readonly book: BookId
  readonly number: SegmentNumber
  /** Those of the whole book after this segment. */
  readonly totals: Totals
  /** The mark as `wire/journal/mark.ts` writes it; absent for an append to an open book. */
  readonly mark?: string
  /** The rest of the day view after this segment, packed. */
  readonly view: Uint8Array
  /** All entries of the segment, those that it passes on included. */
  readonly entries: Uint8Array
  readonly hash: ChainHash
}

/** The journal holds what our code did not write: nothing may build on it before a person has looked. */
export class BrokenChain extends Error {
  /** A segment of the chain; undefined where only the bytes of a segment are known. */
  readonly segment: SegmentNumber | undefined

  constructor(message: string, segment?: SegmentNumber) {
    super(message)
    this.segment = segment
  }
}

/** What stands before a book's first segment. */
export const NO_CHAIN = '0'.repeat(64) as ChainHash

/** hash(n) = SHA-256(hash(n−1) ‖ content(n)). An altered byte alters every hash from there on. */
export const sealingHash = (previous: ChainHash, segment: Omit<SealedSegment, 'hash'>): ChainHash => {
  const { book, number, totals, mark, view, entries } = segment
  // The lengths in front keep two different segments from ever reading as the same bytes.
  const head = [
    bookKey(book),
    number,
    totals.creditsMinor,
    totals.debitsMinor,
    totals.entryCount,
    view.length,
    entries.length,
    // A segment without a mark is hashed as it was before there were marks.
    ...(mark === undefined ? [] : [mark]),
  ]
  return createHash('sha256')
    .update(Buffer.from(previous, 'hex'))
    .update(`${head.join('|')}\n`)
    .update(view)
    .update(entries)
    .digest('hex') as ChainHash
}

/**
 * One number for what a book holds, the same for every order and every split into segments: SHA-256 of the lines
 * "entryId contentHash", sorted by byte and each ended by a newline. `sort | sha256sum` makes it, too.
 */
export const digestOf = (
  entries: Iterable<{ readonly entryId: string; readonly contentHash: ContentHash }>,
): string => {
  const lines = Array.from(entries, ({ entryId, contentHash }) => `${entryId} ${contentHash}\n`)
  return hash('sha256', lines.toSorted().join(''), 'hex')
}

/** The same for entries that come in that order, of which none has to be kept: by entryId, of one id by content hash. */
export const sortedDigest = () => {
  const whole = createHash('sha256')
  let lines = ''
  return {
    add(entryId: string, contentHash: ContentHash): void {
      lines += `${entryId} ${contentHash}\n`
      if (lines.length > LINES_AT_ONCE) {
        whole.update(lines)
        lines = ''
      }
    },
    digest: (): string => whole.update(lines).digest('hex'),
  }
}

const LINES_AT_ONCE = 32_768

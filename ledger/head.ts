/**
 * Which days of a merchant are closed, which books are open, and the balance that follows. A day is closed if and only if
 * it is not after `closedThrough`. Every change makes the next revision, so a change that is conditional on the revision
 * was made with knowledge of all others.
 */
import type { BusinessDay } from './identifiers.ts'
import { ok, refuse, type Result } from './result.ts'
import type { SealHash } from './seal.ts'
import type { SegmentNumber } from './segment.ts'

export type Head = {
  /** Every day up to this one is closed; null until a first close. */
  readonly closedThrough: BusinessDay | null
  /** The balance at the end of `closedThrough`, with all restatements. */
  readonly closingMinor: bigint
  /** Days after `closedThrough` that have a book. */
  readonly open: ReadonlySet<BusinessDay>
  /** How many times a closed day was issued again. Each has its number, from 1 on. */
  readonly restatements: number
  /** The hash of the merchant's newest seal; null until a first seal. */
  readonly lastSeal: SealHash | null
  /** Days whose books were found broken, and not found whole again since. What needs such a book is not exact. */
  readonly broken: ReadonlySet<BusinessDay>
  /** The closing segments of the chains that superseded those of closed days. */
  readonly mended: ReadonlyMap<BusinessDay, SegmentNumber>
  /** Rises by 1 with every change. */
  readonly revision: number
}

export const emptyHead: Head = {
  closedThrough: null,
  closingMinor: 0n,
  open: new Set(),
  restatements: 0,
  lastSeal: null,
  broken: new Set(),
  mended: new Map(),
  revision: 0,
}

export const isClosed = ({ closedThrough }: Head, day: BusinessDay): boolean =>
  closedThrough !== null && day <= closedThrough

/** The head with a day's book open. The very same head when it was open before. */
export const openDay = (head: Head, day: BusinessDay): Result<Head, 'closed'> => {
  if (isClosed(head, day)) return refuse('closed')
  if (head.open.has(day)) return ok(head)
  return ok({ ...head, open: new Set([...head.open, day]), revision: head.revision + 1 })
}

/** The head after the book of its oldest open day was closed. A later day would leave a gap in the closed days. */
export const closeDay = (
  head: Head,
  day: BusinessDay,
  { netMinor, seal }: { readonly netMinor: bigint; readonly seal: SealHash },
): Result<Head, 'not-the-oldest'> => {
  if (openDaysBefore(head)[0] !== day) return refuse('not-the-oldest')
  return ok({
    ...head,
    closedThrough: day,
    closingMinor: head.closingMinor + netMinor,
    open: new Set([...head.open].filter((open) => open !== day)),
    lastSeal: seal,
    revision: head.revision + 1,
  })
}

/** The head after days without a book were closed, up to this one. The very same head when they were closed before. */
export const closeThrough = (head: Head, day: BusinessDay): Result<Head, 'has-open-books'> => {
  if (isClosed(head, day)) return ok(head)
  if ([...head.open].some((open) => open <= day)) return refuse('has-open-books')
  return ok({ ...head, closedThrough: day, revision: head.revision + 1 })
}

/** The head after late entries were counted in a closed day. No closed item changes for it. */
export const restate = (
  head: Head,
  { deltaMinor, seal }: { readonly deltaMinor: bigint; readonly seal: SealHash },
): Head => ({
  ...head,
  closingMinor: head.closingMinor + deltaMinor,
  restatements: head.restatements + 1,
  lastSeal: seal,
  revision: head.revision + 1,
})

/** The head after a book was found broken. The very same head when that was known. */
export const markBroken = (head: Head, day: BusinessDay): Head =>
  head.broken.has(day) ? head : { ...head, broken: new Set([...head.broken, day]), revision: head.revision + 1 }

/** The head after a book was found whole. The very same head when nothing else was known. */
export const markWhole = (head: Head, day: BusinessDay): Head => {
  if (!head.broken.has(day)) return head
  return { ...head, broken: new Set([...head.broken].filter((other) => other !== day)), revision: head.revision + 1 }
}

/**
 * The head after the chain of a marked book was superseded. A closed day has the closing segment of its new chain, because its
 * items name segments of the old one.
 */
export const markMended = (head: Head, day: BusinessDay, closingSegment: SegmentNumber | undefined): Head => {
  const whole = markWhole(head, day)
  return closingSegment === undefined ? whole : { ...whole, mended: new Map([...head.mended, [day, closingSegment]]) }
}

/** Whether what a day closed with needs no broken book. It needs the book of the day and all before it. */
export const isSoundThrough = ({ broken }: Head, day: BusinessDay): boolean => ![...broken].some((one) => one <= day)

/** The open days before the given one (all of them without it), oldest first: their nets make a day's opening balance. */
export const openDaysBefore = (head: Head, day?: BusinessDay): BusinessDay[] =>
  [...head.open].filter((open) => day === undefined || open < day).toSorted()

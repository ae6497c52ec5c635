/** Which days of a merchant are closed, which books are open, and the balance that follows. */
import type { BusinessDay } from './identifiers.ts'
import { ok, refuse, type Result } from './result.ts'

export type Head = {
  /** Every day up to this one is closed; null until a first close. */
  readonly closedThrough: BusinessDay | null
  /** The balance at the end of `closedThrough`. */
  readonly closingMinor: bigint
  /** Days after `closedThrough` that have a book. */
  readonly open: ReadonlySet<BusinessDay>
  /** Rises by 1 with every change. */
  readonly revision: number
}

export const emptyHead: Head = { closedThrough: null, closingMinor: 0n, open: new Set(), revision: 0 }

/** The head with a day's book open. The very same head when it was open before. */
export const openDay = (head: Head, day: BusinessDay): Result<Head, 'closed'> => {
  if (head.closedThrough !== null && day <= head.closedThrough) return refuse('closed')
  if (head.open.has(day)) return ok(head)
  return ok({ ...head, open: new Set([...head.open, day]), revision: head.revision + 1 })
}

/** The open days before the given one (all of them without it), oldest first: their nets make a day's opening balance. */
export const openDaysBefore = (head: Head, day?: BusinessDay): BusinessDay[] =>
  [...head.open].filter((open) => day === undefined || open < day).toSorted()

/**
 * Sums over the books of several days, by the days that they are made of. A book's own totals always stay within what JSON
 * can say; a sum over books may leave it, and then these are the days to name.
 */
import type { Head } from './head.ts'
import type { BusinessDay } from './identifiers.ts'
import { isExactInJson } from './money.ts'

/** What a day adds to a sum. */
export type DayPart = { readonly day: BusinessDay; readonly minor: bigint }

/** What a balance is made of: all closed days as one part, under the last of them, and the open books that are given. */
export const balanceParts = ({ closedThrough, closingMinor }: Head, open: readonly DayPart[]): readonly DayPart[] =>
  closedThrough === null ? open : [{ day: closedThrough, minor: closingMinor }, ...open]

export const sumMinor = (parts: readonly DayPart[]): bigint => parts.reduce((sum, { minor }) => sum + minor, 0n)

/**
 * The parts that take a sum beyond what every JSON client reads exactly: all that add to it on the side on which it
 * leaves, in their order. None when the sum is exact.
 */
export const partsBeyondJson = (parts: readonly DayPart[]): readonly DayPart[] => {
  const sum = sumMinor(parts)
  if (isExactInJson(sum)) return []
  return parts.filter(({ minor }) => (sum > 0n ? minor > 0n : minor < 0n))
}

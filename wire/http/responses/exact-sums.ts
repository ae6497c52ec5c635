/** Refuses an answer with a sum over books that some client would read as another number. */
import { partsBeyondJson, type DayPart } from '#ledger/day-parts'
import { isExactInJson } from '#ledger/money'
import { ok, refuse, type Result } from '#ledger/result'
import type { Problem } from '../problem.ts'

/** A sum of an answer. Its parts are asked for only when it cannot be said. */
export type SumOverBooks = { readonly name: string; readonly minor: bigint; readonly parts: () => readonly DayPart[] }

/** The answer when JSON can say all of its sums exactly, otherwise the problem with the first that it cannot. */
export const withExactSums = <T>(answer: T, sums: readonly SumOverBooks[]): Result<T, Problem> => {
  const inexact = sums.find(({ minor }) => !isExactInJson(minor))
  return inexact === undefined ? ok(answer) : refuse(problemWith(inexact.name, partsBeyondJson(inexact.parts())))
}

const MOST_DAYS_NAMED = 10

const problemWith = (name: string, parts: readonly DayPart[]): Problem => {
  const largest = parts.toSorted((a, b) => compare(size(b), size(a))).slice(0, MOST_DAYS_NAMED)
  const days = largest.map(({ day }) => day).toSorted()
  const more = parts.length - days.length
  return {
    code: 'not-exact-in-json',
    detail:
      `The ${name} is beyond ±(2^53 − 1), where many JSON clients read another number. What takes it there: ` +
      `${days.join(', ')}${more > 0 ? ` and ${more} more` : ''}. The entries and windows of each day can still be read.`,
    days,
  }
}

const size = ({ minor }: DayPart): bigint => (minor < 0n ? -minor : minor)

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

import { sumMinor, type DayPart } from '#ledger/day-parts'
import type { BusinessDay } from '#ledger/identifiers'
import { addTotals, netMinor, noTotals, type Totals } from '#ledger/money'
import type { SegmentNumber } from '#ledger/segment'
import type { Issue } from './day.ts'
import { withExactSums, type SumOverBooks } from './exact-sums.ts'
import { totalsResponse } from './totals.ts'

/** Every day of a period, and the parts of the balance that the first one opened with. */
export type PeriodRead = { readonly before: readonly DayPart[]; readonly days: readonly DayOfPeriod[] }

/** A day of a period: what its book adds up to, and the balance it opened with. A day without a book has segment 0. */
export type DayOfPeriod = {
  readonly day: BusinessDay
  readonly openingMinor: bigint
  readonly issue: Issue
  /** Whether no book up to this day is marked as broken, and all was so at one instant. */
  readonly exact: boolean
  readonly segment: SegmentNumber
  readonly totals: Totals
}

/** Some days of the period as rows, and what all of its days add up to: from the first opening to the last closing. */
export const periodResponse = ({ before, days }: PeriodRead, shown: readonly DayOfPeriod[]) => {
  const opening = sumMinor(before)
  const whole = days.map(({ totals }) => totals).reduce(addTotals, noTotals)
  const exact = days.every((day) => day.exact)
  const answer = { data: shown.map(dayRow), totals: { ...sums(opening, whole), exact } }

  const parts = (minor: (totals: Totals) => bigint) => days.map(({ day, totals }) => ({ day, minor: minor(totals) }))
  const balanceOf = (isPart: (day: BusinessDay) => boolean) => [
    ...before,
    ...parts(netMinor).filter(({ day }) => isPart(day)),
  ]
  const openingOf = ({ day, openingMinor }: DayOfPeriod): SumOverBooks => ({
    name: `opening of ${day}`,
    minor: openingMinor,
    parts: () => balanceOf((other) => other < day),
  })
  const closingOf = ({ day, openingMinor, totals }: DayOfPeriod): SumOverBooks => ({
    name: `closing of ${day}`,
    minor: openingMinor + netMinor(totals),
    parts: () => balanceOf((other) => other <= day),
  })
  // The totals open with the first day and close with the last, shown or not. Their net lies between credits and debits.
  return withExactSums(answer, [
    ...[...days.slice(0, 1), ...shown].map(openingOf),
    ...[...shown, ...days.slice(-1)].map(closingOf),
    { name: 'sum of all credits', minor: whole.creditsMinor, parts: () => parts(({ creditsMinor }) => creditsMinor) },
    { name: 'sum of all debits', minor: whole.debitsMinor, parts: () => parts(({ debitsMinor }) => debitsMinor) },
  ])
}

const dayRow = ({ day, openingMinor, issue, exact, segment, totals }: DayOfPeriod) => ({
  businessDay: day,
  status: issue.status,
  version: issue.version,
  segment,
  ...sums(openingMinor, totals),
  exact,
})

const sums = (openingMinor: bigint, totals: Totals) => {
  const net = netMinor(totals)
  return { opening: openingMinor, ...totalsResponse(totals), net, closing: openingMinor + net }
}

import type { BusinessDay } from '#ledger/identifiers'
import { addTotals, netMinor, noTotals, type Totals } from '#ledger/money'
import type { SegmentNumber } from '#ledger/segment'
import { OPEN_STATUS } from './day-response.ts'
import { totalsResponse } from './totals-response.ts'

/** A day of a period: what its book adds up to, and the balance it opened with. A day without a book has segment 0. */
export type DayOfPeriod = {
  readonly day: BusinessDay
  readonly openingMinor: bigint
  readonly segment: SegmentNumber
  readonly totals: Totals
}

/** A row of the list of days. */
export const dayRow = ({ day, openingMinor, segment, totals }: DayOfPeriod) => ({
  businessDay: day,
  ...OPEN_STATUS,
  segment,
  ...sums(openingMinor, totals),
})

/** What all days of a period add up to: from the opening of the first to the closing of the last. */
export const periodTotals = (days: readonly DayOfPeriod[]) =>
  sums(days[0]?.openingMinor ?? 0n, days.map(({ totals }) => totals).reduce(addTotals, noTotals))

const sums = (openingMinor: bigint, totals: Totals) => {
  const net = netMinor(totals)
  return { opening: openingMinor, ...totalsResponse(totals), net, closing: openingMinor + net }
}

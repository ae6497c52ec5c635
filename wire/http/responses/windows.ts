import { dayBounds, HOUR_MS, MINUTE_MS, windowsOfDay, type DayBounds } from '#ledger/calendar'
import type { BusinessDay } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import { addTotals, noTotals, type Totals } from '#ledger/money'
import type { SegmentNumber } from '#ledger/segment'
import { instantText } from '#wire/entry/instant'
import { totalsResponse } from './totals.ts'

/** The sizes of windows that clients may ask for. */
export const WINDOW_SIZES = ['5m', '15m', '1h'] as const
export type WindowSize = (typeof WINDOW_SIZES)[number]

export const WINDOW_MS: Readonly<Record<WindowSize, number>> = {
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
}

/** Totals by the index of their window, 0 for the first after the day's start. Only windows with entries. */
export type TotalsByWindow = ReadonlyMap<number, Totals>

/** The windows of a day as clients read them. */
export const windowsResponse = (
  { merchantId, calendar }: Merchant,
  day: BusinessDay,
  size: WindowSize,
  totals: TotalsByWindow,
) => ({
  merchantId,
  businessDay: day,
  size,
  windows: windowRows(totals, dayBounds(calendar, day), WINDOW_MS[size]),
})

/** Every window of the day, so that no client has to fill gaps; together they always add up to the day. */
export const windowRows = (totals: TotalsByWindow, bounds: DayBounds, sizeMs: number) => {
  const windows = windowsOfDay(bounds, sizeMs)
  const last = windows.length - 1
  return windows.map(({ startMs, endMs }, index) => ({
    start: instantText(startMs),
    end: instantText(endMs),
    ...totalsResponse(index === last ? totalsFrom(totals, last) : (totals.get(index) ?? noTotals)),
  }))
}

/**
 * The ETag of the windows of an open day: what they add up to changes with the segment, when they begin and end with
 * the merchant's calendar. It names its book, as the ETag of the day does. Weak: how fresh the answer is, is not in it.
 */
export const windowsTag = (
  { merchantId, revision }: Merchant,
  day: BusinessDay,
  segment: SegmentNumber,
  size: WindowSize,
): string => `W/"${merchantId}.${day}.s${segment}.w${size}.m${revision}"`

// No calendar puts an entry behind the end of its day. Should a book hold one, its windows still add up to the day.
const totalsFrom = (totals: TotalsByWindow, first: number): Totals =>
  [...totals].filter(([index]) => index >= first).reduce((sum, [, totals]) => addTotals(sum, totals), noTotals)

import { dayBounds, HOUR_MS, ruleOn, windowsOfDay, type DayBounds } from '#ledger/calendar'
import type { DayView } from '#ledger/day-view'
import type { BusinessDay } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import { addTotals, netMinor, noTotals, type Totals } from '#ledger/money'
import type { ChainHash, SegmentNumber } from '#ledger/segment'
import { instantText } from './instant.ts'

/** A business day with what came before it: the view of its book at a segment, and the balance it opened with. */
export type DayAtSegment = {
  readonly day: BusinessDay
  readonly openingMinor: bigint
  /** 0 while the day has no entries; then there is no hash either. */
  readonly segment: SegmentNumber
  readonly hash: ChainHash | null
  readonly view: DayView
}

/** The daily consolidated as clients read it, but for how fresh it is. */
export const dayResponse = ({ merchantId, currency, calendar }: Merchant, read: DayAtSegment) => {
  const { day, openingMinor, segment, hash, view } = read
  const net = netMinor(view.totals)
  const bounds = dayBounds(calendar, day)
  return {
    merchantId,
    businessDay: day,
    currency,
    timeZone: ruleOn(calendar, day).timeZone,
    status: 'open',
    version: OPEN_VERSION,
    segment,
    opening: openingMinor,
    ...totalsResponse(view.totals),
    net,
    closing: openingMinor + net,
    byMethod: Object.fromEntries(Array.from(view.byMethod, ([method, totals]) => [method, totalsResponse(totals)])),
    windows: hourWindows(view.byHour, bounds),
    lateEntries: view.lateEntries,
    hash,
    digest: null,
    startsAt: instantText(bounds.startsAtMs),
    endsAt: instantText(bounds.endsAtMs),
  }
}

/**
 * The ETag of an open day. The opening is in it because earlier days may move while this one does not, and the merchant's
 * revision because a change of calendar moves a day that has no entries yet. Weak: how fresh the answer is, is not in it.
 */
export const openDayTag = ({ revision }: Merchant, { segment, openingMinor }: DayAtSegment): string =>
  `W/"s${segment}.v${OPEN_VERSION}.o${openingMinor}.m${revision}"`

/** A day has versions from its first close on. */
const OPEN_VERSION = 0

const totalsResponse = ({ creditsMinor, debitsMinor, entryCount }: Totals) => ({
  credits: creditsMinor,
  debits: debitsMinor,
  entryCount,
})

/** Every hour of the day, so that no client has to fill gaps; together they always add up to the day. */
const hourWindows = (byHour: DayView['byHour'], bounds: DayBounds) => {
  const windows = windowsOfDay(bounds, HOUR_MS)
  const lastHour = windows.length - 1
  return windows.map(({ startMs, endMs }, hour) => ({
    start: instantText(startMs),
    end: instantText(endMs),
    ...totalsResponse(hour === lastHour ? totalsFrom(byHour, hour) : (byHour.get(hour) ?? noTotals)),
  }))
}

// Where zone rules differ between ingest and here, an entry may stand in an hour that this day does not have.
const totalsFrom = (byHour: DayView['byHour'], firstHour: number): Totals =>
  [...byHour].filter(([hour]) => hour >= firstHour).reduce((sum, [, totals]) => addTotals(sum, totals), noTotals)

import { dayBounds, HOUR_MS, ruleOn } from '#ledger/calendar'
import type { DayView } from '#ledger/day-view'
import type { BusinessDay } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import { netMinor } from '#ledger/money'
import type { ChainHash, SegmentNumber } from '#ledger/segment'
import { instantText } from './instant.ts'
import { totalsResponse } from './totals-response.ts'
import { windowRows } from './windows-response.ts'

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
  const { timeZone, zone } = ruleOn(calendar, day)
  return {
    merchantId,
    businessDay: day,
    currency,
    timeZone,
    zoneData: zone.version,
    ...OPEN_STATUS,
    segment,
    opening: openingMinor,
    ...totalsResponse(view.totals),
    net,
    closing: openingMinor + net,
    byMethod: Object.fromEntries(Array.from(view.byMethod, ([method, totals]) => [method, totalsResponse(totals)])),
    windows: windowRows(view.byHour, bounds, HOUR_MS),
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
  `W/"s${segment}.v${OPEN_STATUS.version}.o${openingMinor}.m${revision}"`

/** What is said of a day that is not closed; it has versions from its first close on. */
export const OPEN_STATUS = { status: 'open', version: 0 } as const

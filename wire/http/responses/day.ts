import { dayBounds, HOUR_MS, ruleOn } from '#ledger/calendar'
import type { DayPart } from '#ledger/day-parts'
import type { DayView } from '#ledger/day-view'
import type { BusinessDay } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import { netMinor } from '#ledger/money'
import type { ChainHash, SegmentNumber } from '#ledger/segment'
import { withExactSums } from './exact-sums.ts'
import { instantText } from '#wire/entry/instant'
import { totalsResponse } from './totals.ts'
import { windowRows } from './windows.ts'

/** A business day with what came before it: the view of its book at a segment, and the balance it opened with. */
export type DayAtSegment = {
  readonly day: BusinessDay
  readonly openingMinor: bigint
  /** The days that add up to the opening; made when they are asked for. */
  readonly partsBefore: () => readonly DayPart[]
  /** 0 while the day has no entries; then there is no hash either. */
  readonly segment: SegmentNumber
  readonly hash: ChainHash | null
  readonly view: DayView
}

/** The daily consolidated as clients read it, but for how fresh it is. */
export const dayResponse = ({ merchantId, currency, calendar }: Merchant, read: DayAtSegment) => {
  const { day, openingMinor: opening, partsBefore, segment, hash, view } = read
  const { totals, byMethod, byHour, lateEntries, ...forgotten } = view
  forgotten satisfies Record<string, never>
  const net = netMinor(totals)
  const closing = opening + net
  const bounds = dayBounds(calendar, day)
  const { timeZone, zone } = ruleOn(calendar, day)
  const answer = {
    merchantId,
    businessDay: day,
    currency,
    timeZone,
    zoneData: zone.version,
    ...OPEN_STATUS,
    segment,
    opening,
    ...totalsResponse(totals),
    net,
    closing,
    byMethod: Object.fromEntries(Array.from(byMethod, ([method, sum]) => [method, totalsResponse(sum)])),
    windows: windowRows(byHour, bounds, HOUR_MS),
    lateEntries,
    hash,
    digest: null,
    startsAt: instantText(bounds.startsAtMs),
    endsAt: instantText(bounds.endsAtMs),
  }
  return withExactSums(answer, [
    { name: `opening of ${day}`, minor: opening, parts: partsBefore },
    { name: `closing of ${day}`, minor: closing, parts: () => [...partsBefore(), { day, minor: net }] },
  ])
}

/**
 * The ETag of an open day. The opening is in it because earlier days may move while this one does not, and the merchant's
 * revision because a change of calendar moves a day that has no entries yet. Weak: how fresh the answer is, is not in it.
 * It names its book, so that the tag of one day never stands for another one, whichever client mixes them up.
 */
export const openDayTag = (
  { merchantId, revision }: Pick<Merchant, 'merchantId' | 'revision'>,
  { day, segment, openingMinor }: Pick<DayAtSegment, 'day' | 'segment' | 'openingMinor'>,
): string => `W/"${merchantId}.${day}.s${segment}.v${OPEN_STATUS.version}.o${openingMinor}.m${revision}"`

/** What is said of a day that is not closed; it has versions from its first close on. */
export const OPEN_STATUS = { status: 'open', version: 0 } as const

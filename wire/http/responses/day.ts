import { dayBounds, HOUR_MS, ruleOn } from '#ledger/calendar'
import type { ClosedVersion } from '#ledger/close'
import type { DayPart } from '#ledger/day-parts'
import type { DayView } from '#ledger/day-view'
import { METHODS } from '#ledger/entry'
import type { BusinessDay } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import { netMinor } from '#ledger/money'
import type { ChainHash, Generation, SegmentNumber } from '#ledger/segment'
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
  readonly issue: Issue
  /** Whether all of it was so at one instant, and no book that it needs is marked as broken. */
  readonly exact: boolean
  /** 0 while the day has no entries; then there is no hash either. */
  readonly segment: SegmentNumber
  readonly hash: ChainHash | null
  readonly view: DayView
}

/** The daily consolidated as clients read it, but for how fresh it is. */
export const dayResponse = ({ merchantId, currency, calendar }: Merchant, read: DayAtSegment) => {
  const { day, openingMinor: opening, partsBefore, issue, exact, segment, hash, view } = read
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
    status: issue.status,
    version: issue.version,
    segment,
    opening,
    ...totalsResponse(totals),
    net,
    closing,
    // In an order that does not depend on that of the entries: a version has the same bytes in any chain of its book.
    byMethod: Object.fromEntries(
      METHODS.flatMap((method) => {
        const sum = byMethod.get(method)
        return sum === undefined ? [] : [[method, totalsResponse(sum)]]
      }),
    ),
    windows: windowRows(byHour, bounds, HOUR_MS),
    lateEntries,
    hash,
    digest: issue.digest,
    exact,
    startsAt: instantText(bounds.startsAtMs),
    endsAt: instantText(bounds.endsAtMs),
  }
  return withExactSums(answer, [
    { name: `opening of ${day}`, minor: opening, parts: partsBefore },
    { name: `closing of ${day}`, minor: closing, parts: () => [...partsBefore(), { day, minor: net }] },
  ])
}

/** A day as it was issued: open, or closed at a version. */
export type Issue = {
  readonly status: 'open' | 'closed' | 'restated'
  /** 0 while the day is open, 1 when it is closed, and one more with each restatement that changes it. */
  readonly version: number
  /** The digest of its entries; null while it is open, and for a day that was closed without entries. */
  readonly digest: string | null
}

/** What is said of a day that is not closed. */
export const OPEN: Issue = { status: 'open', version: 0, digest: null }

/** What is said of a closed day at one of its versions. */
export const issueOf = ({ version, seal }: Pick<ClosedVersion, 'version' | 'seal'>): Issue => ({
  status: version === 1 ? 'closed' : 'restated',
  version,
  digest: seal?.digest ?? null,
})

/**
 * The ETag of a day as it is now. The opening is in it because earlier days may move while this one does not, and the
 * merchant's revision because a change of calendar moves a day that has no entries yet. Weak: how fresh the answer is, is
 * not in it. It names its book, so that the tag of one day never stands for another one, whichever client mixes them up.
 */
export const dayTag = (
  { merchantId, revision }: Pick<Merchant, 'merchantId' | 'revision'>,
  {
    day,
    segment,
    openingMinor,
    issue,
    exact,
  }: Pick<DayAtSegment, 'day' | 'segment' | 'openingMinor' | 'issue' | 'exact'>,
): string =>
  `W/"${merchantId}.${day}.s${segment}.v${issue.version}.o${openingMinor}.m${revision}${exact ? '' : '.inexact'}"`

/**
 * The ETag of a closed day at a version, which never changes. A book that was mended since has another one. Its answer is what
 * was issued, and under the tag from before, a client may hold what a broken chain said.
 */
export const versionTag = (
  { merchantId }: Pick<Merchant, 'merchantId'>,
  day: BusinessDay,
  version: number,
  mended: Generation,
): string => `"${merchantId}.${day}.v${version}${mended === 0 ? '' : `.g${mended}`}"`

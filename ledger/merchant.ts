import { businessDayOf, type Calendar, type CalendarRule, MINUTE_MS, shiftDay, startOfDay } from './calendar.ts'
import type { BusinessDay, MerchantId } from './identifiers.ts'
import type { Currency } from './money.ts'
import { ok, refuse, type Result } from './result.ts'

/** What becomes of an entry whose business day is already closed. */
export type LatePolicy = 'nextOpenDay' | 'restate' | 'quarantine'

/** The owner of books. */
export type Merchant = {
  readonly merchantId: MerchantId
  readonly name: string
  readonly currency: Currency
  readonly calendar: Calendar
  readonly lateEntries: LatePolicy
  /** Rises by 1 with every change, from 1. */
  readonly revision: number
}

/** What is wanted of a merchant. A field that is left out stays as it is; null asks for the default. */
export type MerchantChange = {
  readonly name?: string
  readonly currency?: Currency
  readonly timeZone?: string
  readonly dayStartsAt?: string | null
  readonly lateEntries?: LatePolicy | null
  /** The day from which a change of zone or start of day counts. Without such a change it means nothing. */
  readonly calendarFrom?: BusinessDay | null
}

/** What a new merchant needs. Where the merchant exists, the same is a change. */
export type Registration = MerchantChange & {
  readonly merchantId: MerchantId
  readonly name: string
  readonly currency: Currency
  readonly timeZone: string
}

/** What a merchant has until something else is said. */
export const MERCHANT_DEFAULTS = {
  dayStartsAt: '00:00',
  lateEntries: 'nextOpenDay',
} as const satisfies Partial<MerchantChange>

/** How long ingest may go on with a merchant it has read before. */
export const CALENDAR_CACHE_MS = MINUTE_MS

/** How far ahead of our clock an entry's `occurredAt` may be. */
export const MAX_AHEAD_MS = 5 * MINUTE_MS

// Nobody may have stamped an entry with a day that a change still can move: not one that is ahead of our clock as far
// as is allowed, and not an ingest that still holds the calendar of a cache's lifetime ago.
const CHANGE_NOTICE_MS = MAX_AHEAD_MS + CALENDAR_CACHE_MS

export type MerchantRefusal = 'currency-fixed' | 'calendar-from-not-future'

/** The merchant after a registration: new, or as `changeMerchant` makes it of the one that exists. */
export const registerMerchant = (
  current: Merchant | undefined,
  wanted: Registration,
  nowMs: number,
): Result<Merchant, MerchantRefusal> => {
  if (current !== undefined) return changeMerchant(current, wanted, nowMs)
  const { merchantId, name, currency, timeZone } = wanted
  const { dayStartsAt, lateEntries } = MERCHANT_DEFAULTS
  const rule = ruleOf(timeZone, wanted.dayStartsAt ?? dayStartsAt)
  return ok({
    merchantId,
    name,
    currency,
    lateEntries: wanted.lateEntries ?? lateEntries,
    calendar: [rule],
    revision: 1,
  })
}

/**
 * The merchant after a change or, when nothing differs, the very `current` one. What the change leaves out of the
 * calendar stays as in the newest rule, also when that one is still to come.
 */
export const changeMerchant = (
  current: Merchant,
  change: MerchantChange,
  nowMs: number,
): Result<Merchant, MerchantRefusal> => {
  if (change.currency !== undefined && change.currency !== current.currency) return refuse('currency-fixed')
  const name = change.name ?? current.name
  const lateEntries = chosen(change.lateEntries, current.lateEntries, MERCHANT_DEFAULTS.lateEntries)

  const newest = newestRule(current.calendar)
  const timeZone = change.timeZone ?? newest.timeZone
  const dayStartsAt = chosen(change.dayStartsAt, newest.dayStartsAt, MERCHANT_DEFAULTS.dayStartsAt)
  const calendar = changeCalendar(current.calendar, ruleOf(timeZone, dayStartsAt), change.calendarFrom, nowMs)
  if (!calendar.ok) return calendar

  const unchanged = calendar.value === current.calendar && current.name === name && current.lateEntries === lateEntries
  if (unchanged) return ok(current)
  return ok({ ...current, name, lateEntries, calendar: calendar.value, revision: current.revision + 1 })
}

const chosen = <T>(wanted: T | null | undefined, asItIs: T, byDefault: T): T =>
  wanted === undefined ? asItIs : (wanted ?? byDefault)

/** A rule from the beginning; `changeCalendar` gives it its day. */
const ruleOf = (timeZone: string, dayStartsAt: string): CalendarRule => ({ from: null, timeZone, dayStartsAt })

/** The last rule, which may be still to come. */
export const newestRule = (calendar: Calendar): CalendarRule => calendar.at(-1) ?? calendar[0]

/**
 * The calendar in which the wanted rule counts from a day; the very `calendar` when it is there already.
 * The day is `from`. Where that is left out, it is the day of the change that this one replaces, so that correcting a
 * change never brings it forward. Otherwise, and when `from` is null, it is the first day that is far enough ahead.
 */
const changeCalendar = (
  calendar: Calendar,
  wanted: CalendarRule,
  from: BusinessDay | null | undefined,
  nowMs: number,
): Result<Calendar, 'calendar-from-not-future'> => {
  const last = newestRule(calendar)
  const isWanted = (rule: CalendarRule): boolean =>
    rule.timeZone === wanted.timeZone && rule.dayStartsAt === wanted.dayStartsAt
  if (isWanted(last) && (from === undefined || from === null || from === last.from)) return ok(calendar)

  // A rule that nobody can have used yet is replaced. It is in use from when either clock has reached its day: its own,
  // or the one before it, which it caps at the day before.
  const noticeMs = nowMs + CHANGE_NOTICE_MS
  const isInUse = (rule: CalendarRule, index: number): boolean =>
    rule.from === null ||
    startOfDay([rule], rule.from) <= noticeMs ||
    startOfDay(calendar.slice(0, index) as unknown as Calendar, rule.from) <= noticeMs
  const settled = calendar.filter(isInUse) as unknown as Calendar
  // The rule in use is the wanted one: another one that is still to come is called off, and no day is needed.
  if (isWanted(newestRule(settled))) return ok(isWanted(last) ? calendar : settled)

  // Begun by neither clock: the old one may have stamped entries with it, and from the new one's start it counts.
  const isAhead = (day: BusinessDay): boolean =>
    day > (newestRule(settled).from ?? '') &&
    startOfDay(settled, day) > noticeMs &&
    startOfDay([wanted], day) > noticeMs
  const dayToKeep = from === undefined && !settled.includes(last) ? last.from : null
  let day = from ?? dayToKeep ?? shiftDay(businessDayOf(settled, noticeMs), 1)
  while (!from && !isAhead(day)) day = shiftDay(day, 1)
  return isAhead(day) ? ok([...settled, { ...wanted, from: day }]) : refuse('calendar-from-not-future')
}

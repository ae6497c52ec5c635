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

export type Registration = {
  readonly merchantId: MerchantId
  readonly name: string
  readonly currency: Currency
  readonly timeZone: string
  readonly dayStartsAt: string
  readonly lateEntries: LatePolicy
  readonly calendarFrom?: BusinessDay
}

/** How long ingest may go on with a merchant it has read before. */
export const CALENDAR_CACHE_MS = MINUTE_MS

/** How far ahead of our clock an entry's `occurredAt` may be. */
export const MAX_AHEAD_MS = 5 * MINUTE_MS

// Nobody may have stamped an entry with a day that a change still can move: not one that is ahead of our clock as far
// as is allowed, and not an ingest that still holds the calendar of a cache's lifetime ago.
const CHANGE_NOTICE_MS = MAX_AHEAD_MS + CALENDAR_CACHE_MS

/**
 * The merchant after a registration: new, changed, or, when nothing differs, the very `current` one.
 * A change of zone or start of day counts from `calendarFrom`, by default the first day that is far enough ahead.
 */
export const registerMerchant = (
  current: Merchant | undefined,
  wanted: Registration,
  nowMs: number,
): Result<Merchant, 'currency-fixed' | 'calendar-from-not-future'> => {
  const { merchantId, name, currency, lateEntries, timeZone, dayStartsAt } = wanted
  const rule: CalendarRule = { from: null, timeZone, dayStartsAt }
  if (current === undefined) {
    return ok({ merchantId, name, currency, lateEntries, calendar: [rule], revision: 1 })
  }
  if (current.currency !== currency) return refuse('currency-fixed')

  const calendar = changeCalendar(current.calendar, rule, wanted.calendarFrom, nowMs)
  if (!calendar.ok) return calendar
  const unchanged = calendar.value === current.calendar && current.name === name && current.lateEntries === lateEntries
  if (unchanged) return ok(current)
  return ok({ ...current, name, lateEntries, calendar: calendar.value, revision: current.revision + 1 })
}

const changeCalendar = (
  calendar: Calendar,
  wanted: CalendarRule,
  from: BusinessDay | undefined,
  nowMs: number,
): Result<Calendar, 'calendar-from-not-future'> => {
  const last = calendar.at(-1) ?? calendar[0]
  const sameClock = last.timeZone === wanted.timeZone && last.dayStartsAt === wanted.dayStartsAt
  if (sameClock && (from === undefined || from === last.from || last.from === null)) return ok(calendar)

  // A rule that nobody can have used yet is replaced. It is in use from when either clock has reached its day: its own,
  // or the one before it, which it caps at the day before.
  const noticeMs = nowMs + CHANGE_NOTICE_MS
  const isInUse = (rule: CalendarRule, index: number): boolean =>
    rule.from === null ||
    startOfDay([rule], rule.from) <= noticeMs ||
    startOfDay(calendar.slice(0, index) as unknown as Calendar, rule.from) <= noticeMs
  const settled = calendar.filter(isInUse) as unknown as Calendar
  // Begun by neither clock: the old one may have stamped entries with it, and from the new one's start it counts.
  const isAhead = (day: BusinessDay): boolean =>
    day > (settled.at(-1)?.from ?? '') && startOfDay(settled, day) > noticeMs && startOfDay([wanted], day) > noticeMs
  let day = from ?? shiftDay(businessDayOf(settled, noticeMs), 1)
  while (from === undefined && !isAhead(day)) day = shiftDay(day, 1)
  return isAhead(day) ? ok([...settled, { ...wanted, from: day }]) : refuse('calendar-from-not-future')
}

import {
  businessDayOf,
  makeRule,
  MINUTE_MS,
  ruleUntil,
  shiftDay,
  startOfDay,
  type Calendar,
  type CalendarRule,
} from './calendar.ts'
import type { BusinessDay, MerchantId } from './identifiers.ts'
import type { Currency } from './money.ts'
import { ok, refuse, type Result } from './result.ts'
import type { ZoneData } from './zone.ts'

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
 *
 * A rule that is made records the zone as `zones` has it now. The rules that stand keep what they recorded, so asking for
 * what is there already never brings newer zone data.
 */
export const registerMerchant = (
  current: Merchant | undefined,
  wanted: Registration,
  zones: ZoneData,
  nowMs: number,
): Result<Merchant, 'not-a-time-zone' | 'currency-fixed' | 'calendar-from-not-future'> => {
  const { merchantId, name, currency, lateEntries } = wanted
  if (current === undefined) {
    const rule = makeRule(zones, wanted, nowMs)
    return rule === undefined
      ? refuse('not-a-time-zone')
      : ok({ merchantId, name, currency, lateEntries, calendar: [rule], revision: 1 })
  }
  if (current.currency !== currency) return refuse('currency-fixed')

  const calendar = changeCalendar(current.calendar, wanted, zones, nowMs)
  if (!calendar.ok) return calendar
  const unchanged = calendar.value === current.calendar && current.name === name && current.lateEntries === lateEntries
  if (unchanged) return ok(current)
  return ok({ ...current, name, lateEntries, calendar: calendar.value, revision: current.revision + 1 })
}

const changeCalendar = (
  calendar: Calendar,
  { timeZone, dayStartsAt, calendarFrom: from }: Registration,
  zones: ZoneData,
  nowMs: number,
): Result<Calendar, 'not-a-time-zone' | 'calendar-from-not-future'> => {
  const last = calendar.at(-1) ?? calendar[0]
  // The name that stands is taken even from a process whose zone data does not have it.
  const zone = zones.find(timeZone) ?? timeZone
  const sameClock = last.timeZone === zone && last.dayStartsAt === dayStartsAt
  if (sameClock && (from === undefined || from === last.from || last.from === null)) return ok(calendar)
  const wanted = makeRule(zones, { timeZone, dayStartsAt }, nowMs)
  if (wanted === undefined) return refuse('not-a-time-zone')

  const settled = rulesInUse(calendar, nowMs)
  let day = from ?? firstDayAhead(settled, nowMs)
  while (from === undefined && !isAhead(settled, wanted, day, nowMs)) day = shiftDay(day, 1)
  if (!isAhead(settled, wanted, day, nowMs)) return refuse('calendar-from-not-future')
  return ok(withNextRule(settled, { ...wanted, from: day }))
}

/**
 * The rules that may have been used. A rule that has not is replaced by a change. It is in use from when either clock
 * has reached its day: its own, or the one before it, which it caps at the day before.
 */
export const rulesInUse = (calendar: Calendar, nowMs: number): Calendar => {
  const noticeMs = nowMs + CHANGE_NOTICE_MS
  const isInUse = (rule: CalendarRule, index: number): boolean =>
    rule.from === null ||
    startOfDay([rule], rule.from) <= noticeMs ||
    startOfDay(calendar.slice(0, index) as unknown as Calendar, rule.from) <= noticeMs
  return calendar.filter(isInUse) as unknown as Calendar
}

/** The first day that a rule may count from, by the clock of the rules in use. */
export const firstDayAhead = (settled: Calendar, nowMs: number): BusinessDay =>
  shiftDay(businessDayOf(settled, nowMs + CHANGE_NOTICE_MS), 1)

/**
 * Whether a rule may count from a day: one that neither clock has begun. The old one may have stamped entries with it,
 * and from the new one's start it counts.
 */
export const isAhead = (settled: Calendar, wanted: CalendarRule, day: BusinessDay, nowMs: number): boolean =>
  day > (settled.at(-1)?.from ?? '') &&
  startOfDay(settled, day) > nowMs + CHANGE_NOTICE_MS &&
  startOfDay([wanted], day) > nowMs + CHANGE_NOTICE_MS

/**
 * The rules in use and one more. Those of them that are over already keep of their zone what their days need; the last
 * one keeps all, because a rule that comes after it may still be replaced.
 */
export const withNextRule = (settled: Calendar, next: CalendarRule): Calendar =>
  [
    ...settled.map((rule, index) => {
      const successor = settled[index + 1]
      return successor?.from ? ruleUntil(rule, successor.from) : rule
    }),
    next,
  ] as unknown as Calendar

import type { Act } from './actor.ts'
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

/** What happens to an entry whose business day is already closed. */
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
  /** Who made this revision. Absent of one that was saved before this was recorded. */
  readonly savedBy?: Act
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

// A change may move no day with which an entry may have been stamped. Entries may be as far ahead of our clock as is
// allowed, and an ingest may still hold the calendar of a cache's lifetime ago.
const CHANGE_NOTICE_MS = MAX_AHEAD_MS + CALENDAR_CACHE_MS

export type MerchantRefusal = 'not-a-time-zone' | 'currency-fixed' | 'calendar-from-not-future'

/** The merchant after a registration: new, or as `changeMerchant` makes it of the one that exists. */
export const registerMerchant = (
  current: Merchant | undefined,
  wanted: Registration,
  zones: ZoneData,
  nowMs: number,
): Result<Merchant, MerchantRefusal> => {
  if (current !== undefined) return changeMerchant(current, wanted, zones, nowMs)
  const { merchantId, name, currency, timeZone } = wanted
  const { dayStartsAt, lateEntries } = MERCHANT_DEFAULTS
  const rule = makeRule(zones, { timeZone, dayStartsAt: wanted.dayStartsAt ?? dayStartsAt }, nowMs)
  if (rule === undefined) return refuse('not-a-time-zone')
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
 *
 * A rule that is made records the zone as `zones` has it now. The rules that stand keep what they recorded, so asking for
 * what is there already never brings newer zone data.
 */
export const changeMerchant = (
  current: Merchant,
  change: MerchantChange,
  zones: ZoneData,
  nowMs: number,
): Result<Merchant, MerchantRefusal> => {
  if (change.currency !== undefined && change.currency !== current.currency) return refuse('currency-fixed')
  const name = change.name ?? current.name
  const lateEntries = chosen(change.lateEntries, current.lateEntries, MERCHANT_DEFAULTS.lateEntries)

  const newest = newestRule(current.calendar)
  const timeZone = change.timeZone ?? newest.timeZone
  const dayStartsAt = chosen(change.dayStartsAt, newest.dayStartsAt, MERCHANT_DEFAULTS.dayStartsAt)
  const calendar = changeCalendar(current.calendar, { timeZone, dayStartsAt }, change.calendarFrom, zones, nowMs)
  if (!calendar.ok) return calendar

  const unchanged = calendar.value === current.calendar && current.name === name && current.lateEntries === lateEntries
  if (unchanged) return ok(current)
  return ok({ ...current, name, lateEntries, calendar: calendar.value, revision: current.revision + 1 })
}

const chosen = <T>(wanted: T | null | undefined, asItIs: T, byDefault: T): T =>
  wanted === undefined ? asItIs : (wanted ?? byDefault)

/** The last rule, which may be still to come. */
export const newestRule = (calendar: Calendar): CalendarRule => calendar.at(-1) ?? calendar[0]

/**
 * The calendar in which the wanted rule counts from a day; the very `calendar` when it is there already.
 * The day is `from`. Where that is left out, it is the day of the change that this one replaces, so that correcting a
 * change never brings it forward. Otherwise, and when `from` is null, it is the first day that is far enough ahead.
 */
const changeCalendar = (
  calendar: Calendar,
  { timeZone, dayStartsAt }: Pick<CalendarRule, 'timeZone' | 'dayStartsAt'>,
  from: BusinessDay | null | undefined,
  zones: ZoneData,
  nowMs: number,
): Result<Calendar, 'not-a-time-zone' | 'calendar-from-not-future'> => {
  const last = newestRule(calendar)
  // The name that stands is taken even from a process whose zone data does not have it.
  const zone = zones.find(timeZone) ?? timeZone
  const isWanted = (rule: CalendarRule): boolean => rule.timeZone === zone && rule.dayStartsAt === dayStartsAt
  if (isWanted(last) && (from === undefined || from === last.from)) return ok(calendar)

  const settled = rulesInUse(calendar, nowMs)
  const updates = newerDataAfter(settled, calendar)
  // The rule in use is the wanted one: another one that is still to come is called off, and no day is needed.
  if (isWanted(newestRule(settled))) return ok(isWanted(last) ? calendar : [...settled, ...updates])
  const wanted = makeRule(zones, { timeZone, dayStartsAt }, nowMs)
  if (wanted === undefined) return refuse('not-a-time-zone')

  const dayToKeep = from === undefined && !settled.includes(last) ? last.from : null
  let day = from ?? dayToKeep ?? firstDayAhead(settled, nowMs)
  while (!from && !isAhead(settled, wanted, day, nowMs)) day = shiftDay(day, 1)
  if (!isAhead(settled, wanted, day, nowMs)) return refuse('calendar-from-not-future')
  if (isWanted(last) && day === last.from) return ok(calendar)
  const updatesBefore = updates.filter(({ from }) => from !== null && from < day)
  return ok(withNextRules(settled, [...updatesBefore, { ...wanted, from: day }]))
}

/**
 * The rules still to come that only bring newer zone data to the rule in use, each for the same clock as the one before.
 * No client asked for them, so no client's change takes them away.
 */
const newerDataAfter = (settled: Calendar, calendar: Calendar): readonly CalendarRule[] => {
  const { timeZone, dayStartsAt } = newestRule(settled)
  const pending = calendar.slice(settled.length)
  const end = pending.findIndex((rule) => rule.timeZone !== timeZone || rule.dayStartsAt !== dayStartsAt)
  return end === -1 ? pending : pending.slice(0, end)
}

/**
 * The rules that may have been used. A rule that has not is replaced by a change. It is in use from when either clock
 * has reached its day: its own, or the one before it, which it caps at the day before. So is then every rule before it,
 * whose own clock may be the later one.
 */
export const rulesInUse = (calendar: Calendar, nowMs: number): Calendar => {
  const noticeMs = nowMs + CHANGE_NOTICE_MS
  const isInUse = (rule: CalendarRule, index: number): boolean =>
    rule.from === null ||
    startOfDay([rule], rule.from) <= noticeMs ||
    startOfDay(calendar.slice(0, index) as unknown as Calendar, rule.from) <= noticeMs
  return calendar.slice(0, calendar.findLastIndex(isInUse) + 1) as unknown as Calendar
}

/** The first day that a rule may count from, by the clock of the rules in use. */
export const firstDayAhead = (settled: Calendar, nowMs: number): BusinessDay =>
  shiftDay(businessDayOf(settled, nowMs + CHANGE_NOTICE_MS), 1)

/**
 * Whether a rule may count from a day: one that neither clock has begun. The old one may have stamped entries with it,
 * and from the new one's start it counts.
 */
export const isAhead = (settled: Calendar, wanted: CalendarRule, day: BusinessDay, nowMs: number): boolean =>
  day > (newestRule(settled).from ?? '') &&
  startOfDay(settled, day) > nowMs + CHANGE_NOTICE_MS &&
  startOfDay([wanted], day) > nowMs + CHANGE_NOTICE_MS

/**
 * The rules in use and those to come. Rules that are over already keep of their zone what their days need; the last one
 * in use keeps all, because a rule that comes after it may still be replaced.
 */
export const withNextRules = (settled: Calendar, next: readonly CalendarRule[]): Calendar =>
  [
    ...settled.map((rule, index) => {
      const successor = settled[index + 1]
      return successor?.from ? ruleUntil(rule, successor.from) : rule
    }),
    ...next,
  ] as unknown as Calendar

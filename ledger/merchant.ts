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
  /** Starts at 1 and rises by 1 with every change. */
  readonly revision: number
  /** Who made this revision. Absent of one that was saved before this was recorded. */
  readonly savedBy?: Act
}

/** The wanted change of a merchant. A field that is left out keeps its value; null asks for the default. */
export type MerchantChange = {
  readonly name?: string
  readonly currency?: Currency
  readonly timeZone?: string
  readonly dayStartsAt?: string | null
  readonly lateEntries?: LatePolicy | null
  /** The day from which a change of zone or start of day counts. It has no meaning without such a change. */
  readonly calendarFrom?: BusinessDay | null
}

/** The fields that a new merchant needs. For a merchant that exists, a registration is a change. */
export type Registration = MerchantChange & {
  readonly merchantId: MerchantId
  readonly name: string
  readonly currency: Currency
  readonly timeZone: string
}

/** The values of a merchant until a registration or change gives others. */
export const MERCHANT_DEFAULTS = {
  dayStartsAt: '00:00',
  lateEntries: 'nextOpenDay',
} as const satisfies Partial<MerchantChange>

/** How long ingest may use a merchant that it has read before. */
export const CALENDAR_CACHE_MS = MINUTE_MS

/** How far ahead of our clock an entry's `occurredAt` may be. */
export const MAX_AHEAD_MS = 5 * MINUTE_MS

// A change must not move a day with which an entry may have been stamped. Entries may be as far ahead of our clock as
// is allowed, and an ingest may still hold the calendar of a cache lifetime ago.
const CHANGE_NOTICE_MS = MAX_AHEAD_MS + CALENDAR_CACHE_MS

export type MerchantRefusal = 'not-a-time-zone' | 'currency-fixed' | 'calendar-from-not-future'

/** The merchant after a registration. A new merchant is made; an existing one is changed as `changeMerchant` does. */
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
 * The merchant after a change, or the same object `current` when nothing differs. Parts of the calendar that the change
 * leaves out stay as in the newest rule, even when that rule is still to come.
 *
 * A new rule records the zone as `zones` has it now. Existing rules keep what they recorded, so a change to the values
 * that are already there never brings newer zone data.
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

/** The last rule. It may be still to come. */
export const newestRule = (calendar: Calendar): CalendarRule => calendar.at(-1) ?? calendar[0]

/**
 * The calendar in which the wanted rule counts from a day, or the same object `calendar` when the rule is already
 * there. The day is `from`. When `from` is left out, the day is that of the change that this change replaces, so
 * correcting a change never brings it forward. Otherwise, and when `from` is null, the day is the first one that is far
 * enough ahead.
 */
const changeCalendar = (
  calendar: Calendar,
  { timeZone, dayStartsAt }: Pick<CalendarRule, 'timeZone' | 'dayStartsAt'>,
  from: BusinessDay | null | undefined,
  zones: ZoneData,
  nowMs: number,
): Result<Calendar, 'not-a-time-zone' | 'calendar-from-not-future'> => {
  const last = newestRule(calendar)
  // A process accepts the present name even when its zone data does not have it.
  const zone = zones.find(timeZone) ?? timeZone
  const isWanted = (rule: CalendarRule): boolean => rule.timeZone === zone && rule.dayStartsAt === dayStartsAt
  if (isWanted(last) && (from === undefined || from === last.from)) return ok(calendar)

  const settled = rulesInUse(calendar, nowMs)
  const updates = newerDataAfter(settled, calendar)
  // The rule in use is the wanted one. Another rule that is still to come is called off, and no day is needed.
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
 * The rules still to come that only bring newer zone data to the rule in use, each for the same clock as the rule
 * before it. No client asked for them, so no change of a client removes them.
 */
const newerDataAfter = (settled: Calendar, calendar: Calendar): readonly CalendarRule[] => {
  const { timeZone, dayStartsAt } = newestRule(settled)
  const pending = calendar.slice(settled.length)
  const end = pending.findIndex((rule) => rule.timeZone !== timeZone || rule.dayStartsAt !== dayStartsAt)
  return end === -1 ? pending : pending.slice(0, end)
}

/**
 * The rules that may have been used. A change replaces the other rules. A rule is in use as soon as one of two clocks
 * has reached its day: its own clock, or the clock of the rule before it, which ends at the day before. Then every rule
 * before it is in use as well, because its own clock may be the later one.
 */
export const rulesInUse = (calendar: Calendar, nowMs: number): Calendar => {
  const noticeMs = nowMs + CHANGE_NOTICE_MS
  const isInUse = (rule: CalendarRule, index: number): boolean =>
    rule.from === null ||
    startOfDay([rule], rule.from) <= noticeMs ||
    startOfDay(calendar.slice(0, index) as unknown as Calendar, rule.from) <= noticeMs
  return calendar.slice(0, calendar.findLastIndex(isInUse) + 1) as unknown as Calendar
}

/** The first day from which a new rule may count, by the clock of the rules in use. */
export const firstDayAhead = (settled: Calendar, nowMs: number): BusinessDay =>
  shiftDay(businessDayOf(settled, nowMs + CHANGE_NOTICE_MS), 1)

/**
 * Whether a rule may count from a day. Neither clock may have begun that day: the old clock may have stamped entries
 * with it, and the new clock counts from its start.
 */
export const isAhead = (settled: Calendar, wanted: CalendarRule, day: BusinessDay, nowMs: number): boolean =>
  day > (newestRule(settled).from ?? '') &&
  startOfDay(settled, day) > nowMs + CHANGE_NOTICE_MS &&
  startOfDay([wanted], day) > nowMs + CHANGE_NOTICE_MS

/**
 * The rules in use and the rules to come. Rules that are over keep the part of their zone that their days need. The
 * last rule in use keeps all of its zone, because the rule after it may still be replaced.
 */
export const withNextRules = (settled: Calendar, next: readonly CalendarRule[]): Calendar =>
  [
    ...settled.map((rule, index) => {
      const successor = settled[index + 1]
      return successor?.from ? ruleUntil(rule, successor.from) : rule
    }),
    ...next,
  ] as unknown as Calendar

/**
 * Which business day an instant belongs to, in a merchant's own zone.
 *
 * A business day starts at the first instant at which the wall clock of the zone has reached the merchant's start of
 * day on that date, and ends where the next one starts. So a day has 23, 24 or 25 hours around a clock change, a start
 * that the clock skips is where the clock lands, a start that it shows twice is the first of the two, and no instant
 * is in two days or in none.
 *
 * A merchant's calendar changes only forward: a rule names the future day from which it counts, and the instant at
 * which that day starts under the new rule is where the old one ends. Before it, days are capped at the day before.
 *
 * Each rule records what the clocks of its zone show, as the zone data had it when the rule was made. So a day is the
 * same on every machine, independent of the zone data of that machine. Instants are milliseconds since 1970 UTC.
 */
import type { BusinessDay } from './identifiers.ts'
import { rememberingLast, RememberedNumbers } from './memory/remembered.ts'
import { ok, refuse, type Result } from './result.ts'
import { firstInstantAt, offsetAt, type ZoneData, type ZoneTable } from './zone.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** Zone and start of day; `from` is the first business day it counts for, null for the merchant's first rule. */
export type CalendarRule = {
  readonly from: BusinessDay | null
  /** An IANA zone, for example "America/Sao_Paulo". */
  readonly timeZone: string
  /** Wall-clock time "HH:MM" at which the business day starts. */
  readonly dayStartsAt: string
  /** What the clocks of the zone show from `knownFromMs` until `knownUntilMs`. Outside, its nearest offset counts. */
  readonly zone: ZoneTable
  readonly knownFromMs: number
  readonly knownUntilMs: number
}

/** A merchant's rules, oldest first; `from` rises from rule to rule. Never empty. */
export type Calendar = readonly [CalendarRule, ...CalendarRule[]]

export type DayBounds = { readonly day: BusinessDay; readonly startsAtMs: number; readonly endsAtMs: number }

/** How long before it is made a rule knows its zone: as old as an entry may be when it comes. */
export const MAX_ENTRY_AGE_MS = 400 * DAY_MS

/** For how many years after it is made a rule knows its zone. */
export const YEARS_KNOWN = 10

/** A rule that is made now, from the beginning of time; undefined when the zone data has no such zone. */
export const makeRule = (
  zones: ZoneData,
  { timeZone, dayStartsAt }: Pick<CalendarRule, 'timeZone' | 'dayStartsAt'>,
  nowMs: number,
): CalendarRule | undefined => {
  const name = zones.find(timeZone)
  if (name === undefined) return undefined
  const [knownFromMs, knownUntilMs] = [nowMs - MAX_ENTRY_AGE_MS, yearsLater(nowMs, YEARS_KNOWN)]
  const zone = zones.table(name, knownFromMs, knownUntilMs)
  return { from: null, timeZone: name, dayStartsAt, zone, knownFromMs, knownUntilMs }
}

/** The rule with no more of its zone than the days before `next` need. */
export const ruleUntil = (rule: CalendarRule, next: BusinessDay): CalendarRule => {
  // No clock is a whole day from UTC, and a start of day is within 24 hours of its date.
  const neededUntilMs = Date.parse(next) + 3 * DAY_MS
  if (rule.knownUntilMs <= neededUntilMs) return rule
  const transitions = rule.zone.transitions.filter(({ atMs }) => atMs < neededUntilMs)
  return { ...rule, zone: { ...rule.zone, transitions }, knownUntilMs: neededUntilMs }
}

export const yearsLater = (atMs: number, years: number): number => {
  const date = new Date(atMs)
  return date.setUTCFullYear(date.getUTCFullYear() + years)
}

/** The business day of an instant. */
export const businessDayOf = (calendar: Calendar, atMs: number): BusinessDay => dayAt(calendar, atMs).day

/** The business day of a new entry; refused from the instant on for which the calendar does not know the zone's clocks. */
export const stampDay = (calendar: Calendar, atMs: number): Result<BusinessDay, 'calendar-ended'> => {
  const { day, knownUntilMs } = dayAt(calendar, atMs)
  return atMs < knownUntilMs ? ok(day) : refuse('calendar-ended')
}

type KnownDay = DayBounds & { readonly knownUntilMs: number }

const dayAt = rememberingLast((calendar: Calendar, atMs: number): KnownDay => {
  const day = findDay(calendar, atMs)
  return { ...dayBounds(calendar, day), knownUntilMs: knownUntil(calendar, day) }
})

/** The first instant, on a business day or after it, for which no rule knows the clocks of its zone. */
export const knownUntil = (calendar: Calendar, day: BusinessDay): number => {
  const rules = calendar.slice(calendar.indexOf(ruleOn(calendar, day)))
  const ends = rules.map(({ knownUntilMs }, index) => {
    const next = rules[index + 1]
    const isOverBefore = next?.from && startUnderRule(next, next.from) <= knownUntilMs
    return isOverBefore ? Infinity : knownUntilMs
  })
  return Math.min(...ends)
}

/** The instants between which a business day runs. A day that a change of calendar skips has no length. */
export const dayBounds = (calendar: Calendar, day: BusinessDay): DayBounds => ({
  day,
  startsAtMs: startOfDay(calendar, day),
  endsAtMs: startOfDay(calendar, shiftDay(day, 1)),
})

/** The instant at which a business day starts. */
export const startOfDay = (calendar: Calendar, day: BusinessDay): number => {
  const rule = ruleOn(calendar, day)
  const start = startUnderRule(rule, day)
  // Under a rule that is about to end, a day cannot start later than the day from which the next rule counts.
  const next = calendar[calendar.indexOf(rule) + 1]
  return next?.from ? Math.min(start, startUnderRule(next, next.from)) : start
}

/** The rule that counts on a business day. */
export const ruleOn = (calendar: Calendar, day: BusinessDay): CalendarRule =>
  calendar.findLast(({ from }) => from === null || from <= day) ?? calendar[0]

/** The calendar date `days` later. Plain date arithmetic: zones play no part. */
export const shiftDay = (day: BusinessDay, days: number): BusinessDay =>
  dateText(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS)

/** How many days `to` lies after `from`; below 0 when it lies before. */
export const daysBetween = (from: BusinessDay, to: BusinessDay): number => (Date.parse(to) - Date.parse(from)) / DAY_MS

export const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/

export const parseTimeOfDay = (text: string): Result<string, 'not-a-time-of-day'> =>
  TIME_OF_DAY.test(text) ? ok(text) : refuse('not-a-time-of-day')

/** The tumbling windows of a day, aligned to its start; the last one is shorter when the day is no multiple of the size. */
export const windowsOfDay = (bounds: DayBounds, sizeMs: number): { startMs: number; endMs: number }[] => {
  const count = Math.ceil((bounds.endsAtMs - bounds.startsAtMs) / sizeMs)
  return Array.from({ length: count }, (_, index) => {
    const startMs = bounds.startsAtMs + index * sizeMs
    return { startMs, endMs: Math.min(startMs + sizeMs, bounds.endsAtMs) }
  })
}

const findDay = (calendar: Calendar, atMs: number): BusinessDay => {
  const rule = calendar.findLast((rule) => rule.from === null || startUnderRule(rule, rule.from) <= atMs) ?? calendar[0]
  let day = dateText(atMs + offsetAt(rule.zone, atMs) - startOffsetMs(rule))
  // The wall clock is a first guess: around a clock change or a change of calendar the day may be a neighbour.
  while (startOfDay(calendar, day) > atMs) day = shiftDay(day, -1)
  while (startOfDay(calendar, shiftDay(day, 1)) <= atMs) day = shiftDay(day, 1)
  return day
}

/** The instant at which a business day starts under a rule; the rules before and after it play no part. */
export const startUnderRule = (rule: CalendarRule, day: BusinessDay): number => {
  const key = `${rule.dayStartsAt} ${day}`
  return (
    starts.get(rule.zone, key) ??
    starts.set(rule.zone, key, firstInstantAt(rule.zone, Date.parse(`${day}T00:00:00Z`) + startOffsetMs(rule)))
  )
}

// Merchants of one zone share its table, and the starts of its days with it.
const starts = new RememberedNumbers<ZoneTable>()

const startOffsetMs = ({ dayStartsAt }: CalendarRule): number =>
  Number(dayStartsAt.slice(0, 2)) * HOUR_MS + Number(dayStartsAt.slice(3)) * MINUTE_MS

// Ten digits of a date that came from a parsed day or from an instant: a business day by construction.
const dateText = (ms: number): BusinessDay => new Date(ms).toISOString().slice(0, 10) as BusinessDay

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
 * Instants are milliseconds since 1970 UTC. Zone rules are those of the runtime's IANA database (Intl).
 */
import type { BusinessDay } from './identifiers.ts'
import { ok, refuse, type Result } from './result.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Zone and start of day; `from` is the first business day it counts for, null for the merchant's first rule. */
export type CalendarRule = {
  readonly from: BusinessDay | null
  /** An IANA zone, for example "America/Sao_Paulo". */
  readonly timeZone: string
  /** Wall-clock time "HH:MM" at which the business day starts. */
  readonly dayStartsAt: string
}

/** A merchant's rules, oldest first; `from` rises from rule to rule. Never empty. */
export type Calendar = readonly [CalendarRule, ...CalendarRule[]]

export type DayBounds = { readonly day: BusinessDay; readonly startsAtMs: number; readonly endsAtMs: number }

/** The business day of an instant. */
export const businessDayOf = (calendar: Calendar, atMs: number): BusinessDay => {
  // Nearly every entry of a merchant falls on the day of the one before it, and asking Intl costs microseconds.
  const last = lastBounds.get(calendar)
  if (last !== undefined && last.startsAtMs <= atMs && atMs < last.endsAtMs) return last.day
  const bounds = dayBounds(calendar, findDay(calendar, atMs))
  lastBounds.set(calendar, bounds)
  return bounds.day
}

const lastBounds = new WeakMap<Calendar, DayBounds>()

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

export const parseTimeZone = (text: string): Result<string, 'not-a-time-zone'> => {
  // Intl also takes offsets such as "+03:00"; those have no daylight saving and are no IANA names.
  if (!/^[A-Za-z]/.test(text)) return refuse('not-a-time-zone')
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
    // Intl answers an alias by an older name (Asia/Katmandu for Asia/Kathmandu); the one that was asked for stays.
    return ok(known.toLowerCase() === text.toLowerCase() ? known : text)
  } catch {
    return refuse('not-a-time-zone')
  }
}

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
  let day = dateText(atMs + offsetMs(rule.timeZone, atMs) - startOffsetMs(rule))
  // The wall clock is a first guess: around a clock change or a change of calendar the day may be a neighbour.
  while (startOfDay(calendar, day) > atMs) day = shiftDay(day, -1)
  while (startOfDay(calendar, shiftDay(day, 1)) <= atMs) day = shiftDay(day, 1)
  return day
}

const startUnderRule = (rule: CalendarRule, day: BusinessDay): number => {
  const key = `${rule.timeZone} ${rule.dayStartsAt} ${day}`
  const known = starts.get(key)
  if (known !== undefined) return known
  const start = firstInstantAtWallClock(rule.timeZone, Date.parse(`${day}T00:00:00Z`) + startOffsetMs(rule))
  if (starts.size >= 10_000) starts.clear()
  starts.set(key, start)
  return start
}

// Pure, so remembering it changes nothing but time; emptied rather than aged, because it fills so slowly.
const starts = new Map<string, number>()

/** The first instant at which the wall clock of a zone shows `wallMs` or has skipped past it. */
const firstInstantAtWallClock = (timeZone: string, wallMs: number): number => {
  const before = offsetMs(timeZone, wallMs - DAY_MS)
  const after = offsetMs(timeZone, wallMs + DAY_MS)
  const early = wallMs - before
  if (offsetMs(timeZone, early) === before) return early
  const late = wallMs - after
  if (offsetMs(timeZone, late) === after) return late
  // Neither offset shows this time: the clock skips it, and the skip lies between the two.
  let [low, high] = [Math.min(early, late), Math.max(early, late)]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (middle + offsetMs(timeZone, middle) >= wallMs) high = middle
    else low = middle
  }
  return high
}

/** How far the wall clock of a zone is ahead of UTC at an instant. */
const offsetMs = (timeZone: string, atMs: number): number => {
  const part: Record<string, number> = {}
  for (const { type, value } of formatter(timeZone).formatToParts(atMs)) part[type] = Number(value)
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part
  const wall = new Date(0)
  // setUTCFullYear, because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  wall.setUTCFullYear(year, month - 1, day)
  wall.setUTCHours(hour, minute, second)
  return wall.valueOf() - Math.floor(atMs / 1000) * 1000
}

const formatters = new Map<string, Intl.DateTimeFormat>()
const formatter = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(timeZone, made)
  return made
}

const startOffsetMs = ({ dayStartsAt }: CalendarRule): number =>
  Number(dayStartsAt.slice(0, 2)) * HOUR_MS + Number(dayStartsAt.slice(3)) * MINUTE_MS

// Ten digits of a date that came from a parsed day or from an instant: a business day by construction.
const dateText = (ms: number): BusinessDay => new Date(ms).toISOString().slice(0, 10) as BusinessDay

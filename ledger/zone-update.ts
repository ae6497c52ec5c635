/** Computes the changes that newer zone data makes to a merchant. */
import {
  DAY_MS,
  makeRule,
  ruleUntil,
  shiftDay,
  startUnderRule,
  yearsLater,
  YEARS_KNOWN,
  type Calendar,
  type CalendarRule,
} from './calendar.ts'
import type { BusinessDay } from './identifiers.ts'
import { firstDayAhead, isAhead, rulesInUse, withNextRules, type Merchant } from './merchant.ts'
import { ok, refuse, type Result } from './result.ts'
import { offsetAt, showTheSame, type ZoneData } from './zone.ts'

export type ZoneUpdate = {
  /** The merchant with the newer data, not saved yet. */
  readonly merchant: Merchant
  /** The rules under which days start at other instants. */
  readonly moved: readonly MovedDays[]
  /** The rules whose record of the zone ended too soon and now goes on further. No day moves under these rules. */
  readonly extended: readonly ExtendedRule[]
}

export type MovedDays = {
  readonly rule: CalendarRule
  /** The first day that starts at another instant, and how much later it starts; below 0, it starts earlier. */
  readonly firstDay: BusinessDay
  readonly laterByMs: number
  /** The number of days that start at another instant, up to the time to which both versions are recorded. */
  readonly days: number
}

type ExtendedRule = { readonly rule: CalendarRule; readonly endedAtMs: number }

/** Records that end sooner than this are extended: a year before ingest raises its alarm. */
const EXTENDED_BEFORE_YEARS = 2

/**
 * The merchant under the present zone data; undefined when nothing has to be done.
 *
 * Days that start at other instants are a change of calendar like any other: a new rule, from a day that neither clock
 * has begun. A record that ends soon is extended in place. The extension adds clocks only beyond the old end, where no
 * entry was accepted. No day before the old end can start at another instant, because the start of a day depends on
 * nothing after it.
 */
export const updateZones = (
  merchant: Merchant,
  zones: ZoneData,
  nowMs: number,
): Result<ZoneUpdate | undefined, 'zone-gone'> => {
  const settled = rulesInUse(merchant.calendar, nowMs)
  const pending = merchant.calendar.slice(settled.length)
  const current = settled.at(-1) ?? settled[0]
  if ([current, ...pending].some(({ timeZone }) => zones.find(timeZone) === undefined)) return refuse('zone-gone')

  const next = nextRule(settled, pending[0]?.from ?? undefined, zones, nowMs)
  const replaced = pending.map((rule, index) =>
    replacedRule(settled, rule, pending[index + 1]?.from ?? undefined, zones, nowMs),
  )
  const rules = [
    ...(next === undefined ? settled : withNextRules(settled, [next.rule])),
    ...replaced.map(({ rule }) => rule),
  ] as unknown as Calendar
  const extensions = rules.map((rule, index) =>
    index < settled.length - 1 ? rule : extendedRule(rule, rules[index + 1]?.from ?? undefined, zones, nowMs),
  )
  const moved = [next, ...replaced.map(({ moved }) => moved)].filter((found) => found !== undefined)
  const extended = extensions.flatMap((rule, index) => {
    const before = rules[index]
    return before === undefined || before === rule ? [] : [{ rule, endedAtMs: before.knownUntilMs }]
  })
  if (moved.length === 0 && extended.length === 0) return ok(undefined)
  const calendar = extensions as unknown as Calendar
  return ok({ merchant: { ...merchant, calendar, revision: merchant.revision + 1 }, moved, extended })
}

/**
 * The rule that follows the rules in use, when newer data moves days before `until`, the day from which the next rule
 * counts.
 */
const nextRule = (
  settled: Calendar,
  until: BusinessDay | undefined,
  zones: ZoneData,
  nowMs: number,
): MovedDays | undefined => {
  const current = settled.at(-1) ?? settled[0]
  const fresh = newerRule(current, zones, nowMs)
  if (fresh === undefined) return undefined
  let from = firstDayAhead(settled, nowMs)
  while (!isAhead(settled, fresh, from, nowMs)) from = shiftDay(from, 1)
  return movedDays(current, { ...fresh, from }, until)
}

/** A rule that is still to come. It is made with the newer data when that moves its days. */
const replacedRule = (
  settled: Calendar,
  rule: CalendarRule,
  until: BusinessDay | undefined,
  zones: ZoneData,
  nowMs: number,
): { rule: CalendarRule; moved: MovedDays | undefined } => {
  const newer = newerRule(rule, zones, nowMs)
  if (newer === undefined || rule.from === null) return { rule, moved: undefined }
  const fresh = { ...newer, from: rule.from }
  const moved = isAhead(settled, fresh, rule.from, nowMs) ? movedDays(rule, fresh, until) : undefined
  return { rule: moved?.rule ?? rule, moved }
}

/** The rule as it would be made now; undefined when the present zone data is not newer than that of the rule. */
const newerRule = (rule: CalendarRule, zones: ZoneData, nowMs: number): CalendarRule | undefined =>
  rule.zone.version < zones.version ? makeRule(zones, rule, nowMs) : undefined

/** Compares the starts of days and not offsets, because a clock that changes within a day does not move that day. */
const movedDays = (before: CalendarRule, rule: CalendarRule, until: BusinessDay | undefined): MovedDays | undefined => {
  const comparedUntilMs = Math.min(before.knownUntilMs, rule.knownUntilMs)
  // In nearly every zone, newer data is the same data, and this comparison is enough. No clock is a whole day ahead of
  // UTC.
  const comparedFromMs = rule.from === null ? -Infinity : Date.parse(rule.from) - DAY_MS
  if (showTheSame(before.zone, rule.zone, comparedFromMs, comparedUntilMs)) return undefined
  let first: Pick<MovedDays, 'firstDay' | 'laterByMs'> | undefined
  let days = 0
  for (let day = rule.from; day !== null && (until === undefined || day < until); day = shiftDay(day, 1)) {
    const [old, now] = [startUnderRule(before, day), startUnderRule(rule, day)]
    if (Math.min(old, now) >= comparedUntilMs) break
    if (old === now) continue
    first ??= { firstDay: day, laterByMs: now - old }
    days += 1
  }
  return first && { rule, ...first, days }
}

/** The rule with a longer record of its zone, when the record ends soon and before the rule ends. */
const extendedRule = (
  rule: CalendarRule,
  next: BusinessDay | undefined,
  zones: ZoneData,
  nowMs: number,
): CalendarRule => {
  const isNeededAfterEnd = next === undefined || ruleUntil(rule, next) === rule
  if (!isNeededAfterEnd || rule.knownUntilMs > yearsLater(nowMs, EXTENDED_BEFORE_YEARS)) return rule
  const name = zones.find(rule.timeZone)
  if (name === undefined || zones.version < rule.zone.version) return rule
  const { zone, knownUntilMs: endMs } = rule
  const knownUntilMs = yearsLater(nowMs, YEARS_KNOWN)
  const { version, firstOffsetMs, transitions } = zones.table(name, endMs, knownUntilMs)
  const atEnd = firstOffsetMs === offsetAt(zone, endMs) ? [] : [{ atMs: endMs, offsetMs: firstOffsetMs }]
  return {
    ...rule,
    zone: { ...zone, version, transitions: [...zone.transitions, ...atEnd, ...transitions] },
    knownUntilMs,
  }
}

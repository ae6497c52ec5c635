/** Two real versions of the zone data, and made-up ones. */
import older from 'moment-timezone-2026c/data/packed/latest.json' with { type: 'json' }
import { ianaZones } from '#adapters/zones/iana-zones'
import { packedZones } from '#adapters/zones/packed-zones'
import { makeRule, type CalendarRule } from '#ledger/calendar'
import type { Transition, ZoneData } from '#ledger/zone'

/** IANA 2026c. It knows nothing of the laws that 2026f knows of Winnipeg: no return to standard time in November 2026. */
export const zones2026c = packedZones(older)
export const zones2026f = ianaZones

/** Zone data of which only one zone is other than in 2026f: its clocks are ahead of UTC by these hours from these times. */
export const zonesWith = (
  version: string,
  name: string,
  firstHours: number,
  ...changes: readonly (readonly [at: string, hours: number])[]
): ZoneData => {
  const all = changes.map(([at, hours]): Transition => ({ atMs: Date.parse(at), offsetMs: hours * 3_600_000 }))
  return {
    ...ianaZones,
    version,
    table(zone, fromMs, untilMs) {
      if (zone !== name) return { ...ianaZones.table(zone, fromMs, untilMs), version }
      return {
        version,
        firstOffsetMs: all.findLast(({ atMs }) => atMs <= fromMs)?.offsetMs ?? firstHours * 3_600_000,
        transitions: all.filter(({ atMs }) => fromMs < atMs && atMs < untilMs),
      }
    },
  }
}

/** A rule as a registration makes it at that time, from the data that it has. */
export const ruleMade = (zones: ZoneData, at: string, timeZone: string, dayStartsAt = '00:00'): CalendarRule => {
  const rule = makeRule(zones, { timeZone, dayStartsAt }, Date.parse(at))
  if (rule === undefined) throw new Error(`no zone ${timeZone}`)
  return rule
}

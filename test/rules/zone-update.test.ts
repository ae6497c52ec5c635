import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  businessDayOf,
  dayBounds,
  HOUR_MS,
  knownUntil,
  ruleUntil,
  stampDay,
  type Calendar,
  type CalendarRule,
} from '#ledger/calendar'
import {
  changeMerchant,
  registerMerchant,
  rulesInUse,
  type Merchant,
  type MerchantChange,
  type Registration,
} from '#ledger/merchant'
import type { Result } from '#ledger/result'
import type { ZoneData } from '#ledger/zone'
import { updateZones, type ZoneUpdate } from '#ledger/zone-update'
import { aMerchant, aRule, day } from '../builders.ts'
import { ruleMade, zones2026c, zones2026f, zonesWith } from '../zone-data.ts'

const MADE = '2026-08-01T12:00:00Z'
const NOW = Date.parse('2026-11-20T18:00:00Z')
const DAY_MS = 24 * HOUR_MS

const shop = (timeZone: string, dayStartsAt = '00:00', zones: ZoneData = zones2026c): Merchant =>
  aMerchant({ calendar: [ruleMade(zones, MADE, timeZone, dayStartsAt)] })

/** A shop whose clock was changed, from these days. */
const changedShop = (
  first: CalendarRule,
  ...later: readonly (readonly [from: string, rule: CalendarRule])[]
): Merchant => aMerchant({ calendar: [first, ...later.map(([from, rule]) => ({ ...rule, from: day(from) }))] })

const update = (merchant: Merchant, zones: ZoneData = zones2026f, nowMs = NOW): ZoneUpdate | undefined => {
  const updated = updateZones(merchant, zones, nowMs)
  if (!updated.ok) throw new Error(updated.error)
  return updated.value
}
const updated = (merchant: Merchant, zones?: ZoneData, nowMs?: number): Merchant => {
  const change = update(merchant, zones, nowMs)
  if (change === undefined) throw new Error('nothing to change')
  return change.merchant
}
const valueOf = (changed: Result<Merchant, unknown>): Merchant | undefined => (changed.ok ? changed.value : undefined)
const startText = (calendar: Calendar, on: string) => new Date(dayBounds(calendar, day(on)).startsAtMs).toISOString()

describe('newer zone data', () => {
  test('counts from the first day that neither clock has begun, and no day before it moves', () => {
    const before = shop('America/Winnipeg')
    const { merchant, moved, extended } = update(before) as ZoneUpdate
    expect(merchant).toMatchObject({ revision: 2, calendar: [before.calendar[0], { from: '2026-11-21' }] })
    expect(merchant.calendar.map(({ zone }) => zone.version)).toEqual(['2026c', '2026f'])
    // In 2026c Winnipeg is 6 hours behind UTC in winter, in 2026f 5.
    expect(startText(merchant.calendar, '2026-11-20')).toBe('2026-11-20T06:00:00.000Z')
    expect(startText(merchant.calendar, '2026-11-21')).toBe('2026-11-21T05:00:00.000Z')
    expect(extended).toEqual([])
    // The winters until the data of August ends: of 2026 from the 21st on, nine whole ones, and no summer day.
    expect(moved).toMatchObject([{ firstDay: '2026-11-21', laterByMs: -HOUR_MS }])
    expect(moved[0]?.days).toBeGreaterThan(9 * 120)
    expect(moved[0]?.days).toBeLessThan(10 * 150)
  })

  test.each([
    { what: 'a zone that it leaves as it was', merchant: shop('America/Sao_Paulo') },
    { what: 'a merchant that has it already', merchant: shop('America/Winnipeg', '00:00', zones2026f) },
    {
      what: 'a merchant that has newer data still',
      merchant: shop('America/Winnipeg'),
      zones: zonesWith('2020a', 'x', 0),
    },
  ])('changes nothing for $what', ({ merchant, zones }) => expect(update(merchant, zones)).toBeUndefined())

  test('changes nothing more once the merchant has it', () => {
    expect(update(updated(shop('America/Winnipeg')))).toBeUndefined()
    expect(update(updated(shop('America/Winnipeg')), zones2026f, NOW + 30 * DAY_MS)).toBeUndefined()
  })

  test('is compared by the starts of days: a clock that changes within a day moves none that starts as before', () => {
    const before = zonesWith('2026x', 'Asia/Tokyo', 9, ['2027-01-10T03:00:00Z', 10], ['2027-01-10T05:00:00Z', 9])
    const after = zonesWith('2026y', 'Asia/Tokyo', 9)
    expect(update(shop('Asia/Tokyo', '00:00', before), after)).toBeUndefined()
    // 12:00 to 14:00 in Tokyo: a day that starts at 13:00 does move.
    expect(update(shop('Asia/Tokyo', '13:00', before), after)?.moved).toMatchObject([
      { firstDay: '2027-01-10', laterByMs: HOUR_MS, days: 1 },
    ])
  })

  test('changes nothing when it moves only days that are over or begun', () => {
    const after = zonesWith('2026y', 'Asia/Tokyo', 9, ['2026-11-01T00:00:00Z', 8], ['2026-11-20T16:00:00Z', 9])
    expect(update(shop('Asia/Tokyo'), after)).toBeUndefined()
  })

  test('also reaches a pending rule, from that rule’s own day', () => {
    const current = shop('America/Sao_Paulo')
    const merchant = {
      ...current,
      calendar: [
        ...current.calendar,
        { ...ruleMade(zones2026c, MADE, 'America/Winnipeg'), from: day('2027-01-01') },
      ] as const,
    }
    const { merchant: after, moved } = update(merchant) as ZoneUpdate
    expect(after.calendar.map(({ from, timeZone, zone }) => [from, timeZone, zone.version])).toEqual([
      [null, 'America/Sao_Paulo', '2026c'],
      ['2027-01-01', 'America/Winnipeg', '2026f'],
    ])
    expect(moved).toMatchObject([{ firstDay: '2027-01-01', laterByMs: -HOUR_MS }])
  })

  test('moves the days before a pending rule, and leaves that rule as it is', () => {
    const current = shop('America/Winnipeg')
    const merchant = {
      ...current,
      calendar: [
        ...current.calendar,
        { ...ruleMade(zones2026c, MADE, 'America/Sao_Paulo'), from: day('2027-01-01') },
      ] as const,
    }
    const { merchant: after, moved } = update(merchant) as ZoneUpdate
    expect(after.calendar.map(({ from, timeZone, zone }) => [from, timeZone, zone.version])).toEqual([
      [null, 'America/Winnipeg', '2026c'],
      ['2026-11-21', 'America/Winnipeg', '2026f'],
      ['2027-01-01', 'America/Sao_Paulo', '2026c'],
    ])
    // 21 November up to 31 December.
    expect(moved).toMatchObject([{ days: 41 }])
  })

  test('is asked for the zones of the rule in use and of later rules alone', () => {
    const [first, second, current] = ['America/Sao_Paulo', 'America/New_York', 'America/Winnipeg'].map((zone) =>
      ruleMade(zones2026c, MADE, zone),
    ) as [CalendarRule, CalendarRule, CalendarRule]
    const merchant = changedShop(first, ['2026-09-01', second], ['2026-10-01', current])
    const zonesLeft = (...names: string[]): ZoneData => ({
      ...zones2026f,
      find: (name) => (names.includes(name) ? zones2026f.find(name) : undefined),
    })
    expect(update(merchant, zonesLeft('America/Winnipeg'))?.moved).toMatchObject([
      { firstDay: '2026-11-21', rule: { timeZone: 'America/Winnipeg' } },
    ])
    const pending = changedShop(current, ['2027-01-01', first])
    for (const left of ['America/Winnipeg', 'America/Sao_Paulo']) {
      expect(updateZones(pending, zonesLeft(left), NOW)).toEqual({ ok: false, error: 'zone-gone' })
    }
  })

  test('counts the days that it moves under a pending rule up to the rule after that', () => {
    const [current, winnipeg] = ['America/Sao_Paulo', 'America/Winnipeg'].map((zone) =>
      ruleMade(zones2026c, MADE, zone),
    ) as [CalendarRule, CalendarRule]
    const merchant = changedShop(current, ['2027-01-01', winnipeg], ['2027-02-01', current])
    // All of January.
    expect(update(merchant)?.moved).toMatchObject([{ firstDay: '2027-01-01', days: 31 }])
  })

  test('moves the first day that neither clock has begun, also when it moves no other day', () => {
    // In Tokyo it is 03:00 of the 21st, so the 22nd is the first such day. It starts at 15:00 UTC.
    const after = zonesWith('2026y', 'Asia/Tokyo', 9, ['2026-11-21T12:00:00Z', 8], ['2026-11-21T20:00:00Z', 9])
    expect(update(shop('Asia/Tokyo'), after)?.moved).toMatchObject([
      { firstDay: '2026-11-22', laterByMs: HOUR_MS, days: 1 },
    ])
  })

  test.each([
    { what: 'that starts before the end of the record by either clock', made: '2026-08-01T15:30:00Z', days: 1 },
    { what: 'that starts at the end of the record', made: '2026-08-01T15:00:00Z', days: undefined },
  ])('moves a day as far as the record of its zone goes: a day $what', ({ made, days }) => {
    // 2 August 2036 starts in Tokyo at 15:00 UTC of the day before, and with newer data an hour later.
    const merchant = aMerchant({ calendar: [ruleMade(zones2026c, made, 'Asia/Tokyo')] })
    const after = zonesWith('2026y', 'Asia/Tokyo', 9, ['2036-08-01T10:00:00Z', 8])
    expect(update(merchant, after)?.moved[0]?.days).toBe(days)
  })

  describe('that is still to come for a merchant', () => {
    const brought = updated(shop('America/Winnipeg'))
    const inUse = [null, '00:00', '2026c']
    const newer = ['2026-11-21', '00:00', '2026f']
    const rulesAfter = (...changes: readonly Record<string, string | null>[]) => {
      const changed = changes.reduce<Merchant>((merchant, given) => {
        const change = valueOf(changeMerchant(merchant, given, zones2026f, NOW))
        if (change === undefined) throw new Error('this change is refused')
        return change
      }, brought)
      return changed.calendar.map(({ from, dayStartsAt, zone }) => [from, dayStartsAt, zone.version])
    }
    const far = { dayStartsAt: '04:00', calendarFrom: '2027-03-01' }

    test('stays beside a change of its clock from a later day', () =>
      expect(rulesAfter(far)).toEqual([inUse, newer, ['2027-03-01', '04:00', '2026f']]))

    test('stays when that change is called off', () =>
      expect(rulesAfter(far, { dayStartsAt: '00:00' })).toEqual([inUse, newer]))

    test('stays when that change is replaced by another', () =>
      expect(rulesAfter(far, { dayStartsAt: '05:00' })).toEqual([inUse, newer, ['2027-03-01', '05:00', '2026f']]))

    test('gives way to a change from its own day, which has the newest data itself', () =>
      expect(rulesAfter({ dayStartsAt: '04:00' })).toEqual([inUse, ['2026-11-21', '04:00', '2026f']]))

    test('moves no entry that could have been stamped before, whatever is changed beside it and when', () => {
      const clock = fc.record(
        {
          timeZone: fc.constantFrom('America/Winnipeg', 'Pacific/Kiritimati', 'Pacific/Honolulu'),
          dayStartsAt: fc.constantFrom('00:00', '12:00', '23:30'),
          calendarFrom: fc.constantFrom('2026-11-22', '2026-11-24', '2026-12-01', null),
        },
        { requiredKeys: [] },
      )
      const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.option(clock)), {
        minLength: 2,
        maxLength: 6,
      })
      fc.assert(
        fc.property(steps, fc.constantFrom('00:00', '23:30'), (sequence, dayStartsAt) => {
          let [merchant, nowMs] = [shop('America/Winnipeg', dayStartsAt), NOW]
          for (const [hoursLater, given] of sequence) {
            nowMs += hoursLater * HOUR_MS
            const changed =
              given === null
                ? update(merchant, zones2026f, nowMs)?.merchant
                : valueOf(changeMerchant(merchant, given as MerchantChange, zones2026f, nowMs))
            const after = changed ?? merchant
            for (let atMs = nowMs - 72 * HOUR_MS; atMs <= nowMs + 6 * 60_000; atMs += HOUR_MS / 2) {
              expect(businessDayOf(after.calendar, atMs)).toBe(businessDayOf(merchant.calendar, atMs))
            }
            const days = after.calendar.flatMap(({ from }) => from ?? [])
            expect(days).toEqual([...new Set(days)].toSorted())
            merchant = after
          }
        }),
      )
    })

    test('leaves the rule in use its whole record, which the days until a later change may need', () => {
      const changed = [far, { calendarFrom: '2026-11-21' }, { calendarFrom: '2035-01-01' }].reduce<Merchant>(
        (merchant, given) => valueOf(changeMerchant(merchant, given as MerchantChange, zones2026f, NOW)) ?? merchant,
        brought,
      )
      expect(changed.calendar.at(-1)?.from).toBe('2035-01-01')
      expect(stampDay(changed.calendar, Date.parse('2034-12-01T12:00:00Z'))).toEqual({ ok: true, value: '2034-12-01' })
    })
  })

  test('is refused when it lacks the zone of a merchant', () => {
    const without: ZoneData = { ...zones2026f, find: () => undefined }
    expect(updateZones(shop('America/Winnipeg'), without, NOW)).toEqual({ ok: false, error: 'zone-gone' })
  })

  test('never moves an entry that could have been stamped before it', () => {
    const offsets = fc.integer({ min: -12, max: 14 })
    const changes = fc.array(fc.tuple(fc.integer({ min: -60, max: 400 }), offsets), { maxLength: 6 })
    const data = (version: string, first: number, hours: readonly (readonly [number, number])[]) => {
      const sorted = hours.toSorted(([a], [b]) => a - b)
      return zonesWith(
        version,
        'Asia/Tokyo',
        first,
        ...sorted.map(([at, offset]) => [new Date(NOW + at * HOUR_MS).toISOString(), offset] as const),
      )
    }
    fc.assert(
      fc.property(
        offsets,
        changes,
        changes,
        fc.constantFrom('00:00', '04:00', '23:30'),
        (first, old, now, dayStartsAt) => {
          const made = shop('Asia/Tokyo', dayStartsAt, data('2026x', first, old))
          // Only to be quick: ten years of days are not needed.
          const before = { ...made, calendar: [{ ...made.calendar[0], knownUntilMs: NOW + 60 * DAY_MS }] as const }
          const change = update(before, data('2026y', first, now))
          if (change === undefined) return
          for (let atMs = NOW - 72 * HOUR_MS; atMs <= NOW + 6 * 60_000; atMs += HOUR_MS / 4) {
            expect(businessDayOf(change.merchant.calendar, atMs)).toBe(businessDayOf(before.calendar, atMs))
          }
        },
      ),
    )
  })
})

describe('a zone record that ends', () => {
  const LATER = Date.parse('2035-01-01T00:00:00Z')

  test('is extended in place two years before its end, and no day moves', () => {
    const before = shop('America/New_York')
    const { merchant, moved, extended } = update(before, zones2026f, LATER) as ZoneUpdate
    expect(moved).toEqual([])
    expect(extended).toMatchObject([{ endedAtMs: Date.parse('2036-08-01T12:00:00Z') }])
    expect(merchant.calendar).toHaveLength(1)
    expect(merchant.calendar[0]).toMatchObject({ from: null, knownUntilMs: Date.parse('2045-01-01T00:00:00Z') })
    const [{ zone: old }] = before.calendar
    expect(merchant.calendar[0].zone.transitions.slice(0, old.transitions.length)).toEqual(old.transitions)
    expect(startText(merchant.calendar, '2040-07-01')).toBe('2040-07-01T04:00:00.000Z')
    expect(update(merchant, zones2026f, LATER)).toBeUndefined()
  })

  test('is extended also after its end, so that entries are accepted again at once', () => {
    const before = shop('America/New_York')
    const nowMs = Date.parse('2036-08-02T12:00:00Z')
    expect(stampDay(before.calendar, nowMs)).toEqual({ ok: false, error: 'calendar-ended' })
    expect(stampDay(updated(before, zones2026f, nowMs).calendar, nowMs)).toEqual({ ok: true, value: '2036-08-02' })
  })

  test('is extended from two years before its end on, also by data of its own version', () => {
    const before = shop('America/New_York', '00:00', zones2026f)
    const twoYearsBefore = Date.parse('2034-08-01T12:00:00Z')
    expect(update(before, zones2026f, twoYearsBefore - 1)).toBeUndefined()
    expect(update(before, zones2026f, twoYearsBefore)?.extended).toHaveLength(1)
  })

  test('is extended by the clock change that newer data has at its very end', () => {
    const newer = zonesWith('2035a', 'Asia/Tokyo', 9, ['2036-08-01T12:00:00Z', 8])
    const { merchant, moved } = update(shop('Asia/Tokyo'), newer, LATER) as ZoneUpdate
    expect(moved).toEqual([])
    expect(merchant.calendar[0].zone.transitions).toEqual([
      { atMs: Date.parse('2036-08-01T12:00:00Z'), offsetMs: 8 * HOUR_MS },
    ])
    expect(startText(merchant.calendar, '2040-01-01')).toBe('2039-12-31T16:00:00.000Z')
  })

  test('is extended by no clock change where the zone has none', () => {
    expect(updated(shop('Asia/Tokyo'), zones2026f, LATER).calendar[0].zone.transitions).toEqual([])
  })

  const ending = ruleMade(zones2026c, MADE, 'America/New_York')
  const lasting = ruleMade(zones2026f, '2034-06-01T12:00:00Z', 'America/Chicago')
  test.each([
    { when: 'its rule is over', first: ruleUntil(ending, day('2034-07-01')), next: '2034-07-01', extended: [] },
    { when: 'its rule ends before it', first: ending, next: '2035-06-01', extended: [] },
    { when: 'its rule ends after it', first: ending, next: '2040-01-01', extended: ['America/New_York'] },
  ])('is extended only where a day needs more of it: $when', ({ first, next, extended }) => {
    const found = update(changedShop(first, [next, lasting]), zones2026f, LATER)
    expect((found?.extended ?? []).map(({ rule }) => rule.timeZone)).toEqual(extended)
  })

  test('is left alone by data that is older than its own', () => {
    expect(update(shop('America/New_York'), zonesWith('2020a', 'x', 0), LATER)).toBeUndefined()
  })

  test('is extended by newer data without moving an instant before its end', () => {
    const offsets = fc.integer({ min: -12, max: 14 })
    const ends = Date.parse('2036-08-01T12:00:00Z')
    const changes = fc.array(fc.tuple(fc.integer({ min: -72, max: 72 }), offsets), { maxLength: 6 })
    fc.assert(
      fc.property(
        offsets,
        changes,
        fc.constantFrom('00:00', '04:00', '23:30'),
        fc.integer({ min: -60, max: 40 }),
        (first, hours, dayStartsAt, hoursLate) => {
          const sorted = hours.toSorted(([a], [b]) => a - b)
          const newer = zonesWith(
            '2036a',
            'Asia/Tokyo',
            first,
            ...sorted.map(([at, offset]) => [new Date(ends + at * HOUR_MS).toISOString(), offset] as const),
          )
          const before = shop('Asia/Tokyo', dayStartsAt, zonesWith('2026x', 'Asia/Tokyo', first))
          const nowMs = ends + hoursLate * HOUR_MS
          const { merchant, moved } = update(before, newer, nowMs) as ZoneUpdate
          // Where the newer data moves days, too, they are those that could not have been stamped yet.
          const untilMs = moved.length === 0 ? ends : Math.min(ends, nowMs + 6 * 60_000)
          for (let atMs = ends - 72 * HOUR_MS; atMs < untilMs; atMs += HOUR_MS / 4) {
            expect(businessDayOf(merchant.calendar, atMs)).toBe(businessDayOf(before.calendar, atMs))
          }
        },
      ),
    )
  })
})

describe('a calendar knows its zone', () => {
  const ENDS = Date.parse('2036-11-20T12:00:00Z')
  const rule = aRule({ knownUntilMs: ENDS })

  test.each([
    { what: 'until the record of its only rule ends', calendar: [rule], until: ENDS },
    {
      what: 'beyond the record of a rule that another rule follows in time',
      calendar: [rule, aRule({ from: day('2030-01-01') })],
      until: Date.UTC(2050),
    },
    {
      // The day starts at 03:00 UTC in São Paulo.
      what: 'beyond the record of a rule that ends at the instant at which the next one begins',
      calendar: [aRule({ knownUntilMs: Date.parse('2030-01-01T03:00:00Z') }), aRule({ from: day('2030-01-01') })],
      until: Date.UTC(2050),
    },
    {
      what: 'on the days of a rule that began after the record of the one before it had ended',
      calendar: [rule, aRule({ from: day('2040-01-01') })],
      on: '2040-01-01',
      until: Date.UTC(2050),
    },
    {
      what: 'until the record of the rule before a later one ends',
      calendar: [rule, aRule({ from: day('2040-01-01') })],
      until: ENDS,
    },
    {
      what: 'until the record of a pending rule ends, if that is before the rule begins',
      calendar: [aRule(), aRule({ from: day('2040-01-01'), knownUntilMs: ENDS })],
      until: ENDS,
    },
  ])('$what', ({ calendar, on = '2026-11-20', until }) => {
    expect(knownUntil(calendar as unknown as Calendar, day(on))).toBe(until)
  })

  test('and takes a new entry up to the last millisecond of its record', () => {
    expect(stampDay([rule], ENDS - 1)).toEqual({ ok: true, value: '2036-11-20' })
    expect(stampDay([rule], ENDS)).toEqual({ ok: false, error: 'calendar-ended' })
    // The same day, asked for in the other order.
    const again: Calendar = [aRule({ knownUntilMs: ENDS })]
    expect(stampDay(again, ENDS).ok).toBe(false)
    expect(stampDay(again, ENDS - 1).ok).toBe(true)
  })

  test('and uses the nearest offset outside of its record', () => {
    const [fromMs, untilMs] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2026-07-01T00:00:00Z')]
    const zone = zones2026f.table('Europe/Berlin', fromMs, untilMs)
    const half: Calendar = [aRule({ zone, knownFromMs: fromMs, knownUntilMs: untilMs })]
    // Winter time before the table, also in the summer of 2025; summer time behind it, also in the winter of 2026.
    expect(startText(half, '2025-07-01')).toBe('2025-06-30T23:00:00.000Z')
    expect(startText(half, '2026-12-24')).toBe('2026-12-23T22:00:00.000Z')
  })
})

test('a rule before one that may be in use counts as in use itself, also where its own clock is the later one', () => {
  // The 25th starts in Honolulu at 09:30 UTC of the 26th; the 26th in Kiritimati, 14 hours ahead, at 10:00 UTC of the 25th.
  const calendar: Calendar = [
    aRule({ timeZone: 'Pacific/Honolulu', dayStartsAt: '23:30' }),
    aRule({ timeZone: 'Pacific/Honolulu', dayStartsAt: '23:30', from: day('2026-11-25') }),
    aRule({ timeZone: 'Pacific/Kiritimati', from: day('2026-11-26') }),
  ]
  expect(rulesInUse(calendar, Date.parse('2026-11-25T10:00:00Z'))).toEqual(calendar)
})

describe('a registration', () => {
  const wanted = (given: Partial<Registration> = {}): Registration => ({
    ...aMerchant(),
    timeZone: 'America/Winnipeg',
    dayStartsAt: '00:00',
    ...given,
  })
  const registered = shop('America/Winnipeg')

  test('that repeats the registered values never brings newer zone data', () => {
    expect(registerMerchant(registered, wanted(), zones2026f, NOW)).toEqual({ ok: true, value: registered })
    const renamed = registerMerchant(registered, wanted({ name: 'Bakery' }), zones2026f, NOW)
    expect(renamed.ok && renamed.value.calendar).toBe(registered.calendar)
  })

  test('that spells the zone in other letter case is the same registration', () => {
    expect(registerMerchant(registered, wanted({ timeZone: 'AMERICA/winnipeg' }), zones2026f, NOW)).toEqual({
      ok: true,
      value: registered,
    })
  })

  test('that changes only the start of day makes a rule, and that rule has the data of its day', () => {
    const changed = registerMerchant(registered, wanted({ dayStartsAt: '04:00' }), zones2026f, NOW)
    expect(changed.ok && changed.value.calendar.map(({ from, zone }) => [from, zone.version])).toEqual([
      [null, '2026c'],
      ['2026-11-21', '2026f'],
    ])
  })

  test('that repeats a change still to come changes nothing, also when newer data lacks its zone', () => {
    const without: ZoneData = { ...zones2026f, find: () => undefined }
    const pending = changedShop(registered.calendar[0], ['2027-01-01', ruleMade(zones2026c, MADE, 'Asia/Tokyo')])
    for (const repeated of [{}, { timeZone: 'Asia/Tokyo', calendarFrom: day('2027-01-01') }]) {
      expect(changeMerchant(pending, repeated, without, NOW)).toEqual({ ok: true, value: pending })
    }
  })

  test('of an unknown zone is refused, but a registered zone stays when newer data lacks it', () => {
    const without: ZoneData = { ...zones2026f, find: () => undefined }
    expect(registerMerchant(undefined, wanted(), without, NOW)).toEqual({ ok: false, error: 'not-a-time-zone' })
    expect(registerMerchant(registered, wanted(), without, NOW)).toEqual({ ok: true, value: registered })
    const change = registerMerchant(registered, wanted({ dayStartsAt: '04:00' }), without, NOW)
    expect(change).toEqual({ ok: false, error: 'not-a-time-zone' })
  })

  test('records the zone from 400 days before it is made until ten years after', () => {
    const made = registerMerchant(undefined, wanted(), zones2026f, NOW)
    expect(made.ok && made.value.calendar[0]).toMatchObject({
      knownFromMs: Date.parse('2025-10-16T18:00:00Z'),
      knownUntilMs: Date.parse('2036-11-20T18:00:00Z'),
    })
  })
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ianaZones } from '#adapters/zones/iana-zones'
import { businessDayOf } from '#ledger/calendar'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import {
  changeMerchant,
  registerMerchant,
  type Merchant,
  type MerchantChange,
  type Registration,
} from '#ledger/merchant'
import type { Currency } from '#ledger/money'

const NOW = Date.parse('2026-11-20T12:00:00Z')

const wanted = (patch: Partial<Record<keyof Registration, string>> = {}): Registration =>
  ({
    merchantId: 'm1' as MerchantId,
    name: 'Padaria Central',
    currency: 'BRL' as Currency,
    timeZone: 'America/Sao_Paulo',
    dayStartsAt: '00:00',
    lateEntries: 'nextOpenDay',
    ...patch,
  }) as Registration

const register = (current: Merchant | undefined, patch: Parameters<typeof wanted>[0] = {}, nowMs = NOW): Merchant => {
  const registered = registerMerchant(current, wanted(patch), ianaZones, nowMs)
  if (!registered.ok) throw new Error(registered.error)
  return registered.value
}
const registered = register(undefined)

const change = (current: Merchant, given: Record<string, string | null>, nowMs = NOW): Merchant => {
  const changed = changeMerchant(current, given, ianaZones, nowMs)
  if (!changed.ok) throw new Error(changed.error)
  return changed.value
}

/** The calendar in short: from which day, in which zone, from which time of day. */
const rulesOf = ({ calendar }: Merchant) =>
  calendar.map(({ from, timeZone, dayStartsAt }) => [from, timeZone, dayStartsAt])

describe('registering', () => {
  test('a new merchant gives it a calendar from the beginning of time', () => {
    expect(registered).toMatchObject({ revision: 1, calendar: [{ from: null, timeZone: 'America/Sao_Paulo' }] })
  })

  test('the same values again changes nothing', () => expect(register(registered)).toBe(registered))

  test('another name makes a new revision', () => {
    expect(register(registered, { name: 'Padaria Nova' })).toMatchObject({ name: 'Padaria Nova', revision: 2 })
  })

  test('another currency is refused', () => {
    expect(registerMerchant(registered, wanted({ currency: 'EUR' }), ianaZones, NOW)).toEqual({
      ok: false,
      error: 'currency-fixed',
    })
  })
})

describe('a field that is left out', () => {
  const { merchantId, name, currency, timeZone } = wanted()
  const required = { merchantId, name, currency, timeZone }

  test('has its default in a new merchant', () => {
    expect(registerMerchant(undefined, required, ianaZones, NOW)).toMatchObject({
      value: { lateEntries: 'nextOpenDay', calendar: [{ from: null, dayStartsAt: '00:00' }] },
    })
  })

  test('stays as it is in a merchant that exists, which then does not change', () => {
    const chosen = register(undefined, { dayStartsAt: '04:00', lateEntries: 'restate' })
    expect(registerMerchant(chosen, required, ianaZones, NOW)).toEqual({ ok: true, value: chosen })
    expect(change(chosen, {})).toBe(chosen)
  })

  test.each([
    { given: { name: 'Padaria Nova' }, changed: { name: 'Padaria Nova', lateEntries: 'restate' } },
    { given: { lateEntries: 'quarantine' }, changed: { name: 'Padaria Central', lateEntries: 'quarantine' } },
    { given: { lateEntries: null }, changed: { name: 'Padaria Central', lateEntries: 'nextOpenDay' } },
  ])('stays as it is when the request changes $given', ({ given, changed }) => {
    const chosen = register(undefined, { dayStartsAt: '04:00', lateEntries: 'restate' })
    expect(change(chosen, given)).toEqual({ ...chosen, ...changed, revision: 2 })
  })
})

describe('while a change of calendar is pending, a request', () => {
  const SAO_PAULO = 'America/Sao_Paulo'
  const pending = register(registered, { dayStartsAt: '04:00', calendarFrom: '2026-12-01' })
  const now = [null, SAO_PAULO, '00:00']

  test.each<{ what: string; given: Record<string, string | null>; rules: unknown[] }>([
    { what: 'nothing', given: {}, rules: [now, ['2026-12-01', SAO_PAULO, '04:00']] },
    { what: 'the same clock', given: { dayStartsAt: '04:00' }, rules: [now, ['2026-12-01', SAO_PAULO, '04:00']] },
    { what: 'the first day there is', given: { calendarFrom: null }, rules: [now, ['2026-11-21', SAO_PAULO, '04:00']] },
    { what: 'an earlier day', given: { calendarFrom: '2026-11-25' }, rules: [now, ['2026-11-25', SAO_PAULO, '04:00']] },
    { what: 'a later day', given: { calendarFrom: '2027-01-01' }, rules: [now, ['2027-01-01', SAO_PAULO, '04:00']] },
    { what: 'another start', given: { dayStartsAt: '05:00' }, rules: [now, ['2026-12-01', SAO_PAULO, '05:00']] },
    { what: 'another zone', given: { timeZone: 'UTC' }, rules: [now, ['2026-12-01', 'UTC', '04:00']] },
    {
      what: 'another zone from a day',
      given: { timeZone: 'UTC', calendarFrom: '2026-11-25' },
      rules: [now, ['2026-11-25', 'UTC', '04:00']],
    },
    {
      what: 'another start from the first day there is',
      given: { dayStartsAt: '05:00', calendarFrom: null },
      rules: [now, ['2026-11-21', SAO_PAULO, '05:00']],
    },
    { what: 'the clock that counts now', given: { dayStartsAt: null }, rules: [now] },
    {
      what: 'the clock that counts now from a day',
      given: { dayStartsAt: '00:00', calendarFrom: '2027-01-01' },
      rules: [now],
    },
  ])('for $what leads to the expected rules', ({ given, rules }) =>
    expect(rulesOf(change(pending, given))).toEqual(rules),
  )

  test('to the first day there is changes nothing when it is asked for again', () => {
    const moved = change(pending, { calendarFrom: null })
    expect(change(moved, { calendarFrom: null })).toBe(moved)
  })

  test('for another zone in which its day has begun counts from the day after', () => {
    // At 12:00 on the 30th in UTC the 1st has begun in Kiritimati, 14 hours ahead, but not in São Paulo.
    const noon = Date.parse('2026-11-30T12:00:00Z')
    const moved = change(pending, { timeZone: 'Pacific/Kiritimati', dayStartsAt: '00:00' }, noon)
    expect(rulesOf(moved)).toEqual([now, ['2026-12-02', 'Pacific/Kiritimati', '00:00']])
  })

  test('for a day that has begun is refused', () => {
    expect(changeMerchant(pending, { calendarFrom: '2026-11-20' as BusinessDay }, ianaZones, NOW)).toEqual({
      ok: false,
      error: 'calendar-from-not-future',
    })
  })
})

test('calendarFrom without a change of calendar changes nothing once the newest rule counts', () => {
  const moved = register(registered, { dayStartsAt: '04:00' })
  const later = Date.parse('2026-12-24T12:00:00Z')
  expect(change(moved, { calendarFrom: '2027-01-01' }, later)).toBe(moved)
})

describe('a change of calendar', () => {
  test('counts by default from the first day that starts far enough ahead', () => {
    const moved = register(registered, { dayStartsAt: '06:00' })
    expect(moved.calendar.at(-1)).toMatchObject({
      from: '2026-11-21',
      timeZone: 'America/Sao_Paulo',
      dayStartsAt: '06:00',
    })
  })

  test('counts one day later when the next day starts within the notice', () => {
    // 6 minutes: 5 that an entry may be ahead of our clock, and one for which ingest may hold the old calendar.
    const notice = Date.parse('2026-11-21T03:00:00Z') - 6 * 60_000
    expect(register(registered, { dayStartsAt: '06:00' }, notice - 1).calendar.at(-1)?.from).toBe('2026-11-21')
    expect(register(registered, { dayStartsAt: '06:00' }, notice).calendar.at(-1)?.from).toBe('2026-11-22')
  })

  test('does not count from a day that starts by the new clock within the notice, and by the old one after it', () => {
    // 1 December starts at 10:00 UTC of 30 November in Kiritimati, and at 03:00 UTC of 1 December in São Paulo.
    const notice = Date.parse('2026-11-30T10:00:00Z') - 6 * 60_000
    const east = wanted({ timeZone: 'Pacific/Kiritimati', dayStartsAt: '00:00', calendarFrom: '2026-12-01' })
    expect(registerMerchant(registered, east, ianaZones, notice - 1)).toMatchObject({ ok: true })
    const refused = { ok: false, error: 'calendar-from-not-future' }
    expect(registerMerchant(registered, east, ianaZones, notice)).toEqual(refused)
  })

  test('does not count from a day that has begun by the old clock and not yet by the new one', () => {
    const change = registerMerchant(
      registered,
      wanted({ dayStartsAt: '23:00', calendarFrom: '2026-11-20' }),
      ianaZones,
      NOW,
    )
    expect(change).toEqual({ ok: false, error: 'calendar-from-not-future' })
  })

  test('counts from a named future day', () => {
    const moved = register(registered, { timeZone: 'UTC', calendarFrom: '2027-01-01' })
    expect(moved.calendar.map(({ from }) => from)).toEqual([null, '2027-01-01'])
  })

  test.each(['2026-11-20', '2026-11-19', '2020-01-01'])('is refused from %s, which has begun', (calendarFrom) => {
    const change = registerMerchant(registered, wanted({ timeZone: 'UTC', calendarFrom }), ianaZones, NOW)
    expect(change).toEqual({ ok: false, error: 'calendar-from-not-future' })
  })

  test('adds no rule when it asks for the calendar that counts already', () => {
    expect(register(registered, { calendarFrom: '2020-01-01' })).toBe(registered)
  })

  test('replaces an earlier change that is still to come', () => {
    const first = register(registered, { timeZone: 'UTC', calendarFrom: '2027-01-01' })
    const second = register(first, { timeZone: 'Europe/Lisbon', calendarFrom: '2026-12-01' })
    expect(second.calendar.map(({ from, timeZone }) => [from, timeZone])).toEqual([
      [null, 'America/Sao_Paulo'],
      ['2026-12-01', 'Europe/Lisbon'],
    ])
  })

  test('counts after an earlier change that entries may already have used', () => {
    const first = register(registered, { timeZone: 'UTC', calendarFrom: '2026-11-21' })
    const justBefore = Date.parse('2026-11-20T23:58:00Z')
    const second = registerMerchant(first, wanted({ calendarFrom: '2026-11-21' }), ianaZones, justBefore)
    expect(second).toEqual({ ok: false, error: 'calendar-from-not-future' })
    expect(register(first, {}, justBefore).calendar.map(({ from }) => from)).toEqual([null, '2026-11-21', '2026-11-22'])
  })

  test('never moves an entry that could have been stamped before it', () => {
    const zones = fc.constantFrom(
      'UTC',
      'America/Sao_Paulo',
      'Pacific/Kiritimati',
      'Pacific/Honolulu',
      'Asia/Kathmandu',
    )
    const times = fc.constantFrom('00:00', '05:00', '12:00', '23:30')
    const instants = fc.integer({ min: NOW - 30 * 3_600_000, max: NOW + 6 * 60_000 })
    fc.assert(
      fc.property(zones, times, zones, times, instants, (timeZone, dayStartsAt, zone, starts, atMs) => {
        const before = register(undefined, { timeZone, dayStartsAt })
        const moved = register(before, { timeZone: zone, dayStartsAt: starts })
        expect(businessDayOf(moved.calendar, atMs)).toBe(businessDayOf(before.calendar, atMs))
      }),
    )
  })

  test('never moves such an entry when it is changed again later', () => {
    const fields = {
      timeZone: fc.constantFrom('UTC', 'America/Sao_Paulo', 'Pacific/Kiritimati', 'Pacific/Honolulu'),
      dayStartsAt: fc.constantFrom('00:00', '06:00', '12:00', '23:30', null),
      hoursLater: fc.integer({ min: 0, max: 40 }),
      calendarFrom: fc.constantFrom('2026-11-20', '2026-11-21', '2026-11-22', '2026-11-24', null),
    }
    const clocks = fc.record(fields, { requiredKeys: ['hoursLater'] })
    fc.assert(
      fc.property(fc.array(clocks, { minLength: 2, maxLength: 5 }), (changes) => {
        let [merchant, nowMs] = [registered, NOW]
        for (const { hoursLater, ...clock } of changes) {
          nowMs += hoursLater * 3_600_000
          const change = changeMerchant(merchant, clock as MerchantChange, ianaZones, nowMs)
          if (!change.ok) continue
          for (let atMs = nowMs - 72 * 3_600_000; atMs <= nowMs + 6 * 60_000; atMs += 900_000) {
            expect(businessDayOf(change.value.calendar, atMs)).toBe(businessDayOf(merchant.calendar, atMs))
          }
          const days = change.value.calendar.flatMap(({ from }) => from ?? [])
          expect(days).toEqual([...new Set(days)].toSorted())
          merchant = change.value
        }
      }),
    )
  })

  test('keeps the first days of the rules in rising order', () => {
    const days = register(register(registered, { timeZone: 'UTC' }), { timeZone: 'Asia/Tokyo' }).calendar
    expect(days.slice(1).every(({ from }) => (from ?? '') > ('2026-11-20' as BusinessDay))).toBe(true)
  })
})

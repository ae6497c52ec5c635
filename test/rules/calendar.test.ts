import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  businessDayOf,
  dayBounds,
  HOUR_MS,
  parseTimeOfDay,
  ruleUntil,
  shiftDay,
  windowsOfDay,
  type Calendar,
} from '#ledger/calendar'
import { parseBusinessDay, type BusinessDay } from '#ledger/identifiers'
import { aRule } from '../builders.ts'

const day = (text: string) => text as BusinessDay
const calendar = (timeZone: string, dayStartsAt = '00:00'): Calendar => [aRule({ timeZone, dayStartsAt })]

describe('a day runs from its start on the wall clock to the next start', () => {
  test.each([
    { zone: 'UTC', on: '2026-11-20', starts: '2026-11-20T00:00:00Z', hours: 24 },
    { zone: 'America/Sao_Paulo', on: '2026-11-20', starts: '2026-11-20T03:00:00Z', hours: 24 },
    { zone: 'Asia/Kathmandu', on: '2026-11-20', starts: '2026-11-19T18:15:00Z', hours: 24 },
    { zone: 'Europe/Lisbon', at: '06:00', on: '2026-11-20', starts: '2026-11-20T06:00:00Z', hours: 24 },
    { zone: 'America/New_York', on: '2026-03-08', starts: '2026-03-08T05:00:00Z', hours: 23 },
    { zone: 'America/New_York', on: '2026-11-01', starts: '2026-11-01T04:00:00Z', hours: 25 },
    { zone: 'Australia/Lord_Howe', on: '2026-04-05', starts: '2026-04-04T13:00:00Z', hours: 24.5 },
    // The start is skipped by the clock: the day starts where the clock lands.
    { zone: 'America/Sao_Paulo', on: '2018-11-04', starts: '2018-11-04T03:00:00Z', hours: 23 },
    { zone: 'America/New_York', at: '02:30', on: '2026-03-08', starts: '2026-03-08T07:00:00Z', hours: 23.5 },
    // The start is shown twice: the first one counts.
    { zone: 'America/New_York', at: '01:30', on: '2026-11-01', starts: '2026-11-01T05:30:00Z', hours: 25 },
    // A date that the zone left out has no length.
    { zone: 'Pacific/Apia', on: '2011-12-30', starts: '2011-12-30T10:00:00Z', hours: 0 },
  ])('$zone $at: $on starts at $starts and has $hours hours', ({ zone, at, on, starts, hours }) => {
    const bounds = dayBounds(calendar(zone, at), day(on))
    expect(new Date(bounds.startsAtMs).toISOString()).toBe(starts.replace('Z', '.000Z'))
    expect((bounds.endsAtMs - bounds.startsAtMs) / HOUR_MS).toBe(hours)
  })
})

describe('the day of an instant', () => {
  test.each([
    { zone: 'America/Sao_Paulo', at: '00:00', instant: '2026-11-20T02:59:59.999Z', on: '2026-11-19' },
    { zone: 'America/Sao_Paulo', at: '00:00', instant: '2026-11-20T03:00:00Z', on: '2026-11-20' },
    { zone: 'America/Sao_Paulo', at: '05:00', instant: '2026-11-20T07:59:59Z', on: '2026-11-19' },
    { zone: 'Pacific/Kiritimati', at: '00:00', instant: '2026-11-19T10:00:00Z', on: '2026-11-20' },
    // The hour that happens twice: its second 01:10 is after the first 01:30.
    { zone: 'America/New_York', at: '01:30', instant: '2026-11-01T05:10:00Z', on: '2026-10-31' },
    { zone: 'America/New_York', at: '01:30', instant: '2026-11-01T06:10:00Z', on: '2026-11-01' },
  ])('$zone from $at: $instant is on $on', ({ zone, at, instant, on }) => {
    expect(businessDayOf(calendar(zone, at), Date.parse(instant))).toBe(on)
  })

  const zones = [
    'UTC',
    'America/New_York',
    'America/Sao_Paulo',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Apia',
  ]
  const instants = fc.integer({ min: Date.parse('2005-01-01T00:00:00Z'), max: Date.parse('2030-01-01T00:00:00Z') })
  const times = fc.constantFrom('00:00', '01:30', '02:30', '06:00', '23:59')

  test('is the one whose bounds it lies between, in every zone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), times, instants, (zone, at, atMs) => {
        const rules = calendar(zone, at)
        const bounds = dayBounds(rules, businessDayOf(rules, atMs))
        expect(bounds.startsAtMs).toBeLessThanOrEqual(atMs)
        expect(atMs).toBeLessThan(bounds.endsAtMs)
      }),
    )
  })

  test('has windows that fill it without gaps', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), times, instants, (zone, at, atMs) => {
        const bounds = dayBounds(calendar(zone, at), businessDayOf(calendar(zone, at), atMs))
        const windows = windowsOfDay(bounds, HOUR_MS)
        expect(windows[0]?.startMs).toBe(bounds.startsAtMs)
        expect(windows.at(-1)?.endMs).toBe(bounds.endsAtMs)
        for (const [index, window] of windows.entries()) {
          expect(window.endMs).toBe(windows[index + 1]?.startMs ?? bounds.endsAtMs)
        }
      }),
    )
  })
})

describe('a change of calendar', () => {
  // Noon in Honolulu is 22:00 UTC; the 5th in Kiritimati starts at 10:00 UTC on the 4th.
  const moved: Calendar = [
    aRule({ timeZone: 'Pacific/Honolulu', dayStartsAt: '12:00' }),
    aRule({ from: day('2026-12-05'), timeZone: 'Pacific/Kiritimati', dayStartsAt: '00:00' }),
  ]

  test.each([
    { instant: '2026-12-03T21:59:59Z', on: '2026-12-02', why: 'the old calendar' },
    { instant: '2026-12-03T22:00:00Z', on: '2026-12-03', why: 'the old calendar' },
    { instant: '2026-12-04T09:59:59.999Z', on: '2026-12-03', why: 'the last instant of the old one' },
    { instant: '2026-12-04T10:00:00Z', on: '2026-12-05', why: 'the first of the new one; the 4th has no length' },
  ])('$instant is on $on: $why', ({ instant, on }) => {
    expect(businessDayOf(moved, Date.parse(instant))).toBe(on)
  })

  test('caps the old calendar at the day before', () => {
    const later: Calendar = [
      aRule({ timeZone: 'Pacific/Kiritimati', dayStartsAt: '00:00' }),
      aRule({ from: day('2026-12-05'), timeZone: 'Pacific/Honolulu', dayStartsAt: '00:00' }),
    ]
    // In Kiritimati it is the 5th since 24 hours; the new 5th starts at 10:00 UTC.
    expect(businessDayOf(later, Date.parse('2026-12-05T09:59:00Z'))).toBe('2026-12-04')
    expect(businessDayOf(later, Date.parse('2026-12-05T10:00:00Z'))).toBe('2026-12-05')
    expect(
      (dayBounds(later, day('2026-12-04')).endsAtMs - dayBounds(later, day('2026-12-04')).startsAtMs) / HOUR_MS,
    ).toBe(48)
  })

  test('leaves the rule before it all of its zone that its last day needs', () => {
    // 12 hours behind UTC, and 11 from 10:00 UTC of the 5th on, when it is 22:00 of the 4th there.
    const hours = (count: number) => count * HOUR_MS
    const changesAtMs = Date.parse('2026-12-05T10:00:00Z')
    const zone = {
      version: 'x',
      firstOffsetMs: hours(-12),
      transitions: [{ atMs: changesAtMs, offsetMs: hours(-11) }],
    }
    const cut = ruleUntil(aRule({ zone, dayStartsAt: '23:59' }), day('2026-12-05'))
    expect(cut.knownUntilMs).toBeLessThan(aRule().knownUntilMs)
    expect(new Date(dayBounds([cut], day('2026-12-04')).startsAtMs).toISOString()).toBe('2026-12-05T10:59:00.000Z')
    expect(businessDayOf([cut], Date.parse('2026-12-05T10:59:00Z'))).toBe('2026-12-04')
    expect(cut.knownUntilMs).toBeGreaterThan(Date.parse('2026-12-05T10:59:00Z'))
  })

  test('leaves no instant without a day, and no day out of order', () => {
    for (
      let atMs = Date.parse('2026-12-01T00:00:00Z');
      atMs < Date.parse('2026-12-08T00:00:00Z');
      atMs += HOUR_MS / 4
    ) {
      const bounds = dayBounds(moved, businessDayOf(moved, atMs))
      expect(bounds.startsAtMs <= atMs && atMs < bounds.endsAtMs).toBe(true)
      expect(businessDayOf(moved, atMs - 1) <= bounds.day).toBe(true)
    }
  })
})

describe('the text of a date', () => {
  test.each([
    ['2026-11-20', true],
    ['2024-02-29', true],
    ['2026-02-29', false],
    ['2026-02-30', false],
    ['2026-13-01', false],
    ['2026-1-1', false],
    ['20261120', false],
    ['0000-01-01', false],
    ['9999-12-31', false],
    ['2026-11-20T00:00:00Z', false],
  ])('such as "%s" is accepted as a business day: %s', (text, good) => expect(parseBusinessDay(text).ok).toBe(good))

  test.each([
    ['00:00', true],
    ['23:59', true],
    ['24:00', false],
    ['6:00', false],
    ['06:60', false],
  ])('or time such as "%s" is accepted as a time of day: %s', (text, good) =>
    expect(parseTimeOfDay(text).ok).toBe(good),
  )

  test('leads to the next one across months and leap days', () => {
    expect(shiftDay(day('2024-02-28'), 1)).toBe('2024-02-29')
    expect(shiftDay(day('2026-01-01'), -1)).toBe('2025-12-31')
  })
})

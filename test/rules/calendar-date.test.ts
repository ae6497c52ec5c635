import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { daysSince1970, leadingDate } from '#ledger/calendar-date'
import { parseInstant } from '#wire/entry/instant'

test('every existing date has the day number that Date gives it, and no other text has one', () => {
  // Leap years, common years, centuries, and both ends.
  for (const year of [1, 4, 100, 399, 400, 1582, 1899, 1900, 1970, 1999, 2000, 2026, 2027, 2028, 2100, 9996, 9999]) {
    for (let month = 0; month <= 13; month += 1) {
      for (let day = 0; day <= 32; day += 1) {
        const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
        const date = new Date(`${text}T00:00:00Z`)
        const exists = !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(text)
        expect(daysSince1970(year, month, day), text).toBe(exists ? date.valueOf() / 86_400_000 : Number.NaN)
        expect(leadingDate(text), text).toBe(exists ? date.valueOf() / 86_400_000 : Number.NaN)
      }
    }
  }
})

test.each([
  '',
  '2026',
  '2026-1-02',
  '2026/11/20',
  '2026/11-20',
  '2026-11/20',
  '0000-01-01',
  '+9999-01-01',
  ' 2026-11-20',
  '２０２６-11-20',
  // The characters beside the digits in ASCII are "/" before 0 and ":" behind 9.
  '2/26-11-20',
  '2:26-11-20',
  '20/6-11-20',
  '20:6-11-20',
  '2026-0:-20',
  '2026-1/-20',
  '2026-11-/:',
  '2026-11-2/',
  '2026-11-1:',
])('a text that starts like "%s" has no date', (text) => expect(leadingDate(text)).toBeNaN())

test('every time that RFC 3339 can write is read as the instant that Date reads', () => {
  const two = (max: number) => fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, '0'))
  const offset = fc.oneof(
    fc.constantFrom('Z', 'z'),
    fc.tuple(fc.constantFrom('+', '-'), two(23), two(59)).map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
  )
  const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,3}$/))
  const date = fc
    .integer({ min: Date.parse('0001-01-01') / 86_400_000, max: Date.parse('9999-12-31') / 86_400_000 })
    .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10))
  fc.assert(
    fc.property(
      fc.tuple(date, fc.constantFrom('T', 't'), two(23), two(59), two(59), fraction, offset),
      ([date, t, hour, minute, second, fraction, offset]) => {
        const text = `${date}${t}${hour}:${minute}:${second}${fraction}${offset}`
        expect(parseInstant(text), text).toEqual({ ok: true, value: Date.parse(text.toUpperCase()) })
      },
    ),
    { numRuns: 2_000 },
  )
})

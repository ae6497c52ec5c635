import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ok, refuse } from '#ledger/result'
import { instantText, parseInstant } from '#wire/entry/instant'
import { anyInstantMs } from '../arbitraries.ts'

test.each([
  { text: '1970-01-01T00:00:00Z', utc: '1970-01-01T00:00:00.000Z' },
  { text: '2026-11-20T09:30:00-03:00', utc: '2026-11-20T12:30:00.000Z' },
  { text: '2026-11-20T09:30:00+05:45', utc: '2026-11-20T03:45:00.000Z' },
  { text: '2026-11-20T23:59:59.999-12:00', utc: '2026-11-21T11:59:59.999Z' },
  { text: '2026-11-20T00:00:00.5Z', utc: '2026-11-20T00:00:00.500Z' },
  { text: '2026-11-20T00:00:00.05Z', utc: '2026-11-20T00:00:00.050Z' },
  { text: '2026-11-20T00:00:00.0005Z', utc: '2026-11-20T00:00:00.000Z' },
  { text: '2026-11-20T00:00:00.29Z', utc: '2026-11-20T00:00:00.290Z' },
  { text: '2026-11-20T00:00:00.123456789Z', utc: '2026-11-20T00:00:00.123Z' },
  { text: '2026-11-20T00:00:00.123999999Z', utc: '2026-11-20T00:00:00.123Z' },
  { text: '2026-11-20T00:00:00.1000Z', utc: '2026-11-20T00:00:00.100Z' },
  { text: '2026-11-20T23:59:59.9999Z', utc: '2026-11-20T23:59:59.999Z' },
  { text: '2026-11-20T23:59:59.999999999-03:00', utc: '2026-11-21T02:59:59.999Z' },
  { text: '1969-12-31T23:59:59.9999Z', utc: '1969-12-31T23:59:59.999Z' },
  { text: '2026-11-20t09:30:00z', utc: '2026-11-20T09:30:00.000Z' },
  { text: '2026-11-20T09:30:00-00:00', utc: '2026-11-20T09:30:00.000Z' },
  { text: '2028-02-29T12:00:00Z', utc: '2028-02-29T12:00:00.000Z' },
  { text: '0001-01-01T00:00:00Z', utc: '0001-01-01T00:00:00.000Z' },
])('the time $text is read as $utc', ({ text, utc }) => {
  const instant = parseInstant(text)
  expect(instant).toEqual(ok(Date.parse(utc)))
  expect(instantText(Date.parse(utc))).toBe(utc)
})

test.each([
  { text: '', error: 'not-a-time' },
  { text: 'yesterday', error: 'not-a-time' },
  { text: '2026-11-20', error: 'not-a-time' },
  { text: '2026-11-20 09:30:00Z', error: 'not-a-time' },
  { text: '2026-11-20T09:30Z', error: 'not-a-time' },
  { text: '2026-11-20T24:00:00Z', error: 'not-a-time' },
  { text: '2026-11-20T09:60:00Z', error: 'not-a-time' },
  { text: '2026-12-31T23:59:60Z', error: 'not-a-time' },
  { text: '2026-02-30T09:30:00Z', error: 'not-a-time' },
  { text: '2027-02-29T09:30:00Z', error: 'not-a-time' },
  { text: '2026-13-01T09:30:00Z', error: 'not-a-time' },
  { text: '2026-11-20T09:30:00.Z', error: 'not-a-time' },
  { text: '2026-11-20T09:30:00+24:00', error: 'not-a-time' },
  { text: '2026-11-20T09:30:00+0300', error: 'not-a-time' },
  { text: '2026-11-20T09:30:00Z\n', error: 'not-a-time' },
  { text: '+002026-11-20T09:30:00Z', error: 'not-a-time' },
  { text: '0000-01-01T00:00:00Z', error: 'not-a-time' },
  { text: '2026-11-20T09:30:00', error: 'no-offset' },
  { text: '2026-11-20T09:30:00.1234', error: 'no-offset' },
  { text: '2026-11-20T09:30:00.1234567890', error: 'no-offset' },
  { text: '2026-11-20T09:30:00.1234567890Z', error: 'finer-than-nanoseconds' },
  { text: '2026-11-20T09:30:00.0000000000Z', error: 'finer-than-nanoseconds' },
  { text: '2026-11-20T09:30:00,5Z', error: 'not-a-time' },
  { text: '2026-11-20T09:30:00.5.5Z', error: 'not-a-time' },
  { text: '2026-11-20T09:30:00.٣Z', error: 'not-a-time' },
] as const)('"$text" is refused: $error', ({ text, error }) => {
  expect(parseInstant(text)).toEqual(refuse(error))
})

test('every instant comes back from its text', () => {
  fc.assert(
    fc.property(anyInstantMs, (ms) => {
      expect(parseInstant(instantText(ms))).toEqual(ok(ms))
    }),
  )
})

test('a finer time is cut to the millisecond, so the further digits make no difference', () => {
  fc.assert(
    fc.property(anyInstantMs, fc.stringMatching(/^\d{1,6}$/), (ms, finer) => {
      expect(parseInstant(instantText(ms).replace('Z', `${finer}Z`))).toEqual(ok(ms))
    }),
  )
})

import { describe, expect, test } from 'vitest'
import { windowOf } from '#ledger/day-view'
import { anEntry, someTerms } from '../builders.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const { startsAtMs } = someTerms

describe('the window in which an entry counts', () => {
  // The longest day has 72 hours: 72 windows of an hour, 864 of five minutes.
  test.each([
    { given: 'at the start of the day', afterMs: 0, hour: 0, fiveMinutes: 0 },
    { given: 'before the start of the day', afterMs: -1, hour: 0, fiveMinutes: 0 },
    { given: 'in the last millisecond of the first hour', afterMs: HOUR_MS - 1, hour: 0, fiveMinutes: 11 },
    { given: 'at the start of the second hour', afterMs: HOUR_MS, hour: 1, fiveMinutes: 12 },
    { given: 'in the 25th hour', afterMs: 24 * HOUR_MS, hour: 24, fiveMinutes: 288 },
    { given: 'in the last millisecond of the longest day', afterMs: 72 * HOUR_MS - 1, hour: 71, fiveMinutes: 863 },
    { given: 'after the longest day', afterMs: 72 * HOUR_MS, hour: 71, fiveMinutes: 863 },
    { given: 'years later', afterMs: 99_999 * HOUR_MS, hour: 71, fiveMinutes: 863 },
  ])('is one of its day, for an entry $given', ({ afterMs, hour, fiveMinutes }) => {
    const entry = anEntry({ occurredAtMs: startsAtMs + afterMs })
    expect(windowOf(entry, startsAtMs, HOUR_MS)).toBe(hour)
    expect(windowOf(entry, startsAtMs, 5 * MINUTE_MS)).toBe(fiveMinutes)
  })
})

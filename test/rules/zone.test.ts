import { describe, expect, test } from 'vitest'
import { firstInstantAt, offsetAt, showTheSame, type ZoneTable } from '#ledger/zone'

const HOUR_MS = 3_600_000

/** Clocks that show UTC, are an hour ahead from 10:00 to 20:00 of 1 January 1970, and then show UTC again. */
const zone: ZoneTable = {
  version: '2026f',
  firstOffsetMs: 0,
  transitions: [
    { atMs: 10 * HOUR_MS, offsetMs: HOUR_MS },
    { atMs: 20 * HOUR_MS, offsetMs: 0 },
  ],
}
const [ahead, back] = zone.transitions as [ZoneTable['transitions'][0], ZoneTable['transitions'][0]]

test.each([
  { atMs: 10 * HOUR_MS - 1, offsetMs: 0 },
  { atMs: 10 * HOUR_MS, offsetMs: HOUR_MS },
  { atMs: 20 * HOUR_MS - 1, offsetMs: HOUR_MS },
  { atMs: 20 * HOUR_MS, offsetMs: 0 },
])('at $atMs ms the clocks are $offsetMs ms ahead', ({ atMs, offsetMs }) => {
  expect(offsetAt(zone, atMs)).toBe(offsetMs)
})

test.each([
  { what: 'a time that comes once', wallMs: 9 * HOUR_MS, atMs: 9 * HOUR_MS },
  { what: 'a time that the clocks skip', wallMs: 10.5 * HOUR_MS, atMs: 10 * HOUR_MS },
  { what: 'the time at which the clocks go on', wallMs: 11 * HOUR_MS, atMs: 10 * HOUR_MS },
  { what: 'a time in summer', wallMs: 12 * HOUR_MS, atMs: 11 * HOUR_MS },
  { what: 'a time that comes twice', wallMs: 20.5 * HOUR_MS, atMs: 19.5 * HOUR_MS },
  { what: 'the time at which the clocks go back', wallMs: 21 * HOUR_MS, atMs: 21 * HOUR_MS },
  { what: 'a time after both changes', wallMs: 22 * HOUR_MS, atMs: 22 * HOUR_MS },
])('the clocks first show $what at the instant on paper', ({ wallMs, atMs }) => {
  expect(firstInstantAt(zone, wallMs)).toBe(atMs)
})

describe('two records of the clocks, compared from 5:00 to 20:00', () => {
  test.each<{ what: string; other: Partial<ZoneTable>; same: boolean }>([
    { what: 'of another version', other: { version: '2026g' }, same: true },
    {
      what: 'that differ before',
      other: { firstOffsetMs: 9, transitions: [{ atMs: 1, offsetMs: 0 }, ahead, back] },
      same: true,
    },
    { what: 'that differ at the start', other: { firstOffsetMs: 9 }, same: false },
    { what: 'of which one has a change less', other: { transitions: [back] }, same: false },
    {
      what: 'of which one has a change more',
      other: { transitions: [ahead, { atMs: 12 * HOUR_MS, offsetMs: 0 }, back] },
      same: false,
    },
    {
      what: 'that change at another instant',
      other: { transitions: [{ ...ahead, atMs: ahead.atMs + 1 }, back] },
      same: false,
    },
    { what: 'that change to another offset', other: { transitions: [{ ...ahead, offsetMs: 1 }, back] }, same: false },
    { what: 'that differ from the end on', other: { transitions: [ahead] }, same: true },
  ])('$what show the same: $same', ({ other, same }) => {
    const second = { ...zone, ...other }
    expect(showTheSame(zone, second, 5 * HOUR_MS, 20 * HOUR_MS)).toBe(same)
    expect(showTheSame(second, zone, 5 * HOUR_MS, 20 * HOUR_MS)).toBe(same)
  })
})

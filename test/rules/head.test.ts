import { describe, expect, test } from 'vitest'
import {
  closeDay,
  closeThrough,
  emptyHead,
  isSoundThrough,
  markBroken,
  markMended,
  markWhole,
  openDay,
  openDaysBefore,
  restate,
  type Head,
} from '#ledger/head'
import type { BusinessDay } from '#ledger/identifiers'
import type { SealHash } from '#ledger/seal'
import { day } from '../builders.ts'

const head = (given: Partial<Head> = {}): Head => ({ ...emptyHead, ...given })
const days = (...texts: string[]) => texts.map(day)

test('a merchant without any book has no open day, no closed day and no balance', () => {
  expect(emptyHead).toEqual({
    closedThrough: null,
    closingMinor: 0n,
    open: new Set(),
    restatements: 0,
    lastSeal: null,
    broken: new Set(),
    mended: new Map(),
    revision: 0,
  })
})

describe('opening the book of a day', () => {
  test('adds the day to the open ones and raises the revision by 1', () => {
    const before = head({ open: new Set(days('2026-11-21')), revision: 7 })
    expect(openDay(before, day('2026-11-20'))).toEqual({
      ok: true,
      value: head({ open: new Set(days('2026-11-21', '2026-11-20')), revision: 8 }),
    })
  })

  test('changes nothing when the day is open', () => {
    const before = head({ open: new Set(days('2026-11-20')), revision: 7 })
    expect(openDay(before, day('2026-11-20'))).toEqual({ ok: true, value: before })
  })

  test.each([
    { of: '2026-11-19', is: 'refused' },
    { of: '2026-11-20', is: 'refused' },
    { of: '2026-11-21', is: 'opened' },
  ])('of $of is $is when the days up to 2026-11-20 are closed', ({ of, is }) => {
    const opened = openDay(head({ closedThrough: day('2026-11-20') }), day(of))
    expect(opened.ok ? 'opened' : 'refused').toBe(is)
  })
})

test.each([
  { before: undefined, expected: ['2026-11-19', '2026-11-20', '2026-11-21'] },
  { before: '2026-11-21', expected: ['2026-11-19', '2026-11-20'] },
  { before: '2026-11-19', expected: [] },
])('the open days before $before come oldest first', ({ before, expected }) => {
  const open = new Set(days('2026-11-21', '2026-11-19', '2026-11-20'))
  expect(openDaysBefore(head({ open }), before === undefined ? undefined : day(before))).toEqual(expected)
})

describe('closing', () => {
  const SEAL = 'ab'.repeat(32) as SealHash
  const before = head({
    closedThrough: day('2026-11-18'),
    closingMinor: 7n,
    open: new Set(days('2026-11-21', '2026-11-20')),
    revision: 3,
  })

  test('the oldest open book moves the balance and leaves the other books open', () => {
    expect(closeDay(before, day('2026-11-20'), { netMinor: -9n, seal: SEAL })).toEqual({
      ok: true,
      value: {
        closedThrough: day('2026-11-20'),
        closingMinor: -2n,
        open: new Set(days('2026-11-21')),
        restatements: 0,
        lastSeal: SEAL,
        broken: new Set(),
        mended: new Map(),
        revision: 4,
      },
    })
  })

  test.each(['2026-11-21', '2026-11-19', '2026-11-22'])('%s, which is not the oldest open book, is refused', (text) => {
    expect(closeDay(before, day(text), { netMinor: 0n, seal: SEAL })).toEqual({ ok: false, error: 'not-the-oldest' })
  })

  test.each([
    { through: '2026-11-19', after: { ...before, closedThrough: day('2026-11-19'), revision: 4 } },
    { through: '2026-11-18', after: before },
    { through: '2026-11-17', after: before },
  ])('days without a book through $through', ({ through, after }) => {
    expect(closeThrough(before, day(through))).toEqual({ ok: true, value: after })
  })

  test('days without a book changes nothing when they were closed before', () => {
    expect(closeThrough(before, day('2026-11-18'))).toMatchObject({ value: before })
    const same = closeThrough(before, day('2026-11-18'))
    expect(same.ok && same.value).toBe(before)
  })

  test.each(['2026-11-20', '2026-11-25'])('days up to %s is refused while a book among them is open', (text) => {
    expect(closeThrough(before, day(text))).toEqual({ ok: false, error: 'has-open-books' })
  })

  test('a restatement moves the balance and the revision, and closes nothing', () => {
    expect(restate(before, { deltaMinor: 5n, seal: SEAL })).toEqual({
      ...before,
      closingMinor: 12n,
      restatements: 1,
      lastSeal: SEAL,
      broken: new Set(),
      revision: 4,
    })
  })
})

describe('marks of broken books', () => {
  const [thursday, friday, saturday] = ['2026-11-19', '2026-11-20', '2026-11-21'].map(day) as [
    BusinessDay,
    BusinessDay,
    BusinessDay,
  ]
  const at = (...broken: BusinessDay[]) => ({ ...emptyHead, broken: new Set(broken), revision: 4 })

  test('a mark is set once, and taken away once', () => {
    const marked = markBroken(at(), friday)
    expect(marked).toEqual({ ...at(friday), revision: 5 })
    expect(markBroken(marked, friday)).toBe(marked)
    expect(markWhole(marked, friday)).toEqual({ ...at(), revision: 6 })
    expect(markWhole(marked, saturday)).toBe(marked)
  })

  test('a mending takes the mark away, and says where the closing segment of a closed day stands now', () => {
    expect(markMended(at(friday, saturday), friday, undefined)).toEqual({ ...at(saturday), revision: 5 })
    const mended = markMended({ ...at(friday), mended: new Map([[thursday, 1_000_000_002]]) }, friday, 2_000_000_007)
    const both = new Map([
      [thursday, 1_000_000_002],
      [friday, 2_000_000_007],
    ])
    expect(mended).toEqual({ ...at(), mended: both, revision: 5 })
  })

  test.each([
    { through: thursday, isSound: true },
    { through: friday, isSound: false },
    { through: saturday, isSound: false },
  ])('a mark on Friday concerns what closed on Friday or later: $through', ({ through, isSound }) => {
    expect(isSoundThrough(at(friday), through)).toBe(isSound)
  })

  test('a mark stays when other days are opened, closed and restated', () => {
    const opened = openDay(at(friday), saturday)
    if (!opened.ok) throw new Error(opened.error)
    const closed = closeDay(opened.value, saturday, { netMinor: 0n, seal: 'ab' as SealHash })
    if (!closed.ok) throw new Error(closed.error)
    expect(restate(closed.value, { deltaMinor: 0n, seal: 'cd' as SealHash }).broken).toEqual(new Set([friday]))
  })
})

import { describe, expect, test } from 'vitest'
import { emptyHead, openDay, openDaysBefore, type Head } from '#ledger/head'
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

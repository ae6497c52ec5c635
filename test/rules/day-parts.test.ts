import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { balanceParts, partsBeyondJson, sumMinor, type DayPart } from '#ledger/day-parts'
import { emptyHead } from '#ledger/head'
import { isExactInJson } from '#ledger/money'
import { day } from '../builders.ts'

const part = (index: number, minor: bigint): DayPart => ({
  day: day(`2026-11-${String(index).padStart(2, '0')}`),
  minor,
})

/** 2^53 − 1. */
const BOUND = 9_007_199_254_740_991n

test('a number is exact in JSON when a double holds it and both of its neighbours', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }), (minor) => {
      expect(isExactInJson(minor)).toBe(Number.isSafeInteger(Number(minor)))
    }),
  )
  expect([BOUND, BOUND + 1n, -BOUND, -BOUND - 1n].map(isExactInJson)).toEqual([true, false, true, false])
})

test('a balance is made of the open books alone until a day is closed', () => {
  expect(balanceParts(emptyHead, [part(1, 5n)])).toEqual([part(1, 5n)])
  const closed = { ...emptyHead, closedThrough: day('2026-10-31'), closingMinor: 7n }
  expect(balanceParts(closed, [part(1, 5n)])).toEqual([{ day: '2026-10-31', minor: 7n }, part(1, 5n)])
})

describe('the days that take a sum beyond the exact numbers of JSON', () => {
  test.each<{ what: string; minor: readonly bigint[]; beyond: readonly number[] }>([
    { what: 'are none for no days', minor: [], beyond: [] },
    { what: 'are none for a sum of 2^53 − 1', minor: [BOUND, 5n, -5n], beyond: [] },
    { what: 'are all days that add to a sum of one more', minor: [BOUND, 1n], beyond: [1, 2] },
    {
      what: 'leave out days that subtract from it, and days of zero',
      minor: [BOUND, -1n, 0n, 2n],
      beyond: [1, 4],
    },
    { what: 'are the days that subtract, for a sum below zero', minor: [-BOUND, 7n, -8n], beyond: [1, 3] },
  ])('$what', ({ minor, beyond }) => {
    const parts = minor.map((amount, index) => part(index + 1, amount))
    expect(partsBeyondJson(parts)).toEqual(parts.filter((_, index) => beyond.includes(index + 1)))
  })

  test('include the closed days, under the last of them', () => {
    const head = { ...emptyHead, closedThrough: day('2026-11-01'), closingMinor: BOUND }
    const parts = balanceParts(head, [part(2, 1n)])
    expect(sumMinor(parts)).toBe(BOUND + 1n)
    expect(partsBeyondJson(parts).map((named) => named.day)).toEqual(['2026-11-01', '2026-11-02'])
  })
})

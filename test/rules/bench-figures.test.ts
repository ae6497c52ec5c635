import { expect, test } from 'vitest'
import type { Figure } from '../../bench/rig/figure.ts'
import { figureTable } from '../../bench/rig/figure-table.ts'
import { median } from '../../bench/rig/rounds.ts'

test('a table shows the target of each figure and the distance from it', () => {
  const figures: Figure[] = [
    { what: 'cost', value: 0.1234567, unit: '$', target: { atMost: 0.12 }, note: 'no archive' },
    { what: 'ceiling', value: 45_678.9, unit: 'entries/s', target: { atLeast: 50_000 } },
    { what: 'a cold book', value: 2.13, unit: 's', target: { below: 3 } },
    { what: 'bytes', value: 24.04, unit: 'bytes an entry' },
  ]
  expect(figureTable(figures)).toBe(
    [
      'what         measured                  target                   note',
      'cost            0.123  $               ≤ 0.12    missed by 3 %  no archive',
      'ceiling        45,679  entries/s       ≥ 50,000  missed by 9 %',
      'a cold book      2.13  s               < 3       met',
      'bytes              24  bytes an entry',
    ].join('\n'),
  )
})

test.each([
  { what: 'exactly at its maximum', value: 5, target: { atMost: 5 }, verdict: 'met' },
  { what: 'exactly at its minimum', value: 5, target: { atLeast: 5 }, verdict: 'met' },
  { what: 'exactly at its exclusive bound', value: 5, target: { below: 5 }, verdict: 'missed by 1 %' },
  { what: 'slightly too large', value: 5.001, target: { atMost: 5 }, verdict: 'missed by 1 %' },
  { what: 'three times too large', value: 15, target: { atMost: 5 }, verdict: 'missed by 200 %' },
  { what: 'not a number', value: Number.NaN, target: { atMost: 5 }, verdict: 'missed by NaN %' },
])('the verdict on a value that is $what is "$verdict"', ({ what, value, target, verdict }) => {
  expect(figureTable([{ what, value, unit: '', target }])).toContain(verdict)
})

test.each([
  { values: [3], expected: 3 },
  { values: [9, 1, 2], expected: 2 },
  { values: [4, 1, 3, 2], expected: 2.5 },
])('the median of $values is $expected', ({ values, expected }) => {
  expect(median(values)).toBe(expected)
})

test('the median of no values is an error', () => {
  expect(() => median([])).toThrow('nothing')
})

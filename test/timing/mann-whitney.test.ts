import { expect, test } from 'vitest'
import { mannWhitneyP, median } from './mann-whitney.ts'

const counted = (count: number, valueOf: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => valueOf(index))

test.each([
  { of: 'two shifted by 4 of 30', a: counted(30, (i) => i + 1), b: counted(30, (i) => i + 5), p: 0.0991355069622 },
  {
    of: 'two with many ties',
    a: counted(40, (i) => (i * i) % 17),
    b: counted(40, (i) => (i * i) % 19),
    p: 0.926881235446,
  },
  {
    of: 'ten values shifted by 2',
    a: counted(100, (i) => i % 10),
    b: counted(100, (i) => (i % 10) + 2),
    p: 1.0071631477e-5,
  },
  { of: 'all equal', a: counted(20, () => 1), b: counted(20, () => 1), p: 1 },
])('the probability that SciPy computes for $of', ({ a, b, p }) => {
  expect(mannWhitneyP(a, b)).toBeCloseTo(p, 6)
  expect(mannWhitneyP(b, a)).toBeCloseTo(p, 6)
})

test.each([
  { values: [3], is: 3 },
  { values: [4, 1], is: 2.5 },
  { values: [9, 1, 2], is: 2 },
])('the median of $values is $is', ({ values, is }) => {
  expect(median(values)).toBe(is)
})

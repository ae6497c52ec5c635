import { expect, test } from 'vitest'
import { instrument } from './instrument.ts'
import { sample, wilson } from './sample.ts'

// As R computes it: prop.test(x, n, correct = FALSE)$conf.int.
test.each([
  { good: 1, all: 10, low: 0.017_876_21, high: 0.404_150_03 },
  { good: 10, all: 10, low: 0.722_467_23, high: 1 },
])('the interval of $good in $all is that of another program', ({ good, all, low, high }) => {
  const [from, to] = wilson(good, all)
  expect(from).toBeCloseTo(low, 6)
  expect(to).toBeCloseTo(high, 6)
})

test('a seed always takes the same mutants, and another seed takes others', () => {
  const all = Array.from({ length: 100 }, (_, index) => index)
  expect(sample(all, 10, 1)).toEqual(sample(all, 10, 1))
  expect(sample(all, 10, 1)).not.toEqual(sample(all, 10, 2))
  expect(sample(all, 1_000, 1)).toEqual(all)
})

test('an altered file has every mutant beside the original, behind the switch of the runner', async () => {
  const file = 'ledger/day-parts.ts'
  const { mutants, texts } = await instrument([file])
  const text = texts.get(file) ?? ''
  expect(text).toContain('globalThis.__mutants')
  expect(text).not.toContain('stryNS_9fa48')
  for (const { id } of mutants) expect(text).toContain(`stryMutAct_9fa48("${id}")`)
  const sign = mutants.find(({ original, replacement }) => original === 'sum > 0n' && replacement === 'sum >= 0n')
  expect(sign).toMatchObject({ file, kind: 'EqualityOperator' })
})

import { expect, test } from 'vitest'
import { hasBegun, newRun, type ClosingRun } from '#ledger/closing-run'
import { merchantId } from '../builders.ts'

test.each<{ what: string; run: Partial<ClosingRun>; begun: boolean }>([
  { what: 'a new one has not', run: {}, begun: false },
  { what: 'one that passed a page without due merchants has', run: { after: 'a place' }, begun: true },
  { what: 'one that waited for a round has', run: { rounds: 1 }, begun: true },
  { what: 'one that ran out of time has', run: { passed: [merchantId('m1')] }, begun: true },
  { what: 'one that closed a day has', run: { closed: 1 }, begun: true },
  { what: 'one that left a day open has', run: { open: 1 }, begun: true },
])('whether a run has begun: $what', ({ run, begun }) => {
  expect(hasBegun({ ...newRun(), ...run })).toBe(begun)
})

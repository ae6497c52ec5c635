import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalContent } from '#ledger/entry'
import { anyEntry } from '#test/arbitraries'

test('the content of an entry is its JSON with sorted keys', () => {
  fc.assert(
    fc.property(anyEntry, (entry) => {
      const { amountMinor, occurredAtMs, businessDay: _day, receivedAtMs: _at, ...same } = entry
      const content = { ...same, amount: Number(amountMinor), occurredAt: occurredAtMs }
      expect(canonicalContent(entry)).toBe(JSON.stringify(sorted(content)))
    }),
  )
})

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, sorted(inner)]),
      )
    : value

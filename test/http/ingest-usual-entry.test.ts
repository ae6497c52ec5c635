import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DIRECTIONS, METHODS } from '#ledger/entry'
import { anyId, anyInstantMs } from '#test/arbitraries'
import { entryRequest, toEntryFields } from '#wire/entry'
import { readUsualEntry } from '#wire/usual-entry'

/** What the schema alone makes of it. */
const bySchema = (json: unknown) => {
  const parsed = entryRequest.safeParse(json)
  return parsed.success ? toEntryFields(parsed.data) : undefined
}

const required = {
  entryId: 'e1',
  merchantId: 'm1',
  direction: 'credit',
  amount: 1250,
  currency: 'BRL',
  occurredAt: '2026-11-20T09:30:00-03:00',
}

const usualText = (maxLength: number) =>
  fc.string({ unit: 'binary', maxLength }).filter((text) => text.length <= maxLength)

const anyUsual = fc.record(
  {
    entryId: anyId,
    merchantId: anyId,
    direction: fc.constantFrom(...DIRECTIONS),
    amount: fc.integer({ min: 1, max: 1_000_000_000_000 }),
    currency: fc.constantFrom('BRL', 'USD', 'JPY'),
    occurredAt: anyInstantMs.map((ms) => new Date(ms).toISOString()),
    method: fc.constantFrom(...METHODS),
    category: usualText(64),
    description: usualText(200),
    reference: usualText(100),
    terminalId: anyId,
    terminalSeq: fc.maxSafeNat(),
    reverses: anyId,
  },
  { requiredKeys: ['entryId', 'merchantId', 'direction', 'amount', 'currency', 'occurredAt'] },
)

// What a client might put into any field, most of it wrong in most of them.
const anyValue = fc.oneof(
  fc.constantFrom<unknown[]>(
    '',
    'credit',
    'pix',
    'BRL',
    'brl',
    'toString',
    '~e1',
    'x'.repeat(64),
    'x'.repeat(65),
    'x'.repeat(101),
    'x'.repeat(200),
    '\ud800',
    '😀'.repeat(64),
    '2026-02-30T00:00:00Z',
    '2026-11-20T09:30:00',
    '2026-11-20T09:30:00.5+05:30',
  ),
  fc.constantFrom<unknown[]>(0, -0, 1, 1.5, -1, 1e12, 1e12 + 1, 2 ** 53 - 1, 2 ** 53, 1e300, Number.NaN),
  fc.constantFrom<unknown[]>(null, true, [], ['credit'], {}, { a: 'b' }, { a: 1 }),
  fc.jsonValue(),
)

const anyField = fc.oneof(
  fc.constantFrom(...Object.keys(required), 'method', 'category', 'description', 'reference'),
  fc.constantFrom('terminalId', 'terminalSeq', 'reverses', 'metadata', '__proto__', 'constructor', 'surprise'),
)

/** A usual entry with some fields changed, added or taken away. */
const almostUsual = fc
  .tuple(anyUsual, fc.array(fc.tuple(anyField, anyValue), { maxLength: 3 }), fc.option(anyField))
  .map(([usual, changes, missing]) =>
    Object.fromEntries(
      // Defined and not assigned, so that "__proto__" becomes a key, as it does in JSON.
      [...Object.entries(usual), ...changes].filter(([name]) => name !== missing),
    ),
  )

describe('the short way for usual entries', () => {
  test('takes the usual ones, and reads what the schema reads', () => {
    fc.assert(
      fc.property(anyUsual, (json) => {
        const usual = readUsualEntry(json)
        expect(usual).toBeDefined()
        expect(usual).toStrictEqual(bySchema(json))
      }),
      { numRuns: 500 },
    )
  })

  test('takes nothing that the schema refuses or reads otherwise', () => {
    fc.assert(
      fc.property(fc.oneof(almostUsual, fc.jsonValue(), anyValue), (json) => {
        const usual = readUsualEntry(json)
        if (usual !== undefined) expect(usual).toStrictEqual(bySchema(json))
      }),
      { numRuns: 3_000 },
    )
  })

  test.each([
    ['metadata', { ...required, metadata: { table: '7' } }],
    ['text of many code units and few code points', { ...required, category: '😀'.repeat(64) }],
  ])('leaves %s to the schema, which takes it', (_what, json) => {
    expect(readUsualEntry(json)).toBeUndefined()
    expect(bySchema(json)).toBeDefined()
  })
})

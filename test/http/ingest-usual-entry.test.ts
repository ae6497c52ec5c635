import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DIRECTIONS, METHODS } from '#ledger/entry'
import { anyId, anyInstantMs } from '#test/arbitraries'
import { CARD_NUMBERS } from '#test/card-numbers'
import { entryRequest, parseEntryText, toEntryFields } from '#wire/entry/schema'
import { SALE as required } from './ingest-fixtures.ts'
import { parseBatchText } from '#wire/http/batch'
import { parseJson } from '#wire/json/json'
import { readUsualEntry } from '#wire/entry/usual-entry'

/** What the schema alone makes of it. */
const bySchema = (json: unknown) => {
  const parsed = entryRequest.safeParse(json)
  return parsed.success ? toEntryFields(parsed.data) : undefined
}

const usualText = (maxLength: number) =>
  fc.string({ unit: 'binary', maxLength }).filter((text) => text.length <= maxLength)

/** A card number in a text, or nearly one. */
const nearCardNumber = fc
  .tuple(
    fc.constantFrom('', 'paid by ', '7 ', '7'),
    fc.constantFrom(...CARD_NUMBERS),
    fc.constantFrom('', '.', '0', ' 12/29'),
  )
  .map(([before, { number }, after]) => before + number + after)

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
    '.',
    '..',
    '...',
    'x'.repeat(64),
    'x'.repeat(65),
    'x'.repeat(101),
    'x'.repeat(200),
    '\ud800',
    '😀'.repeat(64),
    '2026-02-30T00:00:00Z',
    '2026-11-20T09:30:00',
    '2026-11-20T09:30:00.5+05:30',
    '2026-11-20T09:30:00.123456789Z',
    '2026-11-20T09:30:00.1234567890Z',
  ),
  nearCardNumber,
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

describe('the fast parser of usual entries', () => {
  test('takes usual entries, and reads what the schema reads', () => {
    fc.assert(
      fc.property(anyUsual, fc.constantFrom(undefined, 1, '\t', '\r\n'), (json, indent) => {
        const usual = readUsualEntry(JSON.stringify(json, null, indent))
        // Text with escapes, or with any control character, is left to JSON.
        const isPlain = !Object.values(json).some((value) => /[\\\p{Cc}]/u.test(JSON.stringify(value)))
        expect(usual).toStrictEqual(isPlain ? bySchema(json) : undefined)
      }),
      { numRuns: 500 },
    )
  })

  test('takes no entry that the schema refuses or reads otherwise', () => {
    fc.assert(
      fc.property(fc.oneof(almostUsual, fc.jsonValue(), anyValue), (json) => {
        const text = JSON.stringify(json)
        const usual = readUsualEntry(text)
        if (usual !== undefined) expect(usual).toStrictEqual(bySchema(JSON.parse(text)))
      }),
      { numRuns: 3_000 },
    )
  })

  test('takes no text that is not JSON, however it was altered', () => {
    const piece = fc.oneof(
      fc.constantFrom(...'0123456789-+.eE"\\{}[],: \n\t\u0000\u00a0'.split(''), '"amount":', '\\u0031', 'null', '//'),
      fc.string({ unit: 'binary', maxLength: 2 }),
    )
    const alteration = fc.record({ at: fc.nat(), cut: fc.nat({ max: 6 }), piece })
    fc.assert(
      fc.property(anyUsual, fc.array(alteration, { minLength: 1, maxLength: 3 }), (json, alterations) => {
        const text = alterations.reduce((altered, { at, cut, piece }) => {
          const from = at % (altered.length + 1)
          return altered.slice(0, from) + piece + altered.slice(from + cut)
        }, JSON.stringify(json))
        const usual = readUsualEntry(text)
        if (usual === undefined) return
        const parsed = parseJson(text)
        expect(parsed.ok && bySchema(parsed.value)).toStrictEqual(usual)
      }),
      { numRuns: 5_000 },
    )
  })

  test.each([
    ['metadata', { ...required, metadata: { table: '7' } }],
    ['text of many code units and few code points', { ...required, category: '😀'.repeat(64) }],
    ['text with an escape', { ...required, description: 'a "b"' }],
    ['a card number in metadata that only a key holds', { ...required, metadata: { [CARD_NUMBERS[0].number]: '7' } }],
  ])('leaves %s to the schema, which takes it', (_what, json) => {
    expect(readUsualEntry(JSON.stringify(json))).toBeUndefined()
    expect(bySchema(json)).toBeDefined()
  })
})

describe('a card number', () => {
  const cardField = fc.constantFrom('category', 'description', 'reference', 'entryId', 'terminalId', 'reverses')

  test('is refused by both ways in the same fields of a usual entry', () => {
    fc.assert(
      fc.property(anyUsual, cardField, nearCardNumber, (usual, field, value) => {
        const json = { ...usual, [field]: value }
        const text = JSON.stringify(json)
        const byFastWay = readUsualEntry(text)
        if (byFastWay !== undefined) expect(byFastWay).toStrictEqual(bySchema(json))
        // The whole way, fast or not, refuses exactly what the schema refuses.
        const parsed = parseEntryText(text)
        expect(parsed.ok && parsed.value.ok).toBe(bySchema(json) !== undefined)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a batch', () => {
  /** By JSON and the schema alone. */
  const slowly = (text: string) => {
    const json = parseJson(text)
    const entries = json.ok ? (json.value as { entries: unknown[] }).entries : []
    return entries.map(bySchema)
  }
  const quickly = (text: string) => {
    const batch = parseBatchText(text)
    return batch.ok ? batch.value.map((input) => (input.ok ? input.value : undefined)) : batch.error.code
  }

  test('of usual and unusual entries is read as JSON.parse and the schema read it', () => {
    const anyEntries = fc.array(fc.oneof(anyUsual, almostUsual, fc.jsonValue()), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(anyEntries, fc.constantFrom(undefined, 2), (entries, indent) => {
        const text = JSON.stringify({ entries }, null, indent)
        expect(quickly(text)).toStrictEqual(slowly(text))
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([
    {
      given: 'an unusual entry between usual ones',
      text: [required, { ...required, metadata: { a: '}]"' } }, required],
    },
    { given: 'one that is refused', text: [required, { ...required, amount: 1.5 }, required] },
    { given: 'one that is no object', text: [required, 7, required] },
  ])('with $given gives all of them', ({ text }) => {
    const body = JSON.stringify({ entries: text })
    expect(quickly(body)).toStrictEqual(slowly(body))
  })

  const entry = JSON.stringify(required)
  test.each([
    { given: 'no end', text: `{"entries":[${entry}]`, code: 'not-json' },
    { given: 'a comma at the end', text: `{"entries":[${entry},]}`, code: 'not-json' },
    { given: 'something after it', text: `{"entries":[${entry}]} x`, code: 'not-json' },
    { given: 'a string without an end', text: `{"entries":[${entry},{"a":"]}`, code: 'not-json' },
    { given: 'brackets that do not match', text: `{"entries":[${entry},{"a":[}]]}`, code: 'not-json' },
    { given: 'another field', text: `{"entries":[${entry}],"x":1}`, code: 'invalid' },
    { given: 'no entries', text: `{"entries":[]}`, code: 'invalid' },
    { given: '501 entries', text: `{"entries":[${Array.from({ length: 501 }, () => entry).join()}]}`, code: 'invalid' },
    { given: 'entries that are no list', text: `{"entries":${entry}}`, code: 'invalid' },
  ])('with $given is refused', ({ text, code }) => {
    expect(quickly(text)).toBe(code)
  })

  test('gives the id of a refused entry as it was sent', () => {
    const batch = parseBatchText(JSON.stringify({ entries: [{ ...required, entryId: 'no id!' }, { entryId: 7 }] }))
    expect(batch.ok && batch.value).toMatchObject([{ error: { entryId: 'no id!' } }, { error: {} }])
  })
})

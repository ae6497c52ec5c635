/** Valid values for properties: ids of any alphabet we allow, any text, the extremes of every number. */
import * as fc from 'fast-check'
import type { ArchivedEntry } from '#ledger/archive'
import { DIRECTIONS, METHODS, type Entry } from '#ledger/entry'
import { fieldList } from '#ledger/entry-fields'
import { MAX_ENTRY_MINOR } from '#ledger/money'
import { anEntry } from './builders.ts'

const CLIENT_ID_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-'.split('')

export const anyId = fc
  .string({ unit: fc.constantFrom(...CLIENT_ID_CHARACTERS), minLength: 1, maxLength: 64 })
  .filter((id) => id !== '.' && id !== '..')

/** Any code points but lone surrogates, from a control character to an emoji. */
const anyText = (maxLength: number) => fc.string({ unit: 'binary', maxLength })

/** The instants that RFC 3339 can write in the years of our business days. */
export const anyInstantMs = fc.integer({
  min: Date.parse('0001-01-01T00:00:00.000Z'),
  max: Date.parse('9999-12-31T23:59:59.999Z'),
})

// JavaScript objects keep the first four in front, in the order of their numbers, and know the last ones without being told.
const awkwardKey = fc.constantFrom('9', '10', '0', '4294967294', '01', '-1', '\ufb33', '😀', 'constructor', 'toString')

const anyPairs = ({ pairs, key, value }: { pairs: number; key: number; value: number }) =>
  fc
    .dictionary(fc.oneof(anyText(key), awkwardKey), anyText(value), {
      minKeys: 1,
      maxKeys: pairs,
      noNullPrototype: true,
    })
    // Refused by ingest.
    .filter((given) => !Object.hasOwn(given, '__proto__'))

type Field = (typeof fieldList)[number]

/** Any value of a field. Undefined: the field is that of the book of `anEntry`. */
const anyValue = (field: Field): fc.Arbitrary<unknown> | undefined => {
  switch (field.kind) {
    case 'merchantId':
    case 'currency':
      return undefined
    case 'entryId':
    case 'clientId':
      return anyId
    case 'direction':
      return fc.constantFrom(...DIRECTIONS)
    case 'method':
      return fc.constantFrom(...METHODS)
    case 'amount':
      return fc.bigInt({ min: 1n, max: MAX_ENTRY_MINOR })
    case 'instant':
      return anyInstantMs
    case 'runningNumber':
      return fc.maxSafeNat()
    case 'text':
      return anyText(field.max)
    case 'pairs':
      return anyPairs(field.max)
  }
}

const anyFields: Record<string, fc.Arbitrary<unknown>> = { receivedAtMs: anyInstantMs }
for (const field of fieldList) {
  const values = anyValue(field)
  if (values !== undefined) anyFields[field.name] = values
}
const optionalNames: ReadonlySet<string> = new Set(
  fieldList.filter(({ optional }) => optional === true).map(({ name }) => name),
)

/** A valid entry of the book of `anEntry`, with and without each optional field of the table. */
export const anyEntry: fc.Arbitrary<Entry> = fc
  .record(anyFields, { requiredKeys: Object.keys(anyFields).filter((name) => !optionalNames.has(name)) })
  .map((fields) => anEntry(fields as Partial<Entry>))

/** Any such entry, anywhere on the stream. */
export const anyArchivedEntry: fc.Arbitrary<ArchivedEntry> = fc.record({
  entry: anyEntry,
  position: fc.record({
    shardId: fc.integer({ min: 0, max: 9_999 }).map((number) => `shardId-${String(number).padStart(12, '0')}`),
    sequenceNumber: fc.bigInt({ min: 1n, max: 2n ** 186n }).map(String),
    index: fc.integer({ min: 0, max: 20_000 }),
  }),
  arrivedAtMs: anyInstantMs,
})

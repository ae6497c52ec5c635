/** Whatever is valid, for properties: ids of any alphabet we allow, any text, the extremes of every number. */
import * as fc from 'fast-check'
import type { ArchivedEntry } from '#ledger/archive'
import { DIRECTIONS, METHODS, type Entry } from '#ledger/entry'
import { MAX_ENTRY_MINOR } from '#ledger/money'
import { anEntry, entryId } from './builders.ts'

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

const anyMetadata = fc
  .dictionary(fc.oneof(anyText(40), awkwardKey), anyText(200), { minKeys: 1, maxKeys: 20, noNullPrototype: true })
  // Refused by ingest.
  .filter((pairs) => !Object.hasOwn(pairs, '__proto__'))

/** A valid entry of the book of `anEntry`. */
export const anyEntry: fc.Arbitrary<Entry> = fc
  .record(
    {
      entryId: anyId.map(entryId),
      direction: fc.constantFrom(...DIRECTIONS),
      amountMinor: fc.bigInt({ min: 1n, max: MAX_ENTRY_MINOR }),
      occurredAtMs: anyInstantMs,
      receivedAtMs: anyInstantMs,
      method: fc.constantFrom(...METHODS),
      category: anyText(64),
      description: anyText(200),
      reference: anyText(100),
      terminalId: anyId,
      terminalSeq: fc.maxSafeNat(),
      reverses: anyId,
      metadata: anyMetadata,
    },
    { requiredKeys: ['entryId', 'direction', 'amountMinor', 'occurredAtMs', 'receivedAtMs'] },
  )
  .map((fields) => anEntry(fields))

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

/**
 * Entries as clients send them and as they stand on the stream. Both say the same fields by the same rules; they differ
 * in how the time is written and in what ingest adds.
 */
import * as z from 'zod'
import { DIRECTIONS, METHODS, type Entry, type EntryContent } from '#ledger/entry'
import { ENTRY_FIELDS, type FieldName, type JsonName, type OptionalFieldName } from '#ledger/entry-fields'
import { parseBusinessDay, type EntryId, type MerchantId } from '#ledger/identifiers'
import { MAX_ENTRY_MINOR } from '#ledger/money'
import { ok, refuse, type Result } from '#ledger/result'
import { instantText, INSTANT_PATTERN, parseInstant } from './instant.ts'
import {
  clientId,
  currencyCode,
  freeText,
  parsed,
  readFields,
  text,
  textPairs,
  type FieldProblem,
} from '../json/fields.ts'
import { parseJson } from '../json/json.ts'
import { readUsualEntry } from './usual-entry.ts'

/** What a client says of an entry; ingest adds the rest. */
export type EntryFields = EntryContent

/** An entry as a client sent it, or every field of it that is wrong. */
export type EntryInput = Result<EntryFields, InvalidInput>
type InvalidInput = {
  /** The id as the client sent it, valid or not, so that it can find its entry; well-formed, so that it can be answered. */
  readonly entryId?: string
  readonly errors: readonly FieldProblem[]
}

/** An entry that is the whole of a text. */
export const parseEntryText = (text: string): Result<EntryInput, 'not-json'> => {
  const usual = readUsualEntry(text)
  if (usual !== undefined) return ok(ok(usual))
  const json = parseJson(text)
  return json.ok ? ok(parseEntryInput(json.value)) : json
}

/** An entry as decoded from JSON. */
export const parseEntryInput = (json: unknown): EntryInput => {
  const fields = readFields(entryRequest, json)
  if (fields.ok) return ok(toEntryFields(fields.value))
  const isNamed = typeof json === 'object' && json !== null && 'entryId' in json && typeof json.entryId === 'string'
  return refuse({ ...(isNamed && { entryId: (json.entryId as string).toWellFormed() }), errors: fields.error })
}

/** The line of an accepted entry in a stream record, as decoded from JSON. */
export const parseAcceptedEntry = (json: unknown): Result<Entry, readonly FieldProblem[]> => {
  const line = readFields(acceptedEntry, json)
  if (!line.ok) return line
  const { entry, businessDay, receivedAt } = line.value
  return ok({ ...toEntryFields(entry), businessDay, receivedAtMs: receivedAt })
}

/** An entry as clients read it. */
export const entryResponse = (entry: Entry) => {
  const { amountMinor, occurredAtMs, receivedAtMs, ...rest } = entry
  return {
    ...rest,
    amount: amountMinor,
    occurredAt: instantText(occurredAtMs),
    receivedAt: instantText(receivedAtMs),
  }
}

/** An entry's content as a client would send it, its amount a plain number. */
export const entryRequestOf = ({ businessDay: _day, receivedAtMs: _at, ...content }: Entry) => {
  const { amountMinor, occurredAtMs, ...rest } = content
  return { ...rest, amount: Number(amountMinor), occurredAt: instantText(occurredAtMs) }
}

/** What makes the rule of a field's texts. */
type TextRule = (field: { readonly cardNumbers: 'refused' | 'taken' }) => (max: number) => z.ZodString

const fromClient: TextRule = ({ cardNumbers }) => (cardNumbers === 'refused' ? freeText : text)

// An entry that was accepted before card numbers were refused still counts.
const onStream: TextRule = () => text

const { category, description, reference, metadata } = ENTRY_FIELDS

const fieldsExceptTime = (textIn: TextRule) =>
  ({
    entryId: clientId
      .transform((id) => id as EntryId)
      .describe(
        "The client's id of the entry. No other entry of the merchant has it on the same business day. A retry " +
          'repeats it. Never use an id twice, also not on different days: a late entry may be counted on a later day, ' +
          'and takes its id there.',
      ),
    merchantId: clientId
      .transform((id) => id as MerchantId)
      .describe('The merchant in whose book the entry is counted.'),
    direction: z.enum(DIRECTIONS).describe('`credit`: money comes in. `debit`: money goes out.'),
    amount: z
      .int()
      .min(1, 'must be at least 1; the direction says whether money comes in or goes out')
      .max(Number(MAX_ENTRY_MINOR), `must be at most ${MAX_ENTRY_MINOR}`)
      .describe('Whole minor units of the currency: 1250 is 12.50 in BRL.'),
    currency: currencyCode.describe("ISO 4217. It has to be the merchant's currency."),
    method: z
      .enum(METHODS)
      .describe('How the entry was paid. An entry without a method counts as `other`.')
      .exactOptional(),
    category: textIn(category)(category.max).describe('Your own grouping. No card numbers.').exactOptional(),
    description: textIn(description)(description.max).describe('A text for people. No card numbers.').exactOptional(),
    reference: textIn(reference)(reference.max)
      .describe('Your own reference, such as the number of a receipt. No card numbers.')
      .exactOptional(),
    terminalId: clientId.describe('The till that the entry comes from.').exactOptional(),
    terminalSeq: z
      .int()
      .min(0, 'must be at least 0')
      .max(Number.MAX_SAFE_INTEGER, `must be at most ${Number.MAX_SAFE_INTEGER}`)
      .describe("The till's own running number.")
      .exactOptional(),
    reverses: clientId.describe('The `entryId` of the entry that this one takes back.').exactOptional(),
    metadata: textPairs(metadata.max, textIn(metadata))
      .describe('Further texts that you want to find again. No card numbers in the values.')
      .exactOptional(),
  }) satisfies Omit<EntryShape, JsonName<'occurredAtMs'>>

/** A schema for each field of the table, required and optional as it is there. */
type EntryShape = {
  readonly [Name in FieldName as JsonName<Name>]: Name extends OptionalFieldName ? z.ZodExactOptional : z.ZodType
}

/** The body of `POST /v1/entries`. */
export const entryRequest = z.strictObject({
  ...fieldsExceptTime(fromClient),
  occurredAt: parsed(parseInstant, {
    'not-a-time': 'must be an RFC 3339 time such as 2026-11-20T09:30:00-03:00, on a date that exists',
    'no-offset': 'must end with its offset from UTC, such as Z or -03:00',
    'finer-than-nanoseconds': 'must have at most nine decimals of a second',
  }).meta({
    format: 'date-time',
    pattern: INSTANT_PATTERN,
    description:
      'RFC 3339 with an offset and at most nine decimals of a second. Three decimals are kept; the others are ' +
      'cut, never rounded. The time is at most 5 minutes ahead of our clock and 400 days behind it. It ' +
      'decides the business day, so a retry repeats it.',
  }),
})

// The instants that RFC 3339 can write; ingest never accepted another one. Date cannot print an instant far outside, and a
// number cannot hold the difference of two such instants.
const acceptedInstant = z.int().min(Date.parse('0001-01-01T00:00:00Z')).max(Date.parse('9999-12-31T23:59:59.999Z'))

const acceptedEntry = z.strictObject({
  entry: z.strictObject({ ...fieldsExceptTime(onStream), occurredAt: acceptedInstant }),
  businessDay: parsed(parseBusinessDay, 'must be a calendar date'),
  receivedAt: acceptedInstant,
})

/** What the schema has read, as the ledger has it. */
export const toEntryFields = (fields: z.output<typeof entryRequest>): EntryFields => {
  const { amount, occurredAt, metadata, ...same } = fields
  const pairs = metadata === undefined || Object.keys(metadata).length === 0 ? {} : { metadata }
  return { ...same, ...pairs, amountMinor: BigInt(amount), occurredAtMs: occurredAt }
}

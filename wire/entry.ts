/**
 * Entries as clients send them and as they stand on the stream. Both say the same fields by the same rules; they differ
 * in how the time is written and in what ingest adds.
 */
import * as z from 'zod'
import { DIRECTIONS, METHODS, type Entry } from '#ledger/entry'
import { isClientId, parseBusinessDay, type EntryId, type MerchantId } from '#ledger/identifiers'
import { MAX_ENTRY_MINOR, parseCurrency } from '#ledger/money'
import { ok, refuse, type Result } from '#ledger/result'
import { instantText, parseInstant } from './instant.ts'
import { fail, parsed, readFields, text, type FieldProblem } from './fields.ts'
import { parseJson } from './json.ts'
import { readUsualEntry } from './usual-entry.ts'

/** What a client says of an entry; ingest adds the rest. */
export type EntryFields = Omit<Entry, 'businessDay' | 'receivedAtMs'>

/** An entry as a client sent it, or every field of it that is wrong. */
export type EntryInput = Result<EntryFields, InvalidInput>
export type InvalidInput = {
  /** The id as the client sent it, valid or not, so that it can find its entry. */
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
  return refuse({ ...(isNamed && { entryId: json.entryId as string }), errors: fields.error })
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

const clientId = z.string().refine(isClientId, fail('malformed', 'must be 1 to 64 characters of A-Z a-z 0-9 . _ : -'))

const fieldsExceptTime = {
  entryId: clientId.transform((id) => id as EntryId),
  merchantId: clientId.transform((id) => id as MerchantId),
  direction: z.enum(DIRECTIONS),
  amount: z
    .int()
    .min(1, 'must be at least 1; the direction says whether money comes in or goes out')
    .max(Number(MAX_ENTRY_MINOR), `must be at most ${MAX_ENTRY_MINOR}`),
  currency: parsed(parseCurrency, 'must be an active ISO 4217 code in capitals'),
  method: z.enum(METHODS).exactOptional(),
  category: text(64).exactOptional(),
  description: text(200).exactOptional(),
  reference: text(100).exactOptional(),
  terminalId: clientId.exactOptional(),
  terminalSeq: z
    .int()
    .min(0, 'must be at least 0')
    .max(Number.MAX_SAFE_INTEGER, `must be at most ${Number.MAX_SAFE_INTEGER}`)
    .exactOptional(),
  reverses: clientId.exactOptional(),
  metadata: z
    .custom<Record<string, string>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
      message: 'must be an object of text values',
      params: { code: 'wrong-type' },
      abort: true,
    })
    // zod drops this key without a word, and a client that sends it must not believe that we keep it.
    .refine((pairs) => !Object.hasOwn(pairs, '__proto__'), fail('unknown-field', 'must not have a key "__proto__"'))
    .pipe(z.record(text(40), text(200)))
    .refine((pairs) => Object.keys(pairs).length <= 20, fail('too-long', 'must have at most 20 pairs'))
    .exactOptional(),
}

/** The body of `POST /v1/entries`. */
export const entryRequest = z.strictObject({
  ...fieldsExceptTime,
  occurredAt: parsed(parseInstant, {
    'not-a-time': 'must be an RFC 3339 time such as 2026-11-20T09:30:00-03:00, on a date that exists',
    'no-offset': 'must end with its offset from UTC, such as Z or -03:00',
    'finer-than-milliseconds': 'must have at most three decimals of a second',
  }),
})

// What RFC 3339 can write, so no other was ever accepted. Date cannot print one far outside, nor a number hold the
// difference of two such.
const acceptedInstant = z.int().min(Date.parse('0001-01-01T00:00:00Z')).max(Date.parse('9999-12-31T23:59:59.999Z'))

const acceptedEntry = z.strictObject({
  entry: z.strictObject({ ...fieldsExceptTime, occurredAt: acceptedInstant }),
  businessDay: parsed(parseBusinessDay, 'must be a calendar date'),
  receivedAt: acceptedInstant,
})

/** What the schema has read, as the ledger has it. */
export const toEntryFields = (fields: z.output<typeof entryRequest>): EntryFields => {
  const { amount, occurredAt, metadata, ...same } = fields
  const pairs = metadata === undefined || Object.keys(metadata).length === 0 ? {} : { metadata }
  return { ...same, ...pairs, amountMinor: BigInt(amount), occurredAtMs: occurredAt }
}

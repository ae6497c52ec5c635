/** What an operator asks for: to replay something set aside, or to discard it. */
import * as z from 'zod'
import type { SetAside } from '#ledger/quarantine'
import { ok, type Result } from '#ledger/result'
import { entryRequest, entryRequestOf, parseEntryInput, type EntryInput } from '#wire/entry/schema'
import { fail, freeText, readFields, type FieldProblem } from '#wire/json/fields'

/** Fields that replace those of the original; null takes an optional one away. */
export type Correction = Readonly<Record<string, unknown>>

/** Each field of an entry by its own rule, none of them required. */
export const correction = z
  .strictObject(
    Object.fromEntries(
      Object.entries<z.ZodType>(entryRequest.shape).map(([name, field]) => [
        name,
        z.exactOptional(field instanceof z.ZodExactOptional ? z.nullable(field.unwrap() as z.ZodType) : field),
      ]),
    ),
  )
  .describe(
    'The fields to replace, by the rules of a new entry. `null` removes an optional field. An item that could ' +
      'not be read as an entry needs all fields of a new entry.',
  )

/** The body of `POST /v1/quarantine/{quarantineId}/replay`. */
export const replayRequest = z.strictObject({ entry: correction.exactOptional() })

/** The body of `POST /v1/quarantine/{quarantineId}/discard`. */
export const discardRequest = z.strictObject({
  reason: freeText(500)
    .refine((reason) => reason.trim() !== '', fail('empty', 'must not be empty'))
    .meta({
      minLength: 1,
      description:
        'Why the item is left out. The item keeps this reason for later readers, so it holds no card numbers.',
    }),
})

export const parseReplayRequest = (
  json: unknown,
): Result<{ readonly correction?: Correction }, readonly FieldProblem[]> => {
  const fields = readFields(replayRequest, json)
  if (!fields.ok) return fields
  // As it was sent: the fields are read again once they stand among the others.
  const { entry } = json as { entry?: Correction }
  return ok(entry === undefined ? {} : { correction: entry })
}

export const parseDiscardRequest = (json: unknown): Result<{ readonly reason: string }, readonly FieldProblem[]> =>
  readFields(discardRequest, json)

/** The original with its correction, checked as if a client had sent it. */
export const correctedEntry = (subject: SetAside['subject'], correction: Correction): EntryInput => {
  const original = subject === 'unreadable' ? {} : entryRequestOf(subject)
  const fields = Object.entries({ ...original, ...correction }).filter(([, value]) => value !== null)
  return parseEntryInput(Object.fromEntries(fields))
}

/** Parts of many answers, as schemas of the published document. */
import * as z from 'zod'
import { CLIENT_ID } from '#ledger/identifiers'
import { CURSOR_PATTERN } from '../cursor.ts'
import { POSITION_TOKEN } from '../position-token.ts'
import { codeOfField, codeOfProblem } from './problem-codes.ts'

/** A schema with the name and the example under which the document shows it. */
export type Published = { readonly schema: z.ZodType; readonly example?: unknown }

/** Sums may be below zero. An answer whose sum would leave ±(2^53 − 1) is refused, so every client reads it exactly. */
export const sumMinor = (description: string) => z.int().describe(description)

export const count = (description: string) => z.int().min(0).describe(description)

export const clientIdOf = (description: string) => z.string().meta({ pattern: CLIENT_ID.source, description })

export const currency = z.string().meta({ pattern: '^[A-Z]{3}$', description: 'ISO 4217.' })

export const businessDay = (description: string) => z.string().meta({ format: 'date', description })

export const instant = (description: string) => z.string().meta({ format: 'date-time', description })

export const position = z.string().meta({
  pattern: POSITION_TOKEN.source,
  description:
    'Where the entry stands on the stream. The value is opaque. Give it as `after=` to a query that has to ' +
    'include the entry.',
})

export const appliedThrough = instant(
  "Everything that had arrived on the merchant's shard by this time is applied. Null when the time is not known.",
).nullable()

export const nextCursor = z
  .string()
  .meta({ pattern: CURSOR_PATTERN })
  .nullable()
  .describe('Give it as `cursor=` to get the next page. Null on the last page.')

export const fieldProblem = z.object({
  pointer: z
    .string()
    .describe(
      'A JSON pointer (RFC 6901) into the body. For a path, a query or a header, a slash and the name of the parameter.',
    ),
  code: codeOfField,
  detail: z.string().describe('A text for people. It may change.'),
})

/** A problem inside another answer has no `requestId`, because that answer has it. */
export const problem = z
  .object({
    type: z.string().meta({ format: 'uri-reference', description: 'Where the code is explained.' }),
    title: z.string().describe('A text for people. It may change.'),
    status: z
      .int()
      .min(400)
      .max(599)
      .describe('The HTTP status of the problem. Inside another answer, the status that it would have by itself.'),
    code: codeOfProblem,
    detail: z.string().describe('A text for people. It may change.'),
    requestId: z.string().describe('The id under which our log knows the request.').optional(),
    errors: z.array(fieldProblem).describe('The fields that are wrong, at most 50.').optional(),
    days: z.array(businessDay('')).describe('The business days that the problem is about, at most 10.').optional(),
  })
  .describe('An error (RFC 9457). `code` is for programs and does not change.')

export const quarantineId = z
  .string()
  .meta({ pattern: '^[A-Za-z0-9_-]+$', description: 'The id of the item. It is opaque.' })

/** What stands in many answers, as schemas of the published document. */
import * as z from 'zod'
import { CLIENT_ID } from '#ledger/identifiers'
import { CURSOR_PATTERN } from '../cursor.ts'
import { POSITION_TOKEN } from '../position-token.ts'
import { codeOfField, codeOfProblem } from './problem-codes.ts'

/** A schema with the name and the example under which the document shows it. */
export type Published = { readonly schema: z.ZodType; readonly example?: unknown }

/** Sums may be below zero. An answer whose sum would leave ±(2^53 − 1) is refused, so every client reads it exactly. */
export const sumMinor = (description: string) => z.int().meta({ format: 'int64', description })

export const count = (description: string) => z.int().min(0).meta({ format: 'int64', description })

export const clientIdOf = (description: string) => z.string().meta({ pattern: CLIENT_ID.source, description })

export const currency = z.string().meta({ pattern: '^[A-Z]{3}$', description: 'ISO 4217.' })

export const businessDay = (description: string) => z.string().meta({ format: 'date', description })

export const instant = (description: string) => z.string().meta({ format: 'date-time', description })

export const position = z.string().meta({
  pattern: POSITION_TOKEN.source,
  description:
    'Where the entry stands on the stream, opaque. Give it as `after=` to a query that has to know of the entry.',
})

export const appliedThrough = instant(
  "Everything that had arrived by then on the merchant's shard is applied; null when that is not known.",
).nullable()

export const nextCursor = z
  .string()
  .meta({ pattern: CURSOR_PATTERN })
  .nullable()
  .describe('Give it as `cursor=` for the next page; null when this is the last one.')

export const fieldProblem = z.object({
  pointer: z
    .string()
    .describe('JSON pointer (RFC 6901) into the body; for a path or a query, the name of the parameter.'),
  code: codeOfField,
  detail: z.string().describe('For people; may change.'),
})

/** Inside another answer a problem stands without `requestId`, which that answer has. */
export const problem = z
  .object({
    type: z.string().meta({ format: 'uri-reference', description: 'Where the code is explained.' }),
    title: z.string().describe('For people; may change.'),
    status: z.int().min(400).max(599).describe('The HTTP status that it has, or would have.'),
    code: codeOfProblem,
    detail: z.string().describe('For people; may change.'),
    requestId: z.string().describe('Under which our log knows the request.').optional(),
    errors: z.array(fieldProblem).describe('Every field that is wrong, at most 50.').optional(),
    days: z.array(businessDay('')).describe('The business days that it is about, at most 10.').optional(),
  })
  .describe('What went wrong (RFC 9457). `code` is for programs, and stays.')

export const quarantineId = z.string().meta({ pattern: '^[A-Za-z0-9_-]+$', description: 'Opaque.' })

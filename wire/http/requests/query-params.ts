/** What clients may ask of a query: its parameters by name, all of them or a refusal of each that is wrong. */
import * as z from 'zod'
import { daysBetween } from '#ledger/calendar'
import { CLIENT_ID, CLIENT_ID_RULE, parseBusinessDay, parseMerchantId } from '#ledger/identifiers'
import { QUARANTINE_REASONS, QUARANTINE_STATUSES } from '#ledger/quarantine'
import { ok, refuse, type Result } from '#ledger/result'
import { INSTANT_PATTERN, parseInstant } from '#wire/entry/instant'
import { CURSOR_PATTERN } from '../cursor.ts'
import { fail, parsed, readFields, type FieldProblem } from '#wire/json/fields'
import { parsePositionToken, POSITION_TOKEN } from '../position-token.ts'
import { WINDOW_SIZES } from '../responses/windows.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 500
const MAX_PERIOD_DAYS = 400

const parseLimit = (text: string): Result<number, 'out-of-range'> => {
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0
  return limit >= 1 && limit <= MAX_LIMIT ? ok(limit) : refuse('out-of-range')
}

const parseVersion = (text: string): Result<number, 'out-of-range'> =>
  /^[1-9]\d{0,8}$/.test(text) ? ok(Number(text)) : refuse('out-of-range')

const after = parsed(parsePositionToken, 'must be a position as it was answered when entries were accepted').meta({
  example: '2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0',
  pattern: POSITION_TOKEN.source,
  description:
    'The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, ' +
    'and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: ' +
    'wait=` says, and then answers 409 `not-applied-yet`.',
})
const day = parsed(parseBusinessDay, 'must be a calendar date, written YYYY-MM-DD').meta({ format: 'date' })
const limit = parsed(parseLimit, `must be a whole number from 1 to ${MAX_LIMIT}`).meta({
  type: 'integer',
  minimum: 1,
  maximum: MAX_LIMIT,
  default: DEFAULT_LIMIT,
  example: DEFAULT_LIMIT,
  description: 'The largest number of items on the page.',
})

/**
 * Every query takes `after`. The query answers only when the entry at that position, and all entries before it on the
 * same shards, are counted.
 */
export const queryParams = z.strictObject({ after: after.exactOptional() })

export const dayParams = queryParams.extend({
  version: parsed(parseVersion, 'must be a whole number from 1 on')
    .meta({
      type: 'integer',
      minimum: 1,
      example: 1,
      description:
        'A closed day as it was issued: 1 when it was closed, and one more with each restatement that changed it. Such an ' +
        'answer never changes. Without it, the day is answered as it is now.',
    })
    .exactOptional(),
})

export const balanceParams = queryParams
  .extend({
    day: day
      .meta({ description: 'The balance at the end of this business day.', example: '2026-11-20' })
      .exactOptional(),
    at: parsed(parseInstant, 'must be a time with an offset, for example 2026-11-20T12:00:00-03:00')
      .meta({
        format: 'date-time',
        pattern: INSTANT_PATTERN,
        example: '2026-11-20T12:00:00-03:00',
        description:
          'The balance of the entries of earlier days, and of those of its day that occurred up to this instant.',
      })
      .exactOptional(),
  })
  .superRefine(({ day: ofDay, at }, context) => {
    if (ofDay === undefined || at === undefined) return
    context.addIssue({ code: 'custom', path: ['at'], ...fail('not-both', 'cannot be given together with "day"') })
  })

export const pageParams = queryParams.extend({
  limit: limit.default(DEFAULT_LIMIT),
  cursor: z
    .string()
    .meta({
      pattern: CURSOR_PATTERN,
      example: 'SVdsR3RHZzEx',
      description: 'The `nextCursor` of the previous page of the same list and filter.',
    })
    .exactOptional(),
})

export const quarantineParams = pageParams.extend({
  merchant: parsed(parseMerchantId, `is no id of a merchant: it ${CLIENT_ID_RULE}`)
    .meta({ pattern: CLIENT_ID.source, description: 'Only items of this merchant.', example: 'corner-shop' })
    .exactOptional(),
  reason: z
    .enum(QUARANTINE_REASONS)
    .meta({ description: 'Only items that were set aside for this reason.', example: 'content-conflict' })
    .exactOptional(),
  status: z
    .enum(QUARANTINE_STATUSES)
    .meta({ description: 'Only items with this status.', example: 'waiting' })
    .exactOptional(),
})

export const liveParams = queryParams.extend({
  lastEventId: z
    .string()
    .meta({
      description:
        'The same as the header `last-event-id`, for clients that cannot set it. When both are given, the header counts.',
      example: '2026-11-20.2.bOMYFvyYC2oNdfuI',
    })
    .exactOptional(),
})

export const windowsParams = queryParams.extend({
  size: z.enum(WINDOW_SIZES).meta({ description: 'The size of a window.', example: '15m' }).default('1h'),
})

export const periodParams = pageParams
  .extend({
    from: day.meta({ description: 'The first business day.', example: '2026-11-19' }),
    to: day.meta({
      description: `The last business day. The period has at most ${MAX_PERIOD_DAYS} days, the first and the last included.`,
      example: '2026-11-20',
    }),
  })
  .superRefine(({ from, to }, context) => {
    const days = daysBetween(from, to) + 1
    if (days >= 1 && days <= MAX_PERIOD_DAYS) return
    const detail = `must be "from" or a day after it, with at most ${MAX_PERIOD_DAYS} days in all`
    context.addIssue({ code: 'custom', path: ['to'], ...fail('out-of-range', detail) })
  })

type Parsed<Schema extends z.ZodType> = Result<z.output<Schema>, readonly FieldProblem[]>

export const parseQueryParams = (given: unknown): Parsed<typeof queryParams> => readFields(queryParams, given)

export const parseDayParams = (given: unknown): Parsed<typeof dayParams> => readFields(dayParams, given)

export const parseBalanceParams = (given: unknown): Parsed<typeof balanceParams> => readFields(balanceParams, given)

/** A page of a list. The cursor is text here; only the list it belongs to can read it. */
export const parsePageParams = (given: unknown): Parsed<typeof pageParams> => readFields(pageParams, given)
export type PageParams = z.output<typeof pageParams>

export const parseQuarantineParams = (given: unknown): Parsed<typeof quarantineParams> =>
  readFields(quarantineParams, given)

export const parseWindowsParams = (given: unknown): Parsed<typeof windowsParams> => readFields(windowsParams, given)

/** The id in there may be anything: one that we never gave counts as none. */
export const parseLiveParams = (given: unknown): Parsed<typeof liveParams> => readFields(liveParams, given)

/** A page of the days from one to another, both included; never more than 400, never none. */
export const parsePeriodParams = (given: unknown): Parsed<typeof periodParams> => readFields(periodParams, given)

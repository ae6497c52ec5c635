/** The requests and answers of the command side. The schemas of the requests are the ones that check them. */
import * as z from 'zod'
import { batchRequest } from '../batch.ts'
import { entryRequest } from '#wire/entry/schema'
import { merchantPatch, merchantRequest } from '../merchant.ts'
import { correction, discardRequest, replayRequest } from '../requests/quarantine.ts'
import {
  EXAMPLE_DISCARD,
  EXAMPLE_PATCH,
  EXAMPLE_REFUND,
  EXAMPLE_REGISTRATION,
  EXAMPLE_REPLAY,
  EXAMPLE_SALE,
} from './example-shop.ts'
import { calendarRule, merchant } from './merchant-schema.ts'
import { codeOfField, codeOfProblem } from './problem-codes.ts'
import {
  businessDay,
  clientIdOf,
  count,
  fieldProblem,
  instant,
  position,
  problem,
  quarantineId,
  type Published,
} from './values.ts'

const accepted = z
  .object({
    entryId: clientIdOf('The id as it was sent.'),
    merchantId: clientIdOf('The id as it was sent.'),
    businessDay: businessDay('The day in whose book the entry is counted.'),
    position,
  })
  .describe('The entry is on the stream and will be counted once, whatever happens next.')

const index = z.int().min(0).describe('The place of the entry in the request, counted from 0.')

const acceptedResult = z.object({
  index,
  entryId: clientIdOf('The id as it was sent.'),
  status: z.literal('accepted'),
  businessDay: businessDay('The day in whose book the entry is counted.'),
  position,
})

const rejectedResult = z.object({
  index,
  entryId: z.string().describe('The id as it was sent, if it was text.').optional(),
  status: z.literal('rejected'),
  problem,
})

const batchResult = z.discriminatedUnion('status', [acceptedResult, rejectedResult])

const results = z.array(batchResult).describe('One result for each entry, in the order of the request.')
const acceptedCount = count('The number of accepted entries.')
const rejectedCount = count('The number of refused entries.')

const batchAnswer = z.object({ accepted: acceptedCount, rejected: rejectedCount, results })

const batchProblem = problem
  .extend(batchAnswer.partial().shape)
  .describe('A problem. If the entries were checked and none was accepted, it has the result of each.')

const acceptedLines = z
  .object({
    from: z.int().min(1).describe('The first line of the range, counted from 1.'),
    to: z.int().min(1).describe('The last line of the range.'),
    accepted: count('The number of lines in the range that hold an entry. The other lines are blank.'),
    position: position.describe(
      'Where the entries of the range stand on the stream: the furthest place on each shard that took ' +
        'some of them. The value is opaque. Give it as `after=` to a query that has to include all of them.',
    ),
    businessDays: z
      .array(businessDay('A day in whose book entries of the range are counted.'))
      .min(1)
      .describe('Each day once, in order. A range has at most 500 entries, so it has at most 500 days.'),
  })
  .describe('All entries in these lines were accepted. A range ends before its position would name a ninth shard.')

const rejectedLine = z
  .object({ line: z.int().min(1).describe('Counted from 1.'), status: z.literal('rejected'), problem })
  .describe('The entry in this line was refused.')

const uploadEnd = z
  .object({
    done: z
      .boolean()
      .describe('False when the service stopped before the end. Then send the lines without an answer again.'),
    accepted: acceptedCount,
    rejected: rejectedCount,
    problem: problem.describe('Why the service stopped before the end.').optional(),
  })
  .describe('The last line of the answer.')

const streamAnswer = z
  .union([acceptedLines, rejectedLine, uploadEnd])
  .describe('One line of the answer of `POST /v1/entries/stream`.')

const by = z
  .string()
  .describe('The operator who decided: the subject of the token. Repeating a decision changes no name.')
const at = instant('The time of the decision.')

const replayed = z
  .object({
    quarantineId,
    status: z.literal('replayed'),
    by,
    at,
    entryId: clientIdOf('The id of the entry that was put on the stream.'),
    merchantId: clientIdOf('The merchant of the entry that was put on the stream.'),
    businessDay: businessDay('The day in whose book the entry is counted.'),
    position,
  })
  .describe('The entry is on the stream. If the same content is set aside again, the item waits again.')

const discarded = z
  .object({
    quarantineId,
    status: z.literal('discarded'),
    by,
    at,
    reason: z.string().describe('The reason as it was given.'),
  })
  .describe('The item is left out for good.')

const closedDay = z.object({
  businessDay: businessDay('The day, which had entries and was open.'),
  status: z
    .enum(['closed', 'waiting', 'not-equal', 'after-open-day'])
    .describe(
      '`waiting`: the day has not ended, or its entries are on their way into the archive. `not-equal`: the archive and ' +
        'the book differ, and an operator has to look. `after-open-day`: an earlier day stays open.',
    ),
  reason: z.string().describe('Why the day stays open, for people.').optional(),
  version: z.int().min(1).describe('The version with which the day was closed.').optional(),
  closing: z
    .int()
    .describe('The balance with which the day was closed. Absent when another request was faster.')
    .optional(),
})

const closedDays = z.object({
  merchantId: clientIdOf('The merchant.'),
  through: businessDay('The last day that was to be closed.'),
  status: z
    .enum(['closed', 'closing', 'open'])
    .describe(
      '`closed`: every day up to `through` is closed. `closing`: the workflow goes on. `open`: some day stays open, and ' +
        '`days` says why.',
    ),
  closedThrough: businessDay('').nullable().describe('The last closed day. Null until a day is closed.'),
  days: z
    .array(closedDay)
    .describe('The days that were open, in their order. Of a day that was closed before, nothing is said.'),
})

/** Examples of answers are recorded (recorded-answers.ts). */
export const INGEST_SCHEMAS = {
  Entry: { schema: entryRequest, example: EXAMPLE_REFUND },
  Accepted: { schema: accepted },
  Batch: { schema: batchRequest, example: { entries: [EXAMPLE_SALE, EXAMPLE_REFUND] } },
  BatchAnswer: { schema: batchAnswer },
  BatchResult: { schema: batchResult },
  AcceptedResult: { schema: acceptedResult },
  RejectedResult: { schema: rejectedResult },
  BatchProblem: { schema: batchProblem },
  StreamAnswer: { schema: streamAnswer },
  AcceptedLines: { schema: acceptedLines },
  RejectedLine: { schema: rejectedLine },
  UploadEnd: { schema: uploadEnd },
  MerchantRegistration: { schema: merchantRequest, example: EXAMPLE_REGISTRATION },
  MerchantPatch: { schema: merchantPatch, example: EXAMPLE_PATCH },
  Replay: { schema: replayRequest, example: EXAMPLE_REPLAY },
  Correction: { schema: correction },
  Replayed: { schema: replayed },
  Discard: { schema: discardRequest, example: EXAMPLE_DISCARD },
  Discarded: { schema: discarded },
  ClosedDays: { schema: closedDays },
  ClosedDay: { schema: closedDay },
  Merchant: { schema: merchant },
  CalendarRule: { schema: calendarRule },
  Problem: { schema: problem },
  FieldProblem: { schema: fieldProblem },
  ProblemCode: { schema: codeOfProblem },
  FieldCode: { schema: codeOfField },
} satisfies Record<string, Published>

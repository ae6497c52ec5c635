/** What the command side takes and answers. The schemas of what it takes are the ones by which it is checked. */
import * as z from 'zod'
import { batchRequest } from '../batch.ts'
import { entryRequest } from '#wire/entry/schema'
import { merchantPatch, merchantRequest } from '../merchant.ts'
import { discardRequest, replayRequest } from '../requests/quarantine.ts'
import { merchant, MERCHANT_EXAMPLE } from './merchant-schema.ts'
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
    entryId: clientIdOf('As it was sent.'),
    merchantId: clientIdOf('As it was sent.'),
    businessDay: businessDay('The day in whose book the entry is counted.'),
    position,
  })
  .describe('The entry is on the stream and will be counted, once, whatever happens next.')

const index = z.int().min(0).describe('Which of the entries sent, from 0.')

const batchResult = z.discriminatedUnion('status', [
  z.object({
    index,
    entryId: clientIdOf('As it was sent.'),
    status: z.literal('accepted'),
    businessDay: businessDay('The day in whose book the entry is counted.'),
    position,
  }),
  z.object({
    index,
    entryId: z.string().describe('As it was sent, if that was text.').optional(),
    status: z.literal('rejected'),
    problem,
  }),
])

const results = z.array(batchResult).describe('One for each entry sent, in order.')
const acceptedCount = count('How many were accepted.')
const rejectedCount = count('How many were refused.')

const batchAnswer = z.object({ accepted: acceptedCount, rejected: rejectedCount, results })

const batchProblem = problem
  .extend(batchAnswer.partial().shape)
  .describe('A problem. When the entries were looked at and none was accepted, with the result of each.')

const streamAnswer = z
  .union([
    z
      .object({
        from: z.int().min(1).describe('The first line of the range, counted from 1.'),
        to: z.int().min(1).describe('The last line of the range.'),
        accepted: count('How many lines of the range held an entry; the others are blank.'),
        position: position.describe(
          'Where the entries of the range stand on the stream, opaque: on every shard that took some of them, the furthest ' +
            'place. Give it as `after=` to a query that has to know of all of them.',
        ),
        businessDays: z
          .array(businessDay('A day in whose book entries of the range are counted.'))
          .min(1)
          .describe('Each day once, in order; never more than there are entries, which are at most 500.'),
      })
      .describe('All entries in these lines were accepted. A range ends before its position would name a ninth shard.'),
    z
      .object({ line: z.int().min(1).describe('Counted from 1.'), status: z.literal('rejected'), problem })
      .describe('The entry in this line was refused.'),
    z
      .object({
        done: z.boolean().describe('False when we stopped before the end: send again what has no answer.'),
        accepted: acceptedCount,
        rejected: rejectedCount,
        problem: problem.describe('Why we stopped before the end.').optional(),
      })
      .describe('The last line of the answer.'),
  ])
  .describe('One line of the answer of `POST /v1/entries/stream`.')

const by = z.string().describe('Who decided it first: the subject of that token. Asking again changes no name.')
const at = instant('When it was decided.')

const replayed = z
  .object({
    quarantineId,
    status: z.literal('replayed'),
    by,
    at,
    entryId: clientIdOf('Of the entry that was put on the stream.'),
    merchantId: clientIdOf('Of the entry that was put on the stream.'),
    businessDay: businessDay('The day in whose book the entry is counted.'),
    position,
  })
  .describe('The entry is on the stream. Should it be set aside once more, the item waits again.')

const discarded = z
  .object({ quarantineId, status: z.literal('discarded'), by, at, reason: z.string().describe('As it was given.') })
  .describe('The item is left out for good.')

const ENTRY_EXAMPLE = {
  entryId: 'sale-0001',
  merchantId: 'corner-shop',
  direction: 'credit',
  amount: 1250,
  currency: 'BRL',
  occurredAt: '2026-11-20T09:30:00-03:00',
  method: 'pix',
  terminalId: 'till-1',
  terminalSeq: 17,
  reference: 'receipt 4711',
}

const ACCEPTED_EXAMPLE = {
  entryId: 'sale-0001',
  merchantId: 'corner-shop',
  businessDay: '2026-11-20',
  position: '2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0',
}

const RESULT_EXAMPLE = {
  index: 0,
  entryId: 'sale-0001',
  status: 'accepted',
  businessDay: '2026-11-20',
  position: ACCEPTED_EXAMPLE.position,
}

const RANGE_EXAMPLE = {
  from: 1,
  to: 251,
  accepted: 251,
  position: ACCEPTED_EXAMPLE.position,
  businessDays: ['2026-11-20'],
}

export const INGEST_SCHEMAS = {
  Entry: { schema: entryRequest, example: ENTRY_EXAMPLE },
  Accepted: { schema: accepted, example: ACCEPTED_EXAMPLE },
  Batch: { schema: batchRequest, example: { entries: [ENTRY_EXAMPLE] } },
  BatchAnswer: { schema: batchAnswer, example: { accepted: 1, rejected: 0, results: [RESULT_EXAMPLE] } },
  BatchResult: { schema: batchResult, example: RESULT_EXAMPLE },
  BatchProblem: { schema: batchProblem },
  StreamAnswer: { schema: streamAnswer, example: RANGE_EXAMPLE },
  MerchantRegistration: {
    schema: merchantRequest,
    example: { name: 'Corner Shop', currency: 'BRL', timeZone: 'America/Sao_Paulo', dayStartsAt: '04:00' },
  },
  MerchantPatch: { schema: merchantPatch, example: { lateEntries: 'restate', dayStartsAt: null } },
  Replay: { schema: replayRequest, example: { entry: { entryId: 'sale-0001-b' } } },
  Replayed: { schema: replayed },
  Discard: { schema: discardRequest, example: { reason: 'Sent by a till in test mode.' } },
  Discarded: { schema: discarded },
  Merchant: { schema: merchant, example: MERCHANT_EXAMPLE },
  Problem: { schema: problem },
  FieldProblem: { schema: fieldProblem },
} satisfies Record<string, Published>

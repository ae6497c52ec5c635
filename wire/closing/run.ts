/** What stands in the inputs and outputs of the workflow that closes days: orders, and runs between two steps. */
import * as z from 'zod'
import {
  MOST_DAYS,
  MOST_ORDERED,
  newRun,
  type ClosingDay,
  type ClosingOrder,
  type ClosingRun,
} from '#ledger/closing-run'
import { parseBusinessDay, type MerchantId } from '#ledger/identifiers'
import { ok, refuse, type Result } from '#ledger/result'
import { clientId, explainFields, parsed, readFields } from '../json/fields.ts'

const FORMAT = 1

const merchantId = clientId.transform((id) => id as MerchantId)
const day = parsed(parseBusinessDay, 'must be a calendar date, written YYYY-MM-DD')
const count = z.int().min(0)

/** Amounts are texts here: they may be greater than what a number of JSON carries. */
const amount = z
  .string()
  .regex(/^-?\d{1,30}$/)
  .transform(BigInt)

const closingDay = z.strictObject({
  merchantId,
  day,
  status: z.enum(['closed', 'waiting', 'not-equal', 'after-open-day']),
  reason: z.string().exactOptional(),
  version: count.exactOptional(),
  closingMinor: amount.exactOptional(),
})

const order = z.strictObject({ merchantIds: z.array(merchantId).min(1).max(MOST_ORDERED), through: day })

const run = z.strictObject({
  format: z.literal(FORMAT, `is not ${FORMAT}, so another version of Daybook has begun this run`),
  order: order.exactOptional(),
  next: z.enum(['chunk', 'round', 'done']),
  waitSeconds: count,
  rounds: count,
  after: z.string().exactOptional(),
  passed: z.array(merchantId).max(MOST_ORDERED).exactOptional(),
  closed: count,
  open: count,
  waiting: count,
  days: z.array(closingDay).max(MOST_DAYS),
})

/** The input of a workflow: an order, or nothing for all that is due. */
export const orderJson = ({ merchantIds, through }: ClosingOrder) => ({ merchantIds, through })

/** The run of a step's input, which is the input of the workflow or the output of the step before. */
export const parseStepInput = (json: unknown): Result<ClosingRun, string> => {
  if (typeof json === 'object' && json !== null) {
    if ('next' in json) return parseRun(json)
    if (Object.keys(json).length === 0) return ok(newRun())
  }
  const ordered = readFields(order, json)
  return ordered.ok ? ok(newRun(ordered.value)) : refuse(`The order is not valid: ${explainFields(ordered.error)}`)
}

export const parseRun = (json: unknown): Result<ClosingRun, string> => {
  const fields = readFields(run, json)
  if (!fields.ok) return refuse(`The run is not valid: ${explainFields(fields.error)}`)
  const { format: _, ...value } = fields.value
  return ok(value)
}

export const runJson = ({ days, ...rest }: ClosingRun) => ({ format: FORMAT, ...rest, days: days.map(dayJson) })

const dayJson = ({ closingMinor, ...rest }: ClosingDay) => ({
  ...rest,
  ...(closingMinor !== undefined && { closingMinor: String(closingMinor) }),
})

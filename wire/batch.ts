/** The wire format of `POST /v1/entries/batch`: an envelope around entries, and one result for each of them. */
import * as z from 'zod'
import type { Entry } from '#ledger/entry'
import type { Position } from '#ledger/identifiers'
import { ok, type Result } from '#ledger/result'
import { readFields, type FieldProblem } from './fields.ts'
import { positionToken } from './position-token.ts'
import { PROBLEMS, problemBody, type Problem } from './problem.ts'

/** An entry that the stream has acknowledged, and where it stands there. */
export type Accepted = { readonly entry: Entry; readonly position: Position }

export const MAX_BATCH_ENTRIES = 500

/** What a batch holds, each entry still as it came. */
export const parseBatch = (json: unknown): Result<readonly unknown[], readonly FieldProblem[]> => {
  const batch = readFields(batchRequest, json)
  return batch.ok ? ok(batch.value.entries) : batch
}

const SIZE = `must hold 1 to ${MAX_BATCH_ENTRIES} entries`

/** The body of `POST /v1/entries/batch`. */
export const batchRequest = z.strictObject({
  // Each is checked by itself, later: a wrong one must not take its neighbours with it.
  entries: z
    .array(z.unknown().meta({ $ref: '#/components/schemas/Entry' }))
    .min(1, SIZE)
    .max(MAX_BATCH_ENTRIES, SIZE),
})

/**
 * 202 when all entries were accepted, 207 when some were; when none was, a problem that carries the results as well:
 * 503 if sending the same again may help, otherwise 422.
 */
export const batchResponse = (
  inputs: readonly unknown[],
  outcomes: readonly Result<Accepted, Problem>[],
  requestId: string,
): Response => {
  const results = outcomes.map((outcome, index) => result(index, inputs[index], outcome))
  const refusals = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]))
  const counted = { accepted: outcomes.length - refusals.length, rejected: refusals.length, results }
  if (refusals.length === 0) return json(counted, 202)
  if (counted.accepted > 0) return json(counted, 207)

  // What may be on the stream in spite of everything must not be answered 4xx.
  const mayHeal = refusals.find(({ code }) => PROBLEMS[code].status >= 500)
  const whole: Problem = mayHeal ?? {
    code: 'nothing-accepted',
    detail: 'The results say what is wrong with each entry.',
  }
  return json({ ...problemBody(whole, requestId), ...counted }, PROBLEMS[whole.code].status, {
    'content-type': 'application/problem+json',
    ...(whole.retryAfterSeconds !== undefined && { 'retry-after': String(whole.retryAfterSeconds) }),
  })
}

const result = (index: number, input: unknown, outcome: Result<Accepted, Problem>) => {
  if (!outcome.ok) return { index, ...echoedId(input), status: 'rejected', problem: problemBody(outcome.error) }
  const { entry, position } = outcome.value
  const { entryId, businessDay } = entry
  return { index, entryId, status: 'accepted', businessDay, position: positionToken(position) }
}

/** The id as the client sent it, valid or not, so that it can find its entry. */
const echoedId = (input: unknown): { entryId?: string } =>
  typeof input === 'object' && input !== null && 'entryId' in input && typeof input.entryId === 'string'
    ? { entryId: input.entryId }
    : {}

// Not `jsonResponse`: no bigint is in here, and looking for one in 500 results would cost more than writing them.
const json = (body: unknown, status: number, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  })

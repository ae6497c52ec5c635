/** The wire format of `POST /v1/entries/batch`: an envelope around entries, and one result for each of them. */
import { ok, refuse, type Result } from '#ledger/result'
import { pointerTo, type FieldProblem } from '#wire/fields'
import { positionToken } from '#wire/position-token'
import { PROBLEMS, problemBody, type Problem } from '#wire/problem'
import type { Accepted } from './accept-entries.ts'

export const MAX_BATCH_ENTRIES = 500

/** What a batch holds, each entry still as it came. */
export const readBatch = (json: unknown): Result<readonly unknown[], readonly FieldProblem[]> => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return refuse([wrong('', 'wrong-type', 'must be an object')])
  }
  const strays = Object.keys(json).filter((key) => key !== 'entries')
  if (strays.length > 0) {
    return refuse(strays.map((key) => wrong(pointerTo([key]), 'unknown-field', 'is not a field of this request')))
  }
  const entries: unknown = 'entries' in json ? json.entries : undefined
  if (entries === undefined) return refuse([wrong('/entries', 'missing', 'is required')])
  if (!Array.isArray(entries)) return refuse([wrong('/entries', 'wrong-type', 'must be an array')])
  if (entries.length < 1 || entries.length > MAX_BATCH_ENTRIES) {
    return refuse([wrong('/entries', 'out-of-range', `must hold 1 to ${MAX_BATCH_ENTRIES} entries`)])
  }
  return ok(entries)
}

const wrong = (pointer: string, code: string, detail: string): FieldProblem => ({ pointer, code, detail })

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

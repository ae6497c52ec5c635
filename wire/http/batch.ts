/** The wire format of `POST /v1/entries/batch`: an envelope around entries, and one result for each of them. */
import * as z from 'zod'
import type { Entry } from '#ledger/entry'
import type { Position } from '#ledger/identifiers'
import { ok, refuse, type Result } from '#ledger/result'
import { parseEntryInput, type EntryInput } from '../entry/schema.ts'
import { readFields } from '../json/fields.ts'
import { parseJson } from '../json/json.ts'
import { positionToken } from './position-token.ts'
import { invalid, notJsonBody, PROBLEMS, problemBody, type Problem } from './problem.ts'
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, EntryScanner, OPEN_BRACE, OPEN_BRACKET } from '../entry/scanner.ts'

/** An entry that the stream has acknowledged, and where it stands there. */
export type Accepted = { readonly entry: Entry; readonly position: Position }

const MAX_BATCH_ENTRIES = 500

/** What a batch holds, each entry judged by itself. */
export const parseBatchText = (text: string): Result<readonly EntryInput[], Problem> => {
  const usual = readUsualBatch(text)
  if (usual !== undefined) return ok(usual)
  const json = parseJson(text)
  if (!json.ok) return refuse(notJsonBody(text))
  const batch = readFields(batchRequest, json.value)
  return batch.ok
    ? ok(batch.value.entries.map(parseEntryInput))
    : refuse(invalid('The batch is not valid.', batch.error))
}

/** The short way for a batch that is written as nearly all batches are. Undefined says only that this one is not. */
const readUsualBatch = (text: string): readonly EntryInput[] | undefined => {
  const scanner = new EntryScanner(text)
  const isBatch = scanner.take(OPEN_BRACE) && scanner.string() === 'entries' && scanner.take(COLON)
  if (!isBatch || !scanner.take(OPEN_BRACKET)) return undefined
  const entries: EntryInput[] = []
  do {
    const input = nextInput(scanner)
    if (input === undefined || entries.length === MAX_BATCH_ENTRIES) return undefined
    entries.push(input)
  } while (scanner.take(COMMA))
  return scanner.take(CLOSE_BRACKET) && scanner.take(CLOSE_BRACE) && scanner.isAtEnd() ? entries : undefined
}

const nextInput = (scanner: EntryScanner): EntryInput | undefined => {
  const usual = scanner.entry()
  if (usual !== undefined) return ok(usual)
  // Only this entry goes the long way: an unusual entry must not slow down its neighbours.
  const json = parseJson(scanner.value() ?? '')
  return json.ok ? parseEntryInput(json.value) : undefined
}

const SIZE = `must hold 1 to ${MAX_BATCH_ENTRIES} entries`

/** The body of `POST /v1/entries/batch`. */
export const batchRequest = z.strictObject({
  // Each entry is checked by itself, later: a wrong entry must not take its neighbours with it.
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
  inputs: readonly EntryInput[],
  outcomes: readonly Result<Accepted, Problem>[],
  requestId: string,
): Response => {
  const refusals = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]))
  if (refusals.length === 0) return allAccepted(outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : [])))
  const results = outcomes.map((outcome, index) => result(index, inputs[index], outcome))
  const counted = { accepted: outcomes.length - refusals.length, rejected: refusals.length, results }
  if (counted.accepted > 0) return json(counted, 207)

  // An entry that may be on the stream after all must not be answered 4xx.
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

// By hand, at a third of what JSON.stringify takes: nothing in an id, a day or a position needs escaping.
const allAccepted = (entries: readonly Accepted[]): Response => {
  const results = entries.map(
    ({ entry: { entryId, businessDay }, position }, index) =>
      `{"index":${index},"entryId":"${entryId}","status":"accepted",` +
      `"businessDay":"${businessDay}","position":"${positionToken(position)}"}`,
  )
  return writtenResponse(`{"accepted":${entries.length},"rejected":0,"results":[${results.join()}]}`, 202)
}

const result = (index: number, input: EntryInput | undefined, outcome: Result<Accepted, Problem>) => {
  if (!outcome.ok) return { index, ...echoedId(input), status: 'rejected', problem: problemBody(outcome.error) }
  const { entry, position } = outcome.value
  const { entryId, businessDay } = entry
  return { index, entryId, status: 'accepted', businessDay, position: positionToken(position) }
}

const echoedId = (input: EntryInput | undefined): { entryId?: string } => {
  const entryId = input?.ok === true ? input.value.entryId : input?.error.entryId
  return entryId === undefined ? {} : { entryId }
}

// Not `jsonResponse`: no bigint is in here, and looking for one in 500 results would cost more than writing them.
const json = (body: unknown, status: number, headers: Record<string, string> = {}): Response =>
  writtenResponse(JSON.stringify(body), status, headers)

const writtenResponse = (text: string, status: number, headers: Record<string, string> = {}): Response =>
  new Response(text, {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  })

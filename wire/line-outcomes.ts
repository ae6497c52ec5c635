/** What `POST /v1/entries/stream` answers, line by line, while it reads. Each is one line of NDJSON. */
import type { Position } from '#ledger/identifiers'
import type { Result } from '#ledger/result'
import type { Accepted } from './batch.ts'
import { positionToken } from './position-token.ts'
import { problemBody, type Problem } from './problem.ts'

/** What has become of a line of the request. Lines are counted from 1. */
export type LineOutcome = { readonly line: number; readonly outcome: Result<Accepted, Problem> }

export type Counted = { readonly accepted: number; readonly rejected: number }

/**
 * Answers for outcomes in the order of their lines: accepted ones next to each other as a range, each refused one by
 * itself, so that whoever has read up to a line knows what has become of all lines before it.
 */
export const outcomeLines = (outcomes: readonly LineOutcome[]): string => {
  let text = ''
  let range: Range | undefined
  for (const { line, outcome } of outcomes) {
    if (outcome.ok) {
      const { position } = outcome.value
      range = { from: range?.from ?? line, to: line, accepted: (range?.accepted ?? 0) + 1, position }
    } else {
      text += rangeLine(range) + json({ line, status: 'rejected', problem: problemBody(outcome.error) })
      range = undefined
    }
  }
  return text + rangeLine(range)
}

/** The last answer, when everything was read and decided. */
export const doneLine = (counted: Counted): string => json({ done: true, ...counted })

/** The last answer, when we stop before the end: what was not answered before it has to be sent again. */
export const brokenOffLine = (counted: Counted, problem: Problem, requestId: string): string =>
  json({ done: false, ...counted, problem: problemBody(problem, requestId) })

/** `position` is that of the line `to`. */
type Range = {
  readonly from: number
  readonly to: number
  readonly accepted: number
  readonly position: Position
}

const rangeLine = (range: Range | undefined): string =>
  range === undefined ? '' : json({ ...range, position: positionToken(range.position) })

const json = (value: unknown): string => `${JSON.stringify(value)}\n`

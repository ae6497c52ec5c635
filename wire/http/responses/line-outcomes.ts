/** What `POST /v1/entries/stream` answers, line by line, while it reads. Each is one line of NDJSON. */
import { furthestPositions, MOST_SHARDS } from '#ledger/positions'
import type { Result } from '#ledger/result'
import type { Accepted } from '../batch.ts'
import { positionsToken } from '../position-token.ts'
import { problemBody, type Problem } from '../problem.ts'

/** What has become of a line of the request. Lines are counted from 1. */
export type LineOutcome = { readonly line: number; readonly outcome: Result<Accepted, Problem> }

export type Counted = { readonly accepted: number; readonly rejected: number }

/**
 * Answers for outcomes in the order of their lines: accepted ones next to each other as a range, each refused one by
 * itself. A client that has read up to a line knows what has become of all lines before it. A range also ends before its
 * position would name more shards than a token can.
 */
export const outcomeLines = (outcomes: readonly LineOutcome[]): string => {
  let text = ''
  let range: Range | undefined
  for (const { line, outcome } of outcomes) {
    if (!outcome.ok) {
      text += rangeLine(range) + json({ line, status: 'rejected', problem: problemBody(outcome.error) })
      range = undefined
      continue
    }
    const { shardId } = outcome.value.position
    if (range?.shardIds.size === MOST_SHARDS && !range.shardIds.has(shardId)) {
      text += rangeLine(range)
      range = undefined
    }
    range ??= { from: line, to: line, accepted: [], shardIds: new Set() }
    range.to = line
    range.accepted.push(outcome.value)
    range.shardIds.add(shardId)
  }
  return text + rangeLine(range)
}

/** The last answer, when everything was read and decided. */
export const doneLine = (counted: Counted): string => json({ done: true, ...counted })

/** The last answer, when we stop before the end: what was not answered before it has to be sent again. */
export const brokenOffLine = (counted: Counted, problem: Problem, requestId: string): string =>
  json({ done: false, ...counted, problem: problemBody(problem, requestId) })

type Range = {
  readonly from: number
  to: number
  readonly accepted: Accepted[]
  readonly shardIds: Set<string>
}

const rangeLine = (range: Range | undefined): string => {
  if (range === undefined) return ''
  const { from, to, accepted } = range
  return json({
    from,
    to,
    accepted: accepted.length,
    position: positionsToken(furthestPositions(accepted.map(({ position }) => position))),
    businessDays: [...new Set(accepted.map(({ entry }) => entry.businessDay))].toSorted(),
  })
}

const json = (value: unknown): string => `${JSON.stringify(value)}\n`

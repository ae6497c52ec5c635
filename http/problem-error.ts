/** A request that is refused throws its problem, from wherever that is found; `service` answers it. */
import type { FieldProblem } from '#wire/json/fields'
import { invalid, type Problem } from '#wire/http/problem'

export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    // A refusal is an ordinary outcome, and the log never shows its stack. Making the stack takes about 10 µs, and
    // shedding load has to stay cheap.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(problem.detail, options)
    Error.stackTraceLimit = stackTraceLimit
    this.problem = problem
  }
}

/** The value of an outcome. Throws a ProblemError when the outcome is a problem. */
export const orProblem = <T>(outcome: Outcome<T, Problem>): T => {
  if (outcome.ok) return outcome.value
  throw new ProblemError(outcome.error)
}

/** The value that was read. Throws a ProblemError, `invalid`, that points at every field that is wrong. */
export const orInvalid = <T>(read: Outcome<T, readonly FieldProblem[]>, detail: string): T => {
  if (read.ok) return read.value
  throw new ProblemError(invalid(detail, read.error))
}

type Outcome<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

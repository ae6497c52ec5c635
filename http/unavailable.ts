import type { Problem } from '#wire/http/problem'
import { ProblemError } from './problem-error.ts'

/** A system that requests depend on, such as a table. */
export type Dependency = {
  /** What it is in the log. */
  readonly name: string
  /** What clients are told when it does not answer. */
  readonly unavailable: Problem
}

/**
 * A dependency did not answer, and may do so at the next try. The client hears that; the log has the cause. Every other
 * error is a fault of ours, which no second try mends.
 */
export class Unavailable extends ProblemError {
  readonly dependency: Dependency

  constructor(dependency: Dependency, cause: unknown) {
    super(dependency.unavailable, { cause })
    this.dependency = dependency
  }
}

/** What the dependency answers. Throws Unavailable when it fails. */
export const orUnavailable = async <T>(answer: Promise<T>, dependency: Dependency): Promise<T> => {
  try {
    return await answer
  } catch (cause) {
    throw new Unavailable(dependency, cause)
  }
}

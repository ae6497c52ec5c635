import type { Random } from './random.ts'

/**
 * Decides which caller goes on next. All callers that wait for a turn are under way at the same time; which of them moves
 * first is chance, so every interleaving of calls can happen, and the same seed makes the same one happen again.
 */
export class Scheduler {
  readonly #random: Random
  readonly #waiting: (() => void)[] = []

  constructor(random: Random) {
    this.#random = random
  }

  /** Waits until chance picks the caller. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Gives turns until no caller waits for one. Throws when that takes too long: then some caller goes in circles. */
  async run(maxTurns: number): Promise<void> {
    for (let turns = 0; ; turns += 1) {
      // By then everything that could go on without a turn has done so.
      await new Promise(setImmediate)
      const index = this.#random.below(this.#waiting.length)
      const next = this.#waiting[index]
      if (next === undefined) return
      if (turns === maxTurns) throw new Error(`still not at rest after ${maxTurns} turns`)
      this.#waiting[index] = this.#waiting.at(-1) ?? next
      this.#waiting.pop()
      next()
    }
  }
}

import type { Choices, Fault, Turn, Uses } from './choices.ts'

type Waiting = Turn & { readonly go: (fault: Fault | undefined) => void; readonly isGone: () => boolean }

type Timer = { readonly atMs: number; readonly fire: () => void }

/**
 * Decides which caller goes on next. All callers that wait for a turn are under way at the same time. A chooser picks the
 * one that moves, so every interleaving of calls can happen, and the same choices make the same one happen again.
 *
 * Time is a caller as well: when it moves, the clock jumps to the earliest timer. So a deadline may pass between any two
 * calls.
 */
export class Scheduler {
  readonly #choices: Choices
  #waiting: Waiting[] = []
  readonly #numbers = new Map<string, number>()
  readonly #timers: Timer[] = []
  #isStopped = false
  nowMs: number

  constructor(choices: Choices, nowMs = 0) {
    this.#choices = choices
    this.nowMs = nowMs
  }

  /**
   * Waits until the actor is picked. Returns the fault that befalls it, if any. Never returns to a caller that is gone by
   * then.
   */
  turn(
    actor: string,
    uses: Uses = {},
    faults: readonly Fault[] = [],
    isGone: () => boolean = () => false,
  ): Promise<Fault | undefined> {
    const number = this.#numbers.get(actor) ?? 0
    this.#numbers.set(actor, number + 1)
    return new Promise((go) => this.#waiting.push({ actor, number, uses, faults, go, isGone }))
  }

  /** Waits until the clock has moved by `ms`. Returns a function that ends the wait without an effect. */
  timer(ms: number, fire: () => void): () => void {
    const timer = { atMs: this.nowMs + Math.ceil(ms), fire }
    const later = this.#timers.findIndex(({ atMs }) => atMs > timer.atMs)
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer)
    return () => {
      const index = this.#timers.indexOf(timer)
      if (index !== -1) this.#timers.splice(index, 1)
    }
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.timer(ms, wake))
  }

  /** Gives turns until no caller waits for one. Throws when that takes too long: then some caller goes in circles. */
  async run(maxTurns: number): Promise<void> {
    for (let turns = 0; ; turns += 1) {
      // By then everything that could go on without a turn has done so.
      await new Promise(setImmediate)
      if (this.#isStopped) return
      this.#waiting = this.#waiting.filter(({ isGone }) => !isGone())
      const [first] = this.#timers
      const waiting = first === undefined ? this.#waiting : [...this.#waiting, this.#clock(first)]
      if (waiting.length === 0) return
      if (turns === maxTurns) throw new Error(`still not at rest after ${maxTurns} turns`)
      const { index, fault } = this.#choices.next(waiting)
      const next = waiting[index]
      if (next === undefined) throw new Error(`no caller ${index} waits`)
      if (index < this.#waiting.length) this.#waiting.splice(index, 1)
      next.go(fault)
    }
  }

  /** Gives no more turns: the history has failed. */
  stop(): void {
    this.#isStopped = true
  }

  #clock({ atMs, fire }: Timer): Waiting {
    const go = (): void => {
      this.nowMs = atMs
      this.#timers.shift()
      fire()
    }
    // Any caller may read the time, so no turn is independent of the clock's.
    return { actor: CLOCK, number: atMs, uses: {}, faults: [], go, isGone: () => false }
  }
}

export const CLOCK = 'clock'

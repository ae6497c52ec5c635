import type { Machine } from './machine.ts'
import type { Random } from './random.ts'

/** A machine and what runs on it. */
export type Running<T> = { readonly machine: Machine; readonly run: T }

/** Machines that do the same work, of which any is asked. A dead one is replaced. */
export class Fleet<T> {
  readonly #start: (number: number) => Running<T>
  readonly #running: Running<T>[]
  #started = 0

  constructor(size: number, start: (number: number) => Running<T>) {
    this.#start = start
    this.#running = Array.from({ length: size }, () => this.#startNext())
  }

  async ask<Answer>(random: Random, question: (run: T) => Promise<Answer>): Promise<Answer | 'died'> {
    const index = random.below(this.#running.length)
    const { machine, run } = this.#running[index] ?? this.#startNext()
    const answer = await Promise.race([question(run), machine.death.then((): 'died' => 'died')])
    if (this.#running[index]?.machine.isDead === true) this.#running[index] = this.#startNext()
    return answer
  }

  /** Asks each that is alive. */
  askEach(question: (run: T) => void): void {
    for (const { machine, run } of this.#running) if (!machine.isDead) question(run)
  }

  #startNext(): Running<T> {
    this.#started += 1
    return this.#start(this.#started)
  }
}

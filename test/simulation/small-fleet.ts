import type { Machine } from './machine.ts'

/** Machines by their names. When one has died, the next call starts it again, without what it knew. */
export class Fleet<T> {
  readonly #start: (name: string) => Machine
  readonly #deploy: (machine: Machine) => T
  readonly #running = new Map<string, { readonly machine: Machine; readonly run: T; readonly life: number }>()

  constructor(start: (name: string) => Machine, deploy: (machine: Machine) => T) {
    this.#start = start
    this.#deploy = deploy
  }

  async ask<Answer>(name: string, question: (run: T) => Promise<Answer>): Promise<Answer | 'died'> {
    const { machine, run } = this.#of(name)
    return await Promise.race([question(run), machine.death.then((): 'died' => 'died')])
  }

  #of(name: string) {
    const known = this.#running.get(name)
    if (known?.machine.isDead === false) return known
    const life = (known?.life ?? 0) + 1
    const machine = this.#start(life === 1 ? name : `${name} (life ${life})`)
    const running = { machine, run: this.#deploy(machine), life }
    this.#running.set(name, running)
    return running
  }
}

import { newRun, type ClosingOrder, type ClosingRun } from '#ledger/closing-run'
import type { Closings, ClosingState } from '#ledger/ports'

/** Runs in this process. `step` is what a workflow calls again and again, and `wait` passes the time between two rounds. */
export const memoryClosings = (
  step: (run: ClosingRun) => Promise<ClosingRun>,
  wait: (seconds: number) => Promise<void> = async () => {},
): Closings => {
  const states = new Map<string, ClosingState>()

  const run = async (order: ClosingOrder): Promise<ClosingState> => {
    let state = newRun(order)
    while (state.next !== 'done') {
      state = await step(state)
      if (state.next === 'round') await wait(state.waitSeconds)
    }
    return { status: 'ended', days: state.days }
  }

  return {
    async start(name, order) {
      const known = states.get(name)
      if (known !== undefined) return known.status === 'running' ? 'running' : 'ended'
      states.set(name, { status: 'running' })
      run(order).then(
        (ended) => states.set(name, ended),
        (error: unknown) => states.set(name, { status: 'failed', reason: String(error) }),
      )
      return 'running'
    },
    async state(name) {
      const state = states.get(name)
      if (state === undefined) throw new Error(`no run has the name ${name}`)
      return state
    },
  }
}

import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Tally } from './coverage.ts'
import type { HistoryName } from './history.ts'

const SIMULATE = join(import.meta.dirname, 'simulate.ts')

export type ChildOutcome = { readonly code: number | null; readonly output: string }

/** What a process tells while it runs. */
export type Heard = {
  /** How many histories were lived through since. */
  readonly lived?: number
  readonly tally?: Tally
  /** A bug, and the history that caught it. */
  readonly caught?: { readonly bug: string; readonly name: HistoryName | undefined; readonly text: string }
}

/** Runs the command in a process of its own. */
export const inChild = (args: readonly string[], onHeard: (heard: Heard) => void = () => {}): Promise<ChildOutcome> => {
  const child = fork(SIMULATE, ['--child', ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // Node's function that takes types out of a module counts as experimental.
    execArgv: [...process.execArgv, '--disable-warning=ExperimentalWarning'],
  })
  const output: Buffer[] = []
  child.on('message', (heard: Heard) => onHeard(heard))
  child.stdout?.on('data', (data: Buffer) => output.push(data))
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code, output: Buffer.concat(output).toString().trim() })),
  )
}

/** Works on all items, as many at a time as there are cores. */
export const onAllCores = async <T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> => {
  const queue = [...items].values()
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
}

/** Progress on the terminal, on one line that is written again and again. */
export const showProgress = (text: string): void => {
  if (process.stdout.isTTY) process.stdout.write(`\r${text}`)
}

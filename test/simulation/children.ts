import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const SIMULATE = join(import.meta.dirname, 'simulate.ts')

export type ChildOutcome = { readonly code: number | null; readonly output: string }

/** Runs the command in a process of its own. Its progress is heard as a number. */
export const inChild = (
  args: readonly string[],
  onProgress: (more: number) => void = () => {},
): Promise<ChildOutcome> => {
  const child = fork(SIMULATE, ['--child', ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const output: Buffer[] = []
  child.on('message', (message: { lived: number }) => onProgress(message.lived))
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

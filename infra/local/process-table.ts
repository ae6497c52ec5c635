import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export const isRunning = (pid: number): boolean => commandLineOf(pid) !== undefined

/** The command line of a process; undefined when the process does not exist or is a zombie. */
export const commandLineOf = (pid: number): string | undefined => {
  try {
    const text =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
    return text.trim() || undefined
  } catch {
    return undefined
  }
}

/** Ends a process that is not our child: sends SIGTERM, waits, then sends SIGKILL. */
export const endProcess = async (pid: number, patienceMs: number): Promise<void> => {
  signal(pid, 'SIGTERM')
  const deadline = Date.now() + patienceMs
  while (isRunning(pid) && Date.now() < deadline) await sleep(20)
  if (isRunning(pid)) signal(pid, 'SIGKILL')
}

const signal = (pid: number, name: NodeJS.Signals) => {
  try {
    process.kill(pid, name)
  } catch {
    // The process has ended already.
  }
}

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export const isRunning = (pid: number): boolean => commandLineOf(pid) !== undefined

/** The command line of a process; undefined when the process does not exist or is a zombie. */
export const commandLineOf = (pid: number): string | undefined => {
  try {
    return readCommandLine(pid).trim() || undefined
  } catch {
    return undefined
  }
}

const readCommandLine = (pid: number): string => {
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true })
  switch (process.platform) {
    case 'linux':
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    case 'win32': {
      // The name of the program, which is all that a plain command of Windows tells: "node.exe","4711","Console",…
      const line = run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'])
      return line.includes(`"${pid}"`) ? (line.split('","')[0] ?? '') : ''
    }
    default:
      return run('ps', ['-o', 'args=', '-p', String(pid)])
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

/** The memory and CPU of a process, as Linux reports them. */
import { readFileSync } from 'node:fs'

/** Resident memory now, and at its highest so far. */
export const memoryMiB = (pid: number): { readonly now: number; readonly peak: number } => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024
  return { now: field('VmRSS'), peak: field('VmHWM') }
}

/** Processor time since the process started, user and system. */
export const cpuMicros = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in brackets may hold any character. After it, the 12th and 13th fields are utime and stime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK
}

// USER_HZ, the unit in which Linux shows times to processes: 100 on every architecture that Node runs on.
const MICROS_PER_TICK = 10_000

import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleepMs } from 'node:timers/promises'

/**
 * Does the work while no other process works under the lock of the folder. The work is done without waiting for
 * anything, so it takes milliseconds, and a lock that is much older was left by a process that died. (Two processes that
 * find such a lock at the same moment could both go on.)
 */
export const withFolderLocked = async <T>(folder: string, work: () => T): Promise<T> => {
  const lock = join(folder, 'lock')
  for (let attempt = 1; !hasTaken(lock); attempt += 1) {
    if (attempt === MAX_ATTEMPTS)
      throw new Error(`${lock} is held by another process. Try again, or remove the file if none is at work.`)
    if (ageMs(lock) > ABANDONED_AFTER_MS) rmSync(lock, { force: true })
    else await sleepMs(PAUSE_MS)
  }
  try {
    return work()
  } finally {
    rmSync(lock, { force: true })
  }
}

const ABANDONED_AFTER_MS = 5_000
const PAUSE_MS = 20
// Longer than it takes until a lock counts as abandoned.
const MAX_ATTEMPTS = 500

const hasTaken = (lock: string): boolean => {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const ageMs = (lock: string): number => Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())

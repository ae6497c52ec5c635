import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '#adapters/files/durable-files'
import { commandLineOf } from './process-table.ts'

/**
 * Locks the data folder while this process runs. Returns the pid of the system that has the lock, if one does. The lock
 * of a killed process is taken over. (Two processes that find the same stale lock at the same moment could both go on.
 * The operating system's lock on the stream's database then stops the second one.)
 */
export const lockFolder = (folder: string): number | undefined => {
  makeFolder(folder)
  const lock = join(folder, 'lock')
  const holder = holderOf(lock)
  if (holder !== undefined) return holder

  rmSync(lock, { force: true })
  const draft = join(folder, `lock.${process.pid}`)
  writeFileSync(draft, JSON.stringify({ pid: process.pid, command: commandLineOf(process.pid) }))
  try {
    // A link appears with its content in place, and only if the name is free.
    linkSync(draft, lock)
  } catch (error) {
    return holderOf(lock) ?? refuse(error)
  } finally {
    rmSync(draft)
  }
  process.on('exit', () => rmSync(lock, { force: true }))
  return undefined
}

/** The process that holds the lock of the folder, if one does. */
export const holderOfFolder = (folder: string): number | undefined => holderOf(join(folder, 'lock'))

const holderOf = (lock: string): number | undefined => {
  try {
    const { pid, command }: { pid?: unknown; command?: string } = JSON.parse(readFileSync(lock, 'utf8'))
    // After a SIGKILL or a reboot, the same process id may belong to another program, or to this process.
    const isAlive = typeof pid === 'number' && pid !== process.pid && commandLineOf(pid) === command
    return isAlive ? pid : undefined
  } catch {
    return undefined
  }
}

const refuse = (error: unknown): never => {
  throw error
}

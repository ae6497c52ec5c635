import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from './durable-files.ts'
import { commandLineOf } from './process-table.ts'

/**
 * Makes the data folder ours for as long as this process runs. Returns the pid of the system that has it, if one does.
 * The lock of a process that was killed is taken over. (Two that find the same stale lock in the same moment could
 * both go on; the stream's own database, locked by the operating system, then stops the second.)
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

/** The process that has the folder, if one does. */
export const holderOfFolder = (folder: string): number | undefined => holderOf(join(folder, 'lock'))

const holderOf = (lock: string): number | undefined => {
  try {
    const { pid, command }: { pid?: unknown; command?: string } = JSON.parse(readFileSync(lock, 'utf8'))
    // A number comes round again after a SIGKILL or a reboot; then it is somebody else's, or our own.
    const isAlive = typeof pid === 'number' && pid !== process.pid && commandLineOf(pid) === command
    return isAlive ? pid : undefined
  } catch {
    return undefined
  }
}

const refuse = (error: unknown): never => {
  throw error
}

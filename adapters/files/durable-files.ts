/** Files and folders that are still there after a power cut. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

type Permissions = { readonly mode?: number }

/** Makes the folder, and missing folders above it. Each is on the disk when this returns. */
export const makeFolder = (folder: string, { mode = 0o777 }: Permissions = {}): void => {
  const path = resolve(folder)
  // Not by Node's `recursive`: it never returns where the system says of a folder that exists that it does not, as
  // Linux does when a folder is to be made in /proc.
  const missing: string[] = []
  for (let above = path; !existsSync(above) && above !== dirname(above); above = dirname(above)) missing.unshift(above)
  for (const each of missing) {
    try {
      mkdirSync(each, { mode })
    } catch (error) {
      // Another process may have made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    // A folder is durable when its parent, which lists it, has been written.
    syncFolder(dirname(each))
  }
  if (!statSync(path).isDirectory()) throw new Error(`${path} is no folder`)
}

/** Writes a file that appears whole or not at all. It is on the disk when this returns. */
export const writeFileDurably = (
  folder: string,
  name: string,
  text: string,
  { mode = 0o666 }: Permissions = {},
): void => {
  const draft = join(folder, `${name}.${process.pid}`)
  // What a killed process of the same id has left there keeps its own permissions.
  rmSync(draft, { force: true })
  const file = openSync(draft, 'wx', mode)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, join(folder, name))
  syncFolder(folder)
}

/** Removes a file, if there is one. It stays removed after a power cut when this returns. */
export const removeFileDurably = (folder: string, name: string): void => {
  rmSync(join(folder, name), { force: true })
  syncFolder(folder)
}

/** New, renamed and removed files survive a power cut only after their folder has been synced. */
export const syncFolder = (folder: string): void => {
  // Windows opens no folders, and keeps their lists by a journal of its own.
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

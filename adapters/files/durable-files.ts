/** Files and folders that are still there after a power cut. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

type Permissions = { readonly mode?: number }

/** Makes the folder, and missing folders above it. Each is on the disk when this returns. */
export const makeFolder = (folder: string, { mode = 0o777 }: Permissions = {}): void => {
  const path = resolve(folder)
  const first = mkdirSync(path, { recursive: true, mode })
  if (first === undefined) return
  // A folder is durable when its parent, which lists it, has been written.
  for (let made = path; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made))
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
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

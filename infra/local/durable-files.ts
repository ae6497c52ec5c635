/** Files and folders that are still there after a power cut. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Makes the folder, and missing folders above it. Each is on the disk when this returns. */
export const makeFolder = (folder: string): void => {
  const path = resolve(folder)
  const first = mkdirSync(path, { recursive: true })
  if (first === undefined) return
  // A folder is durable when its parent, which lists it, has been written.
  for (let made = path; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made))
}

/** Writes a file that appears whole or not at all. It is on the disk when this returns. */
export const writeFileDurably = (folder: string, name: string, text: string): void => {
  const draft = join(folder, `${name}.${process.pid}`)
  const file = openSync(draft, 'w')
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, join(folder, name))
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

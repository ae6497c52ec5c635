/** Files that only their owner may read, each with the version of its format. They survive a power cut. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UnknownFormat } from '#ledger/ports'
import { makeFolder, removeFileDurably, writeFileDurably } from './durable-files.ts'

export type PrivateFiles<Content extends object> = {
  /** Undefined when there is no such file. Throws an UnknownFormat, for people, when it cannot be read. */
  read(name: string): Content | undefined
  names(): readonly string[]
  write(name: string, content: Content): void
  /** Nothing to remove is success. */
  remove(name: string): void
}

type Kept = { readonly format: number; readonly folder: string }

/** One JSON file for each name. The names come from our own rules and never contain a slash. */
export const privateFiles = <Content extends object>({ folder, format }: Kept): PrivateFiles<Content> => ({
  read(name) {
    const file = join(folder, fileOf(name))
    const text = unlessMissing(() => readFileSync(file, 'utf8'))
    if (text === undefined) return undefined
    const { format: found, ...content } = parsed(file, text)
    if (found === format) return content as Content
    throw new UnknownFormat(
      `${file} has format ${String(found)}, and only ${format} is known here. Read it with the version of Daybook that wrote it.`,
    )
  },

  names: () =>
    (unlessMissing(() => readdirSync(folder)) ?? [])
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .toSorted(),

  write(name, content) {
    makeFolder(folder, { mode: 0o700 })
    writeFileDurably(folder, fileOf(name), `${JSON.stringify({ format, ...content })}\n`, { mode: 0o600 })
  },

  remove(name) {
    if (existsSync(folder)) removeFileDurably(folder, fileOf(name))
  },
})

const SUFFIX = '.json'
const fileOf = (name: string) => `${name}${SUFFIX}`

const parsed = (file: string, text: string): { readonly format?: unknown } => {
  try {
    return JSON.parse(text) as { readonly format?: unknown }
  } catch (cause) {
    throw new UnknownFormat(`${file} is not JSON. Remove the file, and make again what it held.`, { cause })
  }
}

const unlessMissing = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

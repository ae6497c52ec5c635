/** Files that only their owner may read, each with the version of its format. They survive a power cut. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, removeFileDurably, writeFileDurably } from '#adapters/files/durable-files'

export type PrivateFiles<Content extends object> = {
  /** Undefined when there is no such file. Throws an error for people when its format is not known. */
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
    const text = readIfThere(file)
    if (text === undefined) return undefined
    const { format: found, ...content } = JSON.parse(text) as { readonly format?: unknown }
    if (found !== format) throw new Error(`${file} has format ${String(found)}, and only ${format} is known here.`)
    return content as Content
  },

  names() {
    try {
      return readdirSync(folder)
        .filter((file) => file.endsWith(SUFFIX))
        .map((file) => file.slice(0, -SUFFIX.length))
        .toSorted()
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  },

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

const readIfThere = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

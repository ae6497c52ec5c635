import { readFileSync } from 'node:fs'
import { decodeUtf8 } from '#wire/json/json'
import { UsageError } from './command.ts'

/** The text of a file that a person has made, or of the standard input for "-". A byte order mark is no part of it. */
export const textIn = (file: string): string => {
  const bytes = bytesIn(file)
  const text = isUtf16(bytes) ? undefined : decodeUtf8(bytes)
  if (text?.ok) return text.value
  throw new UsageError(`${nameOf(file)} is ${text === undefined ? 'UTF-16' : 'not UTF-8'} text. Save it as UTF-8.`)
}

const nameOf = (file: string): string => (file === '-' ? 'The standard input' : file)

const bytesIn = (file: string): Uint8Array => {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw new UsageError(`${nameOf(file)} cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

/** By its byte order mark or, without one, by the zero byte that stands beside each ASCII character. */
const isUtf16 = ([first, second]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) ||
  (first === 0xfe && second === 0xff) ||
  (second !== undefined && (first === 0) !== (second === 0))

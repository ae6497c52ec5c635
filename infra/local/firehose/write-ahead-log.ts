/**
 * Records on disk before they are acknowledged, in files ("segments") that are read back once they are sealed.
 *
 * A segment is a sequence of frames: length, CRC-32, bytes. One process writes it, and nothing is appended after it was
 * sealed. A segment that a killed process left is sealed as it is. So a sealed segment always reads the same. Its last
 * frames may be torn; those were never acknowledged. A damaged disk may spoil other frames. Reading passes over a frame
 * that is not whole, and says how many bytes it could not read, because they may have been acknowledged. The name of the
 * file ends in the version of this format, because a power cut may take the first bytes of the file.
 */
import { randomUUID } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { makeFolder, syncFolder } from '#adapters/files/durable-files'

export type WriteAheadLog = {
  /** Returns when all records are on disk, in one segment. Calls that wait together share one fsync. */
  append(records: readonly Uint8Array[]): Promise<void>
  /** Ends the segment that is being written, if there is one. */
  seal(): Promise<void>
  /** The sealed segments, oldest first. */
  readonly sealed: readonly string[]
  /** The whole records of a sealed segment, and the number of bytes that belong to none of them. */
  read(segment: string): Promise<Read>
  remove(segment: string): Promise<void>
  /** Renames a segment with unreadable bytes, so that it is not read again but can be looked at. Returns its new path. */
  putAway(segment: string): Promise<string>
  /** The size of all segments on disk. */
  readonly bytes: number
}

type Read = { readonly records: readonly Uint8Array[]; readonly unreadableBytes: number }

export type WriteAheadLogOptions = {
  readonly folder: string
  /** A segment that would become larger is sealed first. A single call larger than this gets one of its own. */
  readonly segmentBytes: number
}

export const openWriteAheadLog = ({ folder, segmentBytes }: WriteAheadLogOptions): WriteAheadLog => {
  makeFolder(folder)
  const pathOf = (segment: string) => join(folder, segment + SUFFIX)
  const sealed = leftSegments(folder)
  const sizes = new Map(sealed.map((segment) => [segment, statSync(pathOf(segment)).size]))

  type Call = { readonly frames: Buffer; done(): void; failed(error: unknown): void }
  const waiting: Call[] = []
  let writing: { readonly segment: string; readonly file: FileHandle; bytes: number } | undefined

  const commit = async (): Promise<void> => {
    const [first] = waiting
    if (first === undefined) return
    if (writing && writing.bytes + first.frames.length > segmentBytes) await endSegment()
    const calls: Call[] = []
    try {
      writing ??= await startSegment()
      calls.push(...takeThatFit(waiting, segmentBytes - writing.bytes))
      const frames = Buffer.concat(calls.map((call) => call.frames))
      await writeAll(writing.file, frames, writing.bytes)
      await writing.file.datasync()
      writing.bytes += frames.length
      sizes.set(writing.segment, writing.bytes)
      for (const call of calls) call.done()
    } catch (error) {
      for (const call of calls.length > 0 ? calls : waiting.splice(0, 1)) call.failed(error)
      // After a failed write or fsync the end of the file is unknown, so nothing is appended to it.
      await endSegment()
    }
  }

  const startSegment = async () => {
    const segment = `${timestamp(new Date())}-${randomUUID()}`
    const file = await open(pathOf(segment), 'wx')
    syncFolder(folder)
    return { segment, file, bytes: 0 }
  }

  const endSegment = async (): Promise<void> => {
    if (writing === undefined) return
    const { segment, file } = writing
    writing = undefined
    sealed.push(segment)
    await file.close()
  }

  // Writes and the sealing of a segment run one at a time.
  let turn = Promise.resolve()
  const inTurn = async (task: () => Promise<void>): Promise<void> => {
    const mine = turn.then(task)
    turn = mine.catch(() => {})
    await mine
  }

  const forget = (segment: string) => {
    sealed.splice(sealed.indexOf(segment), 1)
    sizes.delete(segment)
  }

  return {
    append: async (records) => {
      const frames = Buffer.concat(records.flatMap(frameOf))
      await new Promise<void>((done, failed) => {
        waiting.push({ frames, done, failed })
        // A commit takes all waiting calls, so later turns find nothing to do.
        inTurn(commit).catch(failed)
      })
    },
    seal: () => inTurn(endSegment),
    sealed,
    read: async (segment) => readFrames(await readFile(pathOf(segment))),
    remove: async (segment) => {
      await rm(pathOf(segment))
      forget(segment)
    },
    putAway: async (segment) => {
      const path = pathOf(segment) + UNREADABLE
      await rename(pathOf(segment), path)
      forget(segment)
      return path
    },
    get bytes() {
      return sizes.values().reduce((sum, size) => sum + size, 0)
    },
  }
}

const FORMAT = 1
const SUFFIX = `.v${FORMAT}.wal`
const UNREADABLE = '.unreadable'
const HEADER_BYTES = 8

/** Throws when a segment is in another format, because its records were acknowledged and must not be skipped. */
const leftSegments = (folder: string): string[] => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.wal'))
  const unknown = files.find((file) => !file.endsWith(SUFFIX))
  if (unknown !== undefined) {
    throw new Error(`${join(folder, unknown)} is in a format that is not known here; only *${SUFFIX} is.`)
  }
  // The names begin with the time.
  return files.map((file) => file.slice(0, -SUFFIX.length)).toSorted()
}

/** The time as Firehose writes it into names of objects, in UTC, but finer. */
const timestamp = (at: Date): string => at.toISOString().replace('Z', '').replace(/[T:.]/g, '-')

/** The calls at the head of the queue that fit, at least one. */
const takeThatFit = <T extends { readonly frames: Buffer }>(waiting: T[], roomBytes: number): T[] => {
  let bytes = 0
  const count = waiting.findIndex(({ frames }, index) => (bytes += frames.length) > roomBytes && index > 0)
  return waiting.splice(0, count === -1 ? waiting.length : count)
}

const frameOf = (record: Uint8Array): Uint8Array[] => {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(record.length, 0)
  header.writeUInt32LE(crc32(record), 4)
  return [header, record]
}

const readFrames = (bytes: Buffer): Read => {
  const records: Uint8Array[] = []
  let readableBytes = 0
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const start = at + HEADER_BYTES
    const end = start + bytes.readUInt32LE(at)
    // No frame can be found behind a length that is not true.
    if (end > bytes.length) break
    const record = bytes.subarray(start, end)
    if (crc32(record) === bytes.readUInt32LE(at + 4)) {
      records.push(record)
      readableBytes += end - at
    }
    at = end
  }
  return { records, unreadableBytes: bytes.length - readableBytes }
}

const writeAll = async (file: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written)
    written += bytesWritten
  }
}

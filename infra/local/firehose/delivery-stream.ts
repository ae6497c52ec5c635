/**
 * One delivery stream: takes records, keeps them in its write-ahead log, and hands over each sealed segment as files in
 * the bucket. A segment's files carry its name, so delivering it again after a crash overwrites them: each record that
 * was acknowledged comes out exactly once.
 */
import { persistently } from '../retry.ts'
import { filesOf, type DeliveredFile } from './delivered-files.ts'
import type { Table } from '#infra/archive-tables'
import { openWriteAheadLog } from './write-ahead-log.ts'

export type Objects = { put(key: string, body: Uint8Array): Promise<void> }

export type DeliveryStream = {
  /** Returns when the records are durable, or 'full' when too many bytes wait for delivery. */
  put(records: readonly Uint8Array[]): Promise<'accepted' | 'full'>
  /** Delivers until all records are delivered or the time is over. The rest waits for the next start. */
  close(withinMs: number): Promise<void>
}

export type DeliveryStreamOptions = {
  readonly name: string
  readonly table: Table
  /** The folder of its write-ahead log. */
  readonly folder: string
  readonly objects: Objects
  readonly buffer?: { readonly bytes: number; readonly ms: number }
  readonly startTimer?: (callback: () => void, ms: number) => unknown
  readonly onFailure?: (error: unknown) => void
  /** Hears of a file of the log with bytes that could not be read, and that the file was kept. */
  readonly onUnreadable?: (kept: { readonly file: string; readonly unreadableBytes: number }) => void
}

// A row is in S3 within five seconds; the last second is for converting and putting. The local S3 takes bodies of at
// most 11 MiB, so a segment is smaller than that, and smaller still when compressed.
const BUFFER = { bytes: 10 * 1024 * 1024, ms: 4_000 }
const MAX_WAITING_BYTES = 1024 * 1024 * 1024
const RETRY = { minMs: 100, maxMs: 2_000 }

export const openDeliveryStream = ({
  name,
  table,
  folder,
  objects,
  buffer = BUFFER,
  startTimer = setTimeout,
  onFailure = () => {},
  onUnreadable = () => {},
}: DeliveryStreamOptions): DeliveryStream => {
  const log = openWriteAheadLog({ folder, segmentBytes: buffer.bytes })
  const stopping = new AbortController()

  const deliverSegment = async (segment: string): Promise<void> => {
    const put = async ({ key, body }: DeliveredFile) => {
      await persistently(() => objects.put(key, body), { retry: RETRY, stopped: stopping.signal, onFailure })
    }
    const { records, unreadableBytes } = await log.read(segment)
    for await (const file of filesOf({ name, segment, table, records })) await put(file)
    if (stopping.signal.aborted) return
    if (unreadableBytes === 0) await log.remove(segment)
    else onUnreadable({ file: await log.putAway(segment), unreadableBytes })
  }

  const deliverSealed = async (): Promise<void> => {
    for (let segment = log.sealed[0]; segment && !stopping.signal.aborted; segment = log.sealed[0]) {
      await persistently(() => deliverSegment(segment), { retry: RETRY, stopped: stopping.signal, onFailure })
    }
  }
  // One delivery runs at a time. A call during it waits, and then delivers the rest.
  let turn = Promise.resolve()
  const deliver = (): Promise<void> => (turn = turn.then(deliverSealed))

  let isTimerRunning = false
  const flush = async (): Promise<void> => {
    isTimerRunning = false
    await log.seal()
    await deliver()
  }

  // Deliver the segments that the process before left undelivered.
  void deliver()
  return {
    put: async (records) => {
      if (log.bytes > MAX_WAITING_BYTES) return 'full'
      await log.append(records)
      if (!isTimerRunning) startTimer(() => void flush(), buffer.ms)
      isTimerRunning = true
      if (log.sealed.length > 0) void deliver()
      return 'accepted'
    },
    close: async (withinMs) => {
      const giveUp = setTimeout(() => stopping.abort(), withinMs)
      await flush()
      clearTimeout(giveUp)
    },
  }
}

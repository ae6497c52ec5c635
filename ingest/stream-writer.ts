/**
 * Group commit onto the stream. At most one put is in flight. Entries that arrive meanwhile share the next put; when
 * none is in flight, they go at once. So no entry waits for a timer, and under load more entries share a call.
 *
 * Records that a put did not store are put again after a pause, until the deadline of their entries. A put that threw
 * may have been carried out. So an entry that is put again may stand on the stream twice, and one that was given up may
 * stand there too: the journal counts it once, because it is the same entry. Entries of a merchant stay in order on
 * their shard except around such failures.
 */
import type { Entry } from '#ledger/entry'
import type { Clock, EntryStream, PutOutcome } from '#ledger/ports'
import { ok, refuse } from '#ledger/result'
import { entryLine } from '#wire/stream/record'
import { Backlog, dataOf, type PackedRecord } from './backlog.ts'
import { knownDestinations } from './destinations.ts'
import { isStreamDown } from './guarded-stream.ts'
import { pendingWrites, type NotWritten, type WriteOutcome } from './pending-writes.ts'

export type { NotWritten }

export type StreamWriter = {
  /** Answers one outcome per entry, in order, once every entry is durable or given up. Never rejects. */
  write(entries: readonly Entry[]): Promise<readonly WriteOutcome[]>
  /** How long the entry that waits longest has waited; 0 when none waits. */
  waitingMs(): number
  /** The entries that are waiting or on their way, and their size. */
  backlog(): { readonly entries: number; readonly bytes: number }
}

/** A call to the stream, and what came of it. */
export type Put = {
  readonly durationMs: number
  readonly records: number
  readonly entries: number
  readonly bytes: number
  /** How many of the records were not stored. They go with a later call, unless no write waits for them any more. */
  readonly refused: number
  /** Whether the stream gave no answer. */
  readonly failed: boolean
}

export type WriterOptions = {
  /** How long an entry waits to be stored. */
  readonly patienceMs?: number
  /** While entries of this many bytes are waiting, further ones are refused as 'too-busy'. */
  readonly maxBacklogBytes?: number
  readonly clock?: Clock
  readonly sleep?: (ms: number) => Promise<unknown>
  /** 0 up to 1; spreads the pauses of many writers. */
  readonly random?: () => number
  /** Hears why puts fail. No hook can hold up the stream: `onFault` hears what another hook throws. */
  readonly onTrouble?: (error: unknown) => void
  /** Hears the errors of our own code. */
  readonly onFault?: (error: unknown) => void
  /** Hears of every call that was made. */
  readonly onPut?: (put: Put) => void
}

export const streamWriter = (
  stream: EntryStream,
  {
    patienceMs = 5_000,
    maxBacklogBytes = 64 * 1024 * 1024,
    clock = () => performance.now(),
    sleep = (ms) => new Promise((wake) => setTimeout(wake, ms)),
    random = Math.random,
    ...hooks
  }: WriterOptions = {},
): StreamWriter => {
  // No place is left to report what `onFault` itself throws.
  const onFault = harmless(hooks.onFault, () => {})
  const onTrouble = harmless(hooks.onTrouble, onFault)
  const onPut = harmless(hooks.onPut, onFault)
  const pending = pendingWrites(patienceMs, { clock, sleep })
  const destinations = knownDestinations(stream, { clock, onTrouble })
  const backlog = new Backlog()
  let isPutting = false

  const write = async (entries: readonly Entry[]): Promise<readonly WriteOutcome[]> => {
    if (entries.length === 0) return []
    const { write, settled } = pending.begin(entries.length)
    destinations.refreshIfOlder(REFRESH_SHARDS_MS)
    for (const [index, entry] of entries.entries()) {
      if (backlog.bytes >= maxBacklogBytes) pending.settle(write, index, TOO_BUSY)
      else {
        const line = lineOf(entry)
        if (line === undefined) pending.settle(write, index, UNEXPECTED_ERROR)
        else backlog.add(destinations.of(entry.merchantId), line, write, index)
      }
    }
    void putWaiting()
    return await settled
  }

  /** Undefined when our own code fails on the entry: the other entries must not fail with it. */
  const lineOf = (entry: Entry): string | undefined => {
    try {
      return entryLine(entry)
    } catch (error) {
      onFault(error)
      return undefined
    }
  }

  const putWaiting = async () => {
    if (isPutting) return
    isPutting = true
    try {
      for (let records = backlog.take(); records.length > 0; records = backlog.take()) await put(records)
    } finally {
      isPutting = false
    }
  }

  const put = async (taken: readonly PackedRecord[]) => {
    const startedMs = clock()
    const records = taken.filter(isEncoded)
    if (records.length === 0) return
    const outcomes = await tryPut(records)
    if (outcomes === 'down') return giveUp(records)
    const durationMs = clock() - startedMs
    const refused: PackedRecord[] = []
    for (const [index, record] of records.entries()) {
      const outcome = outcomes[index]
      if (outcome?.status === 'stored') acknowledge(record, outcome)
      else refused.push(record)
    }
    if (refused.length > 0) retryLater(refused)
    onPut({ ...sizeOf(records), durationMs, refused: refused.length, failed: outcomes.length === 0 })
  }

  /** False when our own code fails on the record, which it would do again. Only the entries of that record fail. */
  const isEncoded = (record: PackedRecord): boolean => {
    try {
      dataOf(record)
      return true
    } catch (error) {
      onFault(error)
      settleAll(record, () => UNEXPECTED_ERROR)
      return false
    }
  }

  const tryPut = async (records: readonly PackedRecord[]): Promise<readonly PutOutcome[] | 'down'> => {
    try {
      for (const record of records) record.attempts += 1
      return await stream.put(records.map((record) => ({ hashKey: record.destination.hashKey, data: dataOf(record) })))
    } catch (error) {
      if (isStreamDown(error)) return 'down'
      onTrouble(error)
      return []
    }
  }

  const acknowledge = (record: PackedRecord, { shardId, sequenceNumber }: Stored) => {
    if (shardId !== record.destination.target) destinations.refreshIfOlder(REFRESH_DOUBTFUL_SHARDS_MS)
    settleAll(record, (index) => ok({ shardId, sequenceNumber, index }))
  }

  const settleAll = (record: PackedRecord, outcomeOf: (index: number) => WriteOutcome) => {
    for (const [index, write] of record.writes.entries()) {
      pending.settle(write, record.indexes[index] ?? Number.NaN, outcomeOf(index))
    }
    backlog.finish(record)
  }

  const retryLater = (records: readonly PackedRecord[]) => {
    destinations.refreshIfOlder(REFRESH_DOUBTFUL_SHARDS_MS)
    const resting = backlog.giveBack(records)
    const attempts = Math.max(...records.map((record) => record.attempts))
    void sleep(pauseMs(attempts, random())).then(() => {
      resting.wake()
      return putWaiting()
    })
  }

  // Waiting clients would get the same answer at the deadline. Answer now, so that they can send the entries elsewhere.
  const giveUp = (records: readonly PackedRecord[]) => {
    for (const record of records) backlog.finish(record)
    backlog.clear()
    pending.failAll()
  }

  return {
    write,
    waitingMs: pending.waitingMs,
    backlog: () => ({ entries: pending.waitingCount(), bytes: backlog.bytes }),
  }
}

/** The hook, without its errors: `onError` hears them. */
const harmless =
  <T>(hook: ((value: T) => void) | undefined, onError: (error: unknown) => void): ((value: T) => void) =>
  (value) => {
    try {
      hook?.(value)
    } catch (error) {
      onError(error)
    }
  }

const sizeOf = (records: readonly PackedRecord[]): Pick<Put, 'records' | 'entries' | 'bytes'> => ({
  records: records.length,
  entries: records.reduce((count, { writes }) => count + writes.length, 0),
  bytes: records.reduce((bytes, record) => bytes + dataOf(record).byteLength, 0),
})

type Stored = Extract<PutOutcome, { status: 'stored' }>

const REFRESH_SHARDS_MS = 30_000
const REFRESH_DOUBTFUL_SHARDS_MS = 1_000

/** The pause doubles from 50 ms to 1 s. Its upper half is random. */
const pauseMs = (attempts: number, chance: number): number =>
  Math.min(1_000, 50 * 2 ** Math.min(attempts - 1, 10)) * (0.5 + chance / 2)

const TOO_BUSY = refuse('too-busy' as const)
const UNEXPECTED_ERROR = refuse('unexpected-error' as const)

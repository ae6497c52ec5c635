/**
 * The way onto the stream: group commit. One put is in flight; what arrives meanwhile goes with the next, and when none
 * is in flight, at once. So nobody waits for a timer, and the busier it gets, the more entries share a call.
 *
 * What a put does not store is put again, after a pause, until its entry's deadline. A put that threw may have been
 * carried out, and an entry that is put again, or that was given up, may then stand on the stream twice, or after all:
 * the journal counts it once, because it is the same entry. Entries of a merchant stay in order on their shard except
 * around such failures.
 */
import type { Entry } from '#ledger/entry'
import type { Clock, EntryStream, PutOutcome } from '#ledger/ports'
import { ok, refuse } from '#ledger/result'
import { entryLine } from '#wire/stream/record'
import { Backlog, dataOf, type PackedRecord } from './backlog.ts'
import { isStreamDown } from './guarded-stream.ts'
import { pendingWrites, type NotWritten, type WriteOutcome } from './pending-writes.ts'
import { shardMap } from './shard-map.ts'

export type { NotWritten }

export type StreamWriter = {
  /** Answers one outcome per entry, in order, once each is durable or given up. Never rejects. */
  write(entries: readonly Entry[]): Promise<readonly WriteOutcome[]>
  /** How long the entry that waits longest has waited; 0 when none waits. */
  waitingMs(): number
  /** The entries that are waiting or on their way, and what they take up. */
  backlog(): { readonly entries: number; readonly bytes: number }
}

/** A call to the stream, and what came of it. */
export type Put = {
  readonly durationMs: number
  readonly records: number
  readonly entries: number
  readonly bytes: number
  /** How many of the records were not stored. Unless nobody waits for them any more, they go with a later call. */
  readonly refused: number
  /** There was no answer. */
  readonly failed: boolean
}

export type WriterOptions = {
  /** How long an entry waits to be stored. */
  readonly patienceMs?: number
  /** Entries beyond this many bytes of waiting ones are refused as 'too-busy'. */
  readonly maxBacklogBytes?: number
  readonly clock?: Clock
  readonly sleep?: (ms: number) => Promise<unknown>
  /** 0 up to 1; spreads the pauses of many writers. */
  readonly random?: () => number
  /** Hears why puts fail. */
  readonly onTrouble?: (error: unknown) => void
  /** Hears what our own code failed with on an entry. */
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
    onTrouble = () => {},
    onFault = () => {},
    onPut = () => {},
  }: WriterOptions = {},
): StreamWriter => {
  const pending = pendingWrites(patienceMs, { clock, sleep })
  const shards = shardMap(stream, { clock, onTrouble })
  const backlog = new Backlog()
  let isPutting = false

  const write = async (entries: readonly Entry[]): Promise<readonly WriteOutcome[]> => {
    if (entries.length === 0) return []
    const { write, decided } = pending.begin(entries.length)
    shards.refreshIfOlder(REFRESH_SHARDS_MS)
    for (const [index, entry] of entries.entries()) {
      if (backlog.bytes >= maxBacklogBytes) pending.decide(write, index, TOO_BUSY)
      else {
        const line = lineOf(entry)
        if (line === undefined) pending.decide(write, index, UNEXPECTED_ERROR)
        else backlog.add(shards.routeOf(entry.merchantId), line, write, index)
      }
    }
    void putWaiting()
    return await decided
  }

  /** Undefined when our own code fails on the entry, which its neighbours must not pay for. */
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
    for (let records = backlog.take(); records.length > 0; records = backlog.take()) await put(records)
    isPutting = false
  }

  const put = async (records: readonly PackedRecord[]) => {
    const startedMs = clock()
    const outcomes = await tryPut(records)
    if (outcomes === 'down') return giveUp(records)
    const durationMs = clock() - startedMs
    const refused: PackedRecord[] = []
    for (const [index, record] of records.entries()) {
      const outcome = outcomes[index]
      if (outcome?.status === 'stored') acknowledge(record, outcome)
      else refused.push(record)
    }
    onPut({ ...sizeOf(records), durationMs, refused: refused.length, failed: outcomes.length === 0 })
    if (refused.length > 0) retryLater(refused)
  }

  const tryPut = async (records: readonly PackedRecord[]): Promise<readonly PutOutcome[] | 'down'> => {
    try {
      for (const record of records) record.attempts += 1
      return await stream.put(records.map((record) => ({ hashKey: record.route.hashKey, data: dataOf(record) })))
    } catch (error) {
      if (isStreamDown(error)) return 'down'
      onTrouble(error)
      return []
    }
  }

  const acknowledge = (record: PackedRecord, { shardId, sequenceNumber }: Stored) => {
    if (shardId !== record.route.target) shards.refreshIfOlder(REFRESH_DOUBTFUL_SHARDS_MS)
    for (const [index, write] of record.writes.entries()) {
      pending.decide(write, record.indexes[index] ?? Number.NaN, ok({ shardId, sequenceNumber, index }))
    }
    backlog.finish(record)
  }

  const retryLater = (records: readonly PackedRecord[]) => {
    shards.refreshIfOlder(REFRESH_DOUBTFUL_SHARDS_MS)
    const resting = backlog.giveBack(records)
    const attempts = Math.max(...records.map((record) => record.attempts))
    void sleep(pauseMs(attempts, random())).then(() => {
      resting.wake()
      return putWaiting()
    })
  }

  // Whoever waits would be told the same after the deadline; told now, they can go elsewhere.
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

const sizeOf = (records: readonly PackedRecord[]): Pick<Put, 'records' | 'entries' | 'bytes'> => ({
  records: records.length,
  entries: records.reduce((count, { writes }) => count + writes.length, 0),
  bytes: records.reduce((bytes, record) => bytes + dataOf(record).byteLength, 0),
})

type Stored = Extract<PutOutcome, { status: 'stored' }>

const REFRESH_SHARDS_MS = 30_000
const REFRESH_DOUBTFUL_SHARDS_MS = 1_000

/** Doubling from 50 ms to 1 s, the upper half by chance. */
const pauseMs = (attempts: number, chance: number): number =>
  Math.min(1_000, 50 * 2 ** Math.min(attempts - 1, 10)) * (0.5 + chance / 2)

const TOO_BUSY = refuse('too-busy' as const)
const UNEXPECTED_ERROR = refuse('unexpected-error' as const)

/**
 * The journal processor: brings every entry of a batch of stream records into its book, exactly once.
 *
 * Each entry ends in one of three ways, all durable: it is in its book's chain, it was there already, or it is in
 * quarantine. Only then does progress pass its record. What has to wait (a throttled table, a lost answer) fails the
 * batch from the lowest such record on, and the stream delivers it again, for ever; what had been done by then is found
 * done.
 */
import type { BookId } from '#ledger/identifiers'
import type { Clock, Heads, Journal, Merchants, Progress, Quarantine } from '#ledger/ports'
import type { QuarantineReason, SetAside } from '#ledger/quarantine'
import type { BatchOutcome, ShardBatch } from '../shard-batch.ts'
import { cachedBooks } from './books.ts'
import { recordIntoBook, type BookWriter } from './record-into-book.ts'
import { sortRecords, type Candidate, type Source } from './sort-records.ts'
import { UnexpectedError } from './unexpected-error.ts'

export type JournalWorld = {
  readonly journal: Journal
  readonly heads: Heads
  readonly merchants: Merchants
  readonly quarantine: Quarantine
  readonly progress: Progress
  readonly clock: Clock
  readonly log: Log
}

/** Where the processor speaks to people. A warning is for tomorrow morning, an error raises an alarm. */
export type Log = {
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export type JournalLimits = {
  /** How many books of a batch are written at the same time. */
  readonly booksAtOnce: number
  /** About how much memory the known books may take. */
  readonly cacheBytes: number
}

/** A worker: called with one batch after another, of one shard or of several at the same time. */
export const recordEntries = (
  world: JournalWorld,
  { booksAtOnce, cacheBytes }: JournalLimits,
): ((batch: ShardBatch) => Promise<BatchOutcome>) => {
  const { journal, quarantine, progress, clock, log } = world
  const setAside = async (
    { position, raw }: Source,
    subject: SetAside['subject'],
    reason: QuarantineReason,
    detail: string,
  ): Promise<void> => {
    await quarantine.setAside({ subject, reason, detail, position, raw, setAsideAtMs: clock() })
    if (reason === 'unexpected-error') log.error({ position, detail }, 'set aside a record that our code failed on')
    else log.warn({ position, reason, detail }, 'set aside')
  }
  const writer: BookWriter = {
    books: cachedBooks(world, cacheBytes),
    journal,
    setAside: (candidate, reason, detail) => setAside(candidate, candidate, reason, detail),
  }

  return async (batch) => {
    const { books, unreadable } = sortRecords(batch)
    // The lowest record that is not done, as its place in the batch.
    let firstUndone = batch.records.length
    const attempt = async (firstRecord: number, work: () => Promise<void>): Promise<void> => {
      try {
        await work()
      } catch (error) {
        firstUndone = Math.min(firstUndone, firstRecord)
        log.warn({ err: error, shardId: batch.shardId }, 'has to be delivered again')
      }
    }

    const tasks = [
      ...unreadable.map(
        (source) => () => attempt(source.record, () => setAside(source, 'unreadable', source.reason, source.detail)),
      ),
      ...books.map(
        ({ id, candidates }) =>
          () =>
            attempt(firstRecordOf(candidates), () => recordOrIsolate(writer, id, candidates)),
      ),
    ]
    await runAll(tasks, booksAtOnce)

    const lastDone = batch.records[firstUndone - 1]
    if (lastDone !== undefined) {
      const { sequenceNumber, arrivedAtMs } = lastDone
      // A batch whose progress is not written is not done, even if its entries are: nobody could tell.
      await attempt(0, () =>
        progress.advance('journal', { shardId: batch.shardId, sequenceNumber, appliedThroughMs: arrivedAtMs }),
      )
    }
    const redeliverFrom = batch.records[firstUndone]?.sequenceNumber
    return redeliverFrom === undefined ? {} : { redeliverFrom }
  }
}

/** Should our own code fail on a batch, finds the record that makes it fail, and sets that one aside alone. */
const recordOrIsolate = async (writer: BookWriter, id: BookId, candidates: readonly Candidate[]): Promise<void> => {
  try {
    await recordIntoBook(writer, id, candidates)
  } catch (error) {
    if (!(error instanceof UnexpectedError)) throw error
    const byRecord = [...Map.groupBy(candidates, ({ record }) => record).values()]
    if (byRecord.length > 1) {
      for (const ofRecord of byRecord) await recordOrIsolate(writer, id, ofRecord)
      return
    }
    for (const candidate of candidates) await writer.setAside(candidate, 'unexpected-error', error.message)
  }
}

const firstRecordOf = (candidates: readonly Candidate[]): number => candidates[0]?.record ?? 0

/** Runs the tasks, `atOnce` of them at a time. They must not throw. */
const runAll = async (tasks: readonly (() => Promise<void>)[], atOnce: number): Promise<void> => {
  const queue = tasks.values()
  const lane = async (): Promise<void> => {
    for (const task of queue) await task()
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, tasks.length) }, lane))
}

/**
 * The journal processor: brings every entry of a batch of stream records into its book, exactly once.
 *
 * Each entry ends in one of three durable ways: it is in the chain of its book, it was there already, or it is in
 * quarantine. Progress passes its record only after that. A failure that may heal (a throttled table, a lost answer)
 * fails the batch from the lowest such record on. The stream delivers the batch again, without limit, and entries that
 * were recorded already are found recorded. An exception of our own code does the same, unless good entries pass
 * through the same code at the same moment. In that case only the failing entry is at fault, and it is set aside.
 */
import { quarantineSetAside, type AuditEvent } from '#ledger/audit-event'
import type { Entry } from '#ledger/entry'
import { concurrently } from '#ledger/concurrently'
import { generationOf, Superseded } from '#ledger/generation'
import type { BookId } from '#ledger/identifiers'
import type {
  AuditTrail,
  Clock,
  Days,
  Heads,
  Journal,
  Merchants,
  Progress,
  Quarantine,
  Transactions,
} from '#ledger/ports'
import { quarantineKey, type QuarantineReason, type SetAside } from '#ledger/quarantine'
import { quarantineId } from '#wire/http/quarantine-id'
import { entryLine } from '#wire/stream/record'
import { namedBooks, type Log } from '../log.ts'
import { markAsBroken, OtherBookBroken, saysBroken, type MarkWorld } from '../mark-book.ts'
import { isOurs, UnexpectedError } from '../own-fault.ts'
import type { BatchOutcome, DeliveredRecord, ShardBatch } from '../shard-batch.ts'
import { bookCache, type BookCache } from './book-cache.ts'
import { recordIntoBook, type BookWriter } from './record-into-book.ts'
import { SEGMENT_SIZES, type SegmentSizes } from './segment-sizes.ts'
import { sortRecords, type PositionedEntry, type SortedBatch, type Source } from './sort-records.ts'

export type JournalWorld = {
  readonly journal: Journal
  readonly heads: Heads
  readonly days: Days
  readonly transactions: Transactions
  readonly merchants: Merchants
  readonly quarantine: Quarantine
  /** Gets an audit event for each item that is set aside, and for each decision about a late entry. */
  readonly auditTrail: AuditTrail
  readonly progress: Progress
  readonly clock: Clock
  readonly log: Log
}

export type JournalLimits = {
  /** The number of books of a batch that are written at the same time. */
  readonly booksAtOnce: number
  /** The approximate number of bytes that the known books may take. */
  readonly cacheBytes: number
  readonly segmentSizes?: SegmentSizes
}

/** A worker. It is called with one batch after another, of one shard or of several shards at the same time. */
export const recordEntries = (
  world: JournalWorld,
  { booksAtOnce, cacheBytes, segmentSizes = SEGMENT_SIZES }: JournalLimits,
): ((batch: ShardBatch) => Promise<BatchOutcome>) => {
  const { quarantine, auditTrail, progress, clock, log } = world
  const books = bookCache(world, cacheBytes)
  /** The sequence number to which this worker has brought the progress of each shard. */
  const ownProgress = new Map<string, string>()

  const noteProgress = async (shardId: string, { sequenceNumber, arrivedAtMs }: DeliveredRecord): Promise<boolean> => {
    try {
      await progress.advance('journal', { shardId, sequenceNumber, appliedThroughMs: arrivedAtMs })
      ownProgress.set(shardId, sequenceNumber)
      return true
    } catch (err) {
      raise(log, { shardId }, [{ err }], 'progress was not written; the stream delivers the batch again')
      return false
    }
  }

  // When another worker took the last batch, the books that this worker knows are probably old. Asking costs one read
  // for each batch. Without asking, when batches go to any of four workers, four appends in ten fail.
  const wasServedByOthers = async (shardId: string): Promise<boolean> => {
    try {
      const last = await progress.of('journal', shardId)
      return last?.sequenceNumber !== ownProgress.get(shardId)
    } catch (err) {
      log.warn({ err, shardId }, 'progress cannot be read, so the known books are read again')
      return true
    }
  }

  const publish = async (told: readonly AuditEvent[]): Promise<void> => {
    for (let at = 0; at < told.length; at += TOLD_AT_ONCE) {
      await auditTrail.publish(...told.slice(at, at + TOLD_AT_ONCE))
    }
  }

  // A failure to publish is only logged. The item waits in quarantine, which is what matters, and a shard must not stop
  // because an event cannot be published.
  const publishIfPossible = async (told: readonly AuditEvent[]): Promise<void> => {
    try {
      await publish(told)
    } catch (err) {
      log.warn(
        { err, auditEvents: told.length, first: told[0]?.eventId },
        'audit events of quarantine are not on the stream; quarantine itself has the items',
      )
    }
  }

  // Without these events, the archive alone would not tell which book a late entry counts in. When the batch comes again,
  // its entries are found in the chain, and the events are told again.
  const publishDecided = async (shardId: string, decided: readonly AuditEvent[]): Promise<boolean> => {
    try {
      await publish(decided)
      return true
    } catch (err) {
      raise(
        log,
        { shardId },
        [{ err }],
        'decisions about late entries were not published; the stream delivers the batch again',
      )
      return false
    }
  }

  return async (batch) => {
    const { shardId, records } = batch
    const told: AuditEvent[] = []
    const decided: AuditEvent[] = []
    const itemOf = (
      { position, raw }: Source,
      subject: SetAside['subject'],
      reason: QuarantineReason,
      detail: string,
    ): SetAside => {
      const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw
      return { subject, reason, detail, position, raw: bytes, setAsideAtMs: clock() }
    }
    const setAside = async (
      source: Source,
      subject: SetAside['subject'],
      reason: QuarantineReason,
      detail: string,
    ): Promise<void> => {
      const item = itemOf(source, subject, reason, detail)
      const { position } = item
      await quarantine.setAside(item)
      const about = { ...idsOf(subject), quarantineId: quarantineId(quarantineKey(item)), position, detail }
      if (reason === 'unexpected-error')
        log.error(
          about,
          'our own code failed on this entry or record alone; it was set aside in quarantine and is not counted',
        )
      else log.warn({ reason, ...about }, 'set aside in quarantine, and not counted')
      told.push(quarantineSetAside(item))
    }
    const sorted = sortRecords(batch)
    const writer: BookWriter = {
      ...world,
      books,
      mayHaveMoved: await wasServedByOthers(shardId),
      sizes: segmentSizes,
      tell: (...events) => decided.push(...events),
      itemOf: (candidate, reason, detail) => itemOf(candidate, candidate.entry, reason, detail),
      setAside: (candidate, reason, detail) => setAside(candidate, subjectOf(candidate.entry, reason), reason, detail),
    }
    const tasks: Task[] = [
      ...sorted.unreadable.map((source) => ({
        sources: [source],
        run: () => setAside(source, 'unreadable', source.reason, source.detail),
      })),
      ...sorted.books.map(({ id, candidates }) => ({
        book: id,
        sources: candidates,
        run: () => orMarkBroken({ ...world, books }, id, () => recordOrIsolate(writer, id, candidates)),
      })),
      ...(sorted.stoppedAt === undefined ? [] : [stopping(sorted.stoppedAt)]),
    ]
    const failures = await runAll(tasks, booksAtOnce)
    const done = countDone(records, failures)
    raise(
      log,
      { shardId, redeliverFrom: records[done]?.sequenceNumber },
      failures,
      'some entries could not be recorded; the stream delivers them again',
    )
    await publishIfPossible(told)
    const lastDone = records[done - 1]
    const isTold = await publishDecided(shardId, decided)
    const isNoted = isTold && (lastDone === undefined || (await noteProgress(shardId, lastDone)))
    // A batch whose progress is not written is not done, even if its entries are recorded, because readers cannot know
    // that they are.
    const redeliverFrom = records[isNoted ? done : 0]?.sequenceNumber
    return redeliverFrom === undefined ? {} : { redeliverFrom }
  }
}

const TOLD_AT_ONCE = 500

/**
 * Does the work in a book. When the book is found broken, it is marked, so that readers are told. A chain that was superseded is
 * forgotten, and the next delivery reads the one that counts.
 */
const orMarkBroken = async (
  world: MarkWorld & { readonly books: Pick<BookCache, 'forget'>; readonly log: Log },
  id: BookId,
  work: () => Promise<void>,
): Promise<void> => {
  try {
    await work()
  } catch (error) {
    if (error instanceof Superseded) world.books.forget(id)
    if (!saysBroken(error)) throw error
    const { segment } = error
    const book = error instanceof OtherBookBroken ? error.book : id
    const foundIn = segment === undefined ? undefined : generationOf(segment)
    const marked = await markAsBroken(world, book, foundIn).catch((err: unknown) => {
      world.log.warn({ err, ...book }, 'a broken book is not marked; the next delivery tries again')
    })
    if (marked !== 'superseded') throw error
    world.books.forget(book)
    throw new Error('the chain of the book was superseded while this worker read it', { cause: error })
  }
}

/** The number of records at the start of the batch that need no further work. */
const countDone = (records: readonly DeliveredRecord[], failures: readonly Failure[]): number => {
  const undone = new Set(failures.flatMap(({ task }) => task.sources.map(({ position }) => position.sequenceNumber)))
  const firstUndone = records.findIndex(({ sequenceNumber }) => undone.has(sequenceNumber))
  return firstUndone === -1 ? records.length : firstUndone
}

/**
 * Logs one line for all failures of a batch. A failure that may heal is a warning. Any other failure needs a person.
 */
const raise = (
  log: Log,
  place: { readonly shardId: string; readonly redeliverFrom?: string | undefined },
  failures: readonly { readonly err: unknown; readonly task?: Task }[],
  mayHeal: MayHeal,
): void => {
  if (failures.length === 0) return
  const ofOurs = failures.find(({ err }) => isOurs(err))
  const { err, task } = ofOurs ?? failures[0] ?? {}
  const books = failures.flatMap(({ task }) => (task?.book === undefined ? [] : [task.book]))
  // The book of `err`, and the first of all books that have to wait.
  const facts = { err, ...task?.book, failures: failures.length, ...place, ...namedBooks(books) }
  if (ofOurs === undefined) log.warn(facts, mayHeal)
  else log.error(facts, HELD_UP)
}

type MayHeal =
  | 'some entries could not be recorded; the stream delivers them again'
  | 'progress was not written; the stream delivers the batch again'
  | 'decisions about late entries were not published; the stream delivers the batch again'

const HELD_UP = 'our own code cannot go on: the shard is held up, nothing is set aside. See docs/operations.md'

const stopping = ({ position, fault }: NonNullable<SortedBatch['stoppedAt']>): Task => ({
  sources: [{ position }],
  run: () => Promise.reject(fault),
})

/** The ids of an entry, for the log. Its other fields are its merchant's affair. */
const idsOf = (subject: SetAside['subject']) =>
  subject === 'unreadable' ? {} : { merchantId: subject.merchantId, entryId: subject.entryId }

/**
 * The entry, or `unreadable` when our own code fails on the entry and cannot even write it as a line. Its raw line is
 * kept in both cases.
 */
const subjectOf = (entry: Entry, reason: QuarantineReason): SetAside['subject'] => {
  try {
    if (reason === 'unexpected-error') entryLine(entry)
    return entry
  } catch {
    return 'unreadable'
  }
}

/**
 * When our own code fails on some entries, halves them until the failing entry is found. That entry is tried once more
 * by itself, because an exception may come and go. Then it is set aside.
 */
export const recordOrIsolate = async (
  writer: BookWriter,
  id: BookId,
  candidates: readonly PositionedEntry[],
): Promise<void> => {
  const error = await tryToRecord(writer, id, candidates)
  if (error === undefined) return
  const [only, ...others] = candidates
  if (only !== undefined && others.length === 0) {
    const again = await tryToRecord(writer, id, candidates)
    if (again !== undefined) await writer.setAside(only, 'unexpected-error', again.message)
    return
  }
  const middle = Math.ceil(candidates.length / 2)
  // The halves keep their order, so that the first of two copies of an id still comes first.
  await recordOrIsolate(writer, id, candidates.slice(0, middle))
  await recordOrIsolate(writer, id, candidates.slice(middle))
}

/** Returns the exception that these candidates cause, if good entries in their place do not cause it. */
const tryToRecord = async (
  writer: BookWriter,
  id: BookId,
  candidates: readonly PositionedEntry[],
): Promise<UnexpectedError | undefined> => {
  try {
    await recordIntoBook(writer, id, candidates)
    return undefined
  } catch (error) {
    if (error instanceof UnexpectedError) return error
    throw error
  }
}

/** A piece of work of a batch. Until it is done, progress stays before the first record that it comes from. */
type Task = {
  readonly book?: BookId
  readonly sources: readonly Pick<Source, 'position'>[]
  readonly run: () => Promise<void>
}

type Failure = { readonly task: Task; readonly err: unknown }

/** Runs every task, `atOnce` of them at a time. A failing task does not stop the others. */
const runAll = async (tasks: readonly Task[], atOnce: number): Promise<readonly Failure[]> => {
  const failures: Failure[] = []
  await concurrently(tasks, atOnce, async (task) => {
    try {
      await task.run()
    } catch (err) {
      failures.push({ task, err })
    }
  })
  return failures
}

/**
 * Records entries that come once more, in another way than in the next batch of their shard. The rules by which they
 * are counted, found counted or set aside are those of the journal processor. Progress plays no part, because what it
 * says of a shard stays true.
 */
import type { ArchivedEntry } from '#ledger/archive'
import type { AuditEvent } from '#ledger/audit-event'
import {
  UnknownFormat,
  type Clock,
  type Days,
  type Heads,
  type Journal,
  type Merchants,
  type Quarantine,
  type Transactions,
} from '#ledger/ports'
import type { QuarantineReason, SetAside } from '#ledger/quarantine'
import { bookKey, type BookId } from '#ledger/identifiers'
import { NOTHING_TOLD, type ToldDays } from '#ledger/rebuilt-days'
import { BrokenChain, countsIn } from '#ledger/segment'
import { messageOf } from '../own-fault.ts'
import { unpackIds } from '#wire/journal/packed-entries'
import { openSegment } from '#wire/journal/segment'
import { entryLine } from '#wire/stream/record'
import { bookCache } from '../journal/book-cache.ts'
import { recordOrIsolate } from '../journal/record-entries.ts'
import type { BookWriter } from '../journal/record-into-book.ts'
import { SEGMENT_SIZES } from '../journal/segment-sizes.ts'
import { byBook, sortRecords, type BookBatch, type PositionedEntry, type Source } from '../journal/sort-records.ts'
import type { ShardBatch } from '../shard-batch.ts'
import { concurrently } from '#ledger/concurrently'
import { daySettler, type DaySettler } from './settle-days.ts'

export type RecorderWorld = {
  readonly journal: Journal
  readonly heads: Heads
  readonly days: Days
  readonly transactions: Transactions
  readonly merchants: Merchants
  readonly quarantine: Quarantine
  readonly clock: Clock
  /** Gets what was decided about late entries, before the recorder takes the next ones. */
  readonly publish: (decided: readonly AuditEvent[]) => Promise<void>
}

export type RecorderLimits = { readonly booksAtOnce: number; readonly cacheBytes: number }

/** A book whose stored items cannot be used, so that some entries were not recorded. */
export type HeldBook = { readonly book: BookId; readonly entries: number; readonly reason: string }

/** The outcome of the entries so far. Entries that were neither counted, set aside nor held up had been counted before. */
export type Recorded = {
  readonly entries: number
  readonly counted: number
  readonly setAside: number
  /** Records and lines that cannot be read as entries. */
  readonly unreadableRecords: number
  readonly heldBooks: readonly HeldBook[]
}

export type BookRecorder = {
  recorded(): Recorded
  /** Records entries of any books. The entries of each book come in stream order. */
  archived(entries: readonly ArchivedEntry[]): Promise<void>
  /** Settles what is told of closed days, once the entries of a day are recorded. */
  readonly settler: DaySettler
  /** Records stream records of a shard. */
  delivered(batch: ShardBatch): Promise<void>
}

export const bookRecorder = (
  world: RecorderWorld,
  {
    booksAtOnce,
    cacheBytes,
    mayHaveMoved,
    told = NOTHING_TOLD,
  }: RecorderLimits & { readonly mayHaveMoved: boolean; readonly told?: ToldDays },
): BookRecorder => {
  const recorded = { entries: 0, counted: 0, setAside: 0, unreadableRecords: 0 }
  const held = new Map<string, HeldBook>()
  const journal: Journal = {
    ...world.journal,
    async append(segment) {
      const outcome = await world.journal.append(segment)
      if (outcome === 'appended') recorded.counted += unpackIds(segment.entries).length
      return outcome
    },
  }
  const transactions: Transactions = {
    async commit(changes) {
      const outcome = await world.transactions.commit(changes)
      if (outcome === 'refused') return outcome
      for (const change of changes) {
        if (change.change === 'set-aside') recorded.setAside += 1
        if (change.change === 'append' && countsIn(openSegment(change.segment).segment.mark))
          recorded.counted += unpackIds(change.segment.entries).length
      }
      return outcome
    },
  }
  const books = bookCache({ ...world, journal }, cacheBytes)

  const itemOf = (
    { position, raw }: Source,
    subject: SetAside['subject'],
    reason: QuarantineReason,
    detail: string,
  ): SetAside => {
    const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw
    return { subject, reason, detail, position, raw: bytes, setAsideAtMs: world.clock() }
  }
  const keep = async (...item: Parameters<typeof itemOf>): Promise<void> => {
    await world.quarantine.setAside(itemOf(...item))
  }

  let decided: AuditEvent[] = []
  const writer: BookWriter = {
    ...world,
    books,
    mayHaveMoved,
    journal,
    transactions,
    sizes: SEGMENT_SIZES,
    tell: (...events) => decided.push(...events),
    itemOf: (candidate, reason, detail) => itemOf(candidate, candidate.entry, reason, detail),
    async setAside(candidate, reason, detail) {
      recorded.setAside += 1
      await keep(candidate, candidate.entry, reason, detail)
    },
  }

  const record = async (batches: readonly BookBatch[]): Promise<void> => {
    await concurrently(batches, booksAtOnce, async ({ id, candidates }) => {
      try {
        await recordOrIsolate(writer, id, candidates)
      } catch (error) {
        // The other books go on. A failure that may heal ends the work, because the work can be done again, and so does a
        // fault of our own code, which would hit every book.
        if (!(error instanceof UnknownFormat || error instanceof BrokenChain)) throw error
        const entries = (held.get(bookKey(id))?.entries ?? 0) + candidates.length
        held.set(bookKey(id), { book: id, entries, reason: messageOf(error) })
      }
      recorded.entries += candidates.length
    })
    const told = decided
    decided = []
    await world.publish(told)
  }

  const settler = daySettler(writer, told, booksAtOnce)

  return {
    recorded: () => ({ ...recorded, heldBooks: [...held.values()] }),
    async archived(entries) {
      const candidates = entries.map(({ entry, position }) => ({ entry, position, raw: entryLine(entry) }))
      if (told.late.length === 0) return await record(byBook(candidates))
      const inTime: PositionedEntry[] = []
      for (const candidate of candidates) if (!(await settler.keepLate(candidate))) inTime.push(candidate)
      recorded.entries += candidates.length - inTime.length
      await record(byBook(inTime))
    },
    settler,
    async delivered(batch) {
      const { books, unreadable, stoppedAt } = sortRecords(batch)
      for (const source of unreadable) {
        recorded.unreadableRecords += 1
        await keep(source, 'unreadable', source.reason, source.detail)
      }
      await record(books)
      if (stoppedAt !== undefined) throw stoppedAt.fault
    },
  }
}

/**
 * Entries that come once more, by another way than the next batch of their shard. The rules by which they are counted,
 * found counted or set aside are the journal processor's own; only progress plays no part, because what it says of a
 * shard is true with or without this.
 */
import type { ArchivedEntry } from '#ledger/archive'
import type { Clock, Heads, Journal, Merchants, Quarantine } from '#ledger/ports'
import type { QuarantineReason, SetAside } from '#ledger/quarantine'
import { unpackIds } from '#wire/journal/packed-entries'
import { entryLine } from '#wire/stream/record'
import { bookCache } from '../journal/book-cache.ts'
import { recordOrIsolate } from '../journal/record-entries.ts'
import type { BookWriter } from '../journal/record-into-book.ts'
import { SEGMENT_SIZES } from '../journal/segment-sizes.ts'
import { byBook, sortRecords, type BookBatch, type Source } from '../journal/sort-records.ts'
import type { ShardBatch } from '../shard-batch.ts'
import { concurrently } from '#ledger/concurrently'

export type RecorderWorld = {
  readonly journal: Journal
  readonly heads: Heads
  readonly merchants: Merchants
  readonly quarantine: Quarantine
  readonly clock: Clock
}

export type RecorderLimits = { readonly booksAtOnce: number; readonly cacheBytes: number }

/** What became of the entries so far. Those in none of the last two were counted before. */
export type Recorded = {
  readonly entries: number
  readonly counted: number
  readonly setAside: number
  /** Records and lines in which no entry can be read. */
  readonly unreadableRecords: number
}

export type BookRecorder = {
  recorded(): Recorded
  /** Entries of any books; of each book in stream order. */
  archived(entries: readonly ArchivedEntry[]): Promise<void>
  /** Records as a shard has them. */
  delivered(batch: ShardBatch): Promise<void>
}

export const bookRecorder = (
  world: RecorderWorld,
  { booksAtOnce, cacheBytes, mayHaveMoved }: RecorderLimits & { readonly mayHaveMoved: boolean },
): BookRecorder => {
  const recorded = { entries: 0, counted: 0, setAside: 0, unreadableRecords: 0 }
  const journal: Journal = {
    ...world.journal,
    async append(segment) {
      const outcome = await world.journal.append(segment)
      if (outcome === 'appended') recorded.counted += unpackIds(segment.entries).length
      return outcome
    },
  }
  const books = bookCache({ ...world, journal }, cacheBytes)

  const keep = async (
    { position, raw }: Source,
    subject: SetAside['subject'],
    reason: QuarantineReason,
    detail: string,
  ): Promise<void> => {
    const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw
    await world.quarantine.setAside({ subject, reason, detail, position, raw: bytes, setAsideAtMs: world.clock() })
  }

  const writer: BookWriter = {
    books,
    mayHaveMoved,
    journal,
    sizes: SEGMENT_SIZES,
    async setAside(candidate, reason, detail) {
      recorded.setAside += 1
      await keep(candidate, candidate.entry, reason, detail)
    },
  }

  const record = async (batches: readonly BookBatch[]): Promise<void> => {
    await concurrently(batches, booksAtOnce, async ({ id, candidates }) => {
      await recordOrIsolate(writer, id, candidates)
      recorded.entries += candidates.length
    })
  }

  return {
    recorded: () => ({ ...recorded }),
    async archived(entries) {
      await record(byBook(entries.map(({ entry, position }) => ({ entry, position, raw: entryLine(entry) }))))
    },
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

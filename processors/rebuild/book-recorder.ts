/**
 * Entries that come once more, by another way than the next batch of their shard. The rules by which they are counted,
 * found counted or set aside are the journal processor's own; only progress plays no part, because what it says of a
 * shard is true with or without this.
 */
import type { ArchivedEntry } from '#ledger/archive'
import { bookKey, type Position } from '#ledger/identifiers'
import type { Clock, Heads, Journal, Merchants, Quarantine } from '#ledger/ports'
import type { QuarantineReason, SetAside } from '#ledger/quarantine'
import { unpackIds } from '#wire/journal/packed-entries'
import { entryLine } from '#wire/stream/record'
import { cachedBooks } from '../journal/books.ts'
import { recordOrIsolate } from '../journal/record-entries.ts'
import { SEGMENT_SIZES } from '../journal/segment-sizes.ts'
import { sortRecords, type BookBatch, type Candidate, type Source } from '../journal/sort-records.ts'
import type { ShardBatch } from '../shard-batch.ts'
import { eachAtOnce } from './each-at-once.ts'

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
  const books = cachedBooks({ ...world, journal }, cacheBytes)

  const keep = async (
    { raw }: Source,
    position: Position,
    subject: SetAside['subject'],
    reason: QuarantineReason,
    detail: string,
  ): Promise<void> => {
    const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw
    await world.quarantine.setAside({ subject, reason, detail, position, raw: bytes, setAsideAtMs: world.clock() })
  }

  const record = async (batches: readonly BookBatch[], positionOf: (source: Source) => Position): Promise<void> => {
    const writer = {
      books,
      mayHaveMoved,
      journal,
      sizes: SEGMENT_SIZES,
      setAside: async (candidate: Candidate, reason: QuarantineReason, detail: string) => {
        recorded.setAside += 1
        await keep(candidate, positionOf(candidate), candidate.entry, reason, detail)
      },
    }
    await eachAtOnce(batches, booksAtOnce, async ({ id, candidates }) => {
      await recordOrIsolate(writer, id, candidates)
      recorded.entries += candidates.length
    })
  }

  return {
    recorded: () => ({ ...recorded }),
    async archived(entries) {
      // An entry is a record of its own, so that `record` says where it stood.
      await record(byBook(entries), ({ record }) => entries[record]?.position as Position)
    },
    async delivered(batch) {
      const { books, unreadable, stoppedAt } = sortRecords(batch)
      const positionOf = ({ record, index }: Source): Position => ({
        shardId: batch.shardId,
        sequenceNumber: batch.records[record]?.sequenceNumber ?? '',
        index,
      })
      for (const source of unreadable) {
        recorded.unreadableRecords += 1
        await keep(source, positionOf(source), 'unreadable', source.reason, source.detail)
      }
      await record(books, positionOf)
      if (stoppedAt !== undefined) throw stoppedAt.fault
    },
  }
}

const byBook = (entries: readonly ArchivedEntry[]): readonly BookBatch[] => {
  const books = new Map<string, { readonly id: BookBatch['id']; readonly candidates: Candidate[] }>()
  for (const [record, { entry, position }] of entries.entries()) {
    const id = { merchantId: entry.merchantId, day: entry.businessDay }
    const key = bookKey(id)
    const book = books.get(key) ?? { id, candidates: [] }
    books.set(key, book)
    book.candidates.push({ entry, raw: entryLine(entry), record, index: position.index })
  }
  return [...books.values()]
}

import type { Candidate } from '#ledger/book'
import { bookKey, bookOf, type BookId, type Position } from '#ledger/identifiers'
import { UnknownFormat } from '#ledger/ports'
import type { QuarantineReason } from '#ledger/quarantine'
import { recordReader } from '../good-record.ts'
import { OwnFault } from '../own-fault.ts'
import type { DeliveredRecord, ShardBatch } from '../shard-batch.ts'

/** The content of a position of the stream: a line, or a whole record in which no line can be read. */
export type Source = { readonly position: Position; readonly raw: string | Uint8Array }

/** A candidate with its place on the stream and its line, in case it has to be set aside. */
export type PositionedEntry = Candidate & Source & { readonly raw: string }

type Unreadable = Source & { readonly reason: QuarantineReason; readonly detail: string }

export type SortedBatch = {
  readonly books: readonly BookBatch[]
  readonly unreadable: readonly Unreadable[]
  /** The record at which reading stopped, because our own code cannot read any record, or is older than this one. */
  readonly stoppedAt?: { readonly position: Position; readonly fault: OwnFault | UnknownFormat }
}

/** The entries of one book, in stream order. */
export type BookBatch = { readonly id: BookId; readonly candidates: readonly PositionedEntry[] }

/**
 * Decodes a batch and sorts its entries by book. Records without entries are skipped. Reading stops at a record that
 * our own code cannot read, or that a newer version wrote, because a later copy of an id must not be counted first.
 */
export const sortRecords = ({ shardId, records }: ShardBatch): SortedBatch => {
  const read = recordReader()
  const entries: PositionedEntry[] = []
  const unreadable: Unreadable[] = []
  for (const record of records) {
    try {
      for (const item of itemsOf(shardId, record, read)) {
        if ('entry' in item) entries.push(item)
        else unreadable.push(item)
      }
    } catch (fault) {
      if (!(fault instanceof OwnFault || fault instanceof UnknownFormat)) throw fault
      const position = { shardId, sequenceNumber: record.sequenceNumber, index: 0 }
      return { books: byBook(entries), unreadable, stoppedAt: { position, fault } }
    }
  }
  return { books: byBook(entries), unreadable }
}

/** Groups entries into a batch for each book. The entries come in stream order. */
export const byBook = (entries: Iterable<PositionedEntry>): BookBatch[] => {
  const books = new Map<string, { readonly id: BookId; readonly candidates: PositionedEntry[] }>()
  for (const candidate of entries) {
    const id = bookOf(candidate.entry)
    const key = bookKey(id)
    const book = books.get(key)
    if (book === undefined) books.set(key, { id, candidates: [candidate] })
    else book.candidates.push(candidate)
  }
  return [...books.values()]
}

/** The contents of a record: its entries, the lines that cannot be read, or the record itself if it cannot be read. */
const itemsOf = (
  shardId: string,
  { sequenceNumber, data }: DeliveredRecord,
  read: ReturnType<typeof recordReader>,
): (PositionedEntry | Unreadable)[] => {
  const decoded = read(data)
  if (!decoded.ok) return [{ position: { shardId, sequenceNumber, index: 0 }, raw: data, ...decoded.error }]
  if (decoded.value.kind !== 'entries') return []
  return decoded.value.entries.map(({ line, entry, threw }, index) => {
    const position = { shardId, sequenceNumber, index }
    return entry.ok
      ? { position, raw: line, entry: entry.value }
      : { position, raw: line, reason: threw ? 'unexpected-error' : 'invalid-entry', detail: entry.error }
  })
}

import type { Entry } from '#ledger/entry'
import { bookKey, type BookId } from '#ledger/identifiers'
import type { QuarantineReason } from '#ledger/quarantine'
import { recordReader } from '../good-record.ts'
import { OwnFault } from '../own-fault.ts'
import type { DeliveredRecord, ShardBatch } from '../shard-batch.ts'

/** An entry on its way into its book, with what is needed should it have to be set aside. */
export type Candidate = Source & { readonly entry: Entry; readonly raw: string }

/**
 * Where something stood, `record` being the record's place in its batch and `index` the entry's in the record; and what
 * stood there, a line or a whole record.
 */
export type Source = { readonly record: number; readonly index: number; readonly raw: string | Uint8Array }

type Unreadable = Source & { readonly reason: QuarantineReason; readonly detail: string }

export type SortedBatch = {
  /** The entries of each book, in stream order. */
  readonly books: readonly BookBatch[]
  readonly unreadable: readonly Unreadable[]
  /** The record from which on nothing was read, because our own code could read none. */
  readonly stoppedAt?: { readonly record: number; readonly fault: OwnFault }
}

export type BookBatch = { readonly id: BookId; readonly candidates: readonly Candidate[] }

/**
 * Decodes a batch and sorts its entries by book. Records that carry no entries are passed over. After a record that our
 * own code cannot read nothing is read: a copy of an id that comes later must not be counted first.
 */
export const sortRecords = ({ records }: ShardBatch): SortedBatch => {
  const read = recordReader()
  const books = new Map<string, { readonly id: BookId; readonly candidates: Candidate[] }>()
  const unreadable: Unreadable[] = []
  const candidatesOf = (id: BookId): Candidate[] => {
    const key = bookKey(id)
    const book = books.get(key) ?? { id, candidates: [] }
    books.set(key, book)
    return book.candidates
  }
  for (const [record, delivered] of records.entries()) {
    try {
      for (const item of itemsOf(record, delivered, read)) {
        if ('entry' in item) candidatesOf({ merchantId: item.entry.merchantId, day: item.entry.businessDay }).push(item)
        else unreadable.push(item)
      }
    } catch (fault) {
      if (!(fault instanceof OwnFault)) throw fault
      return { books: [...books.values()], unreadable, stoppedAt: { record, fault } }
    }
  }
  return { books: [...books.values()], unreadable }
}

/** What a record holds: its entries, and whatever of it cannot be read. */
const itemsOf = (
  record: number,
  { data }: DeliveredRecord,
  read: ReturnType<typeof recordReader>,
): (Candidate | Unreadable)[] => {
  const decoded = read(data)
  if (!decoded.ok) return [{ record, index: 0, raw: data, ...decoded.error }]
  if (decoded.value.kind !== 'entries') return []
  return decoded.value.entries.map(({ line, entry, threw }, index) =>
    entry.ok
      ? { record, index, raw: line, entry: entry.value }
      : { record, index, raw: line, reason: threw ? 'unexpected-error' : 'invalid-entry', detail: entry.error },
  )
}

import type { Entry } from '#ledger/entry'
import { bookKey, type BookId } from '#ledger/identifiers'
import type { QuarantineReason } from '#ledger/quarantine'
import { decodeRecord } from '#wire/stream-record'
import type { DeliveredRecord, ShardBatch } from '../shard-batch.ts'

/** An entry on its way into its book, with what is needed should it have to be set aside. */
export type Candidate = Source & { readonly entry: Entry; readonly raw: string }

/**
 * Where something stood, `record` being the record's place in its batch and `index` the entry's in the record; and what
 * stood there, a line or a whole record.
 */
export type Source = { readonly record: number; readonly index: number; readonly raw: string | Uint8Array }

export type Unreadable = Source & { readonly reason: QuarantineReason; readonly detail: string }

export type SortedBatch = {
  /** The entries of each book, in stream order. */
  readonly books: readonly BookBatch[]
  readonly unreadable: readonly Unreadable[]
}

export type BookBatch = { readonly id: BookId; readonly candidates: readonly Candidate[] }

/** Decodes a batch and sorts its entries by book. Records that carry no entries are passed over. */
export const sortRecords = ({ records }: ShardBatch): SortedBatch => {
  const books = new Map<string, { readonly id: BookId; readonly candidates: Candidate[] }>()
  const unreadable: Unreadable[] = []
  const candidatesOf = (id: BookId): Candidate[] => {
    const key = bookKey(id)
    const book = books.get(key) ?? { id, candidates: [] }
    books.set(key, book)
    return book.candidates
  }
  for (const [record, delivered] of records.entries()) {
    for (const item of readRecord(record, delivered)) {
      if ('entry' in item) candidatesOf({ merchantId: item.entry.merchantId, day: item.entry.businessDay }).push(item)
      else unreadable.push(item)
    }
  }
  return { books: [...books.values()], unreadable }
}

/** What a record holds: its entries, and whatever of it cannot be read. */
const readRecord = (record: number, { data }: DeliveredRecord): (Candidate | Unreadable)[] => {
  const whole: Source = { record, index: 0, raw: data }
  try {
    const decoded = decodeRecord(data)
    if (!decoded.ok) return [{ ...whole, reason: 'undecodable-record', detail: decoded.error }]
    if (decoded.value.kind !== 'entries') return []
    return decoded.value.entries.map(({ line, entry }, index) =>
      entry.ok
        ? { record, index, raw: line, entry: entry.value }
        : { record, index, raw: line, reason: 'invalid-entry', detail: entry.error },
    )
  } catch (error) {
    // Whatever this record does to our code it will do again, and its neighbours must not wait for that.
    return [{ ...whole, reason: 'unexpected-error', detail: String(error) }]
  }
}

import { contentHash, type Entry } from '#ledger/entry'
import { bookKey, type BookId, type Position } from '#ledger/identifiers'
import type { QuarantineReason } from '#ledger/quarantine'
import type { HashedEntry } from '#ledger/segment'
import { decodeRecord } from '#wire/stream-record'
import type { DeliveredRecord, ShardBatch } from '../shard-batch.ts'

/** An entry on its way into its book, with what is needed should it have to be set aside. */
export type Candidate = HashedEntry & Source

/** Where something stood: `record` is the record's place in its batch. */
export type Source = { readonly record: number; readonly position: Position; readonly raw: Uint8Array }

export type Unreadable = Source & { readonly reason: QuarantineReason; readonly detail: string }

export type SortedBatch = {
  /** The entries of each book, in stream order. */
  readonly books: readonly { readonly id: BookId; readonly candidates: readonly Candidate[] }[]
  readonly unreadable: readonly Unreadable[]
}

/** Decodes a batch and sorts its entries by book. Records that carry no entries are passed over. */
export const sortRecords = (batch: ShardBatch): SortedBatch => {
  const items = batch.records.flatMap((delivered, record) => readRecord(batch.shardId, record, delivered))
  const candidates = items.filter((item) => 'entry' in item)
  const books = Map.groupBy(candidates, ({ entry }) => bookKey(bookOf(entry)))
  return {
    books: Array.from(books.values(), (ofBook) => ({ id: bookOf((ofBook[0] as Candidate).entry), candidates: ofBook })),
    unreadable: items.filter((item) => 'reason' in item),
  }
}

/** What a record holds: its entries, and whatever of it cannot be read. */
const readRecord = (shardId: string, record: number, delivered: DeliveredRecord): (Candidate | Unreadable)[] => {
  const { sequenceNumber, data } = delivered
  const whole: Source = { record, raw: data, position: { shardId, sequenceNumber, index: 0 } }
  try {
    const decoded = decodeRecord(data)
    if (!decoded.ok) return [{ ...whole, reason: 'undecodable-record', detail: decoded.error }]
    if (decoded.value.kind !== 'entries') return []
    return decoded.value.entries.map(({ raw, entry }, index) => {
      const source: Source = { record, raw, position: { shardId, sequenceNumber, index } }
      return entry.ok
        ? { ...source, entry: entry.value, contentHash: contentHash(entry.value) }
        : { ...source, reason: 'invalid-entry', detail: entry.error }
    })
  } catch (error) {
    // Whatever this record does to our code it will do again, and its neighbours must not wait for that.
    return [{ ...whole, reason: 'unexpected-error', detail: String(error) }]
  }
}

const bookOf = ({ merchantId, businessDay }: Entry): BookId => ({ merchantId, day: businessDay })

import { contentHash } from '#ledger/entry'
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
  const books = new Map<string, { id: BookId; candidates: Candidate[] }>()
  const unreadable: Unreadable[] = []
  const take = (source: Source, entry: HashedEntry['entry']): void => {
    const id: BookId = { merchantId: entry.merchantId, day: entry.businessDay }
    const book = books.get(bookKey(id)) ?? { id, candidates: [] }
    book.candidates.push({ ...source, entry, contentHash: contentHash(entry) })
    books.set(bookKey(id), book)
  }
  for (const [record, delivered] of batch.records.entries()) {
    try {
      sortRecord(batch.shardId, record, delivered, take, unreadable)
    } catch (error) {
      // Whatever this record does to our code it will do again, and its neighbours must not wait for that.
      const source = wholeRecord(batch.shardId, record, delivered)
      unreadable.push({ ...source, reason: 'unexpected-error', detail: String(error) })
    }
  }
  return { books: [...books.values()], unreadable }
}

const sortRecord = (
  shardId: string,
  record: number,
  delivered: DeliveredRecord,
  take: (source: Source, entry: HashedEntry['entry']) => void,
  unreadable: Unreadable[],
): void => {
  const decoded = decodeRecord(delivered.data)
  if (!decoded.ok) {
    const source = wholeRecord(shardId, record, delivered)
    unreadable.push({ ...source, reason: 'undecodable-record', detail: decoded.error })
    return
  }
  if (decoded.value.kind !== 'entries') return
  for (const [index, { raw, entry }] of decoded.value.entries.entries()) {
    const source = { record, raw, position: { shardId, sequenceNumber: delivered.sequenceNumber, index } }
    if (entry.ok) take(source, entry.value)
    else unreadable.push({ ...source, reason: 'invalid-entry', detail: entry.error })
  }
}

const wholeRecord = (shardId: string, record: number, { sequenceNumber, data }: DeliveredRecord): Source => ({
  record,
  raw: data,
  position: { shardId, sequenceNumber, index: 0 },
})

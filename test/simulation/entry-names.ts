/** What the oracles call entries and their places. */
import type { Entry } from '#ledger/entry'
import { bookKey, bookOf, type BookId, type Position } from '#ledger/identifiers'

export const idOf = (book: BookId, entryId: string): string => `${bookKey(book)} ${entryId}`

export const idOfEntry = (entry: Entry): string => idOf(bookOf(entry), entry.entryId)

export const placeOf = ({ shardId, sequenceNumber, index }: Position): string => `${shardId} ${sequenceNumber} ${index}`

/** As JSON, which has no bigint. */
export const inWords = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner))

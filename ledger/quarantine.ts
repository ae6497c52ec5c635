import { contentHash, type Entry } from './entry.ts'
import type { BusinessDay, EntryId, MerchantId, Position } from './identifiers.ts'

/** Why a record can never succeed as it is. */
export const QUARANTINE_REASONS = [
  'content-conflict',
  'wrong-currency',
  'total-out-of-bounds',
  'unknown-merchant',
  'day-closed',
  'invalid-entry',
  'undecodable-record',
  'unexpected-error',
] as const
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number]

/** Something set aside for a person: an entry, or a place on the stream where no entry could be read. */
export type SetAside = {
  readonly subject: Entry | 'unreadable'
  readonly reason: QuarantineReason
  /** For people: what exactly was wrong; `keptDetail` of it is kept. */
  readonly detail: string
  readonly position: Position
  /** The entry's line or the whole record, byte for byte as it stood on the stream. */
  readonly raw: Uint8Array
  readonly setAsideAtMs: number
}

/**
 * The beginning of a detail, and as proper Unicode: it may quote what somebody sent us, which knows no bounds, and a
 * detail that the store refuses would hold up its shard for ever.
 */
export const keptDetail = (detail: string): string => detail.slice(0, 1_000).toWellFormed()

export type Quarantined = SetAside & { readonly status: 'waiting' }

/**
 * What makes two items the same: for an entry its book, id and content, whatever brought it; for the rest the place.
 * `scope` is the merchant, or the shard behind a "#", which stands in no merchant's id.
 */
export type QuarantineKey = { readonly scope: string; readonly item: string }

export const quarantineKey = ({ subject, position }: Pick<SetAside, 'subject' | 'position'>): QuarantineKey => {
  if (subject === 'unreadable') {
    return { scope: `#${position.shardId}`, item: `${position.sequenceNumber}#${position.index}` }
  }
  const prefix = entryItemPrefix(subject.businessDay, subject.entryId)
  return { scope: subject.merchantId, item: `${prefix}${contentHash(subject)}` }
}

/** What the items of one id in a book have in common. */
export const entryItemPrefix = (day: BusinessDay, entryId: EntryId): string => `${day}#${entryId}#`

/** What a page of raw bytes may come to; a single item that is larger is a page of its own. */
export const QUARANTINE_PAGE_BYTES = 4 * 1024 * 1024

export type QuarantineFilter = { readonly merchantId?: MerchantId; readonly reason?: QuarantineReason }

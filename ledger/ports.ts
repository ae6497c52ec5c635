/**
 * What the domain asks of the world. Each promise is kept by every adapter and proven by one contract suite per port.
 *
 * Whatever may heal (a throttled table, a lost connection) is thrown; the caller's caller tries again. A call that
 * threw may still have been carried out: every promise here is one that survives being asked for twice. What another
 * version of Daybook has stored does not heal: it is thrown as an UnknownFormat.
 */
import type { ArchivedEntry } from './archive.ts'
import type { AnyAuditEvent, AuditEvent } from './audit-event.ts'
import type { Head } from './head.ts'
import type { BookId, BusinessDay, EntryId, MerchantId } from './identifiers.ts'
import type { Shard } from './lanes.ts'
import type { Merchant } from './merchant.ts'
import type {
  QuarantineAction,
  Quarantined,
  QuarantineFilter,
  QuarantineKey,
  QuarantineOutline,
  SetAside,
} from './quarantine.ts'
import type { SealedSegment, SegmentNumber } from './segment.ts'

/** What is stored is in a format that is not known here. It is never guessed at: a person has to look at the versions. */
export class UnknownFormat extends Error {}

/** Milliseconds since 1970 UTC, now. */
export type Clock = () => number

/** The way from ingest to the processors. */
export type EntryStream = {
  /**
   * Puts up to 500 records of up to 1 MiB, 5 MiB in all. Answers one outcome per record, in order: where it stands, once
   * it is durable, or why it was not taken. A record whose outcome never arrived may stand on the stream all the same.
   */
  put(records: readonly OutgoingRecord[]): Promise<readonly PutOutcome[]>
  /** The shards that take records now. */
  openShards(): Promise<readonly Shard[]>
}
export type OutgoingRecord = { readonly hashKey: bigint; readonly data: Uint8Array }
export type PutOutcome =
  | { readonly status: 'stored'; readonly shardId: string; readonly sequenceNumber: string }
  | { readonly status: 'refused'; readonly reason: string }

/** The append-only record of the books: a chain of segments each. The truth. */
export type Journal = {
  /** Segments of a book after the given one, in order, all of them or the first `limit`; strongly consistent. */
  read(book: BookId, after: SegmentNumber, limit?: number): Promise<readonly SealedSegment[]>
  /** The last segment of a book without its entries, which carries the day view; strongly consistent. */
  end(book: BookId): Promise<SegmentEnd | undefined>
  /** Stores the segment if its number is still free in its book; says 'taken' if it is not. Never both, never half. */
  append(segment: SealedSegment): Promise<'appended' | 'taken'>
}
export type SegmentEnd = Omit<SealedSegment, 'entries'>

/** One head per merchant. */
export type Heads = {
  /** Strongly consistent; the empty head for a merchant without one. */
  read(merchantId: MerchantId): Promise<Head>
  /** Sees to it that the day is open, as `openDay` says; 'closed' when it is closed for good. */
  open(book: BookId): Promise<'open' | 'closed'>
}

/** The register. */
export type Merchants = {
  /** Strongly consistent. */
  find(merchantId: MerchantId): Promise<Merchant | undefined>
  /** Stores the merchant if the stored revision is the one before (for revision 1: none); says 'moved' if it is not. */
  save(merchant: Merchant): Promise<'saved' | 'moved'>
  /** All merchants, page by page in some fixed order; a page without `next` is the last. */
  list(page: Page): Promise<Listed<Merchant>>
}
export type Page = { readonly limit: number; readonly after?: string }
export type Listed<T> = { readonly items: readonly T[]; readonly next?: string }

/** Where a record that can never succeed waits for a person. */
export type Quarantine = {
  /**
   * Keeps the item once, under its `quarantineKey`. Setting it aside again changes nothing but `lastPosition`, which
   * rises when the new place is later; so whatever people did about it stays done, and `quarantineState` says whether
   * it waits again. Durable when it returns.
   */
  setAside(item: SetAside): Promise<void>
  /**
   * Items of any size come back whole, and a page ends early where the next one's bytes would take it beyond
   * QUARANTINE_PAGE_BYTES. Filtered by merchant: by day, then id; otherwise in no order that means anything. An item
   * that cannot be read here does not hide the others: it comes as 'unreadable', with its key, and why in its detail.
   */
  list(filter: QuarantineFilter, page: Page): Promise<Listed<Quarantined>>
  /**
   * What was set aside of one book's id, by content hash, the first `limit`; strongly consistent. Usually nothing; more than
   * one item when several contents claimed the id.
   */
  ofEntry(book: BookId, entryId: EntryId, limit: number): Promise<readonly QuarantineOutline[]>
  /** The item under a key, whole; strongly consistent. */
  find(key: QuarantineKey): Promise<Quarantined | undefined>
  /** Adds an action to the item's list if the stored list is as long as this one's; says 'moved' if it is not. */
  note(item: Quarantined, action: QuarantineAction): Promise<'noted' | 'moved'>
}

/** How far each consumer has come on each shard. */
export type Progress = {
  /** Raises a shard's progress. Standing further already is success; it never falls. */
  advance(consumer: Consumer, progress: ShardProgress): Promise<void>
  /** One shard's, if the consumer has ever advanced on it; strongly consistent. */
  of(consumer: Consumer, shardId: string): Promise<ShardProgress | undefined>
  /** Every shard the consumer has ever advanced on; strongly consistent. */
  read(consumer: Consumer): Promise<readonly ShardProgress[]>
}
export type Consumer = 'journal' | 'archive'
export type ShardProgress = {
  readonly shardId: string
  /** The last record that is fully processed, and all before it. */
  readonly sequenceNumber: string
  /** When that record arrived on the stream. */
  readonly appliedThroughMs: number
}

/** What outlives the stream: every accepted entry and every decision. */
export type Archive = {
  /** Durable when it returns. Again is harmless: readers take each position once. */
  put(entries: readonly ArchivedEntry[]): Promise<void>
  /** Durable when it returns. Again is harmless: readers take each eventId once. */
  putAuditEvents(auditEvents: readonly AnyAuditEvent[]): Promise<void>
}

/** The way of audit events to the archive, which is the stream's. */
export type AuditTrail = {
  /** Up to 500 at a time. Durable when it returns; what throws may have been published all the same. */
  publish(...auditEvents: readonly AuditEvent[]): Promise<void>
}

/** SQL over the archive: the relations that `sql/views` makes of what is in S3. */
export type ArchiveQueries = {
  /** What one statement answers, whole. Sees all that is in the archive when it is asked. Throws StatementError. */
  run(sql: string): Promise<QueryResult>
  /** The same in parts, in order, at least one; for answers that need not fit in memory. */
  stream(sql: string): AsyncIterable<QueryResult>
  /**
   * What stands among the objects of a business day and is no part of the answers, as far as it can be known without
   * asking. A statement that needs such a day throws StatementError, and its message names the object; a statement
   * over other days answers.
   */
  unreadable(day: BusinessDay): Promise<readonly UnreadableObject[]>
}
export type QueryResult = {
  readonly columns: readonly string[]
  /**
   * A cell is a text, a number, a bigint, a boolean or null. Whole numbers of 64 bits and more are bigints; a time is text in
   * UTC, "YYYY-MM-DD HH:MM:SS.mmm". What has parts (a map, a list) looks as its engine has it.
   */
  readonly rows: readonly (readonly unknown[])[]
}
/** The engine could not do what a statement asks; its message says why. The same statement will fail again. */
export class StatementError extends Error {}

/** The archive as objects, for whoever builds books from it. */
export type ArchiveObjects = {
  /** Every object that holds entries; unreadable is what stands among them and is of no business day. */
  list(): Promise<{ readonly objects: readonly ArchiveObject[]; readonly unreadable: readonly UnreadableObject[] }>
  /**
   * What stands in some objects of one business day: first a part for each object, then the entries of those that could
   * be read, every copy, by merchant and then in stream order, in parts of bounded size. An object, or a row of one,
   * that cannot be read is told as such, and the rest goes on. `arrived` leaves out what arrived at other times.
   */
  entries(objects: readonly ArchiveObject[], arrived?: Interval): AsyncIterable<ArchivePart>
  /** The newest known state of every merchant of whom a decision tells. */
  merchants(): Promise<{ readonly merchants: readonly Merchant[]; readonly unreadable: readonly UnreadableObject[] }>
}
export type ArchiveObject = {
  readonly key: string
  readonly businessDay: BusinessDay
  readonly bytes: number
  /** No entry in it arrived later. */
  readonly storedAtMs: number
}
export type ArchivePart =
  | { readonly read: ArchiveObject; readonly rows: number }
  | { readonly unreadable: UnreadableObject }
  | { readonly entries: readonly ArchivedEntry[] }
export type UnreadableObject = { readonly key: string; readonly reason: string }
/** From an instant on, up to another one, which is not part of it. */
export type Interval = { readonly fromMs: number; readonly toMs: number }

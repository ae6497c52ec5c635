/**
 * What the domain asks of the world; the ports to the archive are in `archive.ts`. Every adapter keeps each promise, and
 * one contract suite per port proves it.
 *
 * A failure that may heal (a throttled table, a lost connection) is thrown; the caller's caller tries again. A call that
 * threw may still have been carried out, so every promise here holds for a call that is made twice. What another
 * version of Daybook has stored does not heal: it is thrown as an UnknownFormat.
 */
import type { Caller, Grant, Subject } from './access.ts'
import type { AuditEvent } from './audit-event.ts'
import type { Head } from './head.ts'
import type { BookId, EntryId, MerchantId } from './identifiers.ts'
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
import type { Result } from './result.ts'
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
  /** Stores the segment if its number is still free in its book; otherwise answers 'taken'. Never both, never half. */
  append(segment: SealedSegment): Promise<'appended' | 'taken'>
}
export type SegmentEnd = Omit<SealedSegment, 'entries'>

/** One head per merchant. */
export type Heads = {
  /** Strongly consistent; the empty head for a merchant without one. */
  read(merchantId: MerchantId): Promise<Head>
  /** Opens the day unless it is open, as `openDay` says; answers 'closed' when it is closed for good. */
  open(book: BookId): Promise<'open' | 'closed'>
}

/** The register. */
export type Merchants = {
  /** Strongly consistent. */
  find(merchantId: MerchantId): Promise<Merchant | undefined>
  /** Stores the merchant if the stored revision is the one before (for revision 1: none); otherwise answers 'moved'. */
  save(merchant: Merchant): Promise<'saved' | 'moved'>
  /** All merchants, page by page in some fixed order; a page without `next` is the last. */
  list(page: Page): Promise<Listed<Merchant>>
  /**
   * The ids that begin so, in their order and page by page; `after` is an id that begins so. Reads no other merchant. An
   * id that was registered a moment ago may be missing.
   */
  idsBeginning(beginning: string, page: Page): Promise<Listed<MerchantId>>
}
export type Page = { readonly limit: number; readonly after?: string }
export type Listed<T> = { readonly items: readonly T[]; readonly next?: string }

/** Where a record that can never succeed waits for a person. */
export type Quarantine = {
  /**
   * Keeps the item once, under its `quarantineKey`. Setting it aside again changes nothing but `lastPosition`, which
   * rises when the new place is later. So what people did about it stays done, and `quarantineState` says whether
   * it waits again. Durable when it returns.
   */
  setAside(item: SetAside): Promise<void>
  /**
   * Items of any size come back whole, and a page ends early where the next one's bytes would take it beyond
   * QUARANTINE_PAGE_BYTES. Filtered by merchant: by day, then id; otherwise in no order that means anything. A place is a
   * `quarantinePlace`, of an item or of none; filtered by merchant, one of that merchant. An item that cannot be read here does not hide the others: it comes as 'unreadable', with its key, and why in its detail.
   */
  list(filter: QuarantineFilter, page: Page): Promise<Listed<Quarantined>>
  /**
   * The ids of merchants that begin so and of which something was set aside, in their order and page by page; `after` is
   * an id that begins so. Reads nothing of other merchants. Strongly consistent.
   */
  merchantsBeginning(beginning: string, page: Page): Promise<Listed<MerchantId>>
  /**
   * What was set aside of one book's id, by content hash, the first `limit`; strongly consistent. Usually nothing; more than
   * one item when several contents claimed the id.
   */
  ofEntry(book: BookId, entryId: EntryId, limit: number): Promise<readonly QuarantineOutline[]>
  /** The item under a key, whole; strongly consistent. */
  find(key: QuarantineKey): Promise<Quarantined | undefined>
  /** Adds an action to the item's list if the stored list is as long as this one's; otherwise answers 'moved'. */
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

/** The way of audit events to the archive, which is the stream's. */
export type AuditTrail = {
  /** Up to 500 at a time. Durable when it returns; what throws may have been published all the same. */
  publish(...auditEvents: readonly AuditEvent[]): Promise<void>
}

/** Tells who sent a token. */
export type Tokens = {
  /**
   * The caller, when the token is genuine, meant for Daybook and valid now; otherwise why not, in words that the sender
   * may read. Throws when the issuer's keys are out of reach.
   */
  verify(token: string): Promise<Result<Caller, string>>
  /** Returns once tokens can be verified. Throws when the issuer's keys are out of reach. */
  ready(): Promise<void>
}

/** Which merchants each client and person may act for. */
export type Grants = {
  /** Strongly consistent; undefined when nothing is granted. */
  find(subject: Subject): Promise<Grant | undefined>
  /** Replaces what was granted to the subject. Durable when it returns. */
  put(grant: Grant): Promise<void>
  /** Takes everything from the subject. Durable when it returns; nothing to take is success. */
  remove(subject: Subject): Promise<void>
}

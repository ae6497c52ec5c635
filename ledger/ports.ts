/**
 * The ports: what the domain needs from the world. The ports to the archive are in `archive.ts`. Every adapter keeps
 * each promise, and one contract suite for each port proves it.
 *
 * A failure that may heal (a throttled table, a lost connection) is thrown, and a caller further up tries again. A call
 * that threw may still have been carried out, so every promise also holds for a call that is made twice. An item that
 * another version of Daybook has stored does not heal, and is thrown as an UnknownFormat.
 */
import type { Caller, Grant, Subject } from './access.ts'
import type { AuditEvent } from './audit-event.ts'
import type { Head } from './head.ts'
import type { ClosedDay, Restatement } from './close.ts'
import type { ClosingDay, ClosingOrder } from './closing-run.ts'
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
import type { Result } from './result.ts'
import type { Generation, SealedSegment, SegmentNumber } from './segment.ts'

/** The stored format is unknown. The content is never guessed: a person has to look at the versions. */
export class UnknownFormat extends Error {}

/** A stored segment cannot be read: a part of it is missing or is not what it should be. */
export class UnreadableSegment extends UnknownFormat {
  readonly segment: SegmentNumber
  readonly detail: string

  constructor({ merchantId, day }: BookId, segment: SegmentNumber, detail: string, options?: ErrorOptions) {
    super(`Segment ${segment} of the book ${merchantId} ${day} cannot be read: ${detail}.`, options)
    this.segment = segment
    this.detail = detail
  }
}

/** Milliseconds since 1970 UTC, now. */
export type Clock = () => number

/** The way from ingest to the processors. */
export type EntryStream = {
  /**
   * Puts up to 500 records of up to 1 MiB each, 5 MiB in all. Returns one outcome for each record, in order: its place
   * once it is durable, or the reason why it was refused. A record whose outcome never arrived may still stand on the
   * stream.
   */
  put(records: readonly OutgoingRecord[]): Promise<readonly PutOutcome[]>
  /** The shards that take records now. */
  openShards(): Promise<readonly Shard[]>
}
export type OutgoingRecord = { readonly hashKey: bigint; readonly data: Uint8Array }
export type PutOutcome =
  | { readonly status: 'stored'; readonly shardId: string; readonly sequenceNumber: string }
  | { readonly status: 'refused'; readonly reason: string }

/** The append-only record of the books, with a chain of segments for each book. It is the truth. */
export type Journal = {
  /**
   * The segments of a book after the given one, in order: all of them, or the first `limit`. The read is strongly
   * consistent. After 0 they are those of the chain that counts (`generation.ts`). After a segment of a chain that was
   * superseded, a read that comes to its end throws Superseded. After the front of another generation they are those of
   * that generation, also while no reader is led to it.
   */
  read(book: BookId, after: SegmentNumber, limit?: number): Promise<readonly SealedSegment[]>
  /**
   * The last segment of the chain that counts, without its entries; it carries the day view. The read is strongly consistent.
   */
  end(book: BookId): Promise<SegmentEnd | undefined>
  /**
   * Stores the segment if its number is still free in its book; otherwise returns 'taken'. It never does both, and
   * never stores a part. The view and the entries may take SEGMENT_BYTES together. A segment of 400 KiB or more is
   * thrown, and would be thrown again.
   */
  append(segment: SealedSegment): Promise<'appended' | 'taken'>
}
/** The chain of one generation by itself, also when it was superseded, without the segments that say so. For a person to see. */
export type Generations = (generation: Generation) => Pick<Journal, 'read' | 'end'>

/** An item of DynamoDB holds 400 KiB. The last of them is left for the names, the numbers and the hash of a segment. */
export const SEGMENT_BYTES = 399 * 1024
export type SegmentEnd = Omit<SealedSegment, 'entries'>

/** One head per merchant. */
export type Heads = {
  /** The head of a merchant, or the empty head when the merchant has none. The read is strongly consistent. */
  read(merchantId: MerchantId): Promise<Head>
  /** Opens the day unless it is open, as `openDay` says. Returns 'closed' when the day is closed for good. */
  open(book: BookId): Promise<'open' | 'closed'>
}

/** Finds the merchants that have open days, without a look at the others. */
export type OpenDays = {
  /**
   * The merchants whose oldest open day is not after the given one, page by page. A page goes on where the one before it
   * ended, whatever was closed meanwhile. A day that was opened or closed a moment ago may be missing or still be there.
   */
  since(through: BusinessDay, page: Page): Promise<Listed<OldestOpen>>
}
export type OldestOpen = { readonly merchantId: MerchantId; readonly oldestOpen: BusinessDay }

/** Runs that close days outside of this process, each under a name of its own. */
export type Closings = {
  /**
   * Starts a run under this name. Says 'running' when it has begun, also when it did so before, under the same order; says
   * 'ended' when a run of this name has ended.
   */
  start(name: string, order: ClosingOrder): Promise<'running' | 'ended'>
  /** How the run of this name stands; it has been started before. */
  state(name: string): Promise<ClosingState>
}
/** The runs that the schedule starts, to close what is due. One at a time is enough: the next one finds what this one leaves. */
export type DueRuns = {
  /** How many are under way, with the one that asks. A run of the last seconds may not be counted yet. */
  underWay(): Promise<number>
}

export type ClosingState =
  | { readonly status: 'running' }
  /** All days of the order are closed, or stay open for a reason that the run does not wait for. */
  | { readonly status: 'ended'; readonly days: readonly ClosingDay[] }
  /** The run gave up after failures that did not heal. */
  | { readonly status: 'failed'; readonly reason: string }

/** The closed days of merchants, and how they were issued again. No item is ever changed. */
export type Days = {
  /** The newest closed day up to the given one; undefined when no day up to it had a book. Strongly consistent. */
  newestClosed(book: BookId): Promise<ClosedDay | undefined>
  /** The closed days of a period, both ends included, that had a book, oldest first. Strongly consistent. */
  closed(merchantId: MerchantId, from: BusinessDay, to: BusinessDay): Promise<readonly ClosedDay[]>
  /** The merchant's restatements with numbers from `after` + 1 to `upTo`, in order. Strongly consistent. */
  restatements(merchantId: MerchantId, after: number, upTo: number): Promise<readonly Restatement[]>
}

/** Changes of several items that come true together. */
export type Transactions = {
  /**
   * Carries out every change, or none when the condition of one of them does not hold. At most 25 changes, each of
   * another item.
   */
  commit(changes: readonly Change[]): Promise<'committed' | 'refused'>
}
export type Change =
  /** Stores the segment, if its number is free in its book. */
  | { readonly change: 'append'; readonly segment: SealedSegment }
  /** Stores the head, if the stored revision is the one before. */
  | { readonly change: 'head'; readonly merchantId: MerchantId; readonly head: Head }
  /** Stores the closed day, if there is none for that day. */
  | { readonly change: 'close'; readonly closed: ClosedDay }
  /** Stores the restatement, if its number is free. */
  | { readonly change: 'restate'; readonly restatement: Restatement }
  /** Keeps the entry in quarantine, as `Quarantine.setAside` does. It has no condition. */
  | { readonly change: 'set-aside'; readonly item: SetAside }
  /** Notes in an item of quarantine where its entry counts now, if the item has as many actions as it was read with. */
  | { readonly change: 'release'; readonly item: Quarantined; readonly to: BusinessDay }

/** An item of the register: the merchant, or why it cannot be read. */
export type RegisterItem = { readonly merchantId: MerchantId; readonly merchant: Result<Merchant, string> }

/** The register of merchants. */
export type Merchants = {
  /** Strongly consistent. */
  find(merchantId: MerchantId): Promise<Merchant | undefined>
  /** Stores the merchant if the stored revision is the one before (for revision 1: none); otherwise returns 'moved'. */
  save(merchant: Merchant): Promise<'saved' | 'moved'>
  /** All merchants, page by page in a fixed order. A page without `next` is the last. */
  list(page: Page): Promise<Listed<Merchant>>
  /** The same for readers that go on past an item that cannot be read, and name it. */
  items(page: Page): Promise<Listed<RegisterItem>>
  /**
   * The ids that begin so, in their order and page by page; `after` is an id that begins so. Reads no other merchant. An
   * id that was registered a moment ago may be missing.
   */
  idsBeginning(beginning: string, page: Page): Promise<Listed<MerchantId>>
}
export type Page = { readonly limit: number; readonly after?: string }
export type Listed<T> = { readonly items: readonly T[]; readonly next?: string }

/** The place where a record that can never succeed waits for a person. */
export type Quarantine = {
  /**
   * Keeps the item once, under its `quarantineKey`. Setting it aside again at a later place changes only `lastPosition`,
   * the reason and the detail; at an earlier place it changes nothing. So the actions of operators stay, and
   * `quarantineState` says whether the item waits again. The item is durable when this returns.
   */
  setAside(item: SetAside): Promise<void>
  /**
   * Lists whole items of any size. A page ends early when the bytes of the next item would take it beyond
   * QUARANTINE_PAGE_BYTES. The items of one merchant come by day and then by id; otherwise the order has no meaning. A
   * place is a `quarantinePlace`, of an item or of none; filtered by merchant, one of that merchant. An item that cannot
   * be read does not hide the others: it comes as 'unreadable', with its key, and with the reason in its detail.
   */
  list(filter: QuarantineFilter, page: Page): Promise<Listed<Quarantined>>
  /**
   * The ids of merchants that begin so and of which something was set aside, in their order and page by page; `after` is
   * an id that begins so. Reads nothing of other merchants. The read is strongly consistent.
   */
  merchantsBeginning(beginning: string, page: Page): Promise<Listed<MerchantId>>
  /**
   * The first `limit` items of one id of a book, by content hash. The read is strongly consistent. Usually there are
   * none. There is more than one when several contents used the id. An item that cannot be read comes as 'unreadable', with
   * the reason in its detail.
   */
  ofEntry(book: BookId, entryId: EntryId, limit: number): Promise<readonly QuarantineOutline[]>
  /** The whole item under a key. The read is strongly consistent. */
  find(key: QuarantineKey): Promise<Quarantined | undefined>
  /** Adds an action to the item's list if the stored list is as long as this item's list; otherwise returns 'moved'. */
  note(item: Quarantined, action: QuarantineAction): Promise<'noted' | 'moved'>
}

/** The progress of each consumer on each shard. */
export type Progress = {
  /** Raises the progress of a shard. A progress that is further already is a success; it never falls. */
  advance(consumer: Consumer, progress: ShardProgress): Promise<void>
  /** The progress on one shard, if the consumer has ever advanced on it. The read is strongly consistent. */
  of(consumer: Consumer, shardId: string): Promise<ShardProgress | undefined>
  /** The progress on every shard on which the consumer has ever advanced. The read is strongly consistent. */
  read(consumer: Consumer): Promise<readonly ShardProgress[]>
}
export type Consumer = 'journal' | 'archive'
export type ShardProgress = {
  readonly shardId: string
  /** The last fully processed record. All records before it are processed, too. */
  readonly sequenceNumber: string
  /** The time at which that record arrived on the stream. */
  readonly appliedThroughMs: number
}

/** The way of audit events to the archive, over the stream. */
export type AuditTrail = {
  /**
   * Publishes up to 500 events at a time. They are durable when this returns. After an exception, they may still have
   * been published.
   */
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

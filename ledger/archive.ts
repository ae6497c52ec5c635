/** The archive: what it holds, and the ports to it. They promise what `ports.ts` says of every port. */
import type { AnyAuditEvent } from './audit-event.ts'
import type { Entry } from './entry.ts'
import type { BusinessDay, Position } from './identifiers.ts'
import type { Merchant } from './merchant.ts'
import type { ToldDays } from './rebuilt-days.ts'

/** An accepted entry as the archive keeps it: with where it stands on the stream, and when it arrived there. */
export type ArchivedEntry = {
  readonly entry: Entry
  readonly position: Position
  readonly arrivedAtMs: number
}

/** What outlives the stream: every accepted entry and every audit event. */
export type Archive = {
  /** Durable when it returns. Again is harmless: readers take each position once. */
  put(entries: readonly ArchivedEntry[]): Promise<void>
  /** Durable when it returns. Again is harmless: readers take each eventId once. */
  putAuditEvents(auditEvents: readonly AnyAuditEvent[]): Promise<void>
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

/** The archive as objects, to build books from. */
export type ArchiveObjects = {
  /** Every object that holds entries; unreadable is what stands among them and is of no business day. */
  list(): Promise<{ readonly objects: readonly ArchiveObject[]; readonly unreadable: readonly UnreadableObject[] }>
  /**
   * What stands in some objects of one business day: first a part for each object, then the entries of those that could
   * be read, every copy, by merchant and then in stream order, in parts of bounded size. An object, or a row of one,
   * that cannot be read is told as such, and the rest goes on. `arrived` leaves out what arrived at other times.
   */
  entries(objects: readonly ArchiveObject[], arrived?: Interval): AsyncIterable<ArchivePart>
  /**
   * What audit events tell of merchants and of closed days: the newest known state of every merchant, each close and
   * restatement, and the end of each late entry.
   */
  decisions(): Promise<ArchivedDecisions>
}
type ArchivedDecisions = {
  readonly merchants: readonly Merchant[]
  readonly days: ToldDays
  readonly unreadable: readonly UnreadableObject[]
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

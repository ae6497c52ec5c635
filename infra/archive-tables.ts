/** What the two delivery streams write: where, split by what, and with which columns. On AWS these are Glue tables. */

import { dayPrefix, DECISIONS, ENTRIES, type Column } from '#wire/archive/columns'

export type Table = {
  readonly columns: readonly Column[]
  /** Where in the bucket the files go that hold the rows of one day. */
  keyPrefix(day: string): string
  /** The text of a row that begins with its day: YYYY-MM-DD. */
  readonly dayFrom: string
  /** What rows are sorted by within a file; equal and rising values lie side by side and compress to almost nothing. */
  readonly sortedBy: readonly string[]
}

export const entriesTable: Table = {
  columns: ENTRIES.columns,
  keyPrefix: (day) => dayPrefix(ENTRIES, day),
  dayFrom: 'business_day',
  sortedBy: ['shard_id', 'sequence_number', 'record_index'],
}

export const auditEventsTable: Table = {
  columns: DECISIONS.columns,
  keyPrefix: (day) => dayPrefix(DECISIONS, day),
  dayFrom: 'decided_at',
  sortedBy: ['decided_at', 'decision_id'],
}

/** What the two delivery streams write: where, split by what, and with which columns. On AWS these are Glue tables. */

import type { AuditEventRow } from '#wire/archive/audit-row'
import { ENTRY_COLUMNS, type Column, type ColumnType } from '#wire/archive/columns'

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
  columns: ENTRY_COLUMNS,
  keyPrefix: (day) => `entries/business_day=${day}/`,
  dayFrom: 'business_day',
  sortedBy: ['shard_id', 'sequence_number', 'record_index'],
}

const AUDIT_EVENT_COLUMNS: Readonly<Record<Exclude<keyof AuditEventRow, 'day'>, ColumnType>> = {
  decision_id: 'string',
  kind: 'string',
  merchant_id: 'string',
  business_day: 'string',
  decided_at: 'timestamp',
  body: 'string',
  schema_version: 'int',
}

export const auditEventsTable: Table = {
  columns: Object.entries(AUDIT_EVENT_COLUMNS).map(([name, type]) => ({ name, type })),
  keyPrefix: (day) => `decisions/day=${day}/`,
  dayFrom: 'decided_at',
  sortedBy: ['decided_at', 'decision_id'],
}

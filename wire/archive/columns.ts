/**
 * The two tables of the archive, with the columns of their files in their order. Those of entries follow from the table of
 * the entry's fields. A partition, `business_day` or `day`, is no column of a file.
 */
import { fieldList, type Kind } from '#ledger/entry-fields'
import type { AuditEventRow } from './audit-row.ts'

/** Glue's names of types. */
export type ColumnType = 'string' | 'bigint' | 'int' | 'timestamp' | 'map<string,string>'
export type Column = { readonly name: string; readonly type: ColumnType }

const TYPES: Readonly<Record<Kind, ColumnType>> = {
  entryId: 'string',
  merchantId: 'string',
  clientId: 'string',
  direction: 'string',
  method: 'string',
  amount: 'bigint',
  currency: 'string',
  instant: 'timestamp',
  runningNumber: 'bigint',
  text: 'string',
  pairs: 'map<string,string>',
}

const columnsOf = (fields: typeof fieldList): Column[] =>
  fields.map(({ column, kind }) => ({ name: column, type: TYPES[kind] }))

/** What the client said. */
export const CONTENT_COLUMNS: readonly Column[] = columnsOf(fieldList)

export const ENTRY_COLUMNS: readonly Column[] = [
  ...columnsOf(fieldList.filter(({ optional }) => optional !== true)),
  { name: 'received_at', type: 'timestamp' },
  ...columnsOf(fieldList.filter(({ optional }) => optional === true)),
  { name: 'shard_id', type: 'string' },
  { name: 'sequence_number', type: 'string' },
  { name: 'record_index', type: 'int' },
  { name: 'arrived_at', type: 'timestamp' },
  { name: 'schema_version', type: 'int' },
]

const AUDIT_EVENT_COLUMNS: Readonly<Record<Exclude<keyof AuditEventRow, 'day'>, ColumnType>> = {
  decision_id: 'string',
  kind: 'string',
  merchant_id: 'string',
  business_day: 'string',
  decided_at: 'timestamp',
  body: 'string',
  schema_version: 'int',
}

/** A folder of the bucket, in which each day has a folder of its own. */
export type ArchiveTable = {
  readonly folder: string
  /** The name of the day in the keys of objects, and the column that SQL has of it. */
  readonly partition: string
  readonly columns: readonly Column[]
}

export const ENTRIES: ArchiveTable = { folder: 'entries', partition: 'business_day', columns: ENTRY_COLUMNS }

export const DECISIONS: ArchiveTable = {
  folder: 'decisions',
  partition: 'day',
  columns: Object.entries(AUDIT_EVENT_COLUMNS).map(([name, type]) => ({ name, type })),
}

/** What the keys of a day's objects begin with. */
export const dayPrefix = ({ folder, partition }: ArchiveTable, day: string): string => `${folder}/${partition}=${day}/`

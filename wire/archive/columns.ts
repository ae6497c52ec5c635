/**
 * The columns of the archive's files of entries, in their order. They follow from the table of the entry's fields. The
 * partition `business_day` is no column of a file.
 */
import { fieldList, type Kind } from '#ledger/entry-fields'

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

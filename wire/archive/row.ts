/**
 * An entry as a row of the archive: the JSON handed to Firehose, whose keys are the columns of the Parquet files and of
 * the SQL over them. `business_day` is in the row because that is what files it into its partition.
 */
import * as z from 'zod'
import type { ArchivedEntry } from '#ledger/archive'
import type { EntryContent } from '#ledger/entry'
import { fieldList, type ENTRY_FIELDS, type FieldName } from '#ledger/entry-fields'
import { ok, refuse, type Result } from '#ledger/result'
import { parseAcceptedEntry } from '../entry/schema.ts'
import { explainFields, parsed, readFields } from '../json/fields.ts'
import { instantText, parseInstant } from '../entry/instant.ts'

export const ENTRY_ROW_VERSION = 1

/**
 * A column for each field of the table, and what we add to it. A field that an entry does not have is undefined here,
 * absent in JSON, and NULL in Parquet.
 */
export type ArchiveRow = {
  readonly [Name in FieldName as (typeof ENTRY_FIELDS)[Name]['column']]: Cell<Name, EntryContent[Name]>
} & {
  readonly business_day: string
  readonly received_at: string
  readonly shard_id: string
  readonly sequence_number: string
  readonly record_index: number
  readonly arrived_at: string
  readonly schema_version: typeof ENTRY_ROW_VERSION
}

/** Times are text, and JSON has no bigint. */
type Cell<Name extends FieldName, Value> = (typeof ENTRY_FIELDS)[Name]['kind'] extends 'instant'
  ? string
  : Value extends bigint
    ? number
    : Value

export const archiveRow = ({ entry, position, arrivedAtMs }: ArchivedEntry): ArchiveRow => ({
  entry_id: entry.entryId,
  merchant_id: entry.merchantId,
  business_day: entry.businessDay,
  direction: entry.direction,
  // At most 10^12, which a double holds exactly.
  amount: Number(entry.amountMinor),
  currency: entry.currency,
  occurred_at: columnTime(entry.occurredAtMs),
  received_at: columnTime(entry.receivedAtMs),
  method: entry.method,
  category: entry.category,
  description: entry.description,
  reference: entry.reference,
  terminal_id: entry.terminalId,
  terminal_seq: entry.terminalSeq,
  reverses: entry.reverses,
  metadata: entry.metadata,
  shard_id: position.shardId,
  sequence_number: position.sequenceNumber,
  record_index: position.index,
  arrived_at: columnTime(arrivedAtMs),
  schema_version: ENTRY_ROW_VERSION,
})

/** Reads what `archiveRow` wrote, and the same row with nulls, as it comes back from Parquet. */
export const parseArchiveRow = (json: unknown): Result<ArchivedEntry, string> => {
  const row = readFields(archiveRowFields, presentColumns(json))
  if (!row.ok) return refuse(explainFields(row.error))
  const { business_day, received_at, shard_id, sequence_number, record_index, arrived_at, ...rest } = row.value
  const { schema_version: _known, ...columns } = rest
  const content: Record<string, unknown> = {}
  for (const column in columns) content[JSON_NAMES.get(column) ?? column] = columns[column]
  // The stream's schema says what an entry may hold. It refuses a column that is no field.
  const entry = parseAcceptedEntry({
    entry: content,
    businessDay: business_day,
    receivedAt: received_at,
  })
  if (!entry.ok) return refuse(explainFields(entry.error))
  const position = { shardId: shard_id, sequenceNumber: sequence_number, index: record_index }
  return ok({ entry: entry.value, position, arrivedAtMs: arrived_at })
}

const JSON_NAMES: ReadonlyMap<string, string> = new Map(fieldList.map(({ column, json }) => [column, json]))

/** "YYYY-MM-DD HH:MM:SS.mmm" in UTC: the text that Hive's JSON reader takes for a timestamp. */
export const columnTime = (ms: number): string => instantText(ms).replace('T', ' ').slice(0, -1)

const parseColumnTime = (text: string): Result<number, 'not-a-time'> => {
  const instant = parseInstant(`${text.replace(' ', 'T')}Z`)
  return instant.ok && columnTime(instant.value) === text ? instant : refuse('not-a-time')
}

/** The same as a field, in milliseconds since 1970 UTC. */
export const columnInstant = parsed(parseColumnTime, 'must be a time in UTC such as 2026-11-20 12:30:00.000')

// The fields of the entry itself are judged as the stream's are, hence `looseObject`.
const archiveRowFields = z.looseObject({
  entry_id: z.string(),
  merchant_id: z.string(),
  business_day: z.string(),
  occurred_at: columnInstant,
  received_at: columnInstant,
  terminal_id: z.string().exactOptional(),
  terminal_seq: z.number().exactOptional(),
  shard_id: z.string().min(1),
  sequence_number: z.string().regex(/^\d+$/, 'must be decimal digits'),
  record_index: z.int().min(0),
  arrived_at: columnInstant,
  schema_version: z.literal(ENTRY_ROW_VERSION),
})

/** A row without the columns that are NULL, which is how Parquet says that a field is absent. */
export const presentColumns = (row: unknown): unknown =>
  typeof row === 'object' && row !== null && !Array.isArray(row)
    ? Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined))
    : row

/**
 * An entry as a row of the archive: the JSON handed to Firehose, whose keys are the columns of the Parquet files and of
 * the SQL over them. `business_day` is in the row because that is what files it into its partition.
 */
import * as z from 'zod'
import type { ArchivedEntry } from '#ledger/archive'
import { ok, refuse, type Result } from '#ledger/result'
import { parseAcceptedEntry } from '../entry/schema.ts'
import { explainFields, parsed, readFields } from '../json/fields.ts'
import { instantText, parseInstant } from '../entry/instant.ts'

const ENTRY_ROW_VERSION = 1

/** What an entry does not have is undefined here, absent in JSON, and NULL in Parquet. */
export type ArchiveRow = {
  readonly entry_id: string
  readonly merchant_id: string
  readonly business_day: string
  readonly direction: string
  readonly amount: number
  readonly currency: string
  readonly occurred_at: string
  readonly received_at: string
  readonly method: string | undefined
  readonly category: string | undefined
  readonly description: string | undefined
  readonly reference: string | undefined
  readonly terminal_id: string | undefined
  readonly terminal_seq: number | undefined
  readonly reverses: string | undefined
  readonly metadata: Readonly<Record<string, string>> | undefined
  readonly shard_id: string
  readonly sequence_number: string
  readonly record_index: number
  readonly arrived_at: string
  readonly schema_version: typeof ENTRY_ROW_VERSION
}

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
  const { entry_id, merchant_id, business_day, occurred_at, received_at, terminal_id, terminal_seq, ...rest } =
    row.value
  const { shard_id, sequence_number, record_index, arrived_at, schema_version: _known, ...sameName } = rest
  // What an entry may hold is said once, for the stream.
  const entry = parseAcceptedEntry({
    entry: {
      ...sameName,
      entryId: entry_id,
      merchantId: merchant_id,
      occurredAt: occurred_at,
      ...(terminal_id !== undefined && { terminalId: terminal_id }),
      ...(terminal_seq !== undefined && { terminalSeq: terminal_seq }),
    },
    businessDay: business_day,
    receivedAt: received_at,
  })
  if (!entry.ok) return refuse(explainFields(entry.error))
  const position = { shardId: shard_id, sequenceNumber: sequence_number, index: record_index }
  return ok({ entry: entry.value, position, arrivedAtMs: arrived_at })
}

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

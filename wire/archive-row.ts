/** An archived entry as a row: the keys are the columns of the Parquet files and of SQL. */
import * as z from 'zod'
import type { ArchivedEntry } from '#ledger/archive'
import { ok, refuse, type Result } from '#ledger/result'
import { parseAcceptedEntry } from './entry.ts'
import { readFields, type FieldProblem } from './fields.ts'
import { instantText, parseInstant } from './instant.ts'

export const ARCHIVE_SCHEMA_VERSION = 1

export type ArchiveRow = ReturnType<typeof archiveRow>

/** Absent fields are absent here and NULL in a file. */
export const archiveRow = ({ entry, position, arrivedAtMs }: ArchivedEntry) => ({
  entry_id: entry.entryId,
  merchant_id: entry.merchantId,
  business_day: entry.businessDay,
  direction: entry.direction,
  amount: Number(entry.amountMinor),
  currency: entry.currency,
  occurred_at: archiveTime(entry.occurredAtMs),
  received_at: archiveTime(entry.receivedAtMs),
  ...(entry.method !== undefined && { method: entry.method }),
  ...(entry.category !== undefined && { category: entry.category }),
  ...(entry.description !== undefined && { description: entry.description }),
  ...(entry.reference !== undefined && { reference: entry.reference }),
  ...(entry.terminalId !== undefined && { terminal_id: entry.terminalId }),
  ...(entry.terminalSeq !== undefined && { terminal_seq: entry.terminalSeq }),
  ...(entry.reverses !== undefined && { reverses: entry.reverses }),
  ...(entry.metadata !== undefined && { metadata: entry.metadata }),
  shard_id: position.shardId,
  sequence_number: position.sequenceNumber,
  record_index: position.index,
  arrived_at: archiveTime(arrivedAtMs),
  schema_version: ARCHIVE_SCHEMA_VERSION,
})

/** UTC with milliseconds, as Hive's JSON readers take it. */
export const archiveTime = (ms: number): string => instantText(ms).slice(0, -1).replace('T', ' ')

/** Reads what `archiveRow` wrote, as decoded from JSON. */
export const parseArchiveRow = (json: unknown): Result<ArchivedEntry, string> => {
  const place = readFields(placeFields, json)
  if (!place.ok) return refuse(explain(place.error))
  const { shard_id, sequence_number, record_index, arrived_at, schema_version: _version, ...row } = place.value
  const { business_day, received_at, occurred_at, entry_id, merchant_id, terminal_id, terminal_seq, ...same } = row
  const entry = parseAcceptedEntry({
    entry: {
      ...same,
      entryId: entry_id,
      merchantId: merchant_id,
      occurredAt: readTime(occurred_at),
      ...(terminal_id !== undefined && { terminalId: terminal_id }),
      ...(terminal_seq !== undefined && { terminalSeq: terminal_seq }),
    },
    businessDay: business_day,
    receivedAt: readTime(received_at),
  })
  if (!entry.ok) return refuse(explain(entry.error))
  const position = { shardId: shard_id, sequenceNumber: sequence_number, index: record_index }
  return ok({ entry: entry.value, position, arrivedAtMs: readTime(arrived_at) })
}

/** Where the entry stood; what it says is left to the schema of accepted entries. */
const placeFields = z.looseObject({
  shard_id: z.string().min(1),
  sequence_number: z.string().regex(/^(0|[1-9]\d{0,128})$/),
  record_index: z.int().min(0),
  arrived_at: z.string().refine((text) => !Number.isNaN(readTime(text))),
  schema_version: z.literal(ARCHIVE_SCHEMA_VERSION),
})

/** NaN, which no schema takes, for what is no time. */
const readTime = (value: unknown): number => {
  const instant = typeof value === 'string' ? parseInstant(`${value.replace(' ', 'T')}Z`) : undefined
  return instant?.ok ? instant.value : Number.NaN
}

const explain = (problems: readonly FieldProblem[]): string =>
  problems.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')

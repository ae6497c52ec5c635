/** The archive's Parquet objects. The rows of one business day at a time are brought together, sorted, and read. */
import { wrongColumns } from '#adapters/duckdb/entry-files'
import type {
  ArchivedEntry,
  ArchiveObject,
  ArchiveObjects,
  ArchivePart,
  Interval,
  UnreadableObject,
} from '#ledger/archive'
import type { Merchant } from '#ledger/merchant'
import { ok, refuse, type Result } from '#ledger/result'
import { ENTRY_COLUMNS, type ColumnType } from '#wire/archive/columns'
import { HIDDEN, isHidden, readArchiveKey } from '#wire/archive/key'
import { parseArchiveRow } from '#wire/archive/row'
import { DECISION_ROW_VERSION, parseAuditEventRow } from '#wire/archive/audit-row'
import { CLOSED_DAY_KINDS, ToldDaysReader } from '#wire/archive/closed-days'
import { parseJson } from '#wire/json/json'
import { parseSavedMerchant } from '#wire/archive/merchant'
import type { ObjectStore, StoredObject } from './object-store.ts'
import { inTemporaryDuckdb, OBJECT_PLACE, type TemporaryDuckdb } from './temporary-duckdb.ts'

export const parquetArchiveObjects = (
  store: ObjectStore,
  { memoryMiB = 256 }: { readonly memoryMiB?: number } = {},
): ArchiveObjects => ({
  async list() {
    const objects: ArchiveObject[] = []
    const unreadable: UnreadableObject[] = []
    for await (const object of store.list('entries/')) {
      const { businessDay, unreadable: reason } = readArchiveKey(object) ?? {}
      if (reason !== undefined) unreadable.push({ key: object.key, reason })
      else if (businessDay !== undefined) objects.push({ ...object, businessDay })
    }
    return { objects, unreadable }
  },

  entries: (objects, arrived) =>
    inTemporaryDuckdb({ store, memoryMiB, table: ENTRIES_TABLE }, (duckdb) => sortedEntries(duckdb, objects, arrived)),

  async decisions() {
    const objects: StoredObject[] = []
    const unreadable: UnreadableObject[] = []
    for await (const object of store.list('decisions/')) {
      if (isHidden(object.key)) unreadable.push({ key: object.key, reason: HIDDEN })
      else if (object.bytes > 0 || !object.key.endsWith('/')) objects.push(object)
    }
    const newest = new Map<string, Merchant>()
    const days = new ToldDaysReader()
    const parts = inTemporaryDuckdb({ store, memoryMiB, table: DECISIONS_TABLE }, (duckdb) =>
      told(duckdb, objects, days),
    )
    for await (const part of parts) {
      if ('reason' in part) unreadable.push(part)
      else if (part.revision > (newest.get(part.merchantId)?.revision ?? 0)) newest.set(part.merchantId, part)
    }
    return { merchants: [...newest.values()], days: days.told(), unreadable }
  },
})

/** How a column is staged: times as numbers, so that no session's zone can move them, and pairs as JSON. */
const STAGED: Readonly<Record<ColumnType, { readonly type: string; readonly from: (column: string) => string }>> = {
  string: { type: 'VARCHAR', from: (column) => column },
  bigint: { type: 'BIGINT', from: (column) => column },
  int: { type: 'INTEGER', from: (column) => column },
  timestamp: { type: 'BIGINT', from: (column) => `epoch_ms(${column})` },
  'map<string,string>': { type: 'JSON', from: (column) => `to_json(${column})` },
}

const ENTRIES_TABLE = `CREATE TABLE staged (
  object INTEGER, ${ENTRY_COLUMNS.map(({ name, type }) => `${name} ${STAGED[type].type}`).join()})`

const stagingEntries = (arrived: Interval | undefined) => (rows: string) => `
  INSERT INTO staged SELECT ${OBJECT_PLACE}, ${ENTRY_COLUMNS.map(({ name, type }) => STAGED[type].from(name)).join()}
  FROM ${rows}
  ${arrived === undefined ? '' : `WHERE epoch_ms(arrived_at) >= ${arrived.fromMs} AND epoch_ms(arrived_at) < ${arrived.toMs}`}`

const COUNTS = 'SELECT object, count(*)::INTEGER AS rows FROM staged GROUP BY object'

// As JSON that parseArchiveRow reads: to take one text from DuckDB costs less than to take twenty values. The text is made
// after the sorting, which so has less to carry.
const time = (column: string) => `strftime(make_timestamp(${column} * 1000), '%Y-%m-%d %H:%M:%S.%g') AS ${column}`
const TIMES = ENTRY_COLUMNS.filter(({ type }) => type === 'timestamp').map(({ name }) => time(name))
const SORTED_ENTRIES = `
  SELECT entry.object, CAST(to_json(entry) AS VARCHAR) AS json
  FROM (
    SELECT * REPLACE (${TIMES.join()})
    FROM staged ORDER BY merchant_id, length(sequence_number), sequence_number, record_index
  ) AS entry`

async function* sortedEntries(
  duckdb: TemporaryDuckdb,
  objects: readonly ArchiveObject[],
  arrived: Interval | undefined,
): AsyncGenerator<ArchivePart> {
  const failed = new Set<string>()
  for await (const unreadable of duckdb.insert(objects, stagingEntries(arrived), wrongColumns)) {
    failed.add(unreadable.key)
    yield { unreadable }
  }
  const rowsOf = new Map<number, number>()
  for await (const counts of duckdb.rows<{ object: number; rows: number }>(COUNTS)) {
    for (const { object, rows } of counts) rowsOf.set(object, rows)
  }
  for (const [place, read] of objects.entries()) {
    if (!failed.has(read.key)) yield { read, rows: rowsOf.get(place) ?? 0 }
  }

  const broken = new Map<string, { rows: number; first: string }>()
  for await (const rows of duckdb.rows<{ object: number; json: string }>(SORTED_ENTRIES)) {
    const entries: ArchivedEntry[] = []
    for (const { object, json } of rows) {
      const { key = '', businessDay } = objects[object] ?? {}
      const row = withoutNulls(JSON.parse(json) as Row)
      const entry = parseArchiveRow({ ...row, business_day: businessDay })
      if (entry.ok) entries.push(entry.value)
      else {
        const known = broken.get(key)
        broken.set(key, { rows: (known?.rows ?? 0) + 1, first: known?.first ?? `${nameOf(row)}: ${entry.error}` })
      }
    }
    yield { entries }
  }
  for (const [key, { rows, first }] of broken) {
    yield { unreadable: { key, reason: `${rows} of its rows cannot be read; ${first}` } }
  }
}

type Row = Record<string, unknown>

const withoutNulls = ({ object: _object, ...columns }: Row): Row => {
  const row: Row = {}
  for (const column in columns) if (columns[column] !== null) row[column] = columns[column]
  return row
}

const nameOf = ({ merchant_id, entry_id }: Row): string => `${String(merchant_id)} ${String(entry_id)}`

const DECISION_COLUMNS = 'decision_id, kind, merchant_id, business_day, decided_at, body, schema_version'
const DECISIONS_TABLE = `CREATE TABLE staged (object INTEGER, decision_id VARCHAR, kind VARCHAR, merchant_id VARCHAR,
  business_day VARCHAR, decided_at TIMESTAMP, body VARCHAR, schema_version INTEGER)`
const KINDS = ['merchant.saved', ...CLOSED_DAY_KINDS].map((kind) => `'${kind}'`).join()
const STAGING_DECISIONS = (rows: string) =>
  `INSERT INTO staged SELECT ${OBJECT_PLACE}, ${DECISION_COLUMNS} FROM ${rows} WHERE kind IN (${KINDS})`
const DECISIONS = `SELECT object, ${DECISION_COLUMNS.replace('decided_at', "strftime(decided_at, '%Y-%m-%d %H:%M:%S.%g') AS decided_at")}
  FROM staged`

/** The merchants of which events tell, and what cannot be read. What is told of closed days is taken by `days`. */
async function* told(
  duckdb: TemporaryDuckdb,
  objects: readonly StoredObject[],
  days: ToldDaysReader,
): AsyncGenerator<Merchant | UnreadableObject> {
  yield* duckdb.insert(objects, STAGING_DECISIONS)
  for await (const rows of duckdb.rows<DecisionCells>(DECISIONS)) {
    for (const row of rows) {
      const read = row.kind === 'merchant.saved' ? merchantOf(row) : takenBy(days, row)
      if (!read.ok) yield { key: objects[row.object]?.key ?? '', reason: read.error }
      else if (read.value !== undefined) yield read.value
    }
  }
}

type DecisionCells = Row & {
  readonly object: number
  readonly kind: string
  readonly body: string
  readonly schema_version: number | null
}

const merchantOf = ({ body, schema_version: version }: DecisionCells): Result<Merchant, string> => {
  if (version !== DECISION_ROW_VERSION) return refuse(`decision format ${String(version)} is not known here`)
  const json = parseJson(body)
  return json.ok ? parseSavedMerchant(json.value) : json
}

const takenBy = (days: ToldDaysReader, row: DecisionCells): Result<undefined, string> => {
  const event = parseAuditEventRow(withoutNulls(row))
  if (!event.ok) return event
  const taken = days.take(event.value)
  return taken.ok ? ok(undefined) : taken
}

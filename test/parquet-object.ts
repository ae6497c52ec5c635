/** Rows as a Parquet object of the archive, with the columns and types that the archive's have. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { ArchivedEntry } from '#ledger/archive'
import { quoted } from '#adapters/duckdb/literals'
import { filesOf } from '#infra/local/firehose/delivered-files'
import { entriesTable } from '#infra/archive-tables'
import { archiveRow } from '#wire/archive/row'

const ENTRY_COLUMNS = `{
  entry_id: 'VARCHAR', merchant_id: 'VARCHAR', direction: 'VARCHAR', amount: 'BIGINT', currency: 'VARCHAR',
  occurred_at: 'TIMESTAMP', received_at: 'TIMESTAMP', method: 'VARCHAR', category: 'VARCHAR', description: 'VARCHAR',
  reference: 'VARCHAR', terminal_id: 'VARCHAR', terminal_seq: 'BIGINT', reverses: 'VARCHAR',
  metadata: 'MAP(VARCHAR, VARCHAR)', shard_id: 'VARCHAR', sequence_number: 'VARCHAR', record_index: 'INTEGER',
  arrived_at: 'TIMESTAMP', schema_version: 'INTEGER' }`

const DECISION_COLUMNS = `{
  decision_id: 'VARCHAR', kind: 'VARCHAR', merchant_id: 'VARCHAR', business_day: 'VARCHAR', decided_at: 'TIMESTAMP',
  body: 'VARCHAR', schema_version: 'INTEGER' }`

export const entriesParquet = (entries: readonly ArchivedEntry[]): Promise<Buffer> =>
  parquet(entries.map(archiveRow), ENTRY_COLUMNS)

export const auditEventsParquet = (rows: readonly object[]): Promise<Buffer> => parquet(rows, DECISION_COLUMNS)

/** The same entries as the local Firehose writes them. */
export const deliveredParquet = async (entries: readonly ArchivedEntry[]): Promise<Uint8Array> => {
  const records = [Buffer.from(entries.map((entry) => `${JSON.stringify(archiveRow(entry))}\n`).join(''))]
  for await (const { key, body } of filesOf({ name: 'test', segment: 'a', table: entriesTable, records })) {
    if (key.startsWith('entries/')) return body
  }
  throw new Error('the rows were not converted')
}

/** The file of some entries with other columns, as a SELECT has them. */
export const alteredParquet = (entries: readonly ArchivedEntry[], columns: string): Promise<Buffer> =>
  parquet(entries.map(archiveRow), ENTRY_COLUMNS, columns)

/** One DuckDB for all objects that are made in a process: starting it takes longer than making one. */
const engine = DuckDBInstance.create(':memory:')

const parquet = async (rows: readonly object[], columns: string, selected = '*'): Promise<Buffer> => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-parquet-'))
  const [json, file] = [join(folder, 'rows.ndjson'), join(folder, 'rows.parquet')]
  try {
    await writeFile(json, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const connection = await (await engine).connect()
    await connection.run(
      `COPY (SELECT ${selected} FROM read_json(${quoted(json)}, format = 'newline_delimited', columns = ${columns}))
       TO ${quoted(file)} (FORMAT parquet, COMPRESSION snappy)`,
    )
    connection.closeSync()
    return await readFile(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

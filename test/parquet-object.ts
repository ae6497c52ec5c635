/** Rows as a Parquet object of the archive, with the columns and types that the archive's have. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { ArchivedEntry } from '#ledger/archive'
import { archiveRow } from '#wire/archive-row'

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

export const decisionsParquet = (rows: readonly object[]): Promise<Buffer> => parquet(rows, DECISION_COLUMNS)

const parquet = async (rows: readonly object[], columns: string): Promise<Buffer> => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-parquet-'))
  const [json, file] = [join(folder, 'rows.ndjson'), join(folder, 'rows.parquet')]
  try {
    await writeFile(json, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(
      `COPY (SELECT * FROM read_json('${json}', format = 'newline_delimited', columns = ${columns}))
       TO '${file}' (FORMAT parquet, COMPRESSION snappy)`,
    )
    connection.closeSync()
    instance.closeSync()
    return await readFile(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

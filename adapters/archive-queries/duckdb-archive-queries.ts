/**
 * SQL over the archive by DuckDB, in this process. DuckDB's own way to S3 is an extension that would have to be
 * downloaded; so the Parquet objects are copied into a local folder once, and read from there.
 */
import { join } from 'node:path'
import { DuckDBInstance, type DuckDBConnection, type DuckDBResult } from '@duckdb/node-api'
import { StatementError, type ArchiveQueries, type QueryResult } from '#ledger/ports'
import { cellOf } from './duckdb-cells.ts'
import { mirrorObjects, type MirroredBucket } from './object-mirror.ts'
import { wholeResult } from './whole-result.ts'

export type DuckdbArchive = Pick<MirroredBucket, 'client' | 'bucket'> & {
  /** Where the copies are kept. */
  readonly folder: string
  /** The statements that make the views, each after those it needs; `archived_entries` is there for them. */
  readonly views: readonly string[]
}

export const duckdbArchiveQueries = ({ client, bucket, folder, views }: DuckdbArchive): ArchiveQueries => {
  const objects = join(folder, 'objects')

  async function* stream(sql: string): AsyncGenerator<QueryResult> {
    const count = await mirrorObjects({ client, bucket, prefix: 'entries/', pattern: ENTRIES_KEY }, objects)
    // In memory, a new one for each statement: nothing of one is left for the next, and making it takes milliseconds.
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY_LIMIT,
      temp_directory: join(folder, 'spill'),
      autoinstall_known_extensions: 'false',
    })
    const connection = await instance.connect()
    try {
      for (const statement of [...sourceStatements(objects, count), ...views]) await connection.run(statement)
      yield* answers(connection, sql)
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  }

  return { stream, run: (sql) => wholeResult(stream(sql)) }
}

// Beyond this DuckDB sorts and joins by way of files.
const MEMORY_LIMIT = '512MB'

const ENTRIES_KEY = /^entries\/business_day=\d{4}-\d{2}-\d{2}\/[^/]+\.parquet$/

/**
 * The files as the relation `archived_entries`: what a Glue table is on AWS, with the same columns. An archive without
 * files has them too, and files of another schema version may leave some out or have more.
 */
const sourceStatements = (objects: string, count: number): string[] => {
  const columns = Object.entries(COLUMNS)
  const none = `SELECT ${columns.map(([name, type]) => `CAST(NULL AS ${type}) AS ${name}`).join(', ')} WHERE false`
  const files =
    `SELECT * FROM read_parquet(${quoted(join(objects, 'entries/*/*.parquet'))}, union_by_name = true, ` +
    `hive_partitioning = true, hive_types = {'business_day': VARCHAR})`
  const source = count === 0 ? none : `${none} UNION ALL BY NAME ${files}`
  const cast = columns.map(([name, type]) => `CAST(${name} AS ${type}) AS ${name}`).join(', ')
  return [
    "SET TimeZone = 'UTC'",
    `CREATE VIEW archived_entries AS SELECT ${cast} FROM (${source})`,
    // Trino's name for the text of a JSON value.
    'CREATE MACRO json_format(value) AS CAST(value AS VARCHAR)',
  ]
}

/** The columns of the files and, the last one, of their folders, with DuckDB's names for the types. */
const COLUMNS = {
  entry_id: 'VARCHAR',
  merchant_id: 'VARCHAR',
  direction: 'VARCHAR',
  amount: 'BIGINT',
  currency: 'VARCHAR',
  occurred_at: 'TIMESTAMP',
  received_at: 'TIMESTAMP',
  method: 'VARCHAR',
  category: 'VARCHAR',
  description: 'VARCHAR',
  reference: 'VARCHAR',
  terminal_id: 'VARCHAR',
  terminal_seq: 'BIGINT',
  reverses: 'VARCHAR',
  metadata: 'MAP(VARCHAR, VARCHAR)',
  shard_id: 'VARCHAR',
  sequence_number: 'VARCHAR',
  record_index: 'INTEGER',
  arrived_at: 'TIMESTAMP',
  schema_version: 'INTEGER',
  business_day: 'VARCHAR',
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Rows come in DuckDB's chunks of at most 2,048. */
async function* answers(connection: DuckDBConnection, sql: string): AsyncGenerator<QueryResult> {
  const result = await saying(() => connection.stream(sql))
  const columns = result.columnNames()
  let isFirst = true
  for (;;) {
    const rows = await saying(() => nextRows(result))
    if (rows === undefined && !isFirst) return
    yield { columns, rows: rows ?? [] }
    if (rows === undefined) return
    isFirst = false
  }
}

const nextRows = async (result: DuckDBResult): Promise<unknown[][] | undefined> => {
  const chunk = await result.fetchChunk()
  return chunk === null || chunk.rowCount === 0 ? undefined : chunk.getRows().map((row) => row.map(cellOf))
}

/** What goes wrong while a statement runs is said by the engine, in words for whoever wrote the statement. */
const saying = async <T>(run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    throw new StatementError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/**
 * SQL over the archive by DuckDB, in this process. DuckDB's own way to S3 is an extension that would have to be
 * downloaded; so the Parquet objects are copied into a local folder once, and read from there.
 */
import { randomUUID } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import { DuckDBInstance } from '#adapters/duckdb/engine'
import { COLUMN_NAMES, readWhole, reasonOf, writeEmptyFile, wrongColumns } from '#adapters/duckdb/entry-files'
import { readParquet } from '#adapters/duckdb/literals'
import type { BusinessDay } from '#ledger/identifiers'
import { StatementError, type ArchiveQueries, type QueryResult } from '#ledger/archive'
import { cellOf } from './duckdb-cells.ts'
import { mirrorObjects, OUR_OWN, type Mirror, type MirroredBucket } from './object-mirror.ts'
import { wholeResult } from './whole-result.ts'

export type DuckdbArchive = MirroredBucket & {
  /** Where the copies are kept. */
  readonly folder: string
  /** The statements that make the views, each after those it needs; `archived_entries` is there for them. */
  readonly views: readonly string[]
}

export const duckdbArchiveQueries = ({ client, bucket, folder, views }: DuckdbArchive): ArchiveQueries => {
  const objects = join(folder, 'objects')

  /** Lends a DuckDB that has the copies of all objects. */
  async function* withMirror<T>(
    work: (connection: DuckDBConnection, mirror: Mirror) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    // In memory, a new one for each statement: nothing of one is left for the next, and making it takes milliseconds.
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY_LIMIT,
      temp_directory: join(folder, 'spill'),
      autoinstall_known_extensions: 'false',
    })
    const connection = await instance.connect()
    try {
      await connection.run("SET TimeZone = 'UTC'")
      const mirror = await mirrorObjects({ client, bucket }, objects, async (path) => {
        try {
          const wrong = await wrongColumns(connection, path)
          if (wrong === undefined) await readWhole(connection, path)
          return wrong
        } catch (error) {
          return reasonOf(error, objects)
        }
      })
      yield* work(connection, mirror)
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  }

  async function* stream(sql: string): AsyncGenerator<QueryResult> {
    yield* withMirror(async function* (connection, { files, unreadable }) {
      const columns = await columnsFile(connection, objects)
      const unreadableDays = await unreadableFiles(unreadable.keys(), objects)
      const source = sourceStatements([columns, ...files, ...unreadableDays])
      for (const statement of [...source, ...views]) await connection.run(statement)
      yield* answers(connection, sql, unreadable)
    })
  }

  const unreadable = async (day: BusinessDay) => {
    for await (const mirror of withMirror(async function* (_, mirror) {
      yield mirror
    })) {
      return mirror.unreadable.get(day) ?? []
    }
    return []
  }

  return { stream, run: (sql) => wholeResult(stream(sql)), unreadable }
}

// Beyond this DuckDB sorts and joins by way of files.
const MEMORY_LIMIT = '512MB'

/**
 * The files as the relation `archived_entries`: what a Glue table is on AWS, with the same columns. The business day is
 * the one that the file's name begins with. DuckDB leaves files out by conditions on it before it opens them.
 */
const sourceStatements = (files: readonly string[]): string[] => [
  `CREATE VIEW archived_entries AS
   SELECT ${COLUMN_NAMES}, left(parse_filename(filename), 10) AS business_day
   FROM ${readParquet(files)}`,
  // Trino's names for the text of a JSON value, and for the bytes of a text.
  'CREATE MACRO json_format(value) AS CAST(value AS VARCHAR)',
  'CREATE MACRO to_utf8(value) AS encode(value)',
]

/** DuckDB opens the first file of each list to learn the columns. This file is always there, and whole. */
const columnsFile = async (connection: DuckDBConnection, folder: string): Promise<string> => {
  const path = join(folder, `columns${OUR_OWN}`)
  const draft = join(folder, `${randomUUID()}${OUR_OWN}`)
  await writeEmptyFile(connection, draft)
  await rename(draft, path)
  return path
}

/** For each day with objects that cannot be read a file that cannot be read: a statement fails when it needs that day. */
const unreadableFiles = async (days: Iterable<BusinessDay>, folder: string): Promise<string[]> => {
  const paths = [...days].map((day) => join(folder, `${day}${UNREADABLE}`))
  for (const path of paths) await writeFile(path, '')
  return paths
}

const UNREADABLE = `.unreadable${OUR_OWN}`

type Unreadable = Mirror['unreadable']

/** Rows come in DuckDB's chunks of at most 2,048. */
async function* answers(
  connection: DuckDBConnection,
  sql: string,
  unreadable: Unreadable,
): AsyncGenerator<QueryResult> {
  const result = await saying(unreadable, () => connection.stream(sql))
  const columns = result.columnNames()
  let isFirst = true
  for (;;) {
    const rows = await saying(unreadable, () => nextRows(result))
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

/** What goes wrong while a statement runs is said by the engine, in words for the author of the statement. */
const saying = async <T>(unreadable: Unreadable, run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new StatementError(unreadableText(message, unreadable) ?? message, { cause: error })
  }
}

/** What to say instead when the engine stumbled over the file of a day that cannot be read. */
const unreadableText = (message: string, unreadable: Unreadable): string | undefined => {
  for (const [day, objects] of unreadable) {
    if (!message.includes(`${day}${UNREADABLE}`)) continue
    const named = objects.map(({ key, reason }) => `${key} (${reason})`).join('; ')
    return `The archive of ${day} cannot be read: ${named}. Restore or remove it, or ask for other days by business_day.`
  }
  return undefined
}

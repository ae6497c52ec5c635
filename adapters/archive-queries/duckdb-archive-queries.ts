/**
 * SQL over the archive by DuckDB, in this process. DuckDB's own way to S3 is an extension that would have to be
 * downloaded; so the Parquet objects are copied into a local folder once, and read from there.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import { DuckDBInstance } from '#adapters/duckdb/engine'
import { namesOf, readWhole, reasonOf, writeEmptyFile, wrongColumns } from '#adapters/duckdb/entry-files'
import { readParquet } from '#adapters/duckdb/literals'
import type { BusinessDay } from '#ledger/identifiers'
import { StatementError, type ArchiveQueries, type QueryResult, type UnreadableObject } from '#ledger/archive'
import { DECISIONS, ENTRIES, type ArchiveTable } from '#wire/archive/columns'
import { cellOf } from './duckdb-cells.ts'
import { confine, readingStatement, refusalText } from './duckdb-confined.ts'
import { mirrorObjects, OUR_OWN, type Mirror, type MirroredBucket } from './object-mirror.ts'
import { refuseEmpty } from './statement.ts'
import { wholeResult } from './whole-result.ts'

export type DuckdbArchive = MirroredBucket & {
  /** Where the copies are kept. */
  readonly folder: string
  /** The statements that make the views, each after those it needs; `archived_…` of both tables are there for them. */
  readonly views: readonly string[]
}

export const duckdbArchiveQueries = ({ client, bucket, folder: given, views }: DuckdbArchive): ArchiveQueries => {
  const folder = resolve(given)

  /** Lends a DuckDB. */
  async function* withDuckdb<T>(work: (connection: DuckDBConnection) => AsyncIterable<T>): AsyncGenerator<T> {
    // In memory, a new one for each statement: nothing of one is left for the next, and making it takes milliseconds.
    const spill = await spillFolder(folder)
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY_LIMIT,
      temp_directory: spill,
      max_temp_directory_size: SPILL_LIMIT,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_persistent_secrets: 'false',
    })
    const connection = await instance.connect()
    try {
      await connection.run("SET TimeZone = 'UTC'")
      yield* work(connection)
    } finally {
      connection.closeSync()
      instance.closeSync()
      await rm(spill, { recursive: true, force: true })
    }
  }

  const copiesOf = (table: ArchiveTable): string => join(folder, table.folder)

  /** The copies of all objects of a table. */
  const mirrored = async (connection: DuckDBConnection, table: ArchiveTable): Promise<Mirror> => {
    const objects = copiesOf(table)
    return await mirrorObjects({ client, bucket, table }, objects, async (path) => {
      try {
        const wrong = await wrongColumns(connection, path, table.columns)
        if (wrong === undefined) await readWhole(connection, path, table.columns)
        return wrong
      } catch (error) {
        return reasonOf(error, objects)
      }
    })
  }

  /** Written by this process itself, because another version of ours may have left one with other columns. */
  const columnsFiles = new Set<string>()
  const columnsOf = async (connection: DuckDBConnection, table: ArchiveTable): Promise<string> => {
    const path = join(copiesOf(table), `columns${OUR_OWN}`)
    if (columnsFiles.has(path) && existsSync(path)) return path
    await writeColumns(connection, path, table)
    columnsFiles.add(path)
    return path
  }

  /** Makes the relation `archived_…` of a table, over its objects or over none of them. Answers what cannot be read. */
  const makeSource = async (
    connection: DuckDBConnection,
    table: ArchiveTable,
    isAsked: boolean,
  ): Promise<Unreadable> => {
    await mkdir(copiesOf(table), { recursive: true })
    const { files, unreadable }: Mirror = isAsked
      ? await mirrored(connection, table)
      : { files: [], unreadable: new Map<BusinessDay, UnreadableObject[]>() }
    const columns = await columnsOf(connection, table)
    const unreadableDays = await unreadableFiles(unreadable.keys(), copiesOf(table))
    await connection.run(sourceStatement(table, [columns, ...files, ...unreadableDays]))
    return unreadable
  }

  async function* stream(sql: string): AsyncGenerator<QueryResult> {
    refuseEmpty(sql)
    yield* withDuckdb(async function* (connection) {
      const sources: Source[] = []
      for (const table of [ENTRIES, DECISIONS]) {
        // Most statements are about entries alone, and need no copies of the decisions.
        const isAsked = table === ENTRIES || OF_DECISIONS.test(sql)
        sources.push({ table, unreadable: await makeSource(connection, table, isAsked) })
      }
      for (const statement of [...TRINO_NAMES, ...views]) await connection.run(statement)
      await confine(connection, [ENTRIES, DECISIONS].map(copiesOf))
      yield* answers(connection, sql, sources)
    })
  }

  const unreadable = async (day: BusinessDay) => {
    for await (const mirror of withDuckdb(async function* (connection) {
      yield await mirrored(connection, ENTRIES)
    })) {
      return mirror.unreadable.get(day) ?? []
    }
    return []
  }

  return { stream, run: (sql) => wholeResult(stream(sql)), unreadable }
}

// Beyond this DuckDB sorts and joins by way of files, and beyond that a statement fails.
const MEMORY_LIMIT = '512MB'
const SPILL_LIMIT = '16GB'

/** What reads the decisions: their relations, and the view `merchants` that is made of them. */
const OF_DECISIONS = /decisions|merchants/i

/**
 * A folder for one DuckDB of this process: DuckDB deletes all of its folder when it ends. The folders of processes that
 * were killed go away here.
 */
const spillFolder = async (folder: string): Promise<string> => {
  const parent = join(folder, 'spill')
  await mkdir(parent, { recursive: true })
  for (const name of await readdir(parent)) {
    const [pid] = name.split('.')
    if (!isRunning(Number(pid))) await rm(join(parent, name), { recursive: true, force: true })
  }
  return join(parent, `${process.pid}.${randomUUID()}`)
}

const isRunning = (pid: number): boolean => {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    // A process of another user is there, and is none of ours to signal.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * The files as the relation `archived_entries` or `archived_decisions`: what a Glue table is on AWS, with the same columns.
 * The day is the one that the file's name begins with. DuckDB leaves files out by conditions on it before it opens them.
 */
const sourceStatement = ({ folder, partition, columns }: ArchiveTable, files: readonly string[]): string =>
  `CREATE VIEW archived_${folder} AS
   SELECT ${namesOf(columns)}, left(parse_filename(filename), 10) AS ${partition}
   FROM ${readParquet(files)}`

/** Trino's names for the text of a JSON value, the bytes of a text, a text within JSON, and an element of a JSON array. */
const TRINO_NAMES = [
  'CREATE MACRO json_format(value) AS CAST(value AS VARCHAR)',
  'CREATE MACRO to_utf8(value) AS encode(value)',
  'CREATE MACRO json_extract_scalar(value, path) AS json_extract_string(value, path)',
  'CREATE MACRO json_array_get(value, place) AS json_extract(value, place)',
]

/** DuckDB opens the first file of each list to learn the columns. This file is always there, and whole. */
const writeColumns = async (connection: DuckDBConnection, path: string, { columns }: ArchiveTable): Promise<void> => {
  const draft = join(dirname(path), `${randomUUID()}${OUR_OWN}`)
  await writeEmptyFile(connection, draft, columns)
  await rename(draft, path)
}

/** For each day with objects that cannot be read a file that cannot be read: a statement fails when it needs that day. */
const unreadableFiles = async (days: Iterable<BusinessDay>, folder: string): Promise<string[]> => {
  const paths = [...days].map((day) => join(folder, `${day}${UNREADABLE}`))
  for (const path of paths) await writeFile(path, '')
  return paths
}

const UNREADABLE = `.unreadable${OUR_OWN}`

type Unreadable = Mirror['unreadable']
type Source = { readonly table: ArchiveTable; readonly unreadable: Unreadable }

/** Rows come in DuckDB's chunks of at most 2,048. */
async function* answers(
  connection: DuckDBConnection,
  sql: string,
  sources: readonly Source[],
): AsyncGenerator<QueryResult> {
  const result = await saying(sources, async () => (await readingStatement(connection, sql)).stream())
  const columns = result.columnNames()
  let isFirst = true
  for (;;) {
    const rows = await saying(sources, () => nextRows(result))
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
const saying = async <T>(sources: readonly Source[], run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    if (error instanceof StatementError) throw error
    const said = error instanceof Error ? error.message : String(error)
    const message = said.replace(/^Failed to extract statements: /, '')
    throw new StatementError(
      unreadableText(message, sources) ?? refusalText(message) ?? limitText(message) ?? message,
      { cause: error },
    )
  }
}

/** What to say instead of the engine's advice, which is about settings that nothing may change here. */
const limitText = (message: string): string | undefined =>
  message.startsWith('Out of Memory Error')
    ? `The statement needs more than its ${MEMORY_LIMIT} of memory and ${SPILL_LIMIT} of files. Ask for fewer days by a condition on business_day, or for fewer columns or rows.`
    : undefined

/** What to say instead when the engine stumbled over the file of a day that cannot be read. */
const unreadableText = (message: string, sources: readonly Source[]): string | undefined => {
  for (const { table, unreadable } of sources) {
    for (const [day, objects] of unreadable) {
      if (!message.includes(join(table.folder, `${day}${UNREADABLE}`))) continue
      const named = objects.map(({ key, reason }) => `${key} (${reason})`).join('; ')
      return `The archive of ${day} cannot be read: ${named}. Restore or remove it, or ask for other days by ${table.partition}.`
    }
  }
  return undefined
}

/** The Parquet files of the archive, as DuckDB has their columns. Those of entries, unless another table is given. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { ENTRY_COLUMNS, type Column, type ColumnType } from '#wire/archive/columns'
import { quoted, readParquet } from './literals.ts'

/** DuckDB's names of types. */
const TYPES: Readonly<Record<ColumnType, string>> = {
  string: 'VARCHAR',
  bigint: 'BIGINT',
  int: 'INTEGER',
  timestamp: 'TIMESTAMP',
  'map<string,string>': 'MAP(VARCHAR, VARCHAR)',
}

/** The names of all columns of a file, as a list for a SELECT. */
export const namesOf = (columns: readonly Column[]): string => columns.map(({ name }) => name).join()

/** The types that become these without a value being altered. Any other would be rounded or guessed, in silence. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  TIMESTAMP: ['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP_MS'],
}

/** What is wrong with the columns of a file, in words. Throws for a file that is no Parquet. */
export const wrongColumns = async (
  connection: DuckDBConnection,
  path: string,
  columns: readonly Column[] = ENTRY_COLUMNS,
): Promise<string | undefined> => {
  const nothing = await connection.run(`SELECT * FROM ${readParquet([path])} LIMIT 0`)
  const names = nothing.columnNames().map((name) => name.toLowerCase())
  const types = new Map(nothing.columnTypes().map((type, at) => [names[at], type.toString()]))
  for (const column of columns) {
    const { name } = column
    const type = TYPES[column.type]
    const found = types.get(name)
    if (found === undefined) return `it has no column ${name}`
    if (!(SAME[type] ?? [type]).includes(found)) return `its column ${name} is ${found}, not ${type}`
  }
  return undefined
}

/** Reads every value of a file. Throws for what cannot be read, however late in the file it stands. */
export const readWhole = async (
  connection: DuckDBConnection,
  path: string,
  columns: readonly Column[],
): Promise<void> => {
  await connection.run(`SELECT bit_xor(hash(${namesOf(columns)})) FROM ${readParquet([path])}`)
}

/** A file of these columns without rows. */
export const writeEmptyFile = async (
  connection: DuckDBConnection,
  path: string,
  columns: readonly Column[],
): Promise<void> => {
  const nothing = columns.map(({ name, type }) => `CAST(NULL AS ${TYPES[type]}) AS ${name}`)
  await connection.run(`COPY (SELECT ${nothing.join()} WHERE false) TO ${quoted(path)} (FORMAT parquet)`)
}

// The lines after the first quote the statement, which the reader of the message did not write. Our paths mean nothing to
// that reader either.
export const reasonOf = (error: unknown, folder: string): string =>
  ((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '').replaceAll(`${folder}/`, '')

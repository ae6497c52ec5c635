/**
 * A statement that a person wrote may read the archive and do nothing else. DuckDB holds two of the three rules: no file
 * outside of some folders, no other settings. The third is held here: only statements that read. In those folders, DuckDB
 * would let a statement write.
 */
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'
import { StatementType } from '@duckdb/node-api'
import { pathPattern, quoted } from '#adapters/duckdb/literals'
import { StatementError } from '#ledger/archive'

/** From now on, the engine opens files of these folders only: no other file, no address, no database, no extension. */
export const confine = async (connection: DuckDBConnection, folders: readonly string[]): Promise<void> => {
  // DuckDB compares a path as it stands in a statement, which may be a pattern, and again each file that it finds.
  const allowed = new Set(folders.flatMap((folder) => [folder, pathPattern(folder)]))
  await connection.run(`SET allowed_directories = [${[...allowed].map(quoted).join()}]`)
  await connection.run('SET enable_external_access = false')
  await connection.run('SET lock_configuration = true')
}

/** The one statement of the text, ready to run. Throws a StatementError for more than one and for what does not read. */
export const readingStatement = async (connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> => {
  const statements = await connection.extractStatements(sql)
  if (statements.count !== 1) {
    const pivot = /\bpivot\b/i.test(sql) ? ' A PIVOT without IN counts as two: list its values with IN (…).' : ''
    throw new StatementError(
      `These are ${statements.count} statements, and one is answered at a time. Give each of them alone.${pivot}`,
    )
  }
  const prepared = await statements.prepare(0).catch((error: unknown) => {
    // DuckDB says what is wrong with such a statement before it says of which kind it is.
    if (WRITES.test(sql)) throw new StatementError(ONLY_READS, { cause: error })
    throw error
  })
  switch (prepared.statementType) {
    case StatementType.SELECT:
      return prepared
    case StatementType.EXPLAIN:
      // EXPLAIN ANALYZE runs what it explains.
      await readingStatement(connection, explainedIn(sql))
      return prepared
    default:
      throw new StatementError(ONLY_READS)
  }
}

const explainedIn = (sql: string): string => {
  const explained = sql.replace(EXPLAIN, '')
  if (explained === sql)
    throw new StatementError('EXPLAIN has to be the first word of the statement, after simple comments at most.')
  return explained
}

// Comments whose end DuckDB could see elsewhere than this pattern are no part of it: one comment within another, and a line
// that ends with a carriage return alone. Otherwise the statement that runs could be another than the one looked at.
const COMMENTS = /(?:[\s;]|--[^\r\n]*\r?\n|\/\*(?:(?!\/\*)[^])*?\*\/)*/.source
const EXPLAIN = new RegExp(`^${COMMENTS}explain\\b(?:\\s+analyze\\b|\\s*\\(\\s*(?:analyze|format)\\b[^)]*\\))?`, 'i')
const WRITES = new RegExp(`^${COMMENTS}(?:alter|create|delete|drop|execute|insert|merge|truncate|update)\\b`, 'i')

const ONLY_READS =
  'This statement does not read. Only SELECT, EXPLAIN, DESCRIBE and SHOW are answered, over raw_entries, entries, decisions and merchants.'

/** What to say of a refusal of the engine that `confine` caused; undefined of any other message. */
export const refusalText = (message: string): string | undefined => {
  if (!/^Permission Error|configuration has been locked/.test(message)) return undefined
  const refused = /"([^"\n]*)"/.exec(message)?.[1]
  return `${refused === undefined ? 'This' : `"${refused}"`} is out of reach: a statement reads the archive and nothing else. Ask raw_entries, entries, decisions or merchants.`
}

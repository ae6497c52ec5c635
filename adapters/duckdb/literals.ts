/** What a statement takes from outside: texts and paths, neither of which may mean anything to the engine. */
import { sep } from 'node:path'

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Reads exactly these files. Folders named KEY=VALUE on the way to them are no columns; `filename` is one. */
export const readParquet = (paths: readonly string[]): string =>
  `read_parquet([${paths.map((path) => quoted(pathPattern(path))).join()}], filename = true, hive_partitioning = false)`

/**
 * DuckDB takes each path of a list for a pattern. A wildcard in brackets stands for itself, and what follows the last
 * opening bracket cannot close one.
 */
export const pathPattern = (path: string): string => {
  if (!/[[*?]/.test(path)) return path
  // Beside wildcards a backslash separates folders, on every system.
  if (sep === '/' && path.includes('\\')) {
    throw new Error(
      `DuckDB cannot read ${path}: a path with a backslash and one of * ? [ has no name there. Move the data.`,
    )
  }
  return path.replaceAll(/[[*?]/g, '[$&]')
}

import { readFileSync } from 'node:fs'
import { parseBusinessDay } from '#ledger/identifiers'
import { ofPeriod, savedQueries } from '#sql/files'
import { readArguments, UsageError } from './command.ts'

export const SQL_USAGE = `\
npm run -s sql -- "select …"              asks the archive: raw_entries (every copy), entries (each once)
npm run -s sql -- --file query.sql        the statement in a file
npm run -s sql -- --saved NAME            a saved one, of all days or of those --from DAY --to DAY
npm run -s sql -- --list                  what is saved
  --csv, --json                           instead of a table`

/** What `npm run sql` is asked for. */
export type SqlRequest =
  | { readonly kind: 'list' }
  | { readonly kind: 'statement'; readonly statement: string; readonly format: 'table' | 'csv' | 'json' }

/** Throws UsageError for arguments that make no request. */
export const sqlRequest = (args: readonly string[]): SqlRequest => {
  const { values, positionals } = readArguments(args, {
    allowPositionals: true,
    options: {
      file: { type: 'string' },
      saved: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      list: { type: 'boolean' },
      csv: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  })
  if (values.list) return { kind: 'list' }
  if (values.csv && values.json) throw new UsageError('Either --csv or --json.')
  const format = values.json ? 'json' : values.csv ? 'csv' : 'table'
  return { kind: 'statement', statement: chosenStatement(positionals, values), format }
}

type Chosen = {
  file?: string | undefined
  saved?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

const chosenStatement = (positionals: readonly string[], { file, saved, from, to }: Chosen): string => {
  const given = [...positionals, ...(file === undefined ? [] : [file]), ...(saved === undefined ? [] : [saved])]
  if (given.length !== 1) throw new UsageError('One statement: as an argument, in a --file, or --saved.')
  if (saved === undefined && (from ?? to) !== undefined) throw new UsageError('--from and --to belong to --saved.')
  if (saved !== undefined) return savedStatement(saved, from, to)
  return file === undefined ? (positionals[0] ?? '') : statementIn(file)
}

const statementIn = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const savedStatement = (name: string, from: string | undefined, to: string | undefined): string => {
  for (const day of [from, to]) {
    if (day !== undefined && !parseBusinessDay(day).ok) throw new UsageError(`${day} is no day; write YYYY-MM-DD.`)
  }
  const query = savedQueries().find((query) => query.name === name)
  if (query === undefined) throw new UsageError(`Nothing is saved as ${name}; --list shows what is.`)
  return ofPeriod(query, from, to)
}

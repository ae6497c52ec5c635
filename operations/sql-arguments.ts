import { parseBusinessDay } from '#ledger/identifiers'
import { ofPeriod, savedQueries } from '#sql/files'
import { readArguments, UsageError } from './command.ts'
import { textIn } from './text-file.ts'

export const SQL_USAGE = `\
npm run -s sql -- "select …"              asks the archive: raw_entries (every copy), entries (each once)
npm run -s sql -- --file query.sql        the statement in a file
npm run -s sql -- --saved NAME            a saved statement, for all days or for those --from DAY --to DAY
npm run -s sql -- --list                  the saved statements
  --csv, --json                           instead of a table; CSV is exact to the byte in a file or a pipe, and on a screen
                                          characters that a terminal would obey or hide are spelled out (\\x1b)

Exit code: 0 answered, 1 the statement is refused, 2 wrong arguments, 3 no system runs or answers.`

/** What `npm run sql` is asked for. */
export type SqlRequest =
  | { readonly kind: 'list' }
  | { readonly kind: 'statement'; readonly statement: string; readonly format: 'table' | 'csv' | 'json' }

/** Throws a UsageError for arguments that make no request. */
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
  if (values.csv && values.json) throw new UsageError('Give --csv or --json, not both.')
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
  if (given.length !== 1)
    throw new UsageError('Give exactly one statement: as an argument, in a --file, or by its name with --saved.')
  if (saved === undefined && (from ?? to) !== undefined) throw new UsageError('--from and --to are only for --saved.')
  if (saved !== undefined) return savedStatement(saved, from, to)
  return file === undefined ? (positionals[0] ?? '') : textIn(file)
}

const savedStatement = (name: string, from: string | undefined, to: string | undefined): string => {
  for (const day of [from, to]) {
    if (day !== undefined && !parseBusinessDay(day).ok) {
      throw new UsageError(`${day} is not a day. Write it like 2026-11-20.`)
    }
  }
  const query = savedQueries().find((query) => query.name === name)
  if (query === undefined) throw new UsageError(`No statement is saved as ${name}. --list shows all that are.`)
  return ofPeriod(query, from, to)
}

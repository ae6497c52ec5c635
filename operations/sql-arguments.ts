import { parseBusinessDay, parseMerchantId } from '#ledger/identifiers'
import { savedQueries, statementOf, type Parameter, type ParameterKind, type SavedQuery } from '#sql/files'
import { readArguments, UsageError } from './command.ts'
import { textIn } from './text-file.ts'

export const SQL_USAGE = `\
npm run -s sql -- "select …"              asks the archive: entries (each once), raw_entries (every copy),
                                          decisions (who did what), merchants (zone, currency, …)
npm run -s sql -- --file query.sql        the statement in a file
npm run -s sql -- --saved NAME            a saved statement
  --param NAME=VALUE                      one of its parameters, as often as needed
  --from DAY, --to DAY, --day DAY         short for --param from=DAY, --param to=DAY, and both of them
npm run -s sql -- --list                  the saved statements with their parameters
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
      day: { type: 'string' },
      param: { type: 'string', multiple: true },
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
  day?: string | undefined
  param?: string[] | undefined
}

const chosenStatement = (positionals: readonly string[], { file, saved, from, to, day, param }: Chosen): string => {
  const given = [...positionals, ...(file === undefined ? [] : [file]), ...(saved === undefined ? [] : [saved])]
  if (given.length !== 1)
    throw new UsageError('Give exactly one statement: as an argument, in a --file, or by its name with --saved.')
  const parameters = givenParameters(param ?? [], { from, to, day })
  if (saved !== undefined) return savedStatement(saved, parameters)
  if (parameters.length > 0) throw new UsageError('--param, --from, --to and --day are only for --saved.')
  return file === undefined ? (positionals[0] ?? '') : textIn(file)
}

type Given = readonly [name: string, value: string]

const givenParameters = (param: readonly string[], days: Pick<Chosen, 'from' | 'to' | 'day'>): Given[] => [
  ...Object.entries(days).flatMap(([name, value]): Given[] => (value === undefined ? [] : [[name, value]])),
  ...param.map((text): Given => {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? []
    if (name === undefined || value === undefined)
      throw new UsageError(`--param ${text} has no value. Write it like --param day=2026-11-20.`)
    return [name, value]
  }),
]

const savedStatement = (name: string, given: readonly Given[]): string => {
  const query = savedQueries().find((query) => query.name === name)
  if (query === undefined) throw new UsageError(`No statement is saved as ${name}. --list shows all that are.`)
  const values = new Map<string, string>()
  for (const [parameter, value] of given.flatMap(bothEnds(query))) {
    const declared = query.parameters.find(({ name }) => name === parameter)
    if (declared === undefined) throw new UsageError(`${name} has no parameter ${parameter}. ${parametersOf(query)}`)
    if (values.has(parameter)) throw new UsageError(`The parameter ${parameter} is given twice.`)
    values.set(parameter, checked(declared, value))
  }
  const missing = query.parameters.find(({ name, fallback }) => fallback === undefined && !values.has(name))
  if (missing !== undefined)
    throw new UsageError(`${name} needs --param ${missing.name}=…, ${missing.meaning}. ${parametersOf(query)}`)
  refuseReversed(values)
  return statementOf(query, Object.fromEntries(values))
}

/** Such a period has no day, and its empty answer would look like one without trade. */
const refuseReversed = (values: ReadonlyMap<string, string>): void => {
  const [from, to] = [values.get('from'), values.get('to')]
  if (from !== undefined && to !== undefined && from > to)
    throw new UsageError(`The period from ${from} to ${to} ends before it begins. Give the earlier day as from.`)
}

/** `day` is the first and the last day of a period, where a statement has one. */
const bothEnds =
  ({ parameters }: SavedQuery) =>
  ([name, value]: Given): Given[] => {
    const has = (wanted: string) => parameters.some(({ name }) => name === wanted)
    const isPeriod = name === 'day' && !has('day') && has('from') && has('to')
    return isPeriod ? ['from', 'to'].map((end): Given => [end, value]) : [[name, value]]
  }

const checked = ({ name, kind }: Parameter, value: string): string => {
  const wrong = WRONG[kind](value)
  if (wrong !== undefined) throw new UsageError(`The parameter ${name}: ${JSON.stringify(value)} ${wrong}`)
  return value
}

/** Says what is wrong with a value of a kind. */
const WRONG: Readonly<Record<ParameterKind, (value: string) => string | undefined>> = {
  day: (value) => (parseBusinessDay(value).ok ? undefined : 'is not a day. Write it like 2026-11-20.'),
  merchant: (value) => (parseMerchantId(value).ok ? undefined : "is not a merchant's id."),
  text: (value) => (value.includes('\0') ? 'contains a NUL character, which no statement can.' : undefined),
  integer: (value) => (/^-?\d{1,18}$/.test(value) ? undefined : 'is not a whole number of at most 18 digits.'),
}

const parametersOf = ({ parameters }: SavedQuery): string =>
  `Its parameters: ${parameters.map(({ name, kind }) => `${name} (${kind})`).join(', ')}.`

/** The lines that `--list` prints of a saved statement. */
export const describe = ({ name, about, parameters }: SavedQuery): string[] => [
  name,
  `    ${about}`,
  ...parameters.map(
    ({ name, kind, fallback, meaning }) =>
      `    --param ${name}=…  (${kind}${fallback === undefined ? ', always needed' : ''}) ${meaning}`,
  ),
]

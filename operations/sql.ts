/** `npm run sql`: SQL over the archive. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { useRunningSystem } from '#infra/local/running-system'
import { parseBusinessDay } from '#ledger/identifiers'
import { ofPeriod, savedQueries } from '#sql/files'
import { readSettings } from '#wire/settings'
import { archiveQueries } from './archive-queries.ts'
import { runCommand, UsageError } from './command.ts'
import { asCsv, asJson, asTable } from './query-output.ts'

const USAGE = `\
npm run -s sql -- "select …"              asks the archive: raw_entries (every copy), entries (each once)
npm run -s sql -- --file query.sql        the statement in a file
npm run -s sql -- --saved NAME            a saved one, of all days or of those --from DAY --to DAY
npm run -s sql -- --list                  what is saved
  --csv, --json                           instead of a table`

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      file: { type: 'string' },
      saved: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      list: { type: 'boolean' },
      csv: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return say(USAGE)
  if (values.list)
    return say(
      savedQueries()
        .map(({ name, about }) => `${name}\n    ${about}`)
        .join('\n'),
    )
  const statement = chosenStatement(positionals, values)
  if (values.csv && values.json) throw new UsageError('Either --csv or --json.')

  const settings = readSettings()
  if (settings.athena === undefined) useRunningSystem()
  const answer = archiveQueries(settings).stream(statement)
  const { isTTY, columns } = process.stdout
  const text = values.json ? asJson(answer) : values.csv ? asCsv(answer) : asTable(answer, isTTY ? columns : undefined)
  for await (const piece of text) await written(piece)
  return 0
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
  return file === undefined ? (positionals[0] ?? '') : readFileSync(file, 'utf8')
}

const savedStatement = (name: string, from: string | undefined, to: string | undefined): string => {
  for (const day of [from, to]) {
    if (day !== undefined && !parseBusinessDay(day).ok) throw new UsageError(`${day} is no day; write YYYY-MM-DD.`)
  }
  const query = savedQueries().find((query) => query.name === name)
  if (query === undefined) throw new UsageError(`Nothing is saved as ${name}; --list shows what is.`)
  return ofPeriod(query, from, to)
}

const say = (text: string): number => {
  console.log(text)
  return 0
}

/** At the pace of whoever reads. */
const written = async (piece: string): Promise<void> => {
  if (!process.stdout.write(piece)) await new Promise((resolve) => process.stdout.once('drain', resolve))
}

await runCommand(USAGE, main)

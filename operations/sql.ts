/** `npm run sql`: SQL over the archive. */
import { useRunningSystem } from '#infra/local/running-system'
import { savedQueries } from '#sql/files'
import { readSettings } from '#infra/settings'
import { archiveQueries } from './archive-queries.ts'
import { EXIT, runCommand, type Command } from './command.ts'
import { asCsv, asJson, asTable } from './query-output.ts'
import { SQL_USAGE, sqlRequest } from './sql-arguments.ts'

const sql: Command = async (args) => {
  const request = sqlRequest(args)
  switch (request.kind) {
    case 'list':
      for (const { name, about } of savedQueries()) await written(`${name}\n    ${about}\n`)
      return EXIT.done
    case 'statement':
      for await (const piece of answered(request.statement, request.format)) await written(piece)
      return EXIT.done
  }
}

const answered = (statement: string, format: 'table' | 'csv' | 'json'): AsyncIterable<string> => {
  const settings = readSettings()
  if (settings.athena === undefined) useRunningSystem()
  const answer = archiveQueries(settings).stream(statement)
  const { isTTY, columns } = process.stdout
  switch (format) {
    case 'json':
      return asJson(answer)
    case 'csv':
      return asCsv(answer)
    case 'table':
      return asTable(answer, isTTY ? columns : undefined)
  }
}

/** At the pace of whoever reads. */
const written = async (piece: string): Promise<void> => {
  if (!process.stdout.write(piece)) await new Promise((resolve) => process.stdout.once('drain', resolve))
}

// Nothing is left to do for a reader, such as `head`, that has seen enough.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(EXIT.done)
})

await runCommand(sql, SQL_USAGE)

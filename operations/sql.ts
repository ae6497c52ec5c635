/** `npm run sql`: asks the archive in SQL. */
import { useNamedOrRunningSystem } from '#infra/local/running-system'
import { readSettings } from '#infra/settings'
import { savedQueries } from '#sql/files'
import { archiveQueries } from './archive-queries.ts'
import { EXIT, runCommand, type Command } from './command.ts'
import { asCsv, asJson, asTable } from './query-output.ts'
import { describe, SQL_USAGE, sqlRequest, type SqlRequest } from './sql-arguments.ts'
import type { Terminal } from './terminal.ts'

export const sql: Command = async (args, terminal) => {
  const request = sqlRequest(args)
  switch (request.kind) {
    case 'list':
      for (const query of savedQueries()) terminal.print(...describe(query))
      return EXIT.done
    case 'statement':
      for await (const piece of answerTo(request, terminal)) {
        // A reader such as `head` goes away when it has seen enough, and then the rest is not asked for.
        if (!(await terminal.write(piece, FORMS[request.format]))) break
      }
      return EXIT.done
  }
}

const FORMS = { table: 'lines', json: 'json', csv: 'record' } as const

type Statement = Extract<SqlRequest, { readonly kind: 'statement' }>

const answerTo = ({ statement, format }: Statement, { width }: Terminal): AsyncIterable<string> => {
  const settings = readSettings()
  if (settings.athena === undefined) useNamedOrRunningSystem()
  const answer = archiveQueries(settings).stream(statement)
  switch (format) {
    case 'json':
      return asJson(answer)
    case 'csv':
      return asCsv(answer)
    case 'table':
      return asTable(answer, width)
  }
}

if (import.meta.main) await runCommand(sql, SQL_USAGE)

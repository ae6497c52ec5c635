/**
 * A test double of Athena: its wire protocol as far as Daybook speaks it, answered by DuckDB over the emulator's S3. So the
 * deployed function sends its own statements and reads its own results. Nothing here tells of Athena's SQL, limits or prices.
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import type { ArchiveQueries, QueryResult } from '#ledger/archive'

type Answer = Readonly<Record<string, unknown>>
type Ended = { readonly columns: readonly Column[]; readonly rows: QueryResult['rows'] } | { readonly reason: string }
type Column = { readonly Name: string; readonly Type: string }
/** Undefined while the statement runs. */
type Execution = { ended?: Ended }

export const serveAthenaByDuckdb = async (port: number, archive: ArchiveQueries): Promise<{ close(): void }> => {
  const executions = new Map<string, Execution>()

  const run = async (sql: string): Promise<Ended> => {
    try {
      let names: readonly string[] = []
      const rows: (readonly unknown[])[] = []
      for await (const part of archive.stream(sql)) {
        names = part.columns
        rows.push(...part.rows)
      }
      return { columns: names.map((Name, at) => ({ Name, Type: typeOf(rows, at) })), rows }
    } catch (error) {
      return { reason: String(error) }
    }
  }

  const operations: Readonly<Record<string, (asked: Record<string, string>) => Answer>> = {
    StartQueryExecution({ QueryString = '', WorkGroup }) {
      // The calls that follow name only this id. Its beginning tells the work group, for which they need their grant.
      const id = `${WorkGroup}.${randomUUID()}`
      const execution: Execution = {}
      executions.set(id, execution)
      void run(QueryString).then((ended) => (execution.ended = ended))
      return { QueryExecutionId: id }
    },
    GetQueryExecution: ({ QueryExecutionId = '' }) => ({
      QueryExecution: { QueryExecutionId, StatementType: 'DML', Status: statusOf(executions.get(QueryExecutionId)) },
    }),
    GetQueryResults({ QueryExecutionId = '', NextToken = '0' }) {
      const ended = executions.get(QueryExecutionId)?.ended
      if (ended === undefined || 'reason' in ended) throw new Error('there is no result')
      return pageOf(ended, Number(NextToken))
    },
  }

  const server = createServer((request, response) => {
    const answer = async () => {
      const operation = String(request.headers['x-amz-target']).replace('AmazonAthena.', '')
      const asked = JSON.parse(await text(request)) as Record<string, string>
      const answered = operations[operation]?.(asked)
      if (answered === undefined) throw new Error(`the double knows no ${operation}`)
      return answered
    }
    answer().then(
      (answered) => response.end(JSON.stringify(answered)),
      (error: unknown) => {
        response.writeHead(400).end(JSON.stringify({ __type: 'InvalidRequestException', message: String(error) }))
      },
    )
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const statusOf = (execution: Execution | undefined): Answer => {
  if (execution === undefined) return { State: 'FAILED', StateChangeReason: 'there is no such statement' }
  if (execution.ended === undefined) return { State: 'RUNNING' }
  return 'reason' in execution.ended
    ? { State: 'FAILED', StateChangeReason: execution.ended.reason }
    : { State: 'SUCCEEDED' }
}

/** Athena answers at most 1,000 rows at once, all as text, and puts the names of the columns before the first. */
const pageOf = ({ columns, rows }: Extract<Ended, { rows: unknown }>, from: number): Answer => {
  const until = from + (from === 0 ? 999 : 1_000)
  const names = columns.map(({ Name }) => ({ VarCharValue: Name }))
  const cells = rows.slice(from, until).map((row) => row.map(toDatum))
  return {
    ResultSet: {
      ResultSetMetadata: { ColumnInfo: columns },
      Rows: (from === 0 ? [names, ...cells] : cells).map((Data) => ({ Data })),
    },
    ...(until < rows.length && { NextToken: String(until) }),
  }
}

const toDatum = (cell: unknown): Answer => {
  if (cell === null) return {}
  return { VarCharValue: typeof cell === 'bigint' || typeof cell === 'string' ? `${cell}` : JSON.stringify(cell) }
}

/** Athena's type of a column, by its first value. */
const typeOf = (rows: QueryResult['rows'], at: number): string => {
  switch (typeof rows.find((row) => row[at] !== null)?.[at]) {
    case 'bigint':
      return 'bigint'
    case 'number':
      return 'double'
    case 'boolean':
      return 'boolean'
    default:
      return 'varchar'
  }
}

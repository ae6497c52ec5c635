/** SQL over the archive by Athena, whose database holds the Glue table `archived_entries` and the views of `sql/views`. */
import { setTimeout as pause } from 'node:timers/promises'
import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  InvalidRequestException,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
  type AthenaClient,
  type Datum,
  type GetQueryResultsOutput,
  type QueryExecution,
} from '@aws-sdk/client-athena'
import type { ObjectStore } from '#adapters/archive-objects/object-store'
import { StatementError, type ArchiveQueries, type QueryResult, type UnreadableObject } from '#ledger/archive'
import { readArchiveKey } from '#wire/archive/key'
import { refuseEmpty } from './statement.ts'
import { wholeResult } from './whole-result.ts'

export type AthenaArchive = {
  readonly client: Pick<AthenaClient, 'send'>
  /** What Athena reads: it passes over some objects without a word. */
  readonly objects: Pick<ObjectStore, 'list'>
  /** Says where results go and how much a statement may scan. */
  readonly workGroup: string
  readonly database: string
  readonly sleep?: (ms: number) => Promise<unknown>
}

export const athenaArchiveQueries = ({
  client,
  objects,
  workGroup,
  database,
  sleep = pause,
}: AthenaArchive): ArchiveQueries => {
  async function* stream(sql: string): AsyncGenerator<QueryResult> {
    refuseEmpty(sql)
    const id = await start(sql)
    const { StatementType } = await ended(id)
    // Athena puts the names of the columns in front of the rows of a SELECT, and of nothing else.
    let headings = StatementType === 'DML' ? 1 : 0
    let token: string | undefined
    do {
      const page: GetQueryResultsOutput = await client.send(
        new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: token }),
      )
      yield toResult(page, headings)
      headings = 0
      token = page.NextToken
    } while (token !== undefined)
  }

  const start = async (sql: string): Promise<string> => {
    try {
      const { QueryExecutionId = '' } = await client.send(
        new StartQueryExecutionCommand({
          QueryString: sql,
          WorkGroup: workGroup,
          QueryExecutionContext: { Database: database },
        }),
      )
      return QueryExecutionId
    } catch (error) {
      if (error instanceof InvalidRequestException) throw new StatementError(error.message, { cause: error })
      throw error
    }
  }

  const ended = async (id: string): Promise<QueryExecution> => {
    let waitedMs = 0
    for (let delayMs = FIRST_LOOK_MS; waitedMs < MOST_MS; delayMs = Math.min(2 * delayMs, LAST_LOOK_MS)) {
      const { QueryExecution: execution = {} } = await client.send(
        new GetQueryExecutionCommand({ QueryExecutionId: id }),
      )
      const { State, StateChangeReason = 'no reason given', AthenaError } = execution.Status ?? {}
      if (State === 'SUCCEEDED') return execution
      // Category 1 is a failure of Athena's own, which may heal; the others are the statement's.
      if (State === 'FAILED' && AthenaError?.ErrorCategory !== 1) throw new StatementError(StateChangeReason)
      if (State === 'FAILED' || State === 'CANCELLED') throw new Error(`Athena: ${State}: ${StateChangeReason}`)
      await sleep(delayMs)
      waitedMs += delayMs
    }
    // The caller gives up, and a statement that runs on would still cost money.
    await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }))
    throw new Error(`Athena had no answer within ${MOST_MS / 60_000} minutes`)
  }

  return {
    stream,
    run: (sql) => wholeResult(stream(sql)),
    async unreadable(day) {
      const unreadable: UnreadableObject[] = []
      for await (const object of objects.list(`entries/business_day=${day}/`)) {
        const reason = readArchiveKey(object)?.unreadable
        if (reason !== undefined) unreadable.push({ key: object.key, reason })
      }
      return unreadable
    },
  }
}

const FIRST_LOOK_MS = 100
const LAST_LOOK_MS = 2_000
// As long as Athena itself lets a statement run by default.
const MOST_MS = 30 * 60_000

const toResult = ({ ResultSet }: GetQueryResultsOutput, headings: number): QueryResult => {
  const columns = ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
  return {
    columns: columns.map(({ Name = '' }) => Name),
    rows: (ResultSet?.Rows ?? [])
      .slice(headings)
      .map(({ Data = [] }) => columns.map(({ Type = '' }, at) => toCell(Data[at], Type))),
  }
}

/** Athena answers everything as text, and NULL by leaving it out. */
const toCell = (datum: Datum | undefined, type: string): unknown => {
  const text = datum?.VarCharValue
  if (text === undefined) return null
  switch (type) {
    case 'bigint':
      return BigInt(text)
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'float':
    case 'real':
    case 'double':
      return Number(text)
    case 'decimal':
      return text.replace(/\D/g, '').length <= 15 ? Number(text) : text
    case 'boolean':
      return text === 'true'
    default:
      return text
  }
}

import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  InvalidRequestException,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
  type GetQueryResultsOutput,
  type QueryExecution,
} from '@aws-sdk/client-athena'
import { expect, test } from 'vitest'
import { athenaArchiveQueries } from '#adapters/archive-queries/athena-archive-queries'
import type { ObjectStore } from '#adapters/archive-objects/object-store'
import { contentHash } from '#ledger/entry'
import { digestOf } from '#ledger/segment'
import { archivedSums } from '#processors/reconcile/archived-sums'
import { AWKWARD_TEXTS, awkwardEntries } from '../awkward-texts.ts'
import { day } from '../builders.ts'
import { StatementError } from '#ledger/archive'

type Told = {
  /** What each look at the execution finds; the last one stays. */
  readonly executions: readonly QueryExecution[]
  readonly pages?: readonly GetQueryResultsOutput[]
  readonly refusal?: Error
}

/** Athena as it answers, over what it was sent. */
const anAthena = ({ executions, pages = [], refusal }: Told, list: ObjectStore['list'] = async function* () {}) => {
  const sent: unknown[] = []
  const slept: number[] = []
  let looks = 0
  const send = async (command: unknown): Promise<unknown> => {
    sent.push(command)
    if (command instanceof StartQueryExecutionCommand) {
      if (refusal !== undefined) throw refusal
      return { QueryExecutionId: 'q1' }
    }
    if (command instanceof GetQueryExecutionCommand) {
      looks += 1
      return { QueryExecution: executions[Math.min(looks, executions.length) - 1] }
    }
    if (command instanceof GetQueryResultsCommand) return pages[Number(command.input.NextToken ?? 0)]
    return {}
  }
  const queries = athenaArchiveQueries({
    client: { send },
    objects: { list },
    workGroup: 'analysts',
    database: 'daybook',
    sleep: async (ms) => void slept.push(ms),
  })
  return { queries, sent, slept }
}

const succeeded: QueryExecution = { Status: { State: 'SUCCEEDED' }, StatementType: 'DML' }
const running: QueryExecution = { Status: { State: 'RUNNING' } }

const page = (
  types: Record<string, string>,
  rows: readonly (readonly (string | undefined)[])[],
  next?: string,
): GetQueryResultsOutput => ({
  ...(next !== undefined && { NextToken: next }),
  ResultSet: {
    ResultSetMetadata: { ColumnInfo: Object.entries(types).map(([Name, Type]) => ({ Name, Type })) },
    Rows: rows.map((row) => ({ Data: row.map((text) => (text === undefined ? {} : { VarCharValue: text })) })),
  },
})

test('starts, looks until it is done, and reads every page without the headings', async () => {
  const types = { entry_id: 'varchar', amount: 'bigint' }
  const { queries, sent, slept } = anAthena({
    executions: [{ Status: { State: 'QUEUED' } }, running, running, succeeded],
    pages: [
      page(
        types,
        [
          ['entry_id', 'amount'],
          ['a', '9007199254740993'],
        ],
        '1',
      ),
      page(types, [['b', undefined]]),
    ],
  })
  const parts = []
  for await (const part of queries.stream('SELECT entry_id, amount FROM entries')) parts.push(part.rows)
  expect(parts).toEqual([[['a', 9007199254740993n]], [['b', null]]])
  expect(slept).toEqual([100, 200, 400])
  expect((sent[0] as StartQueryExecutionCommand).input).toEqual({
    QueryString: 'SELECT entry_id, amount FROM entries',
    WorkGroup: 'analysts',
    QueryExecutionContext: { Database: 'daybook' },
  })
})

test.each([
  { type: 'varchar', text: '007', cell: '007' },
  { type: 'varchar', text: '', cell: '' },
  { type: 'bigint', text: '-1', cell: -1n },
  { type: 'integer', text: '3', cell: 3 },
  { type: 'double', text: '1.5E2', cell: 150 },
  { type: 'decimal', text: '12.50', cell: 12.5 },
  { type: 'decimal', text: '12345678901234567.89', cell: '12345678901234567.89' },
  { type: 'boolean', text: 'false', cell: false },
  { type: 'timestamp', text: '2026-11-20 12:30:00.000', cell: '2026-11-20 12:30:00.000' },
  { type: 'bigint', text: undefined, cell: null },
])('a cell of type $type that says $text is read as $cell', async ({ type, text, cell }) => {
  const { queries } = anAthena({ executions: [succeeded], pages: [page({ x: type }, [['x'], [text]])] })
  expect(await queries.run('SELECT x')).toEqual({ columns: ['x'], rows: [[cell]] })
})

test('awkward texts are read as they were, the empty one apart from NULL', async () => {
  const texts = AWKWARD_TEXTS.map(({ text }) => text)
  const rows = texts.map((text) => [text, undefined])
  const { queries } = anAthena({
    executions: [succeeded],
    pages: [page({ a: 'varchar', b: 'varchar' }, [['a', 'b'], ...rows])],
  })
  expect((await queries.run('SELECT a, b')).rows).toEqual(texts.map((text) => [text, null]))
})

test('a day is added up from what Athena answers, awkward texts and all', async () => {
  const entries = awkwardEntries({ terminalSeq: 7 })
  const types = {
    entry_id: 'varchar',
    merchant_id: 'varchar',
    direction: 'varchar',
    amount: 'bigint',
    currency: 'varchar',
    occurred_at_ms: 'bigint',
    method: 'varchar',
    category: 'varchar',
    description: 'varchar',
    reference: 'varchar',
    terminal_id: 'varchar',
    terminal_seq: 'bigint',
    reverses: 'varchar',
    metadata: 'varchar',
    is_usual: 'integer',
  }
  const rows = entries.map((entry) => [
    entry.entryId,
    entry.merchantId,
    entry.direction,
    String(entry.amountMinor),
    entry.currency,
    String(entry.occurredAtMs),
    entry.method,
    entry.category,
    entry.description,
    entry.reference,
    entry.terminalId,
    String(entry.terminalSeq),
    entry.reverses,
    JSON.stringify(entry.metadata),
    '1',
  ])
  const { queries } = anAthena({ executions: [succeeded], pages: [page(types, [Object.keys(types), ...rows])] })
  const hashed = entries.map((entry) => ({ entryId: entry.entryId, contentHash: contentHash(entry) }))
  for await (const sum of archivedSums(queries, day('2026-11-20'), 'all')) {
    // The 200 characters beyond U+FFFF, which the long way reads.
    expect(sum).toMatchObject({ merchantId: 'm1', copies: entries.length })
    expect(sum.digest).toBeUndefined()
  }
  const usual = rows.filter(([, , , , , , , , description = '']) => description.length <= 200)
  const { queries: ofUsual } = anAthena({
    executions: [succeeded],
    pages: [page(types, [Object.keys(types), ...usual])],
  })
  const ids = new Set(usual.map(([entryId]) => entryId))
  for await (const sum of archivedSums(ofUsual, day('2026-11-20'), 'all')) {
    expect(sum.digest).toBe(digestOf(hashed.filter(({ entryId }) => ids.has(entryId))))
  }
})

test('what Athena passes over is named, of the day that is asked for', async () => {
  const keys = ['_a', 'b.parquet', 'c/.d', ''].map((name) => `entries/business_day=2026-11-20/${name}`)
  const asked: string[] = []
  const { queries } = anAthena({ executions: [] }, async function* (prefix) {
    asked.push(prefix)
    for (const key of keys) yield { key, bytes: key.endsWith('/') ? 0 : 9, storedAtMs: 0 }
  })
  const reason = expect.stringContaining('Athena passes over it') as string
  expect(await queries.unreadable(day('2026-11-20'))).toEqual([
    { key: keys[0], reason },
    { key: keys[2], reason },
  ])
  expect(asked).toEqual(['entries/business_day=2026-11-20/'])
})

test('what is no SELECT has no headings to leave out', async () => {
  const show = { Status: { State: 'SUCCEEDED' }, StatementType: 'UTILITY' } as const
  const { queries } = anAthena({ executions: [show], pages: [page({ tab_name: 'string' }, [['entries']])] })
  expect((await queries.run('SHOW TABLES')).rows).toEqual([['entries']])
})

test.each([
  { why: 'before it starts', refusal: new InvalidRequestException({ message: 'line 1:1: wrong', $metadata: {} }) },
  {
    why: 'while it runs',
    status: { State: 'FAILED', StateChangeReason: 'line 1:1: wrong', AthenaError: { ErrorCategory: 2 } },
  },
] as const)('a wrong statement is refused in the words of the engine, $why', async ({ refusal, status }) => {
  const { queries } = anAthena({ executions: [{ Status: status }], ...(refusal && { refusal }) })
  await expect(queries.run('SELEC')).rejects.toThrow(new StatementError('line 1:1: wrong'))
})

test.each([
  { what: "a failure of Athena's own", status: { State: 'FAILED', AthenaError: { ErrorCategory: 1 } } },
  { what: 'a statement that was cancelled', status: { State: 'CANCELLED' } },
] as const)('$what is not the fault of the statement', async ({ status }) => {
  const { queries } = anAthena({ executions: [{ Status: status }] })
  const error: unknown = await queries.run('SELECT 1').catch((error: unknown) => error)
  expect(error).toBeInstanceOf(Error)
  expect(error).not.toBeInstanceOf(StatementError)
})

test('a statement that does not end in half an hour is stopped', async () => {
  const { queries, sent, slept } = anAthena({ executions: [running] })
  await expect(queries.run('SELECT 1')).rejects.toThrow('within 30 minutes')
  expect(slept.reduce((sum, ms) => sum + ms)).toBeGreaterThanOrEqual(30 * 60_000)
  expect(sent.at(-1)).toBeInstanceOf(StopQueryExecutionCommand)
})

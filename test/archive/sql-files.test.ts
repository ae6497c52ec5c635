import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TrinoSQL } from 'dt-sql-parser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { duckdbArchiveQueries } from '#adapters/archive-queries/duckdb-archive-queries'
import type { Entry } from '#ledger/entry'
import type { ArchiveQueries } from '#ledger/archive'
import { archivedBooks, archivedEntries } from '#processors/reconcile/archived-books'
import { archivedSums } from '#processors/reconcile/archived-sums'
import { ofPeriod, savedQueries, viewStatements } from '#sql/files'
import { aBookId, anEntry, day, entryId, merchantId } from '../builders.ts'
import { memoryBucket, putEntries } from './memory-bucket.ts'

const saved = savedQueries()
const docs = readFileSync(new URL('../../docs/analysts.md', import.meta.url), 'utf8')
const questionsInDocs = [...docs.matchAll(/^```sql\n(.*?)```$/gms)].map(([, sql = '']) => sql)

/** What is wrong with a statement by the grammar of Trino, which is what Athena speaks. */
const trinoErrors = (sql: string): string[] => new TrinoSQL().validate(sql).map(({ message }) => message)

describe('by the grammar of Trino', () => {
  test.each(viewStatements())('a view is right: %#', (sql) => {
    expect(trinoErrors(sql)).toEqual([])
  })

  test.each(saved)('$name is right', (query) => {
    expect(trinoErrors(ofPeriod(query))).toEqual([])
    expect(trinoErrors(query.text), 'as it stands in its file, too').toEqual([])
  })

  test.each(questionsInDocs)('a question in docs/analysts.md is right: %#', (sql) => {
    expect(trinoErrors(sql)).toEqual([])
  })

  test('what reconciliation asks is right', async () => {
    const asked: string[] = []
    const queries: ArchiveQueries = {
      run: () => Promise.reject(new Error('not asked')),
      unreadable: async () => [],
      async *stream(sql) {
        asked.push(sql)
        yield { columns: [], rows: [] }
      },
    }
    for await (const _ of archivedSums(queries, day('2026-11-20'), 'all'));
    for await (const _ of archivedSums(queries, day('2026-11-20'), [merchantId('m1')]));
    for await (const _ of archivedBooks(queries, day('2026-11-20'), 'all', () => true));
    for await (const _ of archivedBooks(queries, day('2026-11-20'), [merchantId('m1')], () => true));
    await archivedEntries(queries, aBookId(), [entryId('a'), entryId('b')])
    expect(asked.map(trinoErrors)).toEqual([[], [], [], [], []])
  })

  // So that the tests above can fail: the first three run on DuckDB alone.
  test.each([
    'SELECT entry_id FROM entries QUALIFY row_number() OVER () = 1',
    'SELECT * EXCLUDE (metadata) FROM entries',
    'FROM entries',
    'SELECT entry_id FROM entries WHERE',
  ])('%s is wrong', (sql) => {
    expect(trinoErrors(sql)).not.toEqual([])
  })
})

test.each([...saved.map(({ text }) => text), ...viewStatements()])(
  'only functions that both engines have: %#',
  (sql) => {
    const called = [...sql.replaceAll(/^--.*$/gm, '').matchAll(/\b([a-z_]+)\s*\(/g)].map(([, name]) => name)
    expect(BOTH_HAVE).toEqual(expect.arrayContaining(called))
  },
)

// With the same meaning: https://trino.io/docs/current/functions.html, https://duckdb.org/docs/sql/functions/overview
const BOTH_HAVE = ['sum', 'count', 'min', 'max', 'coalesce', 'date_trunc', 'lag', 'row_number', 'length']

describe('on DuckDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-sql-'))
  const bucket = memoryBucket()
  const queries = duckdbArchiveQueries({ ...bucket, bucket: 'archive', folder, views: viewStatements() })

  beforeAll(async () => {
    let sequence = 0
    const put = (...entries: Partial<Entry>[]) =>
      putEntries(
        bucket,
        entries.map((given) => ({
          entry: anEntry(given),
          position: { shardId: 'shardId-000000000000', sequenceNumber: String((sequence += 1)), index: 0 },
          arrivedAtMs: Date.parse('2026-11-20T13:00:00Z'),
        })),
      )
    const till = { terminalId: 'till-1', occurredAtMs: Date.parse('2026-11-20T13:59:59.999Z') }
    const sale = { ...till, entryId: entryId('sale-1'), amountMinor: 1_000n, method: 'pix', terminalSeq: 1 } as const
    const refund = { entryId: entryId('refund'), direction: 'debit', amountMinor: 300n, method: 'pix' } as const
    await put(sale, refund, sale, { ...till, entryId: entryId('sale-2'), amountMinor: 50n, terminalSeq: 5 })
    await put({ ...sale, merchantId: merchantId('m2'), businessDay: day('2026-11-21') })
    await put({ ...sale, businessDay: day('2026-11-22'), amountMinor: 1n, terminalSeq: 6 })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each([
    {
      name: 'totals-by-day',
      rows: [
        ['m1', '2026-11-20', 'BRL', 1050n, 300n, 750n, 3n],
        ['m1', '2026-11-22', 'BRL', 1n, 0n, 1n, 1n],
        ['m2', '2026-11-21', 'BRL', 1000n, 0n, 1000n, 1n],
      ],
    },
    {
      name: 'totals-by-method',
      rows: [
        ['m1', '2026-11-20', 'other', 'BRL', 50n, 0n, 1n],
        ['m1', '2026-11-20', 'pix', 'BRL', 1000n, 300n, 2n],
        ['m1', '2026-11-22', 'pix', 'BRL', 1n, 0n, 1n],
        ['m2', '2026-11-21', 'pix', 'BRL', 1000n, 0n, 1n],
      ],
    },
    {
      name: 'totals-by-hour',
      rows: [
        ['m1', '2026-11-20', '2026-11-20 12:00:00.000', 'BRL', 0n, 300n, 1n],
        ['m1', '2026-11-20', '2026-11-20 13:00:00.000', 'BRL', 1050n, 0n, 2n],
        ['m1', '2026-11-22', '2026-11-20 13:00:00.000', 'BRL', 1n, 0n, 1n],
        ['m2', '2026-11-21', '2026-11-20 13:00:00.000', 'BRL', 1000n, 0n, 1n],
      ],
    },
    {
      name: 'terminal-gaps',
      rows: [['m1', 'till-1', 2n, 4n, 3n, '2026-11-20 13:59:59.999', '2026-11-20 13:59:59.999']],
    },
    { name: 'same-id-on-several-days', rows: [['m1', 'sale-1', 2n, '2026-11-20', '2026-11-22', 2n]] },
  ])('$name answers', async ({ name, rows }) => {
    const query = saved.find((query) => query.name === name)
    expect((await queries.run(query === undefined ? '' : ofPeriod(query))).rows).toEqual(rows)
  })

  test('of a period, both of its ends included', async () => {
    const [query] = saved.filter(({ name }) => name === 'totals-by-day')
    const of = async (from: string, to: string) =>
      (await queries.run(query === undefined ? '' : ofPeriod(query, from, to))).rows.map(([, day]) => day)
    expect(await of('2026-11-20', '2026-11-21')).toEqual(['2026-11-20', '2026-11-21'])
    expect(await of('2026-11-23', '2026-11-30')).toEqual([])
  })

  test.each(questionsInDocs)('a question in docs/analysts.md runs: %#', async (sql) => {
    expect((await queries.run(sql)).columns.length).toBeGreaterThan(1)
  })

  test('every saved query is tried here, and says what it answers', () => {
    expect(saved.map(({ name }) => name)).toEqual([
      'same-id-on-several-days',
      'terminal-gaps',
      'totals-by-day',
      'totals-by-hour',
      'totals-by-method',
    ])
    expect(saved.map(({ about }) => about)).not.toContain('')
  })
})

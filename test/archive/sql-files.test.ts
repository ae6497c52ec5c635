import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TrinoSQL } from 'dt-sql-parser'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { duckdbArchiveQueries } from '#adapters/archive-queries/duckdb-archive-queries'
import type { AnyAuditEvent } from '#ledger/audit-event'
import type { Entry } from '#ledger/entry'
import type { ArchiveQueries } from '#ledger/archive'
import { parseCurrency } from '#ledger/money'
import { archivedBooks, archivedEntries } from '#processors/reconcile/archived-books'
import { archivedSums } from '#processors/reconcile/archived-sums'
import { savedQueries, statementOf, viewStatements } from '#sql/files'
import { auditEventRow } from '#wire/archive/audit-row'
import { merchantSaved } from '#wire/archive/merchant'
import { aBookId, aMerchant, anAuditEvent, anEntry, aRule, currency, day, entryId, merchantId } from '../builders.ts'
import { auditEventsParquet } from '../parquet-object.ts'
import { memoryBucket, putEntries } from './memory-bucket.ts'

const saved = savedQueries()
const docs = readFileSync(new URL('../../docs/analysts.md', import.meta.url), 'utf8')
const questionsInDocs = [...docs.matchAll(/^```sql\n(.*?)```$/gms)].map(([, sql = '']) => sql)

const savedAs = (name: string) => saved.find((query) => query.name === name) ?? expect.fail(`${name} is not saved`)

/** What is wrong with a statement by the grammar of Trino, which is what Athena speaks. */
const trinoErrors = (sql: string): string[] => new TrinoSQL().validate(sql).map(({ message }) => message)

describe('by the grammar of Trino', () => {
  test.each(viewStatements())('a view is right: %#', (sql) => {
    expect(trinoErrors(sql)).toEqual([])
  })

  test.each(saved)('$name is right', (query) => {
    expect(trinoErrors(statementOf(query))).toEqual([])
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
const BOTH_HAVE = [
  'sum',
  'count',
  'min',
  'max',
  'coalesce',
  'date_trunc',
  'lag',
  'row_number',
  'length',
  'json_extract',
  // In DuckDB macros of ours.
  'json_extract_scalar',
  'json_array_get',
]

describe('on DuckDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-sql-'))
  const bucket = memoryBucket()
  const queries = duckdbArchiveQueries({ ...bucket, bucket: 'archive', folder, views: viewStatements() })

  /** Puts audit events into the bucket as one Parquet object, as Firehose does. */
  const decide = async (on: string, ...events: readonly AnyAuditEvent[]) => {
    const key = `decisions/day=${on}/${randomUUID()}.parquet`
    bucket.objects.set(key, await auditEventsParquet(events.map(auditEventRow)))
  }
  const savedBy = (by: string, id: string, on: string) => {
    const act = { by, from: '203.0.113.7', atMs: Date.parse(`${on}T09:00:00Z`) }
    return merchantSaved(aMerchant({ merchantId: merchantId(id), savedBy: act }), 0)
  }
  const discarded = (by: string, time: string) =>
    anAuditEvent({
      eventId: `${by} ${time}`,
      kind: 'quarantine.discarded',
      decidedAtMs: Date.parse(`2026-11-20T${time}:00Z`),
      body: { by, from: '2001:db8::7', reason: 'A till in test mode.' },
    })

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
    await decide('2026-11-20', savedBy('ana', 'm1', '2026-11-20'), discarded('ana', '10:00'), discarded('ben', '11:00'))
    await decide(
      '2026-11-20',
      savedBy('ana', 'm1', '2026-11-20'),
      anAuditEvent({ decidedAtMs: Date.parse('2026-11-20T12:00:00Z') }),
    )
    await decide('2026-11-21', savedBy('os:ana', 'm2', '2026-11-21'))
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
    {
      name: 'decisions-by-person',
      rows: [
        ['ana', '2026-11-20 09:00:00.000', '203.0.113.7', 'merchant.saved', 'm1', null, 'merchant.saved/m1/1', null],
        [
          'ana',
          '2026-11-20 10:00:00.000',
          '2001:db8::7',
          'quarantine.discarded',
          'm1',
          '2026-11-20',
          'ana 10:00',
          null,
        ],
        [
          'ben',
          '2026-11-20 11:00:00.000',
          '2001:db8::7',
          'quarantine.discarded',
          'm1',
          '2026-11-20',
          'ben 11:00',
          null,
        ],
        ['os:ana', '2026-11-21 09:00:00.000', '203.0.113.7', 'merchant.saved', 'm2', null, 'merchant.saved/m2/1', null],
      ],
    },
    { name: 'same-id-on-several-days', rows: [['m1', 'sale-1', 2n, '2026-11-20', '2026-11-22', 2n]] },
    {
      name: 'largest-debits',
      rows: [['BRL', 300n, 'm1', '2026-11-20', 'refund', '2026-11-20 12:30:00.000', null]],
    },
    { name: 'largest-debits', given: { count: '0' }, rows: [] },
    { name: 'totals-by-day', given: { merchant: 'm2' }, rows: [['m2', '2026-11-21', 'BRL', 1000n, 0n, 1000n, 1n]] },
    { name: 'totals-by-day', given: { merchant: "m2' OR '1' = '1" }, rows: [] },
    { name: 'totals-by-day', given: { merchant: '{from}', from: 'm2' }, rows: [] },
    {
      name: 'decisions-by-person',
      given: { person: 'os:ana' },
      rows: [
        ['os:ana', '2026-11-21 09:00:00.000', '203.0.113.7', 'merchant.saved', 'm2', null, 'merchant.saved/m2/1', null],
      ],
    },
  ])('$name with $given answers', async ({ name, given, rows }) => {
    expect((await queries.run(statementOf(savedAs(name), given))).rows).toEqual(rows)
  })

  test('copies-of-an-entry answers every copy of an id in stream order, on each of its days', async () => {
    const { rows } = await queries.run(statementOf(savedAs('copies-of-an-entry'), { merchant: 'm1', entry: 'sale-1' }))
    expect(rows.map((cells) => cells.slice(0, 5))).toEqual([
      ['2026-11-20', '1', 0, 'credit', 1000n],
      ['2026-11-20', '3', 0, 'credit', 1000n],
      ['2026-11-22', '6', 0, 'credit', 1n],
    ])
  })

  test('of a period, both of its ends included', async () => {
    const of = async (from: string, to: string) =>
      (await queries.run(statementOf(savedAs('totals-by-day'), { from, to }))).rows.map(([, day]) => day)
    expect(await of('2026-11-20', '2026-11-21')).toEqual(['2026-11-20', '2026-11-21'])
    expect(await of('2026-11-23', '2026-11-30')).toEqual([])
  })

  test('a merchant is as the newest of its audit events says, with its currency, zone and start of day', async () => {
    const other = memoryBucket()
    const empty = mkdtempSync(join(tmpdir(), 'daybook-sql-'))
    onTestFinished(() => rmSync(empty, { recursive: true, force: true }))
    const ofOthers = duckdbArchiveQueries({ ...other, bucket: 'archive', folder: empty, views: viewStatements() })
    const told = (given: Parameters<typeof aMerchant>[0], at: string) =>
      auditEventRow(
        merchantSaved(aMerchant({ ...given, savedBy: { by: 'ana', from: '203.0.113.7', atMs: Date.parse(at) } }), 0),
      )
    const moved = [aRule(), aRule({ from: day('2026-12-01'), timeZone: 'Asia/Tokyo', dayStartsAt: '04:00' })] as const
    const shop = { merchantId: merchantId('m1'), currency: currency('JPY') }
    const rows = [
      told({ ...shop, revision: 10, name: 'Konbini "7"', calendar: moved }, '2026-11-20T10:00:00Z'),
      told({ ...shop, revision: 9 }, '2026-11-20T11:00:00Z'),
      told({ merchantId: merchantId('m2'), currency: currency('KWD') }, '2026-11-20T12:00:00Z'),
    ]
    other.objects.set('decisions/day=2026-11-20/x.parquet', await auditEventsParquet(rows))
    expect(await ofOthers.run('SELECT * FROM merchants ORDER BY merchant_id')).toEqual({
      columns: (
        'merchant_id name currency currency_exponent time_zone day_starts_at calendar_from late_entries revision ' +
        'saved_at saved_by'
      ).split(' '),
      rows: [
        [
          'm1',
          'Konbini "7"',
          'JPY',
          0,
          'Asia/Tokyo',
          '04:00',
          '2026-12-01',
          'nextOpenDay',
          10n,
          '2026-11-20 10:00:00.000',
          'ana',
        ],
        [
          'm2',
          'Padaria Central',
          'KWD',
          3,
          'America/Sao_Paulo',
          '00:00',
          null,
          'nextOpenDay',
          1n,
          '2026-11-20 12:00:00.000',
          'ana',
        ],
      ],
    })
  })

  // ISO 4217, list one, as SIX publishes it: what is not listed here has two.
  test('the exponent of a currency is the number of its minor units in ISO 4217', async () => {
    const exponents = {
      0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF',
      3: 'BHD IQD JOD KWD LYD OMR TND',
    }
    const view = viewStatements().at(-1) ?? ''
    const listed = [...view.matchAll(/IN \(([^)]+)\) THEN (\d)/g)].map(([, codes = '', exponent]) => [
      exponent,
      codes.match(/[A-Z]{3}/g)?.join(' '),
    ])
    expect(Object.fromEntries(listed)).toEqual(exponents)
    for (const code of Object.values(exponents).join(' ').split(' ')) expect(parseCurrency(code).ok, code).toBe(true)
    expect(view).toContain('ELSE 2')
  })

  test('a decision names its entry, why it was set aside, and why it was discarded', async () => {
    const sql = 'SELECT kind, entry_id, quarantine_id, set_aside_for, reason FROM decisions WHERE day = '
    const original = { entryId: 'sale-9', amount: 5 }
    const by = { by: 'ana', from: '203.0.113.7', quarantineId: 'q1', setAsideFor: 'wrong-currency', original }
    const decided = (kind: string, body: Record<string, unknown>) =>
      anAuditEvent({
        eventId: kind,
        kind: kind as 'merchant.saved',
        decidedAtMs: Date.parse('2026-11-25T09:00:00Z'),
        body,
      })
    await decide(
      '2026-11-25',
      decided('quarantine.discarded', { ...by, reason: 'A till in test mode.' }),
      decided('quarantine.replayed', { ...by, entry: { entryId: 'sale-9b' } }),
      decided('quarantine.set-aside', { reason: 'wrong-currency', entryId: 'sale-9' }),
    )
    expect((await queries.run(`${sql}'2026-11-25' ORDER BY kind`)).rows).toEqual([
      ['quarantine.discarded', 'sale-9', 'q1', 'wrong-currency', 'A till in test mode.'],
      ['quarantine.replayed', 'sale-9b', 'q1', 'wrong-currency', null],
      ['quarantine.set-aside', 'sale-9', null, 'wrong-currency', null],
    ])
  })

  // Of two ways to write it, the shorter one means the opposite in DuckDB.
  test('a time of the archive is shown by the clock of a zone in a way that both engines take', async () => {
    const local = "CAST(occurred_at AS timestamp with time zone) AT TIME ZONE 'Asia/Tokyo'"
    const sql = `SELECT CAST(${local} AS timestamp), hour(${local}) FROM entries WHERE entry_id = 'refund'`
    expect(trinoErrors(sql)).toEqual([])
    expect((await queries.run(sql)).rows).toEqual([['2026-11-20 21:30:00.000', 21n]])
  })

  test('decisions of a day, each once, those of no person too', async () => {
    const sql = "SELECT kind, decided_by, decided_from FROM decisions WHERE day = '2026-11-20' ORDER BY decided_at"
    expect((await queries.run(sql)).rows).toEqual([
      ['merchant.saved', 'ana', '203.0.113.7'],
      ['quarantine.discarded', 'ana', '2001:db8::7'],
      ['quarantine.discarded', 'ben', '2001:db8::7'],
      ['quarantine.set-aside', null, null],
    ])
  })

  test('decisions of a day with an object that is damaged are refused by its name, and other days are answered', async () => {
    const key = 'decisions/day=2026-11-19/x.parquet'
    bucket.objects.set(key, Buffer.from('no parquet'))
    const of = (day: string) => queries.run(`SELECT kind FROM decisions WHERE day = '${day}'`)
    await expect(of('2026-11-19')).rejects.toThrow(
      new RegExp(`^The archive of 2026-11-19 cannot be read: ${key} .* or ask for other days by day\\.$`, 's'),
    )
    expect((await of('2026-11-21')).rows).toEqual([['merchant.saved']])
    bucket.objects.delete(key)
  })

  test('entries are answered without a copy of any decision', async () => {
    const [client, seen] = [bucket.client, bucket.downloads.length]
    const other = mkdtempSync(join(tmpdir(), 'daybook-sql-'))
    await duckdbArchiveQueries({ client, bucket: 'archive', folder: other, views: viewStatements() }).run(
      'SELECT count(*) FROM entries',
    )
    rmSync(other, { recursive: true, force: true })
    expect(bucket.downloads.slice(seen).filter((key) => key.startsWith('decisions/'))).toEqual([])
  })

  test.each(questionsInDocs)('a question in docs/analysts.md runs: %#', async (sql) => {
    expect((await queries.run(sql)).columns.length).toBeGreaterThan(1)
  })

  test('every saved query is tried here, and says what it answers', () => {
    expect(saved.map(({ name }) => name)).toEqual([
      'copies-of-an-entry',
      'decisions-by-person',
      'largest-debits',
      'same-id-on-several-days',
      'terminal-gaps',
      'totals-by-day',
      'totals-by-hour',
      'totals-by-method',
    ])
    expect(saved.map(({ about }) => about)).not.toContain('')
  })
})

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { duckdbArchiveQueries } from '#adapters/archive-queries/duckdb-archive-queries'
import { pathPattern, quoted } from '#adapters/duckdb/literals'
import { type ArchivedEntry, StatementError } from '#ledger/archive'
import type { Entry } from '#ledger/entry'
import { viewStatements } from '#sql/files'
import { memoryBucket, putEntries } from '../archive/memory-bucket.ts'
import { awkwardEntries } from '../awkward-texts.ts'
import { alteredParquet, deliveredParquet, entriesParquet } from '../parquet-object.ts'
import { UNUSUAL_FOLDERS } from '../unusual-folders.ts'
import { anEntry, day, entryId, merchantId } from '../builders.ts'

/** The archive with nothing in it, and a way to put objects there. What Athena answers is tested beside its adapter. */
const anArchive = ({ name = '' } = {}) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'daybook-archive-')), name)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(folder, { recursive: true })
  const bucket = memoryBucket({ keysPerPage: 2 })
  const queries = duckdbArchiveQueries({ ...bucket, bucket: 'archive', folder, views: viewStatements() })
  const rows = async (sql: string) => (await queries.run(sql)).rows
  return { bucket, queries, rows, folder, put: (...entries: ArchivedEntry[]) => putEntries(bucket, entries) }
}

const archived = (sequenceNumber: string, given: Partial<Entry> = {}, index = 0): ArchivedEntry => ({
  entry: anEntry(given),
  position: { shardId: 'shardId-000000000000', sequenceNumber, index },
  arrivedAtMs: Date.parse('2026-11-20T12:30:01.005Z'),
})

/** What a statement that is wrong was refused with. Each run costs a DuckDB, so a test asks once and reads all of it. */
const refusal = async (run: Promise<unknown>): Promise<string> => {
  const error: unknown = await run.catch((error: unknown) => error)
  expect(error).toBeInstanceOf(StatementError)
  return (error as StatementError).message
}

type BadObject = { what: string; name?: string; made: () => Promise<Buffer>; says: RegExp }

const good = () => entriesParquet([archived('9', { businessDay: day('2026-11-21'), entryId: entryId('in-it') })])
const altered = (columns: string) => alteredParquet([archived('9', { entryId: entryId('in-it') })], columns)

/** What Athena passes over, and what no engine can read. */
const BAD_OBJECTS: BadObject[] = [
  { what: 'empty', made: async () => Buffer.alloc(0), says: /it is empty/ },
  { what: 'text', made: async () => Buffer.from('not parquet at all'), says: /No magic bytes/ },
  { what: 'cut at its end', made: async () => (await good()).subarray(0, -20), says: /No magic bytes/ },
  {
    what: 'damaged inside',
    made: async () => {
      const bytes = await good()
      bytes.fill(0xff, 4, 60)
      return bytes
    },
    says: /./,
  },
  { what: 'of other columns', made: () => altered('1 AS one'), says: /no column entry_id/ },
  { what: 'without a column', made: () => altered('* EXCLUDE (received_at)'), says: /no column received_at/ },
  {
    what: 'of another type',
    made: () => altered('* REPLACE (12.5::DOUBLE AS amount)'),
    says: /amount is DOUBLE, not BIGINT/,
  },
  { what: 'hidden by its name', name: '_bad.parquet', made: good, says: /Athena passes over it/ },
  { what: 'hidden by a folder', name: 'a/.b/c.parquet', made: good, says: /Athena passes over it/ },
]

const IDS = 'SELECT entry_id, amount FROM entries ORDER BY business_day, entry_id'

describe('archive queries: DuckDB', () => {
  test('an archive without objects has its columns and no rows', async () => {
    const { queries } = anArchive()
    const { columns, rows } = await queries.run('SELECT * FROM entries')
    expect(columns).toEqual(COLUMNS)
    expect(rows).toEqual([])
    expect((await queries.run('SELECT * FROM raw_entries')).columns).toEqual(COLUMNS)
  })

  test('every field of an entry is read back, to the last digit', async () => {
    const { put, rows } = anArchive()
    const full = {
      entryId: entryId('full'),
      amountMinor: 1_000_000_000_000n,
      occurredAtMs: Date.parse('2026-11-20T12:30:00.007Z'),
      method: 'pix',
      category: '',
      description: 'a "quoted", café\n☕',
      terminalId: 't1',
      terminalSeq: Number.MAX_SAFE_INTEGER,
      metadata: { table: '7', 'a=b, c': '' },
    } as const
    await put(archived('7', full), archived('8', { entryId: entryId('bare') }))
    expect(
      await rows(`SELECT amount, occurred_at, method, category, description, terminal_seq, metadata, reverses, arrived_at,
        record_index, business_day FROM entries WHERE entry_id = 'full'`),
    ).toEqual([
      [
        1_000_000_000_000n,
        '2026-11-20 12:30:00.007',
        'pix',
        '',
        'a "quoted", café\n☕',
        9_007_199_254_740_991n,
        { table: '7', 'a=b, c': '' },
        null,
        '2026-11-20 12:30:01.005',
        0,
        '2026-11-20',
      ],
    ])
    expect(await rows("SELECT method, terminal_seq, metadata FROM entries WHERE entry_id = 'bare'")).toEqual([
      [null, null, null],
    ])
  })

  test('the first copy of an id in stream order is the entry, with sequence numbers ordered as numbers', async () => {
    const { put, rows } = anArchive()
    await put(archived('10', { amountMinor: 3n }), archived('9', { amountMinor: 2n }, 1))
    await put(archived('9', { amountMinor: 1n }), archived('11', { amountMinor: 4n }))
    expect(await rows(IDS)).toEqual([['e1', 1n]])
    expect(await rows('SELECT count(*) FROM raw_entries')).toEqual([[4n]])
  })

  test('the same id on another day, or of another merchant, is another entry', async () => {
    const { put, rows } = anArchive()
    await put(archived('1'), archived('2', { merchantId: merchantId('m2') }))
    await put(archived('3', { businessDay: day('2026-11-21') }))
    expect(await rows('SELECT merchant_id, business_day FROM entries ORDER BY 1, 2')).toEqual([
      ['m1', '2026-11-20'],
      ['m1', '2026-11-21'],
      ['m2', '2026-11-20'],
    ])
  })

  test('every question sees the current objects; an object is copied once, and forgotten when it is gone', async () => {
    const { put, rows, bucket, folder } = anArchive()
    const keys = [await put(archived('1', { entryId: entryId('a') }))]
    expect(await rows(IDS)).toEqual([['a', 100n]])
    for (const id of ['b', 'c', 'd', 'e']) keys.push(await put(archived('2', { entryId: entryId(id) })))
    expect((await rows(IDS)).flat()).toEqual(['a', 100n, 'b', 100n, 'c', 100n, 'd', 100n, 'e', 100n])
    expect(bucket.downloads.toSorted()).toEqual(keys.toSorted())
    bucket.objects.delete(keys[0] ?? '')
    expect((await rows(IDS)).length).toBe(4)
    expect(copiesIn(folder)).toHaveLength(4)
  })

  test('a folder of copies that is deleted between two statements is made again', async () => {
    const { put, rows, folder } = anArchive()
    await put(archived('1'))
    expect(await rows(IDS)).toEqual([['e1', 100n]])
    rmSync(folder, { recursive: true })
    expect(await rows(IDS)).toEqual([['e1', 100n]])
  })

  test('an object that was replaced is copied again', async () => {
    const { put, rows, bucket } = anArchive()
    const [first, other] = [await put(archived('1')), await put(archived('1', { amountMinor: 101n }))]
    bucket.objects.set(first, bucket.objects.get(other) ?? Buffer.alloc(0))
    bucket.objects.delete(other)
    expect(await rows(IDS)).toEqual([['e1', 101n]])
  })

  test.each(UNUSUAL_FOLDERS)(
    'a temporary folder called %j is read as a plain folder, not as columns or a pattern',
    async (name) => {
      const { put, rows } = anArchive({ name })
      await put(archived('1'))
      await put(archived('2', { businessDay: day('2026-11-21') }))
      expect(await rows('SELECT merchant_id, amount, business_day FROM entries ORDER BY business_day')).toEqual([
        ['m1', 100n, '2026-11-20'],
        ['m1', 100n, '2026-11-21'],
      ])
    },
  )

  test('awkward texts are read as they were, alone and in maps, from our own Firehose as from DuckDB', async () => {
    const entries = awkwardEntries()
    const { bucket, rows } = anArchive()
    const some = entries.map((entry, index) => ({ ...archived('1', {}, index), entry }))
    bucket.objects.set('entries/business_day=2026-11-20/a', Buffer.from(await deliveredParquet(some.slice(0, 13))))
    bucket.objects.set('entries/business_day=2026-11-20/b', await entriesParquet(some.slice(13)))
    const said = ({ description, category, reference, metadata }: Entry) => [description, category, reference, metadata]
    expect(await rows('SELECT description, category, reference, metadata FROM entries ORDER BY entry_id')).toEqual(
      entries.map((entry) => said(entry).map((value) => value ?? null)),
    )
    const [[json]] = (await rows('SELECT to_json(list(description ORDER BY entry_id)) FROM entries')) as [[string]]
    expect(JSON.parse(json)).toEqual(entries.map(({ description }) => description))
  })

  describe.each(BAD_OBJECTS)('an object that is $what', ({ name = 'bad.parquet', made, says }) => {
    const key = `entries/business_day=2026-11-21/${name}`
    const anArchiveWithIt = async () => {
      const archive = anArchive()
      const { put, bucket } = archive
      await put(archived('1', { businessDay: day('2026-11-20') }))
      await put(archived('2', { businessDay: day('2026-11-21'), entryId: entryId('neighbour') }))
      await put(archived('3', { businessDay: day('2026-11-22') }))
      bucket.objects.set(key, await made())
      return archive
    }

    test.each(['raw_entries', 'entries'])('does not stop questions to %s about other days', async (relation) => {
      const { rows } = await anArchiveWithIt()
      const days = async (condition: string) =>
        (await rows(`SELECT business_day FROM ${relation} WHERE ${condition} ORDER BY 1`)).flat()
      expect(await days("business_day = '2026-11-20'")).toEqual(['2026-11-20'])
      expect(await days("business_day <> '2026-11-21'")).toEqual(['2026-11-20', '2026-11-22'])
      expect(await days("business_day BETWEEN '2026-11-22' AND '2026-11-30'")).toEqual(['2026-11-22'])
      expect(await days("merchant_id = 'm1' AND business_day IN ('2026-11-20', '2026-11-22')")).toHaveLength(2)
    })

    test.each([
      "SELECT entry_id FROM entries WHERE business_day = '2026-11-21'",
      'SELECT count(*) FROM raw_entries',
      'SELECT max(amount) FROM entries',
      "SELECT count(*) FROM entries WHERE business_day > '2026-11-20'",
    ])('is named when it is needed: %s', async (sql) => {
      const { queries } = await anArchiveWithIt()
      const message = await refusal(queries.run(sql))
      expect(message).toContain(`The archive of 2026-11-21 cannot be read: ${key} (`)
      expect(message).toMatch(says)
    })

    test('is listed under its day', async () => {
      const { queries, bucket, rows } = await anArchiveWithIt()
      expect(await queries.unreadable(day('2026-11-20'))).toEqual([])
      expect(await queries.unreadable(day('2026-11-21'))).toMatchObject([{ key }])
      bucket.objects.delete(key)
      expect(await queries.unreadable(day('2026-11-21'))).toEqual([])
      expect(await rows(IDS)).toHaveLength(3)
    })
  })

  test('an archive of only bad objects answers about other days', async () => {
    const { bucket, rows } = anArchive()
    bucket.objects.set('entries/business_day=2026-11-21/x', Buffer.from('text'))
    expect(await rows("SELECT * FROM entries WHERE business_day = '2026-11-20'")).toEqual([])
  })

  test('an object of any name is read, as by Athena, and a folder marker has no rows', async () => {
    const { bucket, rows } = anArchive()
    const names = [
      'no-ending',
      'deep/er/a.parquet',
      "[a]* {b,c} ?'.parquet",
      'a=b/business_day=2020-01-01',
      'x'.repeat(900),
    ]
    for (const [index, name] of names.entries()) {
      const parquet = await entriesParquet([archived(String(index), { entryId: entryId(`e${index}`) })])
      bucket.objects.set(`entries/business_day=2026-11-20/${name}`, parquet)
    }
    bucket.objects.set('entries/business_day=2026-11-20/', Buffer.alloc(0))
    expect(await rows('SELECT DISTINCT business_day, count(*) FROM entries GROUP BY 1')).toEqual([['2026-11-20', 5n]])
  })

  test('keys outside the archive are ignored', async () => {
    const { put, rows, bucket } = anArchive()
    await put(archived('1'))
    for (const key of ['entries/business_day=2026-02-30/x.parquet', 'entries/x.parquet', 'errors/format/x']) {
      bucket.objects.set(key, Buffer.from('no parquet'))
    }
    expect(await rows(IDS)).toHaveLength(1)
    expect(bucket.downloads).toHaveLength(1)
  })

  test('a long answer comes in parts, in order', async () => {
    const { queries } = anArchive()
    const parts: number[] = []
    let next = 0n
    for await (const { columns, rows } of queries.stream('SELECT i FROM range(0, 5000) AS numbers (i) ORDER BY i')) {
      expect(columns).toEqual(['i'])
      for (const [cell] of rows) expect(cell).toBe(next++)
      parts.push(rows.length)
    }
    expect(next).toBe(5_000n)
    expect(parts.length).toBeGreaterThan(1)
  })

  test.each([
    { sql: 'SELEC 1', says: /syntax error at or near "SELEC"/ },
    { sql: 'SELECT amnt FROM entries', says: /"amnt" not found/ },
    { sql: 'SELECT * FROM entris', says: /entris does not exist/ },
    { sql: "SELECT CAST('x' AS INTEGER)", says: /Could not convert/ },
  ])('the wrong statement "$sql" is refused with the message of the engine', async ({ sql, says }) => {
    const { queries } = anArchive()
    expect(await refusal(queries.run(sql))).toMatch(says)
  })
})

/** The ways out of the archive that DuckDB has: files, addresses, other databases, settings, extensions, secrets. */
const WAYS_OUT = (outside: string, inside: string) => [
  { sql: "SELECT * FROM read_csv('/etc/passwd')", says: 'out of reach' },
  { sql: "SELECT * FROM '/etc/passwd'", says: 'does not exist' },
  { sql: "FROM '/etc/hosts.csv'", says: 'out of reach' },
  { sql: `SELECT * FROM read_text(${quoted(`${outside}/secret.txt`)})`, says: 'out of reach' },
  { sql: `SELECT * FROM read_text(${quoted(`${pathPattern(inside)}/entries/../secret.txt`)})`, says: 'out of reach' },
  { sql: `SELECT * FROM read_blob(${quoted(`${pathPattern(inside)}/secret.txt`)})`, says: 'out of reach' },
  { sql: "SELECT * FROM read_text('/proc/self/environ')", says: 'out of reach' },
  { sql: "SELECT * FROM read_json('/etc/passwd')", says: 'out of reach' },
  { sql: "SELECT * FROM parquet_metadata('/etc/passwd')", says: 'out of reach' },
  { sql: "SELECT * FROM sniff_csv('/etc/passwd')", says: 'out of reach' },
  { sql: "SELECT * FROM glob('/etc/*')", says: 'out of reach' },
  { sql: "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')", says: 'out of reach' },
  { sql: "SELECT * FROM read_csv('https://example.com/x.csv')", says: 'out of reach' },
  { sql: "SELECT * FROM 's3://bucket/x.parquet'", says: 'out of reach' },
  { sql: "SELECT getenv('HOME')", says: 'does not exist' },
  { sql: `COPY (SELECT 1) TO ${quoted(`${outside}/x.csv`)}`, says: 'out of reach' },
  { sql: `COPY (SELECT 1) TO ${quoted(`${inside}/entries/x.csv`)}`, says: 'does not read' },
  { sql: `EXPLAIN ANALYZE COPY (SELECT 1) TO ${quoted(`${inside}/entries/x.csv`)}`, says: 'does not read' },
  { sql: `/* */ EXPLAIN COPY (SELECT 1) TO ${quoted(`${inside}/entries/x.csv`)}`, says: 'does not read' },
  {
    sql: `/* /* */ EXPLAIN SELECT 1 -- */ EXPLAIN ANALYZE COPY (SELECT 1) TO ${quoted(`${inside}/entries/x.csv`)}`,
    says: 'has to be the first word',
  },
  {
    sql: `--\r EXPLAIN ANALYZE COPY (SELECT 1) TO ${quoted(`${inside}/entries/x.csv`)} /*\nEXPLAIN SELECT 1 -- */`,
    says: /has to be the first word|syntax error/,
  },
  { sql: `EXPORT DATABASE ${quoted(`${outside}/x`)}`, says: 'out of reach' },
  { sql: `IMPORT DATABASE ${quoted(outside)}`, says: 'out of reach' },
  { sql: `ATTACH ${quoted(`${outside}/x.db`)}`, says: /out of reach|does not read/ },
  { sql: "ATTACH ':memory:' AS other", says: 'does not read' },
  { sql: "SET memory_limit = '9GB'", says: 'does not read' },
  { sql: 'RESET enable_external_access', says: 'does not read' },
  { sql: 'PRAGMA enable_profiling', says: 'does not read' },
  { sql: 'INSTALL httpfs', says: 'does not read' },
  { sql: 'LOAD httpfs', says: 'does not read' },
  { sql: "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')", says: /./ },
  { sql: 'CREATE TABLE mine AS SELECT 1', says: 'does not read' },
  { sql: 'INSERT INTO entries SELECT * FROM entries', says: 'does not read' },
  { sql: '-- mend it\nUPDATE entries SET amount = 1', says: 'does not read' },
  { sql: 'DELETE FROM entries', says: 'does not read' },
  { sql: 'CREATE SECRET mine (TYPE s3)', says: 'does not read' },
  { sql: 'EXECUTE mine', says: 'does not read' },
  { sql: "SELECT list(repeat('x', 1000) || range) FROM range(1000000)", says: 'needs more than its 512MB of memory' },
  { sql: 'CREATE OR REPLACE VIEW entries AS SELECT 1', says: 'does not read' },
  { sql: 'DROP VIEW entries', says: 'does not read' },
  { sql: 'CALL enable_logging()', says: 'does not read' },
  { sql: 'CHECKPOINT', says: 'does not read' },
  { sql: 'BEGIN', says: 'does not read' },
]

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.own'))
    .map(({ name }) => name)
    .toSorted()

describe('a statement reads the archive and nothing else', () => {
  const outside = mkdtempSync(join(tmpdir(), 'daybook-outside-'))
  // A folder whose name is a pattern: its copies have to be found by it, and its neighbours not.
  const inside = join(mkdtempSync(join(tmpdir(), 'daybook-archive-')), "it's [a-z]* 100%")
  const bucket = memoryBucket()
  const queries = duckdbArchiveQueries({ ...bucket, bucket: 'archive', folder: inside, views: viewStatements() })
  beforeAll(async () => {
    mkdirSync(inside, { recursive: true })
    for (const folder of [outside, inside]) writeFileSync(join(folder, 'secret.txt'), 'a secret')
    await putEntries(bucket, [archived('1')])
    await queries.run('SELECT 1')
  })
  afterAll(() => {
    for (const folder of [outside, dirname(inside)]) rmSync(folder, { recursive: true, force: true })
  })

  test.each(WAYS_OUT(outside, inside))('$sql is refused', async ({ sql, says }) => {
    const before = [filesUnder(outside), filesUnder(inside)]
    const message = await refusal(queries.run(sql))
    expect(message).toMatch(says)
    expect(message).not.toContain('a secret')
    expect([filesUnder(outside), filesUnder(inside)]).toEqual(before)
  })

  test.each([
    `SELECT * FROM enable_logging(storage = 'file', storage_path = ${quoted(`${outside}/logs`)})`,
    `SELECT * FROM enable_profiling(format = 'json', save_location = ${quoted(`${outside}/profile.json`)})`,
  ])('%s writes no file, and the next statement is answered', async (sql) => {
    await queries.run(sql)
    expect(filesUnder(outside)).toEqual(['secret.txt'])
    expect((await queries.run(IDS)).rows).toEqual([['e1', 100n]])
  })

  test.each([
    'FROM entries',
    'DESCRIBE entries',
    'SUMMARIZE entries',
    'SHOW TABLES',
    'EXPLAIN SELECT * FROM entries',
    'explain analyze SELECT * FROM entries;',
    'EXPLAIN (ANALYZE) SELECT 1',
    'EXPLAIN (SELECT 1)',
    '-- why is it slow?\r\n/* days */ EXPLAIN SELECT 1',
    'VALUES (1)',
    "SELECT current_setting('memory_limit')",
    'WITH sums AS (SELECT sum(amount) FROM entries) SELECT * FROM sums -- done',
    "PIVOT entries ON direction IN ('credit', 'debit') USING sum(amount)",
  ])('%s is answered', async (sql) => {
    expect((await queries.run(sql)).rows.length).toBeGreaterThan(0)
  })

  test.each(['', ' ', ';', ' ;;\n', '-- nothing', '/* nothing; at all */ -- SELECT 1', '/* a /* b */ */;'])(
    'the text %j is refused because it has no statement',
    async (sql) => {
      await expect(queries.run(sql)).rejects.toThrow(/^There is no statement/)
    },
  )

  test.each([
    { sql: 'SELECT 1; SELECT 2', count: 2 },
    { sql: "SELECT ';'; -- ; \n SELECT 2; SELECT 3;", count: 3 },
    { sql: 'SELECT 1; DROP VIEW entries', count: 2 },
  ])('$sql is refused because it is several statements', async ({ sql, count }) => {
    await expect(queries.run(sql)).rejects.toThrow(`These are ${count} statements, and one is answered at a time.`)
  })

  test.each(["SELECT ';' AS a", 'SELECT 1;', '-- one; of them\nSELECT 1 /* ; */ ;;'])(
    '%j is one statement',
    async (sql) => {
      expect((await queries.run(sql)).rows).toHaveLength(1)
    },
  )

  test('a relative folder is found from the folder of the process', async () => {
    const folder = relative('.', join(outside, 'data'))
    const other = duckdbArchiveQueries({ ...bucket, bucket: 'archive', folder, views: viewStatements() })
    expect((await other.run(IDS)).rows).toEqual([['e1', 100n]])
    rmSync(folder, { recursive: true })
  })

  test('what a killed process spilled goes away, and what a running one spills stays', async () => {
    const ended = spawnSync('true').pid
    for (const name of [`${ended}.a`, `${process.ppid}.b`]) mkdirSync(join(inside, 'spill', name), { recursive: true })
    await queries.run('SELECT 1')
    expect(readdirSync(join(inside, 'spill'))).toEqual([`${process.ppid}.b`])
    rmSync(join(inside, 'spill'), { recursive: true })
  })
})

const copiesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'))

const COLUMNS = (
  'entry_id merchant_id business_day direction amount currency occurred_at received_at method category description ' +
  'reference terminal_id terminal_seq reverses metadata shard_id sequence_number record_index arrived_at'
).split(' ')

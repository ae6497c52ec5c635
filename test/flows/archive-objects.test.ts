import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ObjectStore } from '#adapters/archive-objects/object-store'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { parquetArchiveObjects } from '#adapters/archive-objects/parquet-archive-objects'
import type { ArchivedEntry, ArchivePart } from '#ledger/archive'
import type { Merchant } from '#ledger/merchant'
import { auditEventRow } from '#wire/archive/audit-row'
import { merchantSaved, savedMerchant } from '#wire/archive/merchant'
import { awkwardEntries } from '../awkward-texts.ts'
import { aMerchant, anEntry, day, entryId, merchantId } from '../builders.ts'
import { alteredParquet, auditEventsParquet, deliveredParquet, entriesParquet } from '../parquet-object.ts'
import { UNUSUAL_FOLDERS } from '../unusual-folders.ts'
import { ruleMade, zones2026c } from '../zone-data.ts'

const inMemory = (objects: Readonly<Record<string, Uint8Array>>): ObjectStore => ({
  async *list(prefix) {
    for (const [key, { length: bytes }] of Object.entries(objects)) {
      if (key.startsWith(prefix)) yield { key, bytes, storedAtMs: 0 }
    }
  },
  async get(key) {
    const bytes = objects[key]
    if (bytes === undefined) throw new Error('The specified key does not exist.')
    return (async function* () {
      yield bytes
    })()
  },
})

const archived = (id: string, sequenceNumber: string, index = 0, arrivedAtMs = 1_795_000_000_123): ArchivedEntry => ({
  entry: anEntry({ entryId: entryId(id) }),
  position: { shardId: 'shardId-000000000000', sequenceNumber, index },
  arrivedAtMs,
})

const keyOf = (name: string) => `entries/business_day=2026-11-20/${name}.parquet`
const bytes = (text: string) => new TextEncoder().encode(text)

const readAll = async (store: ObjectStore, arrived?: { fromMs: number; toMs: number }) => {
  const archive = parquetArchiveObjects(store)
  const parts: ArchivePart[] = []
  for await (const part of archive.entries((await archive.list()).objects, arrived)) parts.push(part)
  return {
    entries: parts.flatMap((part) => ('entries' in part ? part.entries : [])),
    rows: parts.flatMap((part) => ('read' in part ? [part.rows] : [])),
    unreadable: parts.flatMap((part) => ('unreadable' in part ? [part.unreadable] : [])),
  }
}

describe('entries of Parquet objects', () => {
  test('come back as they were archived, with every field or with few', async () => {
    const full: ArchivedEntry = {
      ...archived('full', '7'),
      entry: anEntry({
        entryId: entryId('full'),
        direction: 'debit',
        amountMinor: 1_000_000_000_000n,
        occurredAtMs: Date.parse('2026-11-20T23:59:59.999Z'),
        method: 'pix',
        category: 'café "au lait"',
        description: 'two\nlines',
        reference: '\\',
        terminalId: 'till-1',
        terminalSeq: Number.MAX_SAFE_INTEGER,
        reverses: 'other',
        metadata: { table: '7', 'with "quotes"': '' },
      }),
    }
    const few = archived('few', '8')
    const { entries, rows } = await readAll(inMemory({ [keyOf('a')]: await entriesParquet([full, few]) }))
    expect(entries).toEqual([full, few])
    expect(rows).toEqual([2])
  })

  test('come back with awkward texts unchanged, from files of our Firehose and of DuckDB', async () => {
    const all = awkwardEntries().map((entry, index) => ({ ...archived('', '1', index), entry }))
    for (const parquet of [await entriesParquet(all), await deliveredParquet(all)]) {
      expect((await readAll(inMemory({ [keyOf('a')]: parquet }))).entries).toEqual(all)
    }
  })

  test('come by merchant and in stream order, with every copy, from any object', async () => {
    const of = (merchant: string, id: string, number: string, index = 0): ArchivedEntry => {
      const given = archived(id, number, index)
      return { ...given, entry: { ...given.entry, merchantId: merchantId(merchant) } }
    }
    const store = inMemory({
      [keyOf('a')]: await entriesParquet([of('m2', 'd', '1'), of('m1', 'c', '10'), of('m1', 'b', '9', 10)]),
      [keyOf('b')]: await entriesParquet([of('m1', 'a', '9', 9), of('m1', 'c', '10')]),
    })
    const { entries } = await readAll(store)
    expect(entries.map(({ entry }) => entry.entryId)).toEqual(['a', 'b', 'c', 'c', 'd'])
  })

  test('of a given time leave out those that arrived before or after', async () => {
    const store = inMemory({
      [keyOf('a')]: await entriesParquet([
        archived('a', '1', 0, 99),
        archived('b', '2', 0, 100),
        archived('c', '3', 0, 200),
      ]),
    })
    const { entries } = await readAll(store, { fromMs: 100, toMs: 200 })
    expect(entries.map(({ entry }) => entry.entryId)).toEqual(['b'])
  })

  test('come from the good objects, and an object that is cut off, not Parquet or gone is named', async () => {
    const whole = await entriesParquet([archived('a', '1')])
    const store = inMemory({
      [keyOf('cut')]: whole.subarray(0, whole.length - 20),
      [keyOf('text')]: bytes('not parquet at all'),
      [keyOf('whole')]: whole,
    })
    const gone = { ...store, get: async (key: string) => await store.get(key === keyOf('text') ? 'gone' : key) }
    const { entries, unreadable } = await readAll(gone)
    expect(entries).toHaveLength(1)
    expect(unreadable).toEqual([
      { key: keyOf('text'), reason: 'The specified key does not exist.' },
      { key: keyOf('cut'), reason: expect.stringContaining('No magic bytes found at end of file') as string },
    ])
  })

  test('come from the good rows, and a row that is not an entry is named with its object', async () => {
    const wrong = archived('wrong', '2')
    const store = inMemory({
      [keyOf('a')]: await entriesParquet([
        archived('a', '1'),
        { ...wrong, entry: { ...wrong.entry, amountMinor: -5n } },
      ]),
    })
    const { entries, unreadable } = await readAll(store)
    expect(entries.map(({ entry }) => entry.entryId)).toEqual(['a'])
    expect(unreadable).toEqual([
      { key: keyOf('a'), reason: expect.stringMatching(/^1 of its rows.*m1 wrong: .*amount/) as string },
    ])
  })

  test.each(UNUSUAL_FOLDERS)('are read in a temporary folder called %j', async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, name), { recursive: true })
    const parquet = await entriesParquet([archived('a', '1')])
    vi.stubEnv('TMPDIR', join(folder, name))
    onTestFinished(() => void vi.unstubAllEnvs())
    const { entries, unreadable } = await readAll(inMemory({ [keyOf('a')]: parquet }))
    expect([entries, unreadable]).toEqual([[archived('a', '1')], []])
  })

  test.each([
    { wrong: 'its column amount is DOUBLE, not BIGINT', replace: '12.5::DOUBLE AS amount' },
    { wrong: 'its column terminal_seq is VARCHAR, not BIGINT', replace: "'7' AS terminal_seq" },
  ])('are not read from an object when $wrong', async ({ wrong, replace }) => {
    const parquet = await alteredParquet([archived('a', '1')], `* REPLACE (${replace})`)
    const { entries, unreadable } = await readAll(inMemory({ [keyOf('a')]: parquet }))
    expect([entries, unreadable]).toEqual([[], [{ key: keyOf('a'), reason: wrong }]])
  })

  test('are not read from objects that Athena skips or that are empty, which are named; a folder marker is ignored', async () => {
    const keys = ['_a.parquet', '.a.parquet', '_tmp/a.parquet', 'a/.b/c.parquet']
    const hidden = keys.map((name) => `entries/business_day=2026-11-20/${name}`)
    const archive = parquetArchiveObjects(
      inMemory({
        ...Object.fromEntries(hidden.map((key) => [key, bytes('x')])),
        [keyOf('empty')]: bytes(''),
        'entries/business_day=2026-11-20/': bytes(''),
        'entries/business_day=2026-11-20/further/down': bytes('x'),
        'decisions/day=2026-11-20/_a.parquet': bytes('x'),
      }),
    )
    const { objects, unreadable } = await archive.list()
    expect(objects.map(({ key }) => key)).toEqual(['entries/business_day=2026-11-20/further/down'])
    expect(unreadable.map(({ key }) => key)).toEqual([...hidden, keyOf('empty')])
    expect((await archive.decisions()).unreadable.map(({ key }) => key)).toEqual([
      'decisions/day=2026-11-20/_a.parquet',
    ])
  })

  test('are not read from an object whose key has no business day, which is named', async () => {
    const archive = parquetArchiveObjects(
      inMemory({ 'entries/business_day=2026-02-30/a': bytes('x'), [keyOf('b')]: bytes('x') }),
    )
    expect(await archive.list()).toEqual({
      objects: [{ key: keyOf('b'), bytes: 1, storedAtMs: 0, businessDay: day('2026-11-20') }],
      unreadable: [{ key: 'entries/business_day=2026-02-30/a', reason: 'its key names no business day' }],
    })
  })
})

const inWinnipeg = (given: Partial<Merchant>) =>
  aMerchant({ calendar: [ruleMade(zones2026c, '2026-11-20T12:00:00Z', 'America/Winnipeg')], ...given })

const saved = (revision: number, name: string, given: object = {}) => ({
  decision_id: `merchant.saved/m1/${revision}`,
  kind: 'merchant.saved',
  merchant_id: 'm1',
  decided_at: '2026-11-20 00:00:00.000',
  body: JSON.stringify({ ...savedMerchant(inWinnipeg({ revision, name })), ...given }),
  schema_version: 1,
})

test('the newest audit event of a merchant gives its state, with the clocks that it recorded', async () => {
  const archive = parquetArchiveObjects(
    inMemory({
      'decisions/day=2026-11-20/a.parquet': await auditEventsParquet([saved(2, 'newer'), saved(1, 'older')]),
      'decisions/day=2026-11-21/b.parquet': await auditEventsParquet([
        { ...saved(3, 'other kind'), kind: 'quarantine.discarded' },
      ]),
      'decisions/day=2026-11-21/c.parquet': bytes('broken'),
      'decisions/day=2026-11-21/d.parquet': await auditEventsParquet([{ ...saved(4, 'later'), schema_version: 2 }]),
    }),
  )
  const { merchants, unreadable } = await archive.decisions()
  expect(merchants).toEqual([inWinnipeg({ revision: 2, name: 'newer' })])
  expect(unreadable.map(({ key }) => key)).toEqual([
    'decisions/day=2026-11-21/c.parquet',
    'decisions/day=2026-11-21/d.parquet',
  ])
})

test('a merchant rebuilt from the archive is the one that the register holds, with who saved it', async () => {
  const former = aMerchant({ merchantId: merchantId('former') })
  const merchant = inWinnipeg({ revision: 2, savedBy: { by: 'ana', from: '2001:db8::7', atMs: 1_795_177_801_123 } })
  const rows = [merchant, former].map((one) => auditEventRow(merchantSaved(one, 0)))
  const key = 'decisions/day=2026-11-20/a.parquet'
  const { merchants } = await parquetArchiveObjects(inMemory({ [key]: await auditEventsParquet(rows) })).decisions()
  const register = memoryMerchants([merchant, former])
  for (const rebuilt of merchants) expect(rebuilt).toEqual(await register.find(rebuilt.merchantId))
  expect(merchants).toHaveLength(2)
})

test('an archived merchant in an unknown format is named and not read', async () => {
  const key = 'decisions/day=2026-11-20/a.parquet'
  const rows = await auditEventsParquet([saved(1, 'older'), saved(2, 'newer', { format: 3 })])
  const { merchants, unreadable } = await parquetArchiveObjects(inMemory({ [key]: rows })).decisions()
  expect(merchants).toEqual([inWinnipeg({ revision: 1, name: 'older' })])
  expect(unreadable).toEqual([{ key, reason: 'a merchant in format 3; only the formats 1 and 2 are known here' }])
})

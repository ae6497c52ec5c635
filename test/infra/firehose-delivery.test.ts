/** What becomes of acknowledged records: when, in which files, and as what. */
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetMetadata, parquetSchema } from 'hyparquet'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDeliveryStream, type DeliveryStreamOptions } from '#infra/local/firehose/delivery-stream'
import { auditEventsTable, entriesTable } from '#infra/archive-tables'
import { eventually } from '#infra/local/retry'
import { anEntryRow, readParquet, recordOf } from './archived-rows.ts'

let folder: string
let bucket: Map<string, Uint8Array>
let timers: { readonly callback: () => void; readonly ms: number }[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-delivery-'))
  bucket = new Map()
  timers = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const openStream = (options: Partial<DeliveryStreamOptions> = {}) =>
  openDeliveryStream({
    name: 'daybook-entries',
    table: entriesTable,
    folder,
    objects: { put: async (key, body) => void bucket.set(key, body) },
    buffer: { bytes: 1_000_000, ms: 4_000 },
    startTimer: (callback, ms) => timers.push({ callback, ms }),
    ...options,
  })

const untilDelivered = async (files: number) => {
  await eventually(async () => bucket.size >= files || undefined, { timeoutMs: 5_000 })
}
const rowsOf = async () => (await Promise.all(bucket.values().map(readParquet))).flat()
const onlyFile = async () => await readParquet([...bucket.values()][0] ?? new Uint8Array())
const leftInLog = () => readdirSync(folder)

describe('the time of a delivery', () => {
  test('is the same for all records that were put within one buffer time', async () => {
    const stream = openStream()
    await stream.put([recordOf(anEntryRow())])
    await stream.put([recordOf(anEntryRow({ record_index: 1 }))])
    expect(timers.map(({ ms }) => ms)).toEqual([4_000])
    expect(bucket.size).toBe(0)

    timers[0]?.callback()
    await untilDelivered(1)
    expect(await rowsOf()).toHaveLength(2)
    await eventually(async () => leftInLog().length === 0 || undefined, { timeoutMs: 5_000 })

    await stream.put([recordOf(anEntryRow({ record_index: 2 }))])
    expect(timers).toHaveLength(2)
    await stream.close(5_000)
  })

  test('comes at once when the buffer is full', async () => {
    // In the log each record has a header of eight bytes.
    const room = 4 * (recordOf(anEntryRow()).length + 8)
    const stream = openStream({ buffer: { bytes: room, ms: 4_000 } })
    for (let call = 0; call < 9; call += 1) await stream.put([recordOf(anEntryRow({ record_index: call }))])
    await untilDelivered(2)
    expect((await rowsOf()).map((row) => row['record_index'])).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    await stream.close(5_000)
    expect(await rowsOf()).toHaveLength(9)
  })

  test('comes before the end of a stream that is closed', async () => {
    const stream = openStream()
    await stream.put([recordOf(anEntryRow())])
    await stream.close(5_000)
    expect(await onlyFile()).toMatchObject([{ entry_id: 'sale-1' }])
    expect(leftInLog()).toEqual([])
  })

  test('comes again after the bucket refused', async () => {
    let refusals = 2
    const failures: unknown[] = []
    const put = async (key: string, body: Uint8Array) => {
      if (refusals > 0) throw new Error(`refusal ${(refusals -= 1)}`)
      bucket.set(key, body)
    }
    const stream = openStream({ objects: { put }, onFailure: (error) => failures.push(error) })
    await stream.put([recordOf(anEntryRow())])
    timers[0]?.callback()
    await untilDelivered(1)
    expect(failures.map(String)).toEqual(['Error: refusal 1', 'Error: refusal 0'])
  })
})

describe('after a crash, the next process', () => {
  test('delivers the acknowledged records, without a torn frame, and tells where it keeps the file', async () => {
    const crashed = openStream()
    await crashed.put([recordOf(anEntryRow())])
    const [file = ''] = leftInLog()
    appendFileSync(join(folder, file), 'torn')
    const kept = await new Promise((onUnreadable) => openStream({ onUnreadable }))
    expect(kept).toEqual({ file: join(folder, `${file}.unreadable`), unreadableBytes: 'torn'.length })
    expect(leftInLog()).toEqual([`${file}.unreadable`])
    expect(await onlyFile()).toMatchObject([{ entry_id: 'sale-1' }])
    // It has only stood for a process that is gone: this closes its file.
    await crashed.close(1)
  })

  test('writes files that existed already again under the same names', async () => {
    const calls: string[] = []
    // The first process dies, so to speak, between the second day's file and the end of its segment.
    const objects = {
      async put(key: string, body: Uint8Array) {
        calls.push(key)
        bucket.set(key, body)
        if (calls.length === 2) await new Promise(() => {})
      },
    }
    const first = openStream({ objects })
    await first.put([recordOf(anEntryRow()), recordOf(anEntryRow({ business_day: '2026-11-21' }))])
    timers[0]?.callback()
    await untilDelivered(2)

    openStream({ objects })
    await eventually(async () => (leftInLog().length === 0 ? true : undefined), { timeoutMs: 5_000 })
    expect(calls).toHaveLength(4)
    expect(new Set(calls)).toEqual(new Set(bucket.keys()))
    expect(await rowsOf()).toHaveLength(2)
  })
})

describe('the files of a delivery', () => {
  test('are one for each day of a flush, named by stream and time, with rows in order of position', async () => {
    const stream = openStream()
    await stream.put([
      recordOf(
        anEntryRow({ entry_id: 'c', sequence_number: '1000', record_index: 0 }),
        anEntryRow({ entry_id: 'b', sequence_number: '999', record_index: 10 }),
      ),
      recordOf(anEntryRow({ entry_id: 'd', business_day: '2026-11-21' })),
    ])
    await stream.put([recordOf(anEntryRow({ entry_id: 'a', sequence_number: '999', record_index: 9 }))])
    await stream.close(5_000)
    const name = /^daybook-entries-\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2}-\d{3}-[0-9a-f-]{36}\.parquet$/
    const files = [...bucket].toSorted(([a], [b]) => (a < b ? -1 : 1))
    expect(files.map(([key]) => key.replace(/[^/]*$/, ''))).toEqual([
      'entries/business_day=2026-11-20/',
      'entries/business_day=2026-11-21/',
    ])
    for (const [key] of files) expect(key.replace(/.*\//, '')).toMatch(name)
    const ids = await Promise.all(
      files.map(async ([, body]) => (await readParquet(body)).map((row) => row['entry_id'])),
    )
    expect(ids).toEqual([['a', 'b', 'c'], ['d']])
  })

  test('have audit events under the day on which they were made', async () => {
    const stream = openStream({ name: 'daybook-decisions', table: auditEventsTable })
    const decision = {
      decision_id: 'd-1',
      kind: 'merchant.saved',
      merchant_id: 'm1',
      decided_at: '2026-11-20 23:59:59.999',
      body: '{"currency":"BRL"}',
      schema_version: 1,
    }
    await stream.put([recordOf(decision)])
    await stream.close(5_000)
    expect([...bucket.keys()]).toEqual([expect.stringMatching(/^decisions\/day=2026-11-20\/daybook-decisions-/)])
    expect(await onlyFile()).toEqual([
      { ...decision, business_day: null, decided_at: new Date('2026-11-20T23:59:59.999Z') },
    ])
  })

  test.each([
    { what: 'is not JSON', document: 'not JSON', kind: 'metadata-extraction-failed', says: 'It is not a JSON object.' },
    {
      what: 'does not say its day',
      document: JSON.stringify(anEntryRow({ business_day: 'today' })),
      kind: 'metadata-extraction-failed',
      says: 'business_day does not say the day.',
    },
    {
      what: 'has an amount with a fraction',
      document: JSON.stringify(anEntryRow({ amount: 12.5 })),
      kind: 'format-conversion-failed',
      says: 'amount is not of type bigint.',
    },
    {
      what: 'has a time that is none',
      document: JSON.stringify(anEntryRow({ occurred_at: '2026-11-20T12:30:00Z' })),
      kind: 'format-conversion-failed',
      says: 'occurred_at is not of type timestamp.',
    },
    {
      what: 'has metadata that is not text',
      document: JSON.stringify(anEntryRow({ metadata: { table: 7 } })),
      kind: 'format-conversion-failed',
      says: 'metadata is not of type map<string,string>.',
    },
  ])(
    'a row that $what goes to errors with the reason, its neighbours to their day',
    async ({ document, kind, says }) => {
      const stream = openStream()
      await stream.put([Buffer.concat([recordOf(anEntryRow()), Buffer.from(`${document}\n`), recordOf(anEntryRow())])])
      await stream.close(5_000)
      const [error] = [...bucket].filter(([key]) => key.startsWith(`errors/${kind}/daybook-entries-`))
      const { errorMessage, rawData } = JSON.parse(Buffer.from(error?.[1] ?? []).toString()) as Record<string, string>
      expect({ errorMessage, raw: Buffer.from(rawData ?? '', 'base64').toString() }).toEqual({
        errorMessage: says,
        raw: document,
      })
      const [file] = [...bucket].filter(([key]) => key.startsWith('entries/business_day=2026-11-20/'))
      expect(await readParquet(file?.[1] ?? new Uint8Array())).toHaveLength(2)
    },
  )
})

describe('the content of a delivered file', () => {
  const everything = anEntryRow({
    amount: 1_000_000_000_000,
    method: 'pix',
    category: 'food',
    description: 'Mesa 4, "para viagem"\nsem gelo – 😀',
    reference: 'NF-1',
    terminal_id: 't1',
    terminal_seq: Number.MAX_SAFE_INTEGER,
    reverses: 'sale-0',
    metadata: { table: '4', waiter: 'Ana' },
  })

  test('has every column as it was, absent fields as NULL, and no unknown fields', async () => {
    const stream = openStream()
    const more = anEntryRow({ record_index: 1, metadata: {}, comes_later: 'x' })
    await stream.put([recordOf(everything, more)])
    await stream.close(5_000)
    const [full, bare] = await onlyFile()
    const { business_day: _day, ...fields } = everything
    expect(full).toEqual({
      ...fields,
      amount: 1_000_000_000_000n,
      terminal_seq: BigInt(Number.MAX_SAFE_INTEGER),
      metadata: { table: '4', waiter: 'Ana' },
      occurred_at: new Date('2026-11-20T12:30:00.000Z'),
      received_at: new Date('2026-11-20T12:30:00.120Z'),
      arrived_at: new Date('2026-11-20T12:30:00.125Z'),
    })
    expect(bare).toMatchObject({ method: null, terminal_seq: null, reverses: null, metadata: {}, record_index: 1 })
    expect(bare).not.toHaveProperty('comes_later')
  })

  test('has columns with the types of the Glue table, compressed by GZIP, and all rows in one group', async () => {
    const stream = openStream()
    await stream.put([recordOf(everything)])
    await stream.close(5_000)
    const metadata = parquetMetadata(new Uint8Array([...bucket.values()][0] ?? []).buffer)
    const types = parquetSchema(metadata).children.map(({ element }) => [
      element.name,
      [element.type, element.converted_type].filter((type) => type !== undefined).join(' '),
    ])
    const text = 'BYTE_ARRAY UTF8'
    const time = 'INT64 TIMESTAMP_MILLIS'
    expect(Object.fromEntries(types)).toEqual({
      ...Object.fromEntries(
        entriesTable.columns.filter(({ type }) => type === 'string').map(({ name }) => [name, text]),
      ),
      amount: 'INT64',
      terminal_seq: 'INT64',
      occurred_at: time,
      received_at: time,
      arrived_at: time,
      metadata: 'MAP',
      record_index: 'INT32',
      schema_version: 'INT32',
    })
    const chunks = metadata.row_groups.flatMap(({ columns }) => columns.map(({ meta_data: chunk }) => chunk?.codec))
    expect(new Set(chunks)).toEqual(new Set(['GZIP']))
    expect(metadata.row_groups).toHaveLength(1)
  })
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firehoseArchive } from '#adapters/archive/firehose-archive'
import type { ArchivedEntry } from '#ledger/archive'
import { anyArchivedEntry } from '../arbitraries.ts'
import { awkwardEntries } from '../awkward-texts.ts'
import { anAuditEvent, anArchivedEntry, anEntry, day, entryId } from '../builders.ts'
import { archives } from './adapters.ts'
import { fakeFirehose, watch, type Mood } from './firehose.ts'

describe.each(archives)('an archive: $name', ({ fresh }) => {
  test('is empty when nothing was put', async () => {
    const { archive, entries, auditEvents } = await fresh()
    await archive.put([])
    await archive.putAuditEvents([])
    expect([entries(), auditEvents()]).toEqual([[], []])
  })

  test('keeps any entry, field by field, with its position and its arrival', async () => {
    const { archive, entries } = await fresh()
    const some = fc.sample(anyArchivedEntry, 200)
    await archive.put(some)
    expect(byPosition(entries())).toEqual(byPosition(some))
  })

  test('keeps awkward texts as they were', async () => {
    const { archive, entries } = await fresh()
    const some = awkwardEntries().map((entry, index) => {
      const archived = anArchivedEntry({ entry })
      return { ...archived, position: { ...archived.position, index } }
    })
    await archive.put(some)
    expect(byPosition(entries())).toEqual(byPosition(some))
  })

  test('keeps the entries of several days, for any number', async () => {
    const { archive, entries } = await fresh()
    const days = ['2026-11-18', '2026-11-19', '2026-11-20'].map(day)
    const many = sales(3_000).map(({ entry, ...place }, index) => ({
      ...place,
      entry: { ...entry, businessDay: days[index % 3]! },
    }))
    await archive.put(many)
    expect(byPosition(entries())).toEqual(byPosition(many))
  })

  test('keeps an entry that is put again, under the same position', async () => {
    const { archive, entries } = await fresh()
    const some = sales(10)
    await archive.put(some)
    await archive.put(some.slice(5))
    expect(byPosition(entries())).toEqual(byPosition(some))
  })

  test('keeps audit events, also of unknown kinds', async () => {
    const { archive, auditEvents } = await fresh()
    const made = [
      anAuditEvent({ eventId: 'd1' }),
      { ...anAuditEvent({ eventId: 'd2' }), kind: 'day.closed' },
      { eventId: 'd3', kind: 'merchant.saved', decidedAtMs: 0, body: { name: 'Padaria "Central"\n' } },
    ]
    await archive.putAuditEvents(made)
    expect(new Set(auditEvents())).toEqual(new Set(made))
  })
})

describe('the archive on Firehose', () => {
  const streams = { entries: 'e', decisions: 'd' }

  /** An archive whose pauses take no time, over a Firehose that fails as told. */
  const given = (mood?: Mood) => {
    const client = fakeFirehose(Object.values(streams), mood)
    const pausesMs: number[] = []
    const sleep = async (ms: number) => void pausesMs.push(ms)
    return { ...watch(client), pausesMs, archive: firehoseArchive(client, streams, { sleep, random: () => 1 }) }
  }

  test('packs the rows of a day together, 500 in a record', async () => {
    const { archive, taken, calls } = given()
    const late = sales(3).map(({ entry, ...place }) => ({
      ...place,
      entry: { ...entry, businessDay: day('2026-11-19') },
    }))
    const today = sales(1_200)
    await archive.put([...today.slice(0, 600), ...late, ...today.slice(600)])
    expect(taken.map(({ rows }) => [dayOf(rows[0]), rows.length])).toEqual([
      ['2026-11-20', 500],
      ['2026-11-20', 500],
      ['2026-11-20', 200],
      ['2026-11-19', 3],
    ])
    for (const { rows } of taken) expect(new Set(rows.map(dayOf)).size).toBe(1)
    expect(calls).toHaveLength(1)
  })

  test('closes a record, and a call, of long rows before it is too large', async () => {
    const { archive, taken, calls } = given()
    // Every character takes three bytes or is escaped: about 27 KB a row, 37 of which fit a record.
    const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`\u0001${key}`, '\u0001'.repeat(200)]))
    const entries = sales(400).map(({ entry, ...place }) => ({ ...place, entry: { ...entry, metadata } }))
    await archive.put(entries)
    expect(taken.flatMap(({ rows }) => rows)).toHaveLength(400)
    // As full as they go: another row of that size would fit none of them but the last.
    for (const { bytes } of taken.slice(0, -1)) expect(bytes).toBeGreaterThan(1_000 * 1024 - 30_000)
    expect(calls.map(({ records }) => records)).toEqual([4, 4, taken.length - 8])
  })

  test('sends no more than 500 records in a call', async () => {
    const { archive, taken, calls } = given()
    const firstMs = Date.parse('2024-01-01T00:00:00Z')
    const days = Array.from({ length: 600 }, (_, index) =>
      day(new Date(firstMs + index * 86_400_000).toISOString().slice(0, 10)),
    )
    await archive.put(days.map((businessDay) => anArchivedEntry({ entry: anEntry({ businessDay }) })))
    expect(calls.map(({ records }) => records)).toEqual([500, 100])
    expect(taken.map(({ rows }) => dayOf(rows[0]))).toEqual(days)
  })

  test('keeps entries and audit events apart', async () => {
    const { archive, taken } = given()
    await archive.put(sales(1))
    await archive.putAuditEvents([anAuditEvent()])
    expect(taken.map(({ streamName }) => streamName)).toEqual(['e', 'd'])
  })

  test('sends only refused records again, after a growing delay', async () => {
    const failing: Mood = (call) => [[0, 2, 3], [1], []][call] ?? []
    const { archive, taken, calls, pausesMs } = given(failing)
    await archive.put(sales(2_000))
    expect(calls.map(({ records }) => records)).toEqual([4, 3, 1])
    expect(taken.flatMap(({ rows }) => rows)).toHaveLength(2_000)
    expect(pausesMs).toEqual([100, 200])
  })

  test('sends the records again of which the answer says nothing', async () => {
    const { archive, taken, calls } = given((call) => (call === 0 ? 'short answer' : []))
    await archive.put(sales(2_000))
    expect(calls.map(({ records }) => records)).toEqual([4, 3])
    expect(taken.flatMap(({ rows }) => rows)).toHaveLength(2_000)
  })

  test('sends a call without an answer again', async () => {
    const { archive, taken, calls } = given((call) => (call === 0 ? 'everything' : []))
    await archive.put(sales(2_000))
    expect(calls.map(({ records }) => records)).toEqual([4, 4])
    expect(taken.flatMap(({ rows }) => rows)).toHaveLength(2_000)
  })

  test.each<{ trouble: string; mood: Mood }>([
    { trouble: 'no call is answered', mood: () => 'everything' },
    { trouble: 'one record is never taken', mood: () => [0] },
  ])('gives up after five tries when $trouble', async ({ mood }) => {
    const { archive, calls, pausesMs } = given(mood)
    await expect(archive.put(sales(1_000))).rejects.toThrow('Firehose')
    expect(calls).toHaveLength(5)
    expect(pausesMs).toEqual([100, 200, 400, 800])
  })

  test('throws when the delivery stream does not exist', async () => {
    const { archive } = given()
    await expect(archive.put(sales(1))).resolves.toBeUndefined()
    const nowhere = firehoseArchive(fakeFirehose([]), streams, { sleep: async () => {} })
    await expect(nowhere.put(sales(1))).rejects.toThrow('Firehose')
  })
})

const sales = (count: number): ArchivedEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    ...anArchivedEntry({ entry: anEntry({ entryId: entryId(`sale-${index}`) }) }),
    position: { shardId: 'shardId-000000000000', sequenceNumber: '7', index },
  }))

/** As readers take it: each position once. */
const byPosition = (entries: readonly ArchivedEntry[]): ReadonlyMap<string, ArchivedEntry> =>
  new Map(entries.map((archived) => [Object.values(archived.position).join(' '), archived]))

const dayOf = (row: unknown): unknown => (row as { business_day: string }).business_day

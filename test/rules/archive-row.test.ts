import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ok } from '#ledger/result'
import { archiveRow, parseArchiveRow } from '#wire/archive/row'
import { anyArchivedEntry } from '../arbitraries.ts'
import { anArchivedEntry, anEntry } from '../builders.ts'

const ROW = {
  entry_id: 'e1',
  merchant_id: 'm1',
  business_day: '2026-11-20',
  direction: 'credit',
  amount: 100,
  currency: 'BRL',
  occurred_at: '2026-11-20 12:30:00.000',
  received_at: '2026-11-20 12:30:00.250',
  shard_id: 'shardId-000000000000',
  sequence_number: '49655000000000000000000000000000000000000000000000000001',
  record_index: 0,
  arrived_at: '2026-11-20 12:30:01.000',
  schema_version: 1,
}

const asJson = (row: object): unknown => JSON.parse(JSON.stringify(row))

describe('a row of the archive', () => {
  test('has the columns of the SQL table, and no column for an absent field', () => {
    expect(JSON.stringify(archiveRow(anArchivedEntry()))).toBe(JSON.stringify(ROW))
  })

  test('has every field that an entry may have', () => {
    const entry = anEntry({
      method: 'pix',
      category: 'food',
      description: 'troco\n"certo" 🧾',
      reference: 'r-1',
      terminalId: 'till-1',
      terminalSeq: Number.MAX_SAFE_INTEGER,
      reverses: 'e0',
      metadata: { lane: '7' },
    })
    expect(archiveRow(anArchivedEntry({ entry }))).toEqual({
      ...ROW,
      method: 'pix',
      category: 'food',
      description: 'troco\n"certo" 🧾',
      reference: 'r-1',
      terminal_id: 'till-1',
      terminal_seq: 9_007_199_254_740_991,
      reverses: 'e0',
      metadata: { lane: '7' },
    })
  })

  test('gives back any entry, its position and its arrival, through JSON', () => {
    fc.assert(
      fc.property(anyArchivedEntry, (archived) => {
        expect(parseArchiveRow(asJson(archiveRow(archived)))).toEqual(ok(archived))
      }),
    )
  })

  test('may come back with NULL for what was absent', () => {
    const read = { ...ROW, method: null, terminal_seq: null, metadata: null }
    expect(parseArchiveRow(read)).toEqual(ok(anArchivedEntry()))
  })

  test.each([
    { wrong: 'nothing', row: null },
    { wrong: 'a list', row: [ROW] },
    { wrong: 'no position', row: { ...ROW, sequence_number: undefined } },
    { wrong: 'a sequence number that is not a number', row: { ...ROW, sequence_number: '12a' } },
    { wrong: 'an index before the first', row: { ...ROW, record_index: -1 } },
    { wrong: 'a time that names a zone', row: { ...ROW, arrived_at: '2026-11-20 12:30:01.000Z' } },
    { wrong: 'a time without milliseconds', row: { ...ROW, occurred_at: '2026-11-20 12:30:00' } },
    { wrong: 'a time that no clock shows', row: { ...ROW, occurred_at: '2026-11-20 24:30:00.000' } },
    { wrong: 'a time as a number', row: { ...ROW, received_at: 1_795_177_800_250 } },
    { wrong: 'a day that does not exist', row: { ...ROW, business_day: '2026-02-30' } },
    { wrong: 'an amount of zero', row: { ...ROW, amount: 0 } },
    { wrong: 'an amount that is not whole', row: { ...ROW, amount: 1.5 } },
    { wrong: 'an unknown currency', row: { ...ROW, currency: 'XXX' } },
    { wrong: 'another version', row: { ...ROW, schema_version: 2 } },
  ])('is refused when it has $wrong', ({ row }) => {
    expect(parseArchiveRow(row).ok).toBe(false)
  })
})

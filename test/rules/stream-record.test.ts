import { gzipSync, zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnknownFormat } from '#ledger/ports'
import { ok } from '#ledger/result'
import {
  decodeRecord,
  encodeEntries,
  encodeHeartbeat,
  entryLine,
  parseEntryLine,
  parseUnusualLine,
} from '#wire/stream/record'
import { readUsualLine } from '#wire/stream/usual-line'
import { anyEntry } from '../arbitraries.ts'
import { anEntry, entryId, utf8 } from '../builders.ts'

const PLAIN = 0
const GZIP = 1
const ZSTD = 2
const aRecord = (codec: number, body: Uint8Array | string) =>
  Buffer.concat([Buffer.of(68, 1, codec), Buffer.from(body)])

/** The entries of a record that must be one of entries. */
const entriesOf = (data: Uint8Array) => {
  const record = decodeRecord(data)
  if (!record.ok || record.value.kind !== 'entries') throw new Error(`no entries: ${JSON.stringify(record)}`)
  return record.value.entries
}

const LINE =
  '{"entry":{"amount":100,"currency":"BRL","direction":"credit","entryId":"e1","merchantId":"m1",' +
  '"occurredAt":1795177800000},"businessDay":"2026-11-20","receivedAt":1795177800250}'

describe('a record of entries', () => {
  test('stands on the stream in the format that every consumer and the archive know', () => {
    const text = `D\u0001\u0000{"kind":"entries"}\n${LINE}`
    expect(Buffer.from(encodeEntries([entryLine(anEntry())])).toString()).toBe(text)
    expect(entriesOf(Buffer.from(text))).toEqual([{ line: LINE, entry: ok(anEntry()) }])
  })

  test('gives back every entry and its line, for any entries', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 30 }), (entries) => {
        const lines = entries.map(entryLine)
        const decoded = entriesOf(encodeEntries(lines))
        expect(decoded.map(({ entry }) => entry)).toEqual(entries.map(ok))
        expect(decoded.map(({ line }) => line)).toEqual(lines)
      }),
    )
  })

  test.each([
    { size: 'a few', count: 3, codec: PLAIN },
    { size: 'some', count: 20, codec: GZIP },
    { size: 'many', count: 600, codec: ZSTD },
  ])('of $size entries is packed by codec $codec and read again', ({ count, codec }) => {
    const entries = Array.from({ length: count }, (_, index) => anEntry({ entryId: entryId(`e${index}`) }))
    const data = encodeEntries(entries.map(entryLine))
    expect([...data.subarray(0, 3)]).toEqual([68, 1, codec])
    expect(entriesOf(data).map(({ entry }) => entry)).toEqual(entries.map(ok))
  })

  test.each([
    { wrong: 'no JSON', line: '{"entry":' },
    { wrong: 'an empty line', line: '' },
    { wrong: 'no object', line: '[]' },
    { wrong: 'a line of null', line: 'null' },
    { wrong: 'a missing field', line: LINE.replace('"amount":100,', '') },
    { wrong: 'an unknown field', line: LINE.replace('"amount"', '"colour":"red","amount"') },
    { wrong: 'an amount of text', line: LINE.replace('100', '"100"') },
    { wrong: 'an amount of zero', line: LINE.replace('100', '0') },
    { wrong: 'an amount too large', line: LINE.replace('100', '1000000000001') },
    { wrong: 'an amount that only looks whole', line: LINE.replace('100', '1.00000000000000001') },
    { wrong: 'an unknown currency', line: LINE.replace('BRL', 'XXX') },
    { wrong: 'a day that does not exist', line: LINE.replace('2026-11-20', '2026-02-30') },
    { wrong: 'a time as text', line: LINE.replace('1795177800000', '"2026-11-20T09:30:00-03:00"') },
    { wrong: 'a time that no calendar has', line: LINE.replace('1795177800000', '9007199254740991') },
    { wrong: 'an arrival that no calendar has', line: LINE.replace('1795177800250', '-9007199254740991') },
    { wrong: 'half of a surrogate pair', line: LINE.replace('"amount"', '"description":"\\ud83e","amount"') },
    { wrong: 'very deep nesting', line: LINE.replace('100', `${'['.repeat(50_000)}${']'.repeat(50_000)}`) },
  ])('with one bad line ($wrong) still gives its neighbours', ({ line }) => {
    const decoded = entriesOf(encodeEntries([LINE, line, LINE]))
    expect(decoded.map(({ entry }) => entry.ok)).toEqual([true, false, true])
    expect(decoded[1]!.line).toBe(line)
  })
})

describe('a line of an entry, read by the pattern of the usual line,', () => {
  test.each([
    { what: 'is usual with the required fields', entry: anEntry(), usual: true },
    {
      what: 'is usual with every field but metadata',
      entry: anEntry({
        method: 'pix',
        category: 'café',
        description: 'linha 🧾',
        reference: '',
        terminalId: 't1',
        terminalSeq: 0,
        reverses: 'e0',
      }),
      usual: true,
    },
    { what: 'is not usual with metadata', entry: anEntry({ metadata: { a: 'b' } }), usual: false },
    { what: 'is not usual with an escape', entry: anEntry({ description: 'a "b"' }), usual: false },
    { what: 'is not usual with a time before 1970', entry: anEntry({ occurredAtMs: -1 }), usual: false },
  ])('$what', ({ entry, usual }) => {
    expect(readUsualLine(entryLine(entry))).toEqual(usual ? entry : undefined)
  })

  test('gives the same entry as JSON and the schema, for any entry', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        const line = entryLine(entry)
        expect(readUsualLine(line) ?? entry).toEqual(entry)
        expect(parseUnusualLine(line)).toEqual(ok(entry))
      }),
    )
  })

  test('gives the same entry as JSON and the schema, or none, after any alteration', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...'0123456789-.eE"\\{}[],: \n\t'.split(''),
        'null',
        'BRL',
        'credit',
        '"amount":',
        ',"reference":"x"',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    )
    const alteration = fc.record({ at: fc.nat(), cut: fc.nat({ max: 12 }), piece })
    fc.assert(
      fc.property(anyEntry, fc.array(alteration, { minLength: 1, maxLength: 3 }), (entry, alterations) => {
        let line = entryLine(entry)
        for (const { at, cut, piece } of alterations) {
          const from = at % (line.length + 1)
          line = line.slice(0, from) + piece + line.slice(from + cut)
        }
        // As text comes out of a record.
        line = line.toWellFormed()
        const usual = readUsualLine(line)
        if (usual !== undefined) expect(parseUnusualLine(line)).toEqual(ok(usual))
      }),
      { numRuns: 2_000 },
    )
  })
})

test('a heartbeat record holds only its kind', () => {
  expect(Buffer.from(encodeHeartbeat()).toString()).toBe('D\u0001\u0000{"kind":"heartbeat"}')
  expect(decodeRecord(encodeHeartbeat())).toEqual(ok({ kind: 'heartbeat' }))
})

test('a record of an unknown kind is decoded as unknown', () => {
  expect(decodeRecord(aRecord(PLAIN, '{"kind":"day-closed","day":"2026-11-20"}\n…'))).toEqual(ok({ kind: 'unknown' }))
})

test.each([
  { given: 'nothing', data: Buffer.of() },
  { given: 'a single byte', data: Buffer.of(68) },
  { given: 'no body', data: aRecord(PLAIN, '') },
  { given: 'garbage', data: Buffer.from('garbage') },
  { given: 'JSON without an envelope', data: Buffer.from(LINE) },
  { given: 'a version that never was', data: Buffer.from('D\u0000\u0000{"kind":"entries"}') },
  { given: 'text that starts with the letter of a record', data: Buffer.from('Dear Sir or Madam') },
  { given: 'two bytes that could start a record', data: Buffer.of(68, 2) },
  { given: 'an unknown codec', data: aRecord(3, '{"kind":"entries"}') },
  { given: 'a first line that is no JSON', data: aRecord(PLAIN, `entries\n${LINE}`) },
  { given: 'a first line without a kind', data: aRecord(PLAIN, LINE) },
  { given: 'a kind that is not text', data: aRecord(PLAIN, '{"kind":1}') },
  { given: 'a first line that is null', data: aRecord(PLAIN, 'null') },
  { given: 'bytes that are not UTF-8', data: aRecord(PLAIN, Buffer.from('{"kind":"entries"}\n\xff', 'latin1')) },
  { given: 'a body that is not the gzip it claims to be', data: aRecord(GZIP, '{"kind":"entries"}') },
  { given: 'a body that is not the zstd it claims to be', data: aRecord(ZSTD, '{"kind":"entries"}') },
  { given: 'gzip cut short', data: aRecord(GZIP, gzipSync(utf8(`{"kind":"entries"}\n${LINE}`)).subarray(0, -5)) },
  {
    given: 'zstd cut short',
    data: aRecord(ZSTD, zstdCompressSync(utf8(`{"kind":"entries"}\n${LINE}`)).subarray(0, -5)),
  },
  {
    given: 'zstd with more behind its frame, which the library would drop',
    data: aRecord(ZSTD, Buffer.concat([zstdCompressSync(utf8('{"kind":"entries"}')), utf8(`\n${LINE}`)])),
  },
  {
    given: 'two frames of zstd, of which the library would read the first',
    data: aRecord(
      ZSTD,
      Buffer.concat([zstdCompressSync(utf8('{"kind":"entries"}')), zstdCompressSync(utf8(`\n${LINE}`))]),
    ),
  },
  { given: 'a gzip bomb', data: aRecord(GZIP, gzipSync(Buffer.alloc(9 * 1024 * 1024))) },
  { given: 'a zstd bomb', data: aRecord(ZSTD, zstdCompressSync(Buffer.alloc(9 * 1024 * 1024))) },
])('a record is refused for good when it is $given', ({ data }) => {
  expect(decodeRecord(data)).toMatchObject({ ok: false })
})

test.each([
  { given: 'the next version', version: 2, codec: 0 },
  { given: 'the next version, with a codec of its own', version: 2, codec: 3 },
  { given: 'the highest version and codec', version: 31, codec: 31 },
])('a record of $given is not refused but thrown as an unknown format', ({ version, codec }) => {
  expect(() => decodeRecord(Buffer.of(68, version, codec))).toThrow(UnknownFormat)
  expect(() => decodeRecord(Buffer.of(68, version, codec))).toThrow(`in format ${version}, `)
})

test('any bytes of a record are read or refused without an exception, but for a newer version', () => {
  const anyBytes = fc.uint8Array({ maxLength: 200 }).filter(([magic, version = 0]) => magic !== 68 || version < 2)
  fc.assert(fc.property(anyBytes, (bytes) => typeof decodeRecord(bytes).ok === 'boolean'))
  const anyBody = fc.tuple(fc.constantFrom(PLAIN, GZIP, ZSTD), anyBytes)
  fc.assert(fc.property(anyBody, ([codec, bytes]) => typeof decodeRecord(aRecord(codec, bytes)).ok === 'boolean'))
})

test('a single line is read back, or refused with the reason', () => {
  expect(parseEntryLine(LINE)).toEqual(ok(anEntry()))
  expect(parseEntryLine(LINE.replace('100', '0'))).toMatchObject({ ok: false, error: expect.stringMatching('/amount') })
})

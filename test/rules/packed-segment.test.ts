import { deflateRawSync, zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyBook, evolve, nextSegment } from '#ledger/book'
import { METHODS } from '#ledger/entry'
import { emptyView, foldEntries } from '#ledger/day-view'
import { MAX_ENTRY_MINOR, MAX_TOTAL_MINOR, noTotals } from '#ledger/money'
import { packEntries, unpackEntries, unpackIds } from '#wire/journal/packed-entries'
import { openSegment, outlineSegment, sealSegment } from '#wire/journal/segment'
import { packView, unpackView } from '#wire/journal/packed-view'
import { anyEntry } from '../arbitraries.ts'
import { aBookId, aSealedSegment, anEntry, entryId, someTerms } from '../builders.ts'

const id = aBookId()
const unpack = (packed: Uint8Array) => unpackEntries(packed, id, someTerms)
const morningMs = someTerms.startsAtMs

/** One entry with everything and one with nothing, as they are kept for ever in somebody's journal. */
const full = anEntry({
  entryId: entryId('pos-7.000041'),
  amountMinor: MAX_ENTRY_MINOR,
  occurredAtMs: morningMs + 1,
  receivedAtMs: morningMs + 251,
  method: 'pix',
  category: 'café, pão & "queijo"',
  description: 'linha 1\nlinha 2 🧾',
  reference: '',
  terminalId: 'pos-7',
  terminalSeq: 41,
  reverses: 'pos-7.000040',
  metadata: { mesa: '7', '': '' },
})
const bare = anEntry({
  entryId: entryId('pos-7.000042'),
  direction: 'debit',
  amountMinor: 1n,
  occurredAtMs: morningMs - 1,
  receivedAtMs: morningMs - 1,
})

const aUuid = (index: number) => `0f8fad5b-d9cb-469f-a165-${(0xa0b0c0d0e000 + index).toString(16)}`
const aSale = (index: number) => ({ ...bare, entryId: entryId(aUuid(index)) })

describe('packed entries', () => {
  test.each([
    { given: 'no entries', entries: [] },
    { given: 'one with nothing optional', entries: [bare] },
    { given: 'one with everything', entries: [full] },
    { given: 'both', entries: [full, bare] },
    { given: 'both, the other way', entries: [bare, full] },
    { given: 'the same id twice', entries: [bare, bare] },
    { given: 'enough to be deflated', entries: Array.from({ length: 10 }, () => full) },
    { given: 'enough for zstd', entries: Array.from({ length: 1_000 }, () => full) },
    { given: 'one with a UUID', entries: [aSale(1)] },
    { given: 'many with UUIDs', entries: Array.from({ length: 500 }, (_, index) => aSale(index)) },
    { given: 'with UUIDs but for one', entries: [aSale(1), bare, aSale(2)] },
    ...[34, 35, 36, 37, 63].map((shared) => ({
      given: `two whose ids share their first ${shared} characters`,
      entries: ['a', 'b'].map((end) => ({ ...bare, entryId: entryId('x'.repeat(shared) + end) })),
    })),
    { given: 'with a UUID in capitals', entries: [{ ...bare, entryId: entryId(aUuid(1).toUpperCase()) }] },
  ])('come back as they were, given $given', ({ entries }) => {
    const packed = packEntries(entries, someTerms)
    expect(unpack(packed)).toEqual(entries)
    expect(unpackIds(packed)).toEqual(entries.map((entry) => entry.entryId))
  })

  test('come back as they were, for any entries', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 30 }), (entries) => {
        expect(unpack(packEntries(entries, someTerms))).toStrictEqual(entries)
      }),
    )
  })

  test.each([
    { given: 'few', entries: [bare], header: [1, 0] },
    { given: 'some', entries: Array.from({ length: 100 }, () => bare), header: [2, 0] },
    { given: 'many', entries: Array.from({ length: 1_000 }, () => bare), header: [3, 0] },
    { given: 'one with a UUID', entries: [aSale(1)], header: [1, 1] },
  ])('say in two bytes how they are written, given $given', ({ entries, header }) => {
    expect([...packEntries(entries, someTerms).subarray(0, 2)]).toEqual(header)
  })

  test('with random UUIDs take 16 bytes for each id', () => {
    const packed = packEntries(
      Array.from({ length: 500 }, (_, index) => aSale(index)),
      someTerms,
    )
    expect(packed.length).toBeLessThan(2 + 4 + 16 * 500 + 200)
    expect(packed.length).toBeGreaterThan(16 * 500)
  })

  // What is in a journal stays as it is for ever. Should this fail, the new format needs a new first byte.
  test('are written and read in the format of existing journals', () => {
    const columns = [
      '2',
      '0pos-7.000041,b2',
      '1000000000000,-1',
      '1,-2',
      '6y,-6y',
      '3,',
      'pos-7,',
      '15,',
      'pos-7.000040,',
      '["café, pão & \\"queijo\\"",0]',
      '["linha 1\\nlinha 2 🧾",0]',
      '["",0]',
      '[{"mesa":"7","":""},0]',
    ].join('\n')
    const plain = Buffer.concat([Buffer.of(1, 0), Buffer.from(columns)])
    expect(Buffer.from(packEntries([full, bare], someTerms)).toString('latin1')).toBe(plain.toString('latin1'))
    expect(unpack(plain)).toEqual([full, bare])
    // A newer library may pack the same bytes otherwise, so only reading is fixed.
    expect(unpack(Buffer.concat([Buffer.of(2, 0), deflateRawSync(columns)]))).toEqual([full, bare])
    expect(unpack(Buffer.concat([Buffer.of(3, 0), zstdCompressSync(columns)]))).toEqual([full, bare])
    expect(unpack(DEFLATED_FIXTURE)).toEqual([full, bare])
    const uuid = Buffer.from('0f8fad5bd9cb469fa165a0b0c0d0e001', 'hex')
    const withUuid = Buffer.concat([Buffer.of(1, 1, 0, 0, 0, 1), uuid, Buffer.from('1\n\n-1\n-1\n0\n\n\n\n\n\n\n\n')])
    expect(unpack(withUuid)).toEqual([aSale(1)])
    expect(Buffer.from(packEntries([aSale(1)], someTerms))).toEqual(withUuid)
  })

  test.each([
    { given: 'nothing', packed: Buffer.of() },
    { given: 'a compression from the future', packed: Buffer.of(4, 0, 48) },
    { given: 'ids from the future', packed: Buffer.of(1, 2, 48) },
    { given: 'fewer UUIDs than it says', packed: Buffer.of(1, 1, 0, 0, 0, 2, ...Buffer.alloc(31)) },
    {
      given: 'a deflated body cut short',
      packed: packEntries(
        Array.from({ length: 100 }, () => full),
        someTerms,
      ).slice(0, -9),
    },
    { given: 'a body that is not the deflate it claims to be', packed: Buffer.of(2, 0, 255, 255) },
  ])('are not read from $given', ({ packed }) => {
    expect(() => unpack(packed)).toThrow()
  })
})

describe('a packed day view', () => {
  test('comes back as it was when it counts no entries', () => {
    expect(unpackView(packView(someTerms, emptyView), noTotals)).toEqual({ terms: someTerms, view: emptyView })
  })

  test('comes back as it was, for any counted entries', () => {
    fc.assert(
      fc.property(fc.array(anyEntry), (entries) => {
        const view = foldEntries({ ...emptyView, lateEntries: 3 }, entries, someTerms.startsAtMs)
        expect(unpackView(packView(someTerms, view), view.totals)).toEqual({ terms: someTerms, view })
      }),
    )
  })

  test('keeps every digit of the largest totals', () => {
    const totals = { creditsMinor: MAX_TOTAL_MINOR, debitsMinor: MAX_TOTAL_MINOR, entryCount: 10_000_000 }
    const view = {
      totals,
      byMethod: new Map([['pix', totals] as const]),
      byHour: new Map([[23, totals]]),
      lateEntries: 0,
    }
    expect(unpackView(packView(someTerms, view), totals).view).toEqual(view)
  })

  test('is written in the format of existing journals', () => {
    const view = foldEntries(emptyView, [full, bare], someTerms.startsAtMs)
    const written = [
      '02 42524c 809eaceebe68 00', // BRL, 1795143600000 twice, none late
      '02 03 80a094a58d1d 00 01 06 00 01 01', // pix: 10^12, 0, 1; other: 0, 1, 1
      '01 00 80a094a58d1d 01 02', // hour 0: both
    ]
    const packed = Buffer.from(written.join('').replaceAll(' ', ''), 'hex')
    expect(Buffer.from(packView(someTerms, view)).toString('hex')).toBe(packed.toString('hex'))
    expect(unpackView(packed, view.totals)).toEqual({ terms: someTerms, view })
  })

  test('comes back as it was when its day is before 1970', () => {
    const terms = { ...someTerms, startsAtMs: -62_135_596_800_000 }
    expect(unpackView(packView(terms, emptyView), noTotals).terms).toEqual(terms)
  })

  test.each([
    { given: 'from the future', packed: Buffer.of(3), message: 'format 3' },
    { given: 'cut short', packed: packView(someTerms, emptyView).slice(0, -1), message: 'ends too early' },
  ])('is not read when it is $given', ({ packed, message }) => {
    expect(() => unpackView(packed, noTotals)).toThrow(message)
  })

  test('takes at most a third of a write unit for a full day', () => {
    const totals = { creditsMinor: 1_234_567n, debitsMinor: 23_456n, entryCount: 789 }
    const view = {
      totals,
      byMethod: new Map(METHODS.map((method) => [method, totals])),
      byHour: new Map(Array.from({ length: 24 }, (_, hour) => [hour, totals])),
      lateEntries: 0,
    }
    expect(packView(someTerms, view).length).toBeLessThan(1_024 / 3)
  })
})

test('a sealed segment opens to its entries and view, and the book goes on from it', () => {
  const book = emptyBook(id, someTerms)
  const segment = nextSegment(book, [full, bare])
  const sealed = sealSegment(book, segment)

  const opened = openSegment(sealed)

  expect(opened).toEqual({ terms: someTerms, segment: { ...segment, hash: sealed.hash } })
  expect(outlineSegment(sealed)).toEqual({
    terms: someTerms,
    segment: { number: 1, entryIds: [full.entryId, bare.entryId], view: segment.view, hash: sealed.hash },
  })
  expect(evolve(book, opened.segment)).toMatchObject({ segment: 1, hash: sealed.hash, view: segment.view })
})

test('a thousand usual entries take at most 50 bytes each', () => {
  const entries = Array.from({ length: 1_000 }, (_, index) =>
    anEntry({
      entryId: entryId(`pos-7.${String(index).padStart(6, '0')}`),
      amountMinor: BigInt(100 + ((index * 7919) % 9_000)),
      occurredAtMs: morningMs + index * 17_003,
      receivedAtMs: morningMs + index * 17_003 + 180 + ((index * 31) % 97),
      method: index % 3 === 0 ? 'cash' : 'pix',
      terminalId: 'pos-7',
      terminalSeq: index,
    }),
  )
  expect(aSealedSegment({ entries }).entries.length / entries.length).toBeLessThan(50)
})

const DEFLATED_FIXTURE = Buffer.from(
  'AgAz4jIoyC/WNdczMDAwMDHUSTLiMjRAAjq6hlyGOrpGXGaVOrpmlVzGOlxg9TpchqZQJkSrgQ5XtFJyYtrhlToKBYcX5yuoKcQoFZamZmblxygp6RjEckUr5WTmZSQqGMbkQRhGCh/mL98HlYNQ1Uq5qcWJSlZK5ko6SkpWSkq1OgaxAA==',
  'base64',
)

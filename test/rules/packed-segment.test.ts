import { deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyBook, evolve, nextSegment } from '#ledger/book'
import { emptyView, foldEntries } from '#ledger/day-view'
import { MAX_ENTRY_MINOR, MAX_TOTAL_MINOR, noTotals } from '#ledger/money'
import { openSegment, packEntries, packView, sealSegment, unpackEntries, unpackView } from '#wire/packed-segment'
import { anyEntry } from '../arbitraries.ts'
import { aBookId, aSealedSegment, anEntry, entryId, hashed, someTerms } from '../builders.ts'

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

describe('packed entries', () => {
  test.each([
    { given: 'no entries', entries: [] },
    { given: 'one with nothing optional', entries: [bare] },
    { given: 'one with everything', entries: [full] },
    { given: 'both', entries: [full, bare] },
    { given: 'both, the other way', entries: [bare, full] },
    { given: 'the same id twice', entries: [bare, bare] },
    { given: 'enough to be deflated', entries: Array.from({ length: 100 }, () => full) },
  ])('come back as they were: $given', ({ entries }) => {
    expect(unpack(packEntries(entries, someTerms))).toEqual(entries)
  })

  test('come back as they were, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 30 }), (entries) => {
        expect(unpack(packEntries(entries, someTerms))).toStrictEqual(entries)
      }),
    )
  })

  test('are deflated only when they are many, and say so in their first byte', () => {
    const firstByte = (count: number) =>
      packEntries(
        Array.from({ length: count }, () => bare),
        someTerms,
      )[0]
    expect(firstByte(1)).toBe(1)
    expect(firstByte(100)).toBe(2)
  })

  // What is in a journal stays as it is for ever. Should this fail, the new format needs a new first byte.
  test('are written and read in the format that stands in every journal', () => {
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
    const plain = Buffer.concat([Buffer.of(1), Buffer.from(columns)])
    expect(Buffer.from(packEntries([full, bare], someTerms)).toString('latin1')).toBe(plain.toString('latin1'))
    expect(unpack(plain)).toEqual([full, bare])
    // A newer zlib may pack the same bytes otherwise, so only reading is fixed.
    expect(unpack(Buffer.concat([Buffer.of(2), deflateRawSync(columns)]))).toEqual([full, bare])
    expect(unpack(DEFLATED_FIXTURE)).toEqual([full, bare])
  })

  test.each([
    { given: 'nothing', packed: Buffer.of() },
    { given: 'a format from the future', packed: Buffer.of(3, 48) },
    {
      given: 'a deflated body cut short',
      packed: packEntries(
        Array.from({ length: 100 }, () => full),
        someTerms,
      ).slice(0, -9),
    },
    { given: 'a deflated body that is none', packed: Buffer.of(2, 255, 255) },
  ])('are not read from $given', ({ packed }) => {
    expect(() => unpack(packed)).toThrow()
  })
})

describe('a packed day view', () => {
  test('without entries comes back as it was', () => {
    expect(unpackView(packView(someTerms, emptyView), noTotals)).toEqual({ terms: someTerms, view: emptyView })
  })

  test('comes back as it was, whatever was counted', () => {
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

  test('is written in the format that stands in every journal', () => {
    const view = foldEntries(emptyView, [full, bare], someTerms.startsAtMs)
    const packed = '1|BRL|1795143600000|0|pix,1000000000000,0,1;other,0,1,1|0,1000000000000,1,2'
    expect(packView(someTerms, view)).toBe(packed)
    expect(unpackView(packed, view.totals)).toEqual({ terms: someTerms, view })
  })

  test('from the future is not read', () => {
    expect(() => unpackView('2|BRL|0|0||', noTotals)).toThrow('format 2')
  })
})

test('a sealed segment opens to what was sealed, and the book goes on from it', () => {
  const book = emptyBook(id, someTerms)
  const segment = nextSegment(book, [full, bare].map(hashed))
  const sealed = sealSegment(book, segment)

  const opened = openSegment(sealed)

  expect(opened).toEqual({ terms: someTerms, segment: { ...segment, hash: sealed.hash } })
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
  'AjPiMijIL9Y11zMwMDAwMdRJMuIyNEACOrqGXIY6ukZcZpU6umaVXMY6XGD1OlyGplAmRKuBDle0UnJi2uGVOgoFhxfnK6gpxCgVlqZmZuXHKCnpGMRyRSvlZOZlJCoYxuRBGEYKH+Yv3weVg1DVSrmpxYlKVkrmSjpKSlZKSrU6BrEA',
  'base64',
)

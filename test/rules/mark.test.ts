import { expect, test } from 'vitest'
import { BrokenChain, sealingHash, type ChainHash, type Mark } from '#ledger/segment'
import { markText, parseMark } from '#wire/journal/mark'
import { openSegment, outlineSegment } from '#wire/journal/segment'
import { aSealedSegment, anEntry, day, entryId } from '../builders.ts'

const MARKS: readonly { mark: Mark; text: string; counts: boolean }[] = [
  { mark: { kind: 'closing' }, text: '{"kind":"closing"}', counts: true },
  { mark: { kind: 'restating', restatement: 12 }, text: '{"kind":"restating","restatement":12}', counts: true },
  {
    mark: { kind: 'redirecting', to: day('2026-11-22') },
    text: '{"kind":"redirecting","to":"2026-11-22"}',
    counts: false,
  },
  {
    mark: { kind: 'received', from: day('2026-11-18') },
    text: '{"kind":"received","from":"2026-11-18"}',
    counts: true,
  },
  {
    mark: { kind: 'setting-aside', reason: 'day-closed' },
    text: '{"kind":"setting-aside","reason":"day-closed"}',
    counts: false,
  },
  {
    mark: { kind: 'superseding', generation: 1, hash: 'ab'.repeat(32) as ChainHash },
    text: `{"kind":"superseding","generation":1,"hash":"${'ab'.repeat(32)}"}`,
    counts: true,
  },
  { mark: { kind: 'void' }, text: '{"kind":"void"}', counts: true },
  { mark: { kind: 'releasing', to: day('2026-11-22') }, text: '{"kind":"releasing","to":"2026-11-22"}', counts: false },
]

test.each(MARKS)('the mark $text is written and read', ({ mark, text }) => {
  expect(markText(mark)).toBe(text)
  expect(parseMark(text)).toEqual(mark)
})

test.each([
  'closing',
  '{"kind":"superseding"}',
  `{"kind":"superseding","generation":0,"hash":"${'ab'.repeat(32)}"}`,
  '{"kind":"superseding","generation":1,"hash":"ab"}',
  '{"kind":"closing","to":"2026-11-22"}',
  '{"kind":"restating"}',
  '{"kind":"restating","restatement":0}',
  '{"kind":"redirecting","to":"2026-02-30"}',
  '{"kind":"received"}',
  '{"kind":"setting-aside","reason":"no reason"}',
  '{"kind":"releasing"}',
])('the mark %s is not guessed at', (text) => {
  expect(() => parseMark(text)).toThrow(BrokenChain)
})

test.each(MARKS)('entries under the mark $text count: $counts', ({ mark, counts }) => {
  const home = mark.kind === 'received' ? mark.from : day('2026-11-20')
  const entry = anEntry({ entryId: entryId('late'), amountMinor: 70n, businessDay: home })
  const sealed = aSealedSegment({ entries: [entry], mark })
  expect(sealed.totals.entryCount).toBe(counts ? 1 : 0)
  const { segment } = openSegment(sealed)
  expect(segment).toMatchObject({ mark, entries: counts ? [entry] : [], passedOn: counts ? [] : [entry] })
  expect(segment.view.lateEntries).toBe(mark.kind === 'restating' || mark.kind === 'received' ? 1 : 0)
  // Its id is taken in the book in any case.
  expect(outlineSegment(sealed).segment).toMatchObject({ mark, entryIds: ['late'] })
})

test.each(MARKS)('the hash of a segment covers the mark $text', ({ mark }) => {
  const sealed = aSealedSegment({ mark })
  const { mark: _mark, hash: _hash, ...unmarked } = sealed
  const before = '0'.repeat(64) as typeof sealed.hash
  expect(sealingHash(before, sealed)).toBe(sealed.hash)
  expect(sealingHash(before, unmarked)).not.toBe(sealed.hash)
})

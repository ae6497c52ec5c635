import { expect, test } from 'vitest'
import { itemBytes, readUnits, writeUnits, type Item } from '../../bench/rig/item-size.ts'

test.each<{ given: string; item: Item; bytes: number }>([
  { given: 'nothing', item: {}, bytes: 0 },
  { given: 'a text', item: { name: 'Ana' }, bytes: 4 + 3 },
  { given: 'a text of other than ASCII letters, by its UTF-8', item: { é: 'ã€' }, bytes: 2 + 2 + 3 },
  { given: 'bytes', item: { data: new Uint8Array(100) }, bytes: 4 + 100 },
  { given: 'true', item: { on: true }, bytes: 2 + 1 },
  { given: 'null', item: { on: null }, bytes: 2 + 1 },
  { given: 'zero', item: { n: 0 }, bytes: 1 + 1 },
  { given: 'an even count of digits', item: { n: 1234 }, bytes: 1 + 2 + 1 },
  { given: 'an odd count of digits', item: { n: 12345 }, bytes: 1 + 3 + 1 },
  { given: 'zeroes at the end, which are not kept', item: { n: 1_200_000 }, bytes: 1 + 1 + 1 },
  { given: 'zeroes behind the point, which are not kept either', item: { n: 0.0125 }, bytes: 1 + 2 + 1 },
  { given: 'a sign', item: { n: -7 }, bytes: 1 + 1 + 1 + 1 },
  { given: 'a number that no double holds', item: { n: 9_007_199_254_740_993n }, bytes: 1 + 8 + 1 },
  { given: 'a set', item: { days: new Set(['2026-11-20', '2026-11-21']) }, bytes: 4 + 10 + 10 },
  { given: 'an empty list', item: { l: [] }, bytes: 1 + 3 },
  { given: 'a list', item: { l: [1, 'ab'] }, bytes: 1 + 3 + (1 + 2) + (1 + 2) },
  { given: 'a map', item: { m: { a: 1, b: 'x' } }, bytes: 1 + 3 + (1 + 1 + 2) + (1 + 1 + 1) },
])('an item with $given takes $bytes bytes', ({ item, bytes }) => {
  expect(itemBytes(item)).toBe(bytes)
})

test('a value without a size by the rules is an error', () => {
  expect(() => itemBytes({ when: new Date(0) })).toThrow('no rule says how large')
  expect(() => itemBytes({ n: 1e300 })).toThrow('not written out')
})

test.each([
  { bytes: 0, write: 1, read: 1 },
  { bytes: 1024, write: 1, read: 1 },
  { bytes: 1025, write: 2, read: 1 },
  { bytes: 4096, write: 4, read: 1 },
  { bytes: 4097, write: 5, read: 2 },
])('an item of $bytes bytes costs $write write units and $read read units', ({ bytes, write, read }) => {
  expect(writeUnits(bytes)).toBe(write)
  expect(readUnits(bytes)).toBe(read)
})

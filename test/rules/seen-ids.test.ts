import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SeenIds } from '#ledger/memory/seen-ids'
import { anEntry, entryId } from '../builders.ts'

const known = (id: string, reference = id) => anEntry({ entryId: entryId(id), reference })

describe('a look-up of seen ids', () => {
  const seen = new SeenIds()
  seen.extend(1, 0, [known('a'), known('b')])
  seen.extend(2, 2, [entryId('c'), entryId('d')])
  seen.extend(3, 4, [entryId('e')])

  test.each([
    { id: 'a', text: 'a', length: 5, standing: 'same' },
    { id: 'a', text: 'other', length: 5, standing: 'different' },
    { id: 'z', text: 'z', length: 5, standing: 'absent' },
    { id: 'b', text: 'b', length: 2, standing: 'same' },
    { id: 'b', text: 'b', length: 1, standing: 'absent' },
    { id: 'c', text: 'c', length: 5, standing: { contentIn: 2 } },
    { id: 'c', text: 'c', length: 2, standing: 'absent' },
    { id: 'e', text: 'e', length: 5, standing: { contentIn: 3 } },
  ])('finds id $id with content $text among the first $length: $standing', ({ id, text, length, standing }) => {
    expect(seen.look(known(id, text), length)).toEqual(standing)
  })
})

test('a content is remembered where only the id was known', () => {
  const seen = new SeenIds()
  seen.extend(1, 0, [entryId('a'), entryId('b')])
  seen.extend(1, seen.countBefore(1), [known('a'), known('b', 'B')])
  expect(seen.look(known('a'), 2)).toBe('same')
  expect(seen.look(known('b', 'B'), 2)).toBe('same')
  expect(seen.look(known('b', 'b'), 2)).toBe('different')
})

test('a content may be learnt again, and another content under its id breaks the chain', () => {
  const seen = new SeenIds()
  seen.extend(1, 0, [known('a')])
  expect(() => seen.extend(1, 0, [known('a')])).not.toThrow()
  expect(() => seen.extend(1, 0, [known('a', 'other')])).toThrow('broken chain: place 0 of its book has two contents')
  expect(seen.look(known('a'), 1)).toBe('same')
})

test.each([
  { what: 'another id at a place', entries: [known('x')], at: 0 },
  { what: 'an id at another place', entries: [known('a')], at: 1 },
  { what: 'a gap', entries: [known('x')], at: 5 },
])('$what breaks the chain', ({ entries, at }) => {
  const seen = new SeenIds()
  seen.extend(1, 0, [known('a')])
  expect(() => seen.extend(2, at, entries)).toThrow('broken chain')
})

test('the table of seen ids answers as a Map would, in any order of growth', () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 64 }), { maxLength: 300 })
  fc.assert(
    fc.property(ids, fc.integer({ min: 1, max: 40 }), fc.nat(), (all, perSegment, cut) => {
      const seen = new SeenIds()
      for (let at = 0; at < all.length; at += perSegment) {
        seen.extend(
          at / perSegment + 1,
          at,
          all.slice(at, at + perSegment).map((id) => known(id)),
        )
      }
      const length = all.length === 0 ? 0 : cut % (all.length + 1)
      for (const [place, id] of all.entries()) {
        const standing = seen.look(known(id), length)
        expect(standing).toBe(place < length ? 'same' : 'absent')
      }
    }),
  )
})

test('a million seen ids take less than 70 MB', () => {
  const seen = new SeenIds()
  const perSegment = 5_000
  for (let at = 0; at < 1_000_000; at += perSegment) {
    seen.extend(
      at / perSegment + 1,
      at,
      Array.from({ length: perSegment }, (_, offset) => entryId(`till-1:${at + offset}`)),
    )
  }
  expect(seen.bytes).toBeLessThan(70_000_000)
  expect(seen.look(known('till-1:765432'), 1_000_000)).toEqual({ contentIn: 154 })
  expect(seen.look(known('till-1:1000000'), 1_000_000)).toBe('absent')
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalContent, METHODS, type Entry } from '#ledger/entry'
import { fieldList } from '#ledger/entry-fields'
import { contentFingerprint, idFingerprint } from '#ledger/memory/fingerprint'
import { MAX_ENTRY_MINOR } from '#ledger/money'
import { anyEntry, anyId } from '../arbitraries.ts'
import { anEntry, currency } from '../builders.ts'

const ofId = (id: string): string => {
  const words = new Uint32Array(4)
  idFingerprint(id, words)
  return words.join()
}
const ofContent = (entry: Entry): string => {
  const words = new Uint32Array(2)
  contentFingerprint(entry, words)
  return words.join()
}

test('equal ids have the same fingerprint', () => {
  fc.assert(fc.property(anyId, anyId, (a, b) => (ofId(a) === ofId(b)) === (a === b)))
})

test('ids that differ only in their end, length or order have different fingerprints', () => {
  const ids = ['a', 'aa', 'aaa', 'aaaa', 'aaaaa', 'a:', 'b', 'ab', 'ba', '0', '00', 'till-1', 'till-2']
  expect(new Set(ids.map(ofId)).size).toBe(ids.length)
})

// 20 pairs of 240 characters: some 2,500 words are hashed, and the buffer has 1,024 at first.
test('entries with the longest metadata have different fingerprints when only its last value differs', () => {
  const withLast = (value: string) => {
    const pairs = Array.from({ length: 20 }, (_, index) => [
      `${String(index).padStart(2, '0')}${'k'.repeat(38)}`,
      'v'.repeat(200),
    ])
    return anEntry({ metadata: { ...(Object.fromEntries(pairs) as Record<string, string>), z: value } })
  }
  expect(ofContent(withLast('a'))).not.toBe(ofContent(withLast('b')))
  expect(ofContent(withLast('a'))).toBe(ofContent(withLast('a')))
})

test('entries with the same content have the same fingerprint', () => {
  fc.assert(
    fc.property(anyEntry, anyEntry, (a, b) => {
      const other = { ...b, entryId: a.entryId }
      return (ofContent(a) === ofContent(other)) === (canonicalContent(a) === canonicalContent(other))
    }),
  )
})

// One after the other each field is all that differs.
const variants: Entry[] = [
  anEntry(),
  anEntry({ direction: 'debit' }),
  anEntry({ amountMinor: 101n }),
  anEntry({ amountMinor: 100n + 2n ** 32n }),
  anEntry({ amountMinor: MAX_ENTRY_MINOR }),
  anEntry({ currency: currency('EUR') }),
  anEntry({ occurredAtMs: 1 }),
  anEntry({ occurredAtMs: -1 }),
  anEntry({ occurredAtMs: 2 ** 32 + 1 }),
  ...METHODS.map((method) => anEntry({ method })),
  anEntry({ terminalSeq: 0 }),
  anEntry({ terminalSeq: Number.MAX_SAFE_INTEGER }),
  anEntry({ terminalId: 'a' }),
  anEntry({ reverses: 'a' }),
  anEntry({ category: 'a' }),
  anEntry({ description: 'a' }),
  anEntry({ reference: 'a' }),
  anEntry({ reference: '' }),
  anEntry({ category: 'a', description: 'b' }),
  anEntry({ category: 'ab', description: '' }),
  anEntry({ metadata: { a: 'b' } }),
  anEntry({ metadata: { ab: '' } }),
  anEntry({ metadata: { a: 'b', c: 'd' } }),
  anEntry({ metadata: { a: 'd', c: 'b' } }),
]

test('every field of the content changes the fingerprint', () => {
  expect(new Set(variants.map(ofContent)).size).toBe(variants.length)
})

test('an entry has another fingerprint without any of its optional fields', () => {
  const optional = fieldList.filter((field) => field.optional).map(({ name }) => name)
  fc.assert(
    fc.property(anyEntry, fc.constantFrom(...optional), (entry, name) => {
      const { [name]: value, ...without } = entry
      return value === undefined || ofContent(without as Entry) !== ofContent(entry)
    }),
    { numRuns: 500 },
  )
})

test('fields that are not content, and the order of metadata, do not change the fingerprint', () => {
  expect(ofContent(anEntry({ receivedAtMs: 1 }))).toBe(ofContent(anEntry({ receivedAtMs: 2 })))
  expect(ofContent(anEntry({ metadata: { a: '1', b: '2' } }))).toBe(
    ofContent(anEntry({ metadata: { b: '2', a: '1' } })),
  )
})

test('the fingerprint covers a long text to its end', () => {
  const long = 'x'.repeat(5_000)
  expect(ofContent(anEntry({ description: `${long}a` }))).not.toBe(ofContent(anEntry({ description: `${long}b` })))
})

test('the fingerprint of a text longer than all before is the same the first time and the second time', () => {
  const longest = anEntry({ description: 'x'.repeat(40_000) })
  expect(ofContent(longest)).toBe(ofContent(longest))
})

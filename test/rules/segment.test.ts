import { createHash, hash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyBook, evolve, nextSegment } from '#ledger/book'
import { contentHash, type ContentHash } from '#ledger/entry'
import { digestOf, NO_CHAIN, sealingHash, type ChainHash, type SealedSegment } from '#ledger/segment'
import { openSegment, sealSegment } from '#wire/journal/segment'
import { anyEntry } from '../arbitraries.ts'
import { aBookId, aSealedSegment, anEntry, day, entryId, merchantId, someTerms, utf8 } from '../builders.ts'

describe('the chain of hashes', () => {
  const sealed = aSealedSegment()

  test('is SHA-256 over the hash before and all stored bytes', () => {
    const head = `m1#2026-11-20|1|100|0|1|${sealed.view.length}|${sealed.entries.length}`
    const expected = createHash('sha256')
      .update(Buffer.alloc(32))
      .update(`${head}\n`)
      .update(sealed.view)
      .update(sealed.entries)
      .digest('hex')
    expect(sealed.hash).toBe(expected)
  })

  test.each<{ what: string; altered: Partial<SealedSegment> }>([
    { what: 'the merchant', altered: { book: aBookId({ merchantId: merchantId('m2') }) } },
    { what: 'the day', altered: { book: aBookId({ day: day('2026-11-21') }) } },
    { what: 'the number', altered: { number: 2 } },
    { what: 'the credits', altered: { totals: { ...sealed.totals, creditsMinor: 101n } } },
    { what: 'the debits', altered: { totals: { ...sealed.totals, debitsMinor: 1n } } },
    { what: 'the count', altered: { totals: { ...sealed.totals, entryCount: 2 } } },
    { what: 'the view', altered: { view: sealed.view.map((byte, at) => (at === 1 ? byte ^ 1 : byte)) } },
    {
      what: 'one bit of the entries',
      altered: { entries: sealed.entries.map((byte, at) => (at === 9 ? byte ^ 1 : byte)) },
    },
    {
      what: 'where the view ends',
      altered: { view: Uint8Array.of(...sealed.view, sealed.entries[0]!), entries: sealed.entries.slice(1) },
    },
  ])('shows an alteration of $what', ({ altered }) => {
    expect(sealingHash(NO_CHAIN, { ...sealed, ...altered })).not.toBe(sealed.hash)
  })

  test('shows an alteration of an earlier segment', () => {
    const other = hash('sha256', utf8('another past')) as ChainHash
    expect(sealingHash(other, sealed)).not.toBe(sealed.hash)
  })

  test('links the segments of a book as it grows', () => {
    let book = emptyBook(aBookId(), someTerms)
    let previous = NO_CHAIN
    for (const id of ['e1', 'e2', 'e3']) {
      const sealed = sealSegment(book, nextSegment(book, [anEntry({ entryId: entryId(id) })]))
      expect(sealed.hash).toBe(sealingHash(previous, sealed))
      book = evolve(book, openSegment(sealed).segment)
      previous = sealed.hash
    }
    expect(book).toMatchObject({ segment: 3, hash: previous })
  })
})

describe('the digest of a book', () => {
  const named = (entryId: string, letter: string) => ({ entryId, contentHash: letter.repeat(64) as ContentHash })

  test('is the hash of an empty text when there are no entries', () => {
    expect(digestOf([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  test('is the output of `sort | sha256sum` for the lines', () => {
    // In the order of their bytes: capitals before small letters, a prefix before what it begins.
    const lines = ['A:1', 'Z', 'a', 'a.1', 'a1', 'aa', '~t:in'].map((id) => `${id} ${'f'.repeat(64)}\n`)
    const entries = ['aa', '~t:in', 'a1', 'Z', 'a', 'a.1', 'A:1'].map((id) => named(id, 'f'))
    expect(lines.toSorted((a, b) => Buffer.compare(utf8(a), utf8(b)))).toEqual(lines)
    expect(digestOf(entries)).toBe(hash('sha256', lines.join('')))
  })

  test('is the same for every order of the entries', () => {
    const twoOrders = fc
      .uniqueArray(anyEntry, { selector: ({ entryId }) => entryId })
      .chain((entries) => fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })))
    fc.assert(
      fc.property(twoOrders, ([entries, shuffled]) => {
        const withHash = (entry: (typeof entries)[number]) => ({ ...entry, contentHash: contentHash(entry) })
        expect(digestOf(shuffled.map(withHash))).toBe(digestOf(entries.map(withHash)))
      }),
    )
  })

  test.each([
    { what: 'an entry more', entries: [named('a', '0'), named('b', '1'), named('c', '2')] },
    { what: 'an entry less', entries: [named('a', '0')] },
    { what: 'other content', entries: [named('a', '0'), named('b', '2')] },
    { what: 'contents exchanged', entries: [named('a', '1'), named('b', '0')] },
    { what: 'an entry twice', entries: [named('a', '0'), named('b', '1'), named('b', '1')] },
  ])('changes with $what', ({ entries }) => {
    expect(digestOf(entries)).not.toBe(digestOf([named('a', '0'), named('b', '1')]))
  })
})

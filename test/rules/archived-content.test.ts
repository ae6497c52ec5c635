import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EntryContent } from '#ledger/entry'
import { digestOf, sortedDigest } from '#ledger/segment'
import { contentHash } from '#ledger/entry'
import { readArchivedContent, type ContentCells } from '#wire/archive/content'
import { anyEntry, anyId } from '../arbitraries.ts'
import { awkwardCases } from '../awkward-texts.ts'
import { anEntry } from '../builders.ts'

/** The cells of an entry's row. */
const cellsOf = (entry: EntryContent): ContentCells => ({
  entryId: entry.entryId,
  merchantId: entry.merchantId,
  direction: entry.direction,
  amountMinor: entry.amountMinor,
  currency: entry.currency,
  occurredAtMs: BigInt(entry.occurredAtMs),
  method: entry.method ?? null,
  category: entry.category ?? null,
  description: entry.description ?? null,
  reference: entry.reference ?? null,
  terminalId: entry.terminalId ?? null,
  terminalSeq: entry.terminalSeq === undefined ? null : BigInt(entry.terminalSeq),
  reverses: entry.reverses ?? null,
  metadata: entry.metadata === undefined ? null : JSON.stringify(entry.metadata),
})

const contentOf = ({ businessDay: _day, receivedAtMs: _at, ...content }: ReturnType<typeof anEntry>): EntryContent =>
  content

describe('the content of a row, when its cells are read directly,', () => {
  test('is the content of the entry, for any entry', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        const content = readArchivedContent(cellsOf(entry))
        // Text beyond the bound in code units is left to the schema.
        if (content !== undefined) expect(content).toEqual(contentOf(entry))
        else expect(JSON.stringify(entry)).toMatch(/[\u{10000}-\u{10FFFF}]/u)
      }),
    )
  })

  test.each(awkwardCases().filter(({ entry: { description = '' } }) => description.length <= 200))(
    'keeps texts that are $what',
    ({ entry }) => {
      expect(readArchivedContent(cellsOf(entry))).toEqual(contentOf(entry))
    },
  )

  test.each<{ wrong: string; cells: Partial<ContentCells> }>([
    { wrong: 'no id', cells: { entryId: null } },
    { wrong: 'an id that closes its quotes', cells: { reverses: 'r","terminalId":"t' } },
    { wrong: 'a till that closes its quotes', cells: { terminalId: 't","terminalSeq":5,"x":"' } },
    { wrong: 'no merchant', cells: { merchantId: '' } },
    { wrong: 'another direction', cells: { direction: 'sideways' } },
    { wrong: 'an amount of zero', cells: { amountMinor: 0n } },
    { wrong: 'a negative amount', cells: { amountMinor: -5n } },
    { wrong: 'too large an amount', cells: { amountMinor: 10n ** 12n + 1n } },
    { wrong: 'an amount that is a double', cells: { amountMinor: 100 } },
    { wrong: 'an unknown currency', cells: { currency: 'XXX' } },
    { wrong: 'a time that RFC 3339 cannot write', cells: { occurredAtMs: 253402300800000n } },
    { wrong: 'no time', cells: { occurredAtMs: null } },
    { wrong: 'another method', cells: { method: 'barter' } },
    { wrong: 'too long a category', cells: { category: 'x'.repeat(65) } },
    { wrong: 'half of a surrogate pair', cells: { description: '\uD83D' } },
    { wrong: 'a number of a till below 0', cells: { terminalSeq: -1n } },
    { wrong: 'metadata that is a list', cells: { metadata: '["a"]' } },
    { wrong: 'metadata that is no JSON', cells: { metadata: '{a=1}' } },
    { wrong: 'metadata of numbers', cells: { metadata: '{"a":1}' } },
    { wrong: 'metadata with NULL', cells: { metadata: '{"a":null}' } },
    { wrong: 'metadata with __proto__', cells: { metadata: '{"__proto__":"x"}' } },
  ])('is left to the schema when there is $wrong', ({ cells }) => {
    expect(readArchivedContent({ ...cellsOf(anEntry()), ...cells })).toBeUndefined()
  })

  test('is the same for empty metadata and for none', () => {
    expect(readArchivedContent({ ...cellsOf(anEntry()), metadata: '{}' })).toEqual(contentOf(anEntry()))
  })
})

test('entries in the order of their ids give the digest of their book, for any ids', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyId, { maxLength: 40 }), (ids) => {
      const lines = ids.map((entryId) => ({ entryId, contentHash: contentHash(anEntry({ description: entryId })) }))
      const digest = sortedDigest()
      for (const { entryId, contentHash } of lines.toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1))) {
        digest.add(entryId, contentHash)
      }
      expect(digest.digest()).toBe(digestOf(lines))
    }),
  )
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalContent, contentHash, type Entry } from '#ledger/entry'
import { anyEntry } from '../arbitraries.ts'
import { parseArchiveRow, archiveRow } from '#wire/archive/row'
import { entryRequestOf, parseEntryText } from '#wire/entry/schema'
import { packEntries, unpackEntries } from '#wire/journal/packed-entries'
import { entryLine, parseEntryLine } from '#wire/stream/record'
import { aBookId, anArchivedEntry, anEntry, someTerms } from '../builders.ts'

const metadataText = (metadata: Record<string, string>): string =>
  /"metadata":(\{.*?\}),"occurredAt"/su.exec(canonicalContent(anEntry({ metadata })))?.[1] ?? ''

describe('the content of an entry', () => {
  test('is the text that RFC 8785 writes, for any entry', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        const { amountMinor, occurredAtMs, businessDay: _day, receivedAtMs: _at, ...same } = entry
        expect(canonicalContent(entry)).toBe(
          rfc8785({ ...same, amount: Number(amountMinor), occurredAt: occurredAtMs }),
        )
      }),
      { numRuns: 500 },
    )
  })

  // The expected texts are copied from RFC 8785, section 3.2.3, or made by its rule on paper.
  test.each<{ what: string; metadata: Record<string, string>; text: string }>([
    {
      what: 'as texts and not as numbers',
      metadata: { a: '', 9: '', 10: '', '-1': '', '01': '' },
      text: '{"-1":"","01":"","10":"","9":"","a":""}',
    },
    {
      what: 'by UTF-16 code units, as the example of the standard has them',
      metadata: { '€': '', '\r': '', '\ufb33': '', 1: '', '😀': '', '\u0080': '', ö: '' },
      text: '{"\\r":"","1":"","\u0080":"","ö":"","€":"","😀":"","\ufb33":""}',
    },
    {
      what: 'with the names that every object has among them',
      metadata: JSON.parse('{"toString":"1","constructor":"2","__proto__":"3"}') as Record<string, string>,
      text: '{"__proto__":"3","constructor":"2","toString":"1"}',
    },
    { what: 'the empty one first', metadata: { a: '', '': '' }, text: '{"":"","a":""}' },
  ])('has the keys of its metadata in order, $what', ({ metadata, text }) => {
    expect(metadataText(metadata)).toBe(text)
  })

  test.each([{ text: '{}' }, { text: '{ }' }])('has no metadata when the client sends $text', ({ text }) => {
    const sent = JSON.stringify(entryRequestOf(anEntry())).replace(/}$/, `,"metadata":${text}}`)
    expect(canonicalContent(entryIn(parseEntryText(sent)))).toBe(
      '{"amount":100,"currency":"BRL","direction":"credit","entryId":"e1","merchantId":"m1","occurredAt":1795177800000}',
    )
  })

  test('escapes the characters that RFC 8785 escapes, and no others', () => {
    const all = '"\\/\b\f\n\r\t\0\u001f\u007f\u0080\u2028\ufeff<é😀'
    expect(metadataText({ [all]: all })).toBe(
      '{"X":"X"}'.replaceAll('X', '\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u0080\u2028\ufeff<é😀'),
    )
  })
})

describe('the content hash of an entry is the same', () => {
  test.each<{ where: string; pass: (entry: Entry) => unknown }>([
    { where: 'after a line on the stream', pass: (entry) => parseEntryLine(entryLine(entry)) },
    { where: 'in a segment', pass: (entry) => unpackEntries(packEntries([entry], someTerms), aBookId(), someTerms)[0] },
    {
      where: 'in a row of the archive',
      pass: (entry) => {
        const row = parseArchiveRow(JSON.parse(JSON.stringify(archiveRow(anArchivedEntry({ entry })))))
        return row.ok && row.value.entry
      },
    },
    {
      where: 'in an answer that a client sends again',
      pass: (entry) => parseEntryText(JSON.stringify(entryRequestOf(entry))),
    },
  ])('$where', ({ pass }) => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        expect(contentHash(entryIn(pass(entry)))).toBe(contentHash(entry))
      }),
    )
  })
})

/** The entry in however many results it comes wrapped. */
const entryIn = (given: unknown): Entry => {
  if (typeof given !== 'object' || given === null) throw new Error('no entry came back')
  return 'value' in given ? entryIn(given.value) : (given as Entry)
}

/** RFC 8785 by its words, for texts, whole numbers, and objects of these: made apart from the code that is tested. */
const rfc8785 = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => compareUtf16(a, b))
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${rfc8785(inner)}`).join(',')}}`
}

const compareUtf16 = (a: string, b: string): number => Buffer.compare(utf16(a), utf16(b))

// Big endian, so that bytes compare as the code units do.
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()

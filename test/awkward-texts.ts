/**
 * Texts that readers and writers are known to alter, drop or take for something else. Every place through which a text of
 * an entry goes is held to give them back as they were.
 */
import type { Entry } from '#ledger/entry'
import { anEntry, entryId } from './builders.ts'

export const AWKWARD_TEXTS: readonly { readonly what: string; readonly text: string }[] = [
  { what: 'the empty text', text: '' },
  { what: 'a space', text: ' ' },
  { what: 'a byte order mark in front', text: '\uFEFFtroco' },
  { what: 'two byte order marks in front', text: '\uFEFF\uFEFFtroco' },
  { what: 'a byte order mark alone', text: '\uFEFF' },
  { what: 'a byte order mark inside', text: 'tro\uFEFFco' },
  { what: 'U+0000 alone', text: '\u0000' },
  { what: 'U+0000 inside', text: 'a\u0000b' },
  { what: 'other control characters', text: '\u0001\u001B[31m\u007F\u0085' },
  { what: 'the line ends of JavaScript', text: 'a\u2028b\u2029c' },
  { what: 'line breaks and tabs', text: '\r\n\ta\nb\rc\n' },
  { what: 'combining marks', text: 'e\u0301 \u0301 a\u0300\u0316\u0323' },
  { what: 'the same, composed', text: 'é' },
  { what: 'bidirectional controls', text: '\u202Eabc\u202C \u2066xyz\u2069 \u200F\u200E' },
  { what: '200 characters beyond U+FFFF', text: '\u{1F600}'.repeat(200) },
  { what: 'a family of emoji', text: '👩\u200D👩\u200D👧\u200D👦🏽' },
  { what: 'U+FB33 beside U+1F600', text: '\uFB33\u{1F600}' },
  { what: 'noncharacters and the replacement character', text: '\uFFFE\uFFFF\uFFFD\u{10FFFF}' },
  { what: "Hive's NULL", text: '\\N' },
  { what: 'NULL', text: 'NULL' },
  { what: 'null', text: 'null' },
  { what: 'quotes', text: `"it's" ""''\`` },
  { what: 'backslashes', text: '\\ \\\\ \\u0041 \\"' },
  { what: 'JSON', text: '{"a":[1,"b"]}' },
  { what: 'CSV', text: 'a,b;"c"' },
  { what: 'percent signs', text: '%00 %2e %s' },
]

/** An entry for each text, which stands in every field that takes it; ids are "awkward-00" and so on, in this order. */
export const awkwardEntries = (given: Partial<Entry> = {}): Entry[] =>
  AWKWARD_TEXTS.map(({ text }, index) => {
    const length = Array.from(text).length
    return anEntry({
      ...given,
      entryId: entryId(`awkward-${String(index).padStart(2, '0')}`),
      description: text,
      ...(length <= 64 && { category: text }),
      ...(length <= 100 && { reference: text }),
      metadata: length <= 40 ? { [text]: text, plain: text } : { plain: text },
    })
  })

/** The same for tables of tests: a title names what the texts are, because it must not hold them. */
export const awkwardCases = (): { readonly what: string; readonly entry: Entry }[] =>
  awkwardEntries().map((entry, index) => ({ what: AWKWARD_TEXTS[index]?.what ?? '', entry }))

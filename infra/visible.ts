/**
 * Texts of customers on the screens of operators. A terminal obeys control characters, bidirectional controls reorder what
 * stands around them, and characters without a glyph make two ids look alike. All of these are spelled out.
 */

/** The text on one line: characters that a terminal would obey or hide are spelled out, line breaks included. */
export const visible = (text: string): string => text.replaceAll(UNSEEN, spelledOut)

/** The same for JSON text, whose strings then say what they said before. Line breaks between its tokens stay. */
export const visibleJson = (json: string): string =>
  json.replaceAll(UNSEEN, (character) => (character === '\n' ? character : utf16Escapes(character)))

// Of the characters without a glyph, one is left where it is usual: U+FE0F after an emoji asks for its colours.
const UNSEEN =
  /[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\uFFF9-\uFFFB]--\uFE0F]|(?<!\p{Extended_Pictographic})\uFE0F/gv

const spelledOut = (character: string): string => {
  if (character === '\n') return '\\n'
  const digits = (character.codePointAt(0) ?? 0).toString(16)
  if (digits.length <= 2) return `\\x${digits.padStart(2, '0')}`
  return digits.length <= 4 ? `\\u${digits.padStart(4, '0')}` : `\\u{${digits}}`
}

const utf16Escapes = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')

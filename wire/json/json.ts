import { isExactInJson } from '#ledger/money'
import { ok, refuse, type Result } from '#ledger/result'

/** The media type of a JSON object that says what to change of another one (RFC 7396). */
export const MERGE_PATCH = 'application/merge-patch+json'

/**
 * Parses JSON text (RFC 8259) as JSON.parse does (of a key given twice the last one counts), but never rounds a number
 * into a whole one: 1.00000000000000001 would otherwise arrive as 1. Such a number becomes NaN or Infinity, which no
 * schema takes.
 */
export const parseJson = (text: string): Result<unknown, 'not-json'> => {
  try {
    // Few bodies hold such a number, and a reviver costs six times the parsing, so the text is searched first.
    return ok(FRACTION_OR_EXPONENT.test(text) ? parseExact(text) : JSON.parse(text))
  } catch (error) {
    // Any other error, such as a lack of memory, says nothing of the text.
    if (!(error instanceof SyntaxError)) throw error
    return refuse('not-json')
  }
}

/** UTF-8 to text; refuses bytes that are not UTF-8 rather than replacing them. */
export const decodeUtf8 = (bytes: Uint8Array): Result<string, 'not-utf-8'> => {
  try {
    return ok(utf8.decode(bytes))
  } catch (error) {
    if (!(error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'))
      throw error
    return refuse('not-utf-8')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * JSON text for clients, in which a bigint is a number. Throws rather than write a number that some client would read as
 * another one: a caller whose number may be larger checks it first, as `withExactSums` does.
 */
export const jsonText = (value: unknown): string =>
  withBigints(value, (item) => {
    if (!isExactInJson(item)) throw new Error(`${item} is beyond what every JSON client reads exactly`)
    return item
  })

/** JSON text with all digits of each bigint, for readers that can take them. */
export const jsonTextOfAnySize = (value: unknown, indent?: number): string => withBigints(value, (item) => item, indent)

const withBigints = (value: unknown, written: (item: bigint) => bigint, indent?: number): string =>
  JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === 'bigint' ? rawJson(written(item).toString()) : item),
    indent,
  )

const parseExact = (text: string): unknown => {
  try {
    return JSON.parse(text, keepExact as Reviver)
  } catch (error) {
    // A reviver recurses, and JSON.parse alone does not. So that one entry nested a thousand times does not take its
    // batch with it, numbers are looked at in the text instead: slower, but at any depth.
    if (!(error instanceof RangeError)) throw error
    const keep = (token: string): boolean => token.startsWith('"') || !Number.isInteger(Number(token)) || isWhole(token)
    return JSON.parse(text.replace(STRING_OR_NUMBER, (token) => (keep(token) ? token : '1e999')))
  }
}

const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

type Reviver = (this: unknown, key: string, value: unknown) => unknown

const keepExact = (_key: string, value: unknown, context: { source?: string }): unknown =>
  typeof value === 'number' && Number.isInteger(value) && !isWhole(context.source ?? '') ? Number.NaN : value

// Where a number may start: at the very beginning, or after a comma, a bracket, white space or the colon of a key. Times
// and most ids, which are full of "00.0" and "4e", do not look like that.
const FRACTION_OR_EXPONENT = /(?:^|[,[\s]|["\s]:)-?(?:0|[1-9]\d*)[.eE]/

/** Whether a number's text says a whole number: "100", "100.0" and "1.5e1" do, "1.00000000000000001" does not. */
const isWhole = (source: string): boolean => {
  const [mantissa = '', exponent = '0'] = source.replace(/^-/, '').split(/[eE]/)
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = whole + fraction
  // By hand, because a pattern that looks for the zeros at the end takes the square of their number in time.
  let significant = digits.length
  while (significant > 0 && digits[significant - 1] === '0') significant -= 1
  return significant === 0 || significant - whole.length <= Number(exponent)
}

// Part of the language since 2025 and of Node 22; the compiler's library does not list it yet.
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON

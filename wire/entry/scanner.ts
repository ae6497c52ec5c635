/**
 * Reads JSON text in one pass, for the entry that nearly every client sends: valid, and nothing unusual about how it is
 * written. That takes 1.5 µs where JSON and the schema take 6. An unusual entry is left to those, which alone say what is
 * wrong; properties in test/http/ingest-usual-entry.test.ts show that both read the same values.
 */
import { holdsCardNumber } from '#ledger/card-number'
import { DIRECTIONS, METHODS, type Direction, type EntryContent, type Method } from '#ledger/entry'
import { ENTRY_FIELDS, type JsonName } from '#ledger/entry-fields'
import { isClientId, type EntryId, type MerchantId } from '#ledger/identifiers'
import { MAX_ENTRY_MINOR, parseCurrency, type Currency } from '#ledger/money'
import { parseInstant } from './instant.ts'
import { withOptionalFields } from './optional-fields.ts'
import { ownText } from './own-text.ts'

/** Goes through JSON text from one place to the next. A method that does not find its part there says undefined or false. */
export class EntryScanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** A usual entry. If there is none, the place is where it was. */
  entry(): EntryContent | undefined {
    const start = this.#at
    const entry = this.#fields()
    if (entry === undefined) this.#at = start
    return entry
  }

  /**
   * The text of an object or array, unless it has far more parts than an entry. The text need not be JSON, but no JSON is
   * cut in the wrong place.
   */
  value(): string | undefined {
    const start = this.#skipSpace()
    let depth = 0
    TOKEN.lastIndex = start
    for (let tokens = 0; tokens < MOST_TOKENS; tokens += 1) {
      const [token] = TOKEN.exec(this.#text) ?? []
      if (token === undefined) return undefined
      if (token === '{' || token === '[') depth += 1
      else if (token === '}' || token === ']') depth -= 1
      if (depth > 0) continue
      this.#at = TOKEN.lastIndex
      const value = this.#text.slice(start, this.#at)
      return value.startsWith('{') || value.startsWith('[') ? value : undefined
    }
    return undefined
  }

  /** One character, after any white space. */
  take(character: number): boolean {
    if (this.#text.charCodeAt(this.#skipSpace()) !== character) return false
    this.#at += 1
    return true
  }

  /** A string in quotes, as it is written. The caller makes sure that nothing in it is escaped. */
  string(): string | undefined {
    if (!this.take(QUOTE)) return undefined
    const start = this.#at
    const end = this.#text.indexOf('"', start)
    if (end === -1) return undefined
    this.#at = end + 1
    return this.#text.slice(start, end)
  }

  isAtEnd(): boolean {
    return this.#skipSpace() === this.#text.length
  }

  #fields(): EntryContent | undefined {
    // Each field in a variable of its own: an object that grows field by field costs more than all the rest.
    let entryId: string | undefined
    let merchantId: string | undefined
    let direction: Direction | undefined
    let amountMinor: bigint | undefined
    let currency: Currency | undefined
    let occurredAtMs: number | undefined
    let method: Method | undefined
    let category: string | undefined
    let description: string | undefined
    let reference: string | undefined
    let terminalId: string | undefined
    let terminalSeq: number | undefined
    let reverses: string | undefined

    if (!this.take(OPEN_BRACE)) return undefined
    do {
      // Any text may stand here. As one of the names, it makes the compiler ask for a case for each field.
      const name = this.string() as JsonName | undefined
      if (name === undefined || !this.take(COLON)) return undefined
      // Of a field that is given twice the last one counts, as in JSON.parse.
      let value: unknown
      switch (name) {
        case 'entryId':
          value = entryId = this.#id()
          break
        case 'merchantId':
          value = merchantId = this.#id()
          break
        case 'direction':
          value = direction = this.#oneOf(DIRECTIONS)
          break
        case 'amount':
          value = amountMinor = this.#amount()
          break
        case 'currency':
          value = currency = this.#currency()
          break
        case 'occurredAt':
          value = occurredAtMs = this.#instant()
          break
        case 'method':
          value = method = this.#oneOf(METHODS)
          break
        case 'category':
          value = category = this.#plainText(MAX_CATEGORY)
          break
        case 'description':
          value = description = this.#plainText(MAX_DESCRIPTION)
          break
        case 'reference':
          value = reference = this.#plainText(MAX_REFERENCE)
          break
        case 'terminalId':
          value = terminalId = this.#id()
          break
        case 'terminalSeq':
          value = terminalSeq = this.#wholeNumber()
          break
        case 'reverses':
          value = reverses = this.#id()
          break
        case 'metadata':
          // Left to the schema.
          return undefined
        default:
          name satisfies never
          return undefined
      }
      if (value === undefined) return undefined
    } while (this.take(COMMA))
    if (!this.take(CLOSE_BRACE)) return undefined

    if (entryId === undefined || merchantId === undefined || direction === undefined) return undefined
    if (amountMinor === undefined || currency === undefined || occurredAtMs === undefined) return undefined
    return withOptionalFields<EntryContent>(
      {
        entryId: entryId as EntryId,
        merchantId: ownText(merchantId) as MerchantId,
        direction,
        amountMinor,
        currency,
        occurredAtMs,
      },
      {
        method,
        category,
        description,
        reference,
        terminalId,
        terminalSeq,
        reverses,
        metadata: undefined,
      },
    )
  }

  #id(): string | undefined {
    const id = this.string()
    return id !== undefined && isClientId(id) ? id : undefined
  }

  #oneOf<T extends string>(allowed: readonly T[]): T | undefined {
    const written = this.string() as T
    return allowed.includes(written) ? written : undefined
  }

  #currency(): Currency | undefined {
    const currency = parseCurrency(this.string() ?? '')
    return currency.ok ? currency.value : undefined
  }

  #instant(): number | undefined {
    const instant = parseInstant(this.string() ?? '')
    return instant.ok ? instant.value : undefined
  }

  #amount(): bigint | undefined {
    const amount = this.#wholeNumber()
    return amount !== undefined && amount >= 1 && amount <= MAX_AMOUNT ? BigInt(amount) : undefined
  }

  /** 0 to 2^53 − 1, in digits alone. */
  #wholeNumber(): number | undefined {
    const start = this.#skipSpace()
    let value = 0
    let digit = this.#digit()
    for (; digit >= 0 && digit <= 9; digit = this.#digit()) {
      value = value * 10 + digit
      this.#at += 1
    }
    const digits = this.#at - start
    // JSON writes no number with a zero in front; and with a fraction or an exponent it is not usual.
    const isWritten = digits > 0 && (digits === 1 || this.#text.charCodeAt(start) !== ZERO)
    return isWritten && digits <= 16 && value <= Number.MAX_SAFE_INTEGER ? value : undefined
  }

  #digit(): number {
    return this.#text.charCodeAt(this.#at) - ZERO
  }

  /**
   * Text in which nothing is escaped. The bound is one of code points; code units are never fewer. What holds a card number
   * is left to the schema, which knows which fields may.
   */
  #plainText(max: number): string | undefined {
    const text = this.string()
    return text !== undefined &&
      text.length <= max &&
      !ESCAPED_OR_CONTROL.test(text) &&
      text.isWellFormed() &&
      !holdsCardNumber(text)
      ? text
      : undefined
  }

  #skipSpace(): number {
    let code = this.#text.charCodeAt(this.#at)
    // Nearly always there is no white space.
    if (code > SPACE) return this.#at
    while (code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB) {
      this.#at += 1
      code = this.#text.charCodeAt(this.#at)
    }
    return this.#at
  }
}

/** A string, or what opens and closes objects and arrays. */
const TOKEN = /"(?:[^"\\]|\\[^])*"|[{}[\]]/g

/** A valid entry with the most metadata has some 70. */
const MOST_TOKENS = 1_000

const ESCAPED_OR_CONTROL = /[\\\p{Cc}]/u
const MAX_AMOUNT = Number(MAX_ENTRY_MINOR)
const MAX_CATEGORY = ENTRY_FIELDS.category.max
const MAX_DESCRIPTION = ENTRY_FIELDS.description.max
const MAX_REFERENCE = ENTRY_FIELDS.reference.max

export const OPEN_BRACE = '{'.charCodeAt(0)
export const CLOSE_BRACE = '}'.charCodeAt(0)
export const OPEN_BRACKET = '['.charCodeAt(0)
export const CLOSE_BRACKET = ']'.charCodeAt(0)
export const COLON = ':'.charCodeAt(0)
export const COMMA = ','.charCodeAt(0)
const QUOTE = '"'.charCodeAt(0)
const ZERO = '0'.charCodeAt(0)
const SPACE = ' '.charCodeAt(0)
const LINE_FEED = '\n'.charCodeAt(0)
const CARRIAGE_RETURN = '\r'.charCodeAt(0)
const TAB = '\t'.charCodeAt(0)

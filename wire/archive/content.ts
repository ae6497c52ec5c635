/**
 * The short way from a row of the archive to what it says of an entry: checked by hand, at a quarter of what the schema
 * takes. What does not fit is left to `parseArchiveRow`, which alone says what is wrong; a property in
 * test/rules/archived-content.test.ts shows that both read the same.
 */
import { DIRECTIONS, METHODS, type Direction, type EntryContent, type Method } from '#ledger/entry'
import { isClientId, type EntryId, type MerchantId } from '#ledger/identifiers'
import { MAX_ENTRY_MINOR, parseCurrency, type Currency } from '#ledger/money'

/** Cells of a row as an engine answers them; `occurredAtMs` is the time in milliseconds, `metadata` is JSON text. */
export type ContentCells = {
  readonly entryId: unknown
  readonly merchantId: unknown
  readonly direction: unknown
  readonly amount: unknown
  readonly currency: unknown
  readonly occurredAtMs: unknown
  readonly method: unknown
  readonly category: unknown
  readonly description: unknown
  readonly reference: unknown
  readonly terminalId: unknown
  readonly terminalSeq: unknown
  readonly reverses: unknown
  readonly metadata: unknown
}

/** Undefined says only that the row is not usual: it may hold an entry all the same. */
export const readArchivedContent = (cells: ContentCells): EntryContent | undefined => {
  const { entryId, merchantId, direction, amount, currency, occurredAtMs, method, terminalSeq, metadata } = cells
  const { category, description, reference, terminalId, reverses } = cells
  if (!isId(entryId) || !isId(merchantId) || !isOneOf<Direction>(DIRECTIONS, direction)) return undefined
  if (typeof amount !== 'bigint' || amount < 1n || amount > MAX_ENTRY_MINOR) return undefined
  if (typeof currency !== 'string' || !parseCurrency(currency).ok) return undefined
  if (typeof occurredAtMs !== 'bigint' || occurredAtMs < FIRST_MS || occurredAtMs > LAST_MS) return undefined

  const content: Writable<EntryContent> = {
    entryId: entryId as EntryId,
    merchantId: merchantId as MerchantId,
    direction,
    amountMinor: amount,
    currency: currency as Currency,
    occurredAtMs: Number(occurredAtMs),
  }
  if (method !== null) {
    if (!isOneOf<Method>(METHODS, method)) return undefined
    content.method = method
  }
  if (category !== null) {
    if (!isText(category, 64)) return undefined
    content.category = category
  }
  if (description !== null) {
    if (!isText(description, 200)) return undefined
    content.description = description
  }
  if (reference !== null) {
    if (!isText(reference, 100)) return undefined
    content.reference = reference
  }
  if (terminalId !== null) {
    if (!isId(terminalId)) return undefined
    content.terminalId = terminalId
  }
  if (terminalSeq !== null) {
    if (typeof terminalSeq !== 'bigint' || terminalSeq < 0n || terminalSeq > MAX_SEQ) return undefined
    content.terminalSeq = Number(terminalSeq)
  }
  if (reverses !== null) {
    if (!isId(reverses)) return undefined
    content.reverses = reverses
  }
  if (metadata !== null) {
    const pairs = readPairs(metadata)
    if (pairs === undefined) return undefined
    if (Object.keys(pairs).length > 0) content.metadata = pairs
  }
  return content
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

// What RFC 3339 can write.
const FIRST_MS = BigInt(Date.parse('0001-01-01T00:00:00Z'))
const LAST_MS = BigInt(Date.parse('9999-12-31T23:59:59.999Z'))
const MAX_SEQ = BigInt(Number.MAX_SAFE_INTEGER)

const isId = (cell: unknown): cell is string => typeof cell === 'string' && isClientId(cell)

const isOneOf = <T extends string>(all: readonly T[], cell: unknown): cell is T => all.includes(cell as T)

// The bound is one of code points; code units are never fewer, so this is right or too strict.
const isText = (cell: unknown, max: number): cell is string =>
  typeof cell === 'string' && cell.length <= max && cell.isWellFormed()

const readPairs = (cell: unknown): Readonly<Record<string, string>> | undefined => {
  if (typeof cell !== 'string') return undefined
  try {
    const pairs: unknown = JSON.parse(cell)
    if (typeof pairs !== 'object' || pairs === null || Array.isArray(pairs)) return undefined
    const all = Object.entries(pairs)
    const isUsual = all.length <= 20 && all.every(([key, value]) => isText(key, 40) && isText(value, 200))
    return isUsual && !Object.hasOwn(pairs, '__proto__') ? (pairs as Readonly<Record<string, string>>) : undefined
  } catch {
    return undefined
  }
}

/**
 * The short way from a row of the archive to what it says of an entry: checked by hand, at a quarter of what the schema
 * takes. A row that does not fit is left to `parseArchiveRow`, which alone says what is wrong. A property in
 * test/rules/archived-content.test.ts shows that both read the same.
 */
import { DIRECTIONS, METHODS, type Direction, type EntryContent, type Method } from '#ledger/entry'
import { ENTRY_FIELDS, type FieldName } from '#ledger/entry-fields'
import { isClientId, type EntryId, type MerchantId } from '#ledger/identifiers'
import { MAX_ENTRY_MINOR, parseCurrency, type Currency } from '#ledger/money'
import { withOptionalFields } from '../entry/optional-fields.ts'

/** Cells of a row as an engine answers them; times are milliseconds, and `metadata` is JSON text. */
export type ContentCells = { readonly [Name in FieldName]: unknown }

/** Undefined says only that the row is not usual: it may hold an entry all the same. */
export const readArchivedContent = (cells: ContentCells): EntryContent | undefined => {
  const { entryId, merchantId, direction, amountMinor, currency, occurredAtMs, method, terminalSeq } = cells
  const { category, description, reference, terminalId, reverses, metadata } = cells
  if (!isId(entryId) || !isId(merchantId) || !isOneOf<Direction>(DIRECTIONS, direction)) return undefined
  if (typeof amountMinor !== 'bigint' || amountMinor < 1n || amountMinor > MAX_ENTRY_MINOR) return undefined
  if (typeof currency !== 'string' || !parseCurrency(currency).ok) return undefined
  if (typeof occurredAtMs !== 'bigint' || occurredAtMs < FIRST_MS || occurredAtMs > LAST_MS) return undefined
  if (method !== null && !isOneOf<Method>(METHODS, method)) return undefined
  if (category !== null && !isText(category, ENTRY_FIELDS.category.max)) return undefined
  if (description !== null && !isText(description, ENTRY_FIELDS.description.max)) return undefined
  if (reference !== null && !isText(reference, ENTRY_FIELDS.reference.max)) return undefined
  if (terminalId !== null && !isId(terminalId)) return undefined
  if (terminalSeq !== null && !isRunningNumber(terminalSeq)) return undefined
  if (reverses !== null && !isId(reverses)) return undefined
  const pairs = metadata === null ? undefined : readPairs(metadata)
  if (metadata !== null && pairs === undefined) return undefined

  return withOptionalFields<EntryContent>(
    {
      entryId: entryId as EntryId,
      merchantId: merchantId as MerchantId,
      direction,
      amountMinor,
      currency: currency as Currency,
      occurredAtMs: Number(occurredAtMs),
    },
    {
      method: method ?? undefined,
      category: category ?? undefined,
      description: description ?? undefined,
      reference: reference ?? undefined,
      terminalId: terminalId ?? undefined,
      terminalSeq: terminalSeq === null ? undefined : Number(terminalSeq),
      reverses: reverses ?? undefined,
      metadata: pairs === undefined || Object.keys(pairs).length === 0 ? undefined : pairs,
    },
  )
}

// What RFC 3339 can write.
const FIRST_MS = BigInt(Date.parse('0001-01-01T00:00:00Z'))
const LAST_MS = BigInt(Date.parse('9999-12-31T23:59:59.999Z'))
const MAX_SEQ = BigInt(Number.MAX_SAFE_INTEGER)

const isRunningNumber = (cell: unknown): cell is bigint => typeof cell === 'bigint' && cell >= 0n && cell <= MAX_SEQ

const isId = (cell: unknown): cell is string => typeof cell === 'string' && isClientId(cell)

const isOneOf = <T extends string>(all: readonly T[], cell: unknown): cell is T => all.includes(cell as T)

// The bound is one of code points; code units are never fewer, so this is right or too strict.
const isText = (cell: unknown, max: number): cell is string =>
  typeof cell === 'string' && cell.length <= max && cell.isWellFormed()

const readPairs = (cell: unknown): Readonly<Record<string, string>> | undefined => {
  if (typeof cell !== 'string') return undefined
  const most = ENTRY_FIELDS.metadata.max
  try {
    const pairs: unknown = JSON.parse(cell)
    if (typeof pairs !== 'object' || pairs === null || Array.isArray(pairs)) return undefined
    const all = Object.entries(pairs)
    const isUsual =
      all.length <= most.pairs && all.every(([key, value]) => isText(key, most.key) && isText(value, most.value))
    return isUsual && !Object.hasOwn(pairs, '__proto__') ? (pairs as Readonly<Record<string, string>>) : undefined
  } catch {
    return undefined
  }
}

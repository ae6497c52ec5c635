import { hash } from 'node:crypto'
import type { Brand, BusinessDay, EntryId, MerchantId } from './identifiers.ts'
import type { Currency } from './money.ts'

export const DIRECTIONS = ['credit', 'debit'] as const
export type Direction = (typeof DIRECTIONS)[number]

export const METHODS = ['cash', 'debit-card', 'credit-card', 'pix', 'voucher', 'transfer', 'other'] as const
export type Method = (typeof METHODS)[number]

/** One immutable movement of cash of one merchant: a credit (money in) or a debit (money out). */
export type Entry = {
  readonly entryId: EntryId
  readonly merchantId: MerchantId
  readonly direction: Direction
  /** Whole minor units of `currency`, 1 to MAX_ENTRY_MINOR. */
  readonly amountMinor: bigint
  readonly currency: Currency
  readonly occurredAtMs: number
  readonly method?: Method
  readonly category?: string
  readonly description?: string
  readonly reference?: string
  readonly terminalId?: string
  readonly terminalSeq?: number
  readonly reverses?: string
  readonly metadata?: Readonly<Record<string, string>>
  /** Fixed when the entry is accepted, and so is `receivedAtMs`; neither is part of the entry's content. */
  readonly businessDay: BusinessDay
  readonly receivedAtMs: number
}

/** What the client says of an entry; the rest is added on arrival. */
export type EntryContent = Omit<Entry, 'businessDay' | 'receivedAtMs'>

/** SHA-256 of an entry's content, in hex. */
export type ContentHash = Brand<string, 'ContentHash'>

/**
 * The entry as its client meant it, in the one way that RFC 8785 (JSON Canonicalization Scheme) writes it, `occurredAt` in
 * milliseconds since 1970 UTC. Two entries have the same content when these texts are equal; a retry may write its JSON
 * in another order or the time with another offset. What we add on arrival is left out. docs/hashes.md says the same to
 * those who check it, and docs/vectors/ has examples.
 */
export const canonicalContent = (entry: EntryContent): string => {
  const { category, description, metadata, method, reference, reverses, terminalId, terminalSeq } = entry
  // By hand, at less than half of what JSON.stringify takes for the whole. The fields stand in the order of their names.
  // Only free text can hold what has to be escaped, and JSON.stringify escapes it as RFC 8785 does.
  let text = `{"amount":${entry.amountMinor},`
  if (category !== undefined) text += `"category":${JSON.stringify(category)},`
  text += `"currency":"${entry.currency}",`
  if (description !== undefined) text += `"description":${JSON.stringify(description)},`
  text += `"direction":"${entry.direction}","entryId":"${entry.entryId}","merchantId":"${entry.merchantId}",`
  if (metadata !== undefined) text += `"metadata":${canonicalPairs(metadata)},`
  if (method !== undefined) text += `"method":"${method}",`
  text += `"occurredAt":${entry.occurredAtMs}`
  if (reference !== undefined) text += `,"reference":${JSON.stringify(reference)}`
  if (reverses !== undefined) text += `,"reverses":"${reverses}"`
  if (terminalId !== undefined) text += `,"terminalId":"${terminalId}"`
  if (terminalSeq !== undefined) text += `,"terminalSeq":${terminalSeq}`
  return `${text}}`
}

// SHA-256 costs 0.6 µs for a usual entry, about what a weaker hash written in JavaScript would.
export const contentHash = (entry: EntryContent): ContentHash =>
  hash('sha256', canonicalContent(entry), 'hex') as ContentHash

// The keys are sorted as texts, by their UTF-16 code units, and never put into another object: objects keep keys such as
// "9" and "10" in front, in the order of their numbers.
const canonicalPairs = (pairs: Readonly<Record<string, string>>): string => {
  let text = ''
  for (const key of Object.keys(pairs).toSorted()) {
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${JSON.stringify(pairs[key])}`
  }
  return `{${text}}`
}

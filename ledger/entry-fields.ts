/**
 * The one table of an entry's fields: what a client says of an entry. The type `EntryContent`, the columns of the archive
 * and the entries that tests make up follow from it. Code that names the fields one by one, for speed or for its words, is
 * held to it by the compiler. docs/adding-a-field.md says how a field is added.
 */
import type { EntryId, MerchantId } from './identifiers.ts'
import type { Currency } from './money.ts'

export const DIRECTIONS = ['credit', 'debit'] as const
export type Direction = (typeof DIRECTIONS)[number]

export const METHODS = ['cash', 'debit-card', 'credit-card', 'pix', 'voucher', 'transfer', 'other'] as const
export type Method = (typeof METHODS)[number]

/** A field. `json` is its name in JSON where that is another one; `column` is its column in the archive. */
type Field = { readonly json?: string; readonly column: string; readonly optional?: true } & KindAndLimits

/**
 * Texts are bounded in code points, and each says whether it may hold card numbers (ledger/card-number.ts); of pairs, the
 * values are meant. The other kinds have one bound each, wherever they stand. Ids are never looked at for card numbers:
 * of ten numbers that a client counts up, one has a valid check digit.
 */
type KindAndLimits =
  | { readonly kind: Exclude<Kind, 'text' | 'pairs'> }
  | { readonly kind: 'text'; readonly max: number; readonly cardNumbers: CardNumbers }
  | { readonly kind: 'pairs'; readonly max: PairLimits; readonly cardNumbers: CardNumbers }

type PairLimits = { readonly pairs: number; readonly key: number; readonly value: number }

/** `refused`: a new entry with a card number in this field is not accepted. One that was accepted earlier stays valid. */
type CardNumbers = 'refused' | 'taken'

/** What a field of each kind holds. */
type Values = {
  entryId: EntryId
  merchantId: MerchantId
  /** An id that a client has made. */
  clientId: string
  direction: Direction
  method: Method
  /** Whole minor units of the entry's currency, 1 to MAX_ENTRY_MINOR. */
  amount: bigint
  currency: Currency
  /** Milliseconds since 1970 UTC. */
  instant: number
  /** 0 to 2^53 − 1. */
  runningNumber: number
  text: string
  pairs: Readonly<Record<string, string>>
}
export type Kind = keyof Values

/** The required fields stand first. The order is that of the archive's columns. */
export const ENTRY_FIELDS = {
  entryId: { column: 'entry_id', kind: 'entryId' },
  merchantId: { column: 'merchant_id', kind: 'merchantId' },
  direction: { column: 'direction', kind: 'direction' },
  amountMinor: { json: 'amount', column: 'amount', kind: 'amount' },
  currency: { column: 'currency', kind: 'currency' },
  occurredAtMs: { json: 'occurredAt', column: 'occurred_at', kind: 'instant' },
  method: { column: 'method', kind: 'method', optional: true },
  category: { column: 'category', kind: 'text', max: 64, cardNumbers: 'refused', optional: true },
  description: { column: 'description', kind: 'text', max: 200, cardNumbers: 'refused', optional: true },
  reference: { column: 'reference', kind: 'text', max: 100, cardNumbers: 'refused', optional: true },
  terminalId: { column: 'terminal_id', kind: 'clientId', optional: true },
  terminalSeq: { column: 'terminal_seq', kind: 'runningNumber', optional: true },
  reverses: { column: 'reverses', kind: 'clientId', optional: true },
  metadata: {
    column: 'metadata',
    kind: 'pairs',
    max: { pairs: 20, key: 40, value: 200 },
    cardNumbers: 'refused',
    optional: true,
  },
} as const satisfies Readonly<Record<string, Field>>

type Fields = typeof ENTRY_FIELDS
export type FieldName = keyof Fields
export type OptionalFieldName = {
  [Name in FieldName]: Fields[Name] extends { readonly optional: true } ? Name : never
}[FieldName]
type RequiredFieldName = Exclude<FieldName, OptionalFieldName>

/** What a client says of an entry. */
export type EntryContent = { readonly [Name in RequiredFieldName]: Values[Fields[Name]['kind']] } & {
  readonly [Name in OptionalFieldName]?: Values[Fields[Name]['kind']]
}

/** A field's name in JSON. */
export type JsonName<Name extends FieldName = FieldName> = Name extends FieldName
  ? Fields[Name] extends { readonly json: infer Json extends string }
    ? Json
    : Name
  : never

/** The same for a program that goes through the table. */
export const fieldList: readonly (Field & { readonly name: FieldName; readonly json: string })[] =
  Object.entries<Field>(ENTRY_FIELDS).map(([name, field]) => ({ json: name, ...field, name: name as FieldName }))

/** A slot for each optional field, undefined where an entry has none: a reader cannot leave one out. */
export type OptionalSlots = { readonly [Name in OptionalFieldName]: EntryContent[Name] | undefined }

/**
 * `Value`, for code that handles the fields one by one and lists in `Names` all that it handles. Where a field is missing
 * in the list it is another type, so that code does not compile.
 */
export type Handling<Value extends object, Names extends keyof Value> = [keyof Value] extends [Names]
  ? Value
  : { readonly forgotten: Exclude<keyof Value, Names> }

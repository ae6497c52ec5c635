import { leadingDate } from './calendar-date.ts'
import { ok, refuse, type Result } from './result.ts'

declare const brand: unique symbol
/** A value that only its own parser hands out: holding one means the check has happened. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

export type MerchantId = Brand<string, 'MerchantId'>

/** The client's promise of uniqueness within a merchant's business day. */
export type EntryId = Brand<string, 'EntryId'>

/** A calendar date in the merchant's own time zone, written YYYY-MM-DD; the years are 0001 to 9998, so each has a next day. */
export type BusinessDay = Brand<string, 'BusinessDay'>

/** All entries of one merchant on one business day; the unit of ordering, exactness and closing. */
export type BookId = { readonly merchantId: MerchantId; readonly day: BusinessDay }

/** The book that an entry belongs to. */
export const bookOf = (entry: { readonly merchantId: MerchantId; readonly businessDay: BusinessDay }): BookId => ({
  merchantId: entry.merchantId,
  day: entry.businessDay,
})

/**
 * Where an accepted entry stands on the stream. `sequenceNumber` is Kinesis's decimal number, as text because it has
 * more digits than a double holds; `index` counts entries within the record.
 */
export type Position = { readonly shardId: string; readonly sequenceNumber: string; readonly index: number }

/**
 * An id that a client has made: 1 to 64 characters, but not "." or "..". Every URL parser folds those two as parts of a
 * path, written as `%2e` too, so what is called like them would have no URL.
 *
 * The pattern is published. It spells the two out without a lookahead, which Go's and Rust's regular expressions lack.
 * Ids made by the system start with "~", which is outside this alphabet, so no client can ever claim one.
 */
export const CLIENT_ID =
  /^(?:[A-Za-z0-9_:-][A-Za-z0-9._:-]{0,63}|\.[A-Za-z0-9_:-][A-Za-z0-9._:-]{0,62}|\.\.[A-Za-z0-9._:-]{1,62})$/

/** What `CLIENT_ID` asks for, in words. */
export const CLIENT_ID_RULE = 'must be 1 to 64 characters of A-Z a-z 0-9 . _ : - and neither "." nor ".."'

export const isClientId = (text: string): boolean => CLIENT_ID.test(text)

export const parseMerchantId = (text: string): Result<MerchantId, 'not-an-id'> =>
  isClientId(text) ? ok(text as MerchantId) : refuse('not-an-id')

export const parseEntryId = (text: string): Result<EntryId, 'not-an-id'> =>
  isClientId(text) ? ok(text as EntryId) : refuse('not-an-id')

const NO_DAY_FROM = '9999-01-01'

export const parseBusinessDay = (text: string): Result<BusinessDay, 'not-a-calendar-date'> =>
  text.length === 'YYYY-MM-DD'.length && text < NO_DAY_FROM && !Number.isNaN(leadingDate(text))
    ? ok(text as BusinessDay)
    : refuse('not-a-calendar-date')

/** One text per book: "#" stands in neither part, so two books never share a key. */
export const bookKey = (book: BookId): string => `${book.merchantId}#${book.day}`

/** Order on one shard: below 0 when `a` comes first. Decimal numbers without leading zeros, so the longer is the larger. */
export const compareSequenceNumbers = (a: string, b: string): number =>
  a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length

/** Order on one shard, and of one merchant's entries also from a shard to those that it was split or merged into. */
export const comparePositions = (a: Position, b: Position): number =>
  compareSequenceNumbers(a.sequenceNumber, b.sequenceNumber) || a.index - b.index

/**
 * Books late in a busy day: every hour and every method stands in their view, which is rewritten with each append. What
 * a view weighs hangs on the length of its numbers, so they are those of a day of 20 million entries over all shops.
 */
import { emptyBook } from '#ledger/book'
import type { DayView } from '#ledger/day-view'
import { contentHash, METHODS, type Entry } from '#ledger/entry'
import type { EntryId } from '#ledger/identifiers'
import type { Totals } from '#ledger/money'
import type { SealedSegment } from '#ledger/segment'
import { sealSegment } from '#wire/packed-segment'
import { bookOf, terms, type Shop } from './trade.ts'

const ENTRIES_SO_FAR = 20_000_000
const HOURS = 24

/** The one segment of a book that has a day behind it. Only its view is that of a day; it carries a single entry. */
export const fullDay = (shop: Shop): SealedSegment => {
  const book = bookOf(shop.merchantId)
  const entry: Entry = {
    entryId: 'first' as EntryId,
    merchantId: book.merchantId,
    businessDay: book.day,
    direction: 'credit',
    amountMinor: 1n,
    currency: terms.currency,
    occurredAtMs: terms.startsAtMs,
    receivedAtMs: terms.startsAtMs,
  }
  const segment = { number: 1, entries: [{ entry, contentHash: contentHash(entry) }], view: fullView(shop) }
  return sealSegment(emptyBook(book, terms), segment)
}

const fullView = ({ share, usualMinor }: Shop): DayView => {
  const entryCount = Math.ceil(share * ENTRIES_SO_FAR)
  return {
    totals: sumOf(entryCount, usualMinor),
    byMethod: new Map(METHODS.map((method) => [method, sumOf(Math.ceil(entryCount / METHODS.length), usualMinor)])),
    byHour: new Map(
      Array.from({ length: HOURS }, (_, hour) => [hour, sumOf(Math.ceil(entryCount / HOURS), usualMinor)]),
    ),
    lateEntries: 0,
  }
}

const sumOf = (entryCount: number, usualMinor: number): Totals => ({
  creditsMinor: BigInt(entryCount * usualMinor),
  debitsMinor: BigInt(Math.ceil((entryCount * usualMinor) / 25)),
  entryCount,
})

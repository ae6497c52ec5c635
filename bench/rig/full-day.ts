/**
 * Books late in a busy day. Their view has every hour and every method, and each append writes it again. The size of a view
 * depends on the length of its numbers, so the numbers are those of a day of 20 million entries over all shops.
 */
import { emptyBook } from '#ledger/book'
import type { DayView } from '#ledger/day-view'
import { METHODS, type Entry } from '#ledger/entry'
import type { EntryId } from '#ledger/identifiers'
import { laneOf } from '#ledger/lanes'
import type { Totals } from '#ledger/money'
import type { SealedSegment } from '#ledger/segment'
import { sealSegment } from '#wire/journal/segment'
import { seededRandom } from '#test/simulation/random'
import { bookOf, terms, type Shop } from './trade.ts'

const ENTRIES_SO_FAR = 20_000_000
const HOURS = 24

/** The only segment of such a book. Its view is that of a whole day; it carries a single entry. */
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
  const segment = { number: 1, entries: [entry], passedOn: [], view: fullView(shop) }
  return sealSegment(emptyBook(book, terms), segment)
}

const fullView = ({ merchantId, share, usualMinor }: Shop): DayView => {
  const random = seededRandom(laneOf(merchantId))
  // All numbers differ, as in a real day: a view of equal numbers would be smaller than a real one.
  const part = (of: number): Totals => {
    const entryCount = Math.ceil(((share * ENTRIES_SO_FAR) / of) * (0.3 + 1.4 * random.next()))
    const creditsMinor = Math.ceil(entryCount * usualMinor * (0.9 + 0.2 * random.next()))
    const debitsMinor = Math.ceil(creditsMinor * (0.02 + 0.04 * random.next()))
    return { creditsMinor: BigInt(creditsMinor), debitsMinor: BigInt(debitsMinor), entryCount }
  }
  return {
    totals: part(1),
    byMethod: new Map(METHODS.map((method) => [method, part(METHODS.length)])),
    byHour: new Map(Array.from({ length: HOURS }, (_, hour) => [hour, part(HOURS)])),
    lateEntries: 0,
  }
}

/**
 * What a merchant's books add up to: one day, or all of them.
 *
 * Every open book is an item of its own and moves by itself, so a sum over them is read twice. When the head and every
 * segment number are the same both times, then between the two reads all of them stood still at once, and the sum is
 * one that the merchant really had. A day's own view needs none of this: its last segment carries it whole.
 */
import { emptyView } from '#ledger/day-view'
import { balanceMinor, openDaysBefore, type Head } from '#ledger/head'
import type { BookId, BusinessDay, MerchantId } from '#ledger/identifiers'
import { netMinor } from '#ledger/money'
import type { SegmentEnd } from '#ledger/ports'
import type { BalanceRead } from '#wire/balance-response'
import type { DayAtSegment } from '#wire/day-response'
import { unpackView } from '#wire/packed-segment'
import type { Store } from './store.ts'

type Books = Pick<Store, 'heads' | 'journal'>

/** A business day as its book stands now; a day without entries has the empty view. */
export const readDay = async (books: Books, { merchantId, day }: BookId): Promise<DayAtSegment> => {
  const [opening, end] = await Promise.all([
    readOpenBooks(books, merchantId, (head) => openDaysBefore(head, day)),
    books.journal.end({ merchantId, day }),
  ])
  return {
    day,
    openingMinor: balanceMinor(opening.head, netsMinor(opening)),
    segment: end?.number ?? 0,
    hash: end?.hash ?? null,
    view: end ? unpackView(end.view, end.totals).view : emptyView,
  }
}

/** The balance over the closed days and all open books. */
export const readBalance = async (books: Books, merchantId: MerchantId): Promise<BalanceRead> => {
  const read = await readOpenBooks(books, merchantId, openDaysBefore)
  return { head: read.head, netsMinor: netsMinor(read), exact: read.exact }
}

/** A head and the ends of books that it names, in the order of their days. */
export type OpenBooks = { readonly head: Head; readonly ends: readonly (SegmentEnd | undefined)[] }

/** Whether nothing changed between two reads of the same books. */
export const stoodStill = (earlier: OpenBooks, later: OpenBooks): boolean =>
  earlier.head.revision === later.head.revision &&
  earlier.ends.every((end, index) => end?.number === later.ends[index]?.number)

/** How often books that keep moving are looked at again. */
const MAX_ROUNDS = 6

const readOpenBooks = async (
  { heads, journal }: Books,
  merchantId: MerchantId,
  daysOf: (head: Head) => readonly BusinessDay[],
): Promise<OpenBooks & { readonly exact: boolean }> => {
  // The head comes first. A book that is closed after that keeps its entries, so nothing is missed or counted twice.
  const read = async (): Promise<OpenBooks> => {
    const head = await heads.read(merchantId)
    return { head, ends: await Promise.all(daysOf(head).map((day) => journal.end({ merchantId, day }))) }
  }

  let books = await read()
  // The head alone is a single item.
  if (books.ends.length === 0) return { ...books, exact: true }
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const again = await read()
    if (stoodStill(books, again)) return { ...again, exact: true }
    books = again
  }
  return { ...books, exact: false }
}

const netsMinor = ({ ends }: OpenBooks): bigint[] => ends.map((end) => (end ? netMinor(end.totals) : 0n))

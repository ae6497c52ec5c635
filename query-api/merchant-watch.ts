/**
 * What changes in a merchant's open books, seen by looking at them again and again.
 *
 * A look reads the head and the last segment of each open book. Where a segment number differs from the look before, that
 * day is read as the day's own route reads it. The current business day is also read when it begins, when an earlier
 * book moves, which moves its opening, and when the merchant changes.
 */
import { businessDayOf } from '#ledger/calendar'
import { openDaysBefore } from '#ledger/head'
import type { BusinessDay } from '#ledger/identifiers'
import { CALENDAR_CACHE_MS, type Merchant } from '#ledger/merchant'
import type { Clock } from '#ledger/ports'
import { dayResponse, openDayTag } from '#wire/day-response'
import { dayEvent, problemEvent, type SeenDay } from '#wire/event-stream'
import { lookAtBooks, readDay, type Books, type OpenBooks } from './books.ts'
import { freshnessFields, type AsOf } from './conditional.ts'
import type { Store } from './store.ts'

/** A day as a client is told of it. */
export type DayNews = SeenDay & { readonly event: Uint8Array; readonly etag: string; readonly revision: number }

export type MerchantWatch = {
  /**
   * Looks at the books and tells what is new since the look before. A look that throws changes nothing, so the next one
   * tells what it would have told. One look at a time: the caller sees to that.
   */
  look(): Promise<readonly DayNews[]>
  /**
   * What a client has to be told that has last seen `seen`, as of the last look. That one must have known of it, see
   * `expect`; a client that has seen nothing, or something that is not open any more, is told of the current day.
   */
  missedBy(seen: SeenDay | undefined): readonly DayNews[]
  /** A client with this merchant and this last event is about to come: the next look takes them into account. */
  expect(merchant: Merchant, seen: SeenDay | undefined): void
}

export type WatchParts = {
  readonly store: Books & Pick<Store, 'merchants'>
  readonly clock: Clock
  readonly asOf: (merchantId: Merchant['merchantId']) => Promise<AsOf>
}

export const merchantWatch = ({ store, clock, asOf }: WatchParts, known: Merchant): MerchantWatch => {
  const { merchantId } = known
  let merchant = known
  let merchantReadAtMs = clock()
  let today: BusinessDay | undefined
  let books: OpenBooks | undefined
  let expected: BusinessDay[] = []
  /** Of open days and the current one, what was read last. */
  const latest = new Map<BusinessDay, DayNews>()

  const currentMerchant = async (): Promise<Merchant> => {
    if (clock() - merchantReadAtMs < CALENDAR_CACHE_MS) return merchant
    const readAtMs = clock()
    const found = await store.merchants.find(merchantId)
    merchantReadAtMs = readAtMs
    if (found !== undefined && found.revision > merchant.revision) merchant = found
    return merchant
  }

  const readNews = async (merchant: Merchant, day: BusinessDay): Promise<DayNews> => {
    const freshness = freshnessFields(await asOf(merchantId))
    const read = await readDay(store, { merchantId, day })
    const seen = { day, segment: read.segment }
    const view = dayResponse(merchant, read)
    const event = view.ok ? dayEvent(seen, { ...view.value, ...freshness }) : problemEvent(seen, view.error)
    return { ...seen, event, etag: openDayTag(merchant, read), revision: merchant.revision }
  }

  return {
    async look() {
      // Whoever expects something of this look has said so by now.
      const wanted = new Set(expected)
      expected = []
      const merchant = await currentMerchant()
      const nowToday = businessDayOf(merchant.calendar, clock())
      const nowBooks = await lookAtBooks(store, merchantId, openDaysBefore)
      const moved = books === undefined ? [] : movedDays(books, nowBooks)
      const isTodayNew = latest.get(nowToday)?.revision !== merchant.revision || moved.some((day) => day < nowToday)
      const changed = new Set(isTodayNew ? [...moved, nowToday] : moved)
      const asked = nowBooks.days.filter((day) => wanted.has(day))

      const read: DayNews[] = []
      for (const day of [...changed.union(new Set(asked))].toSorted()) read.push(await readNews(merchant, day))

      const news = read.filter(({ day, etag }) => changed.has(day) && latest.get(day)?.etag !== etag)
      for (const item of read) latest.set(item.day, item)
      for (const day of latest.keys()) if (day !== nowToday && !nowBooks.head.open.has(day)) latest.delete(day)
      books = nowBooks
      today = nowToday
      return news
    },

    missedBy(seen) {
      const days = [seen?.day, today].filter((day) => day !== undefined)
      return [...new Set(days)]
        .map((day) => latest.get(day))
        .filter((news) => news !== undefined)
        .filter((news) => news.day !== seen?.day || news.segment !== seen.segment)
    },

    expect(given, seen) {
      if (given.revision > merchant.revision) merchant = given
      if (seen !== undefined) expected.push(seen.day)
    },
  }
}

/** The days whose books are not as they were, those that are open no more included. */
const movedDays = (earlier: OpenBooks, later: OpenBooks): BusinessDay[] => {
  const [before, after] = [segmentsOf(earlier), segmentsOf(later)]
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (day) => (before.get(day) ?? 0) !== (after.get(day) ?? 0),
  )
}

const segmentsOf = ({ days, ends }: OpenBooks): ReadonlyMap<BusinessDay, number> =>
  new Map(days.map((day, index) => [day, ends[index]?.number ?? 0]))

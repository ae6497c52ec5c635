/**
 * Finds what changes in a merchant's open books, by repeated looks at them.
 *
 * A look reads the head and the last segment of each open book. When these, the merchant or the current business day
 * differ from the previous look, the open days and the current one are read at one moment. Days whose views have
 * changed are news: they have new entries, or their opening has changed with an earlier book.
 */
import { businessDayOf } from '#ledger/calendar'
import { openDaysBefore } from '#ledger/head'
import type { BusinessDay } from '#ledger/identifiers'
import { CALENDAR_CACHE_MS, type Merchant } from '#ledger/merchant'
import type { Clock } from '#ledger/ports'
import type { SegmentNumber } from '#ledger/segment'
import { dayResponse, dayTag } from '#wire/http/responses/day'
import { tagOf, type DayEvent } from '#wire/http/event-stream'
import { jsonText } from '#wire/json/json'
import { problemBody } from '#wire/http/problem'
import { lookAtBooks, readDays, unpackDay, type BookSource, type PackedDay } from './books.ts'
import { freshnessFields, type AsOf } from './conditional.ts'
import type { Store } from './store.ts'

/** The event of a day: its view, or the problem that its own route answers. All clients share the text. */
export type DayNews = {
  readonly day: BusinessDay
  readonly segment: SegmentNumber
  readonly etag: string
  readonly event: DayEvent['event']
  readonly data: string
}

/** The events that a client needs, newest day first. After them it knows the whole state that the tag stands for. */
export type News = { readonly tag: string; readonly days: readonly DayNews[] }

export type MerchantWatch = {
  /**
   * Looks at the books and answers the news since the previous look. A look that throws changes nothing, so the next
   * one answers its news. The caller must not start a look before the previous one has ended.
   */
  look(): Promise<News>
  /** No news for a client that knows the state of the last look; otherwise every open day and the current one. */
  missedBy(tag: string | undefined): News
  /**
   * Called before a client comes, with the merchant that its request has read, so that the next look is not based on an
   * older one.
   */
  expect(merchant: Merchant): void
}

export type WatchParts = {
  readonly store: BookSource & Pick<Store, 'merchants'>
  readonly clock: Clock
  readonly asOf: (merchantId: Merchant['merchantId']) => Promise<AsOf>
}

export const merchantWatch = ({ store, clock, asOf }: WatchParts, known: Merchant): MerchantWatch => {
  const { merchantId } = known
  let merchant = known
  let merchantReadAtMs = clock()
  /** Every open day and the current one, newest first. */
  let latest: News = { tag: '', days: [] }

  const currentMerchant = async (): Promise<Merchant> => {
    if (clock() - merchantReadAtMs < CALENDAR_CACHE_MS) return merchant
    const readAtMs = clock()
    const found = await store.merchants.find(merchantId)
    merchantReadAtMs = readAtMs
    if (found !== undefined && found.revision > merchant.revision) merchant = found
    return merchant
  }

  return {
    async look() {
      const merchant = await currentMerchant()
      const today = businessDayOf(merchant.calendar, clock())
      const { head, days, ends } = await lookAtBooks(store, merchantId, openDaysBefore)
      // The days that are read below may be newer than the tag. That is harmless: the tag of the next look then
      // differs.
      const tag = tagOf({
        merchantId,
        merchantRevision: merchant.revision,
        today,
        headRevision: head.revision,
        ends: days.map((day, index) => [day, ends[index]?.number ?? 0]),
      })
      if (tag === latest.tag) return { tag, days: [] }

      const freshness = freshnessFields(await asOf(merchantId))
      const read = await readDays(store, merchantId, [...new Set([...days, today])])
      const known = new Map(latest.days.map((news) => [news.day, news]))
      const now = read.toReversed().map((packed) => newsOf(merchant, packed, freshness, known.get(packed.day)))
      latest = { tag, days: now }
      return { tag, days: now.filter((news) => known.get(news.day) !== news) }
    },

    missedBy: (tag) => (tag === latest.tag ? { ...latest, days: [] } : latest),

    expect(given) {
      if (given.revision > merchant.revision) merchant = given
    },
  }
}

/** The news of a day; the previous object itself where the view is still the same. */
const newsOf = (merchant: Merchant, packed: PackedDay, freshness: object, known: DayNews | undefined): DayNews => {
  const { day, openingMinor, issue, exact, end } = packed
  const segment = end?.number ?? 0
  const etag = dayTag(merchant, { day, segment, openingMinor, issue, exact })
  if (known?.etag === etag) return known
  const view = dayResponse(merchant, unpackDay(packed))
  return view.ok
    ? { day, segment, etag, event: 'day', data: jsonText({ ...view.value, ...freshness }) }
    : { day, segment, etag, event: 'problem', data: jsonText({ businessDay: day, ...problemBody(view.error) }) }
}

/**
 * What changes in a merchant's open books, seen by looking at them again and again.
 *
 * A look reads the head and the last segment of each open book. When these, the merchant or the current business day
 * differ from the look before, the open days and the current one are read at one moment, and those whose views have
 * changed are news: those with new entries, and those whose opening has moved with an earlier book.
 */
import { businessDayOf } from '#ledger/calendar'
import { openDaysBefore } from '#ledger/head'
import type { BusinessDay } from '#ledger/identifiers'
import { CALENDAR_CACHE_MS, type Merchant } from '#ledger/merchant'
import type { Clock } from '#ledger/ports'
import type { SegmentNumber } from '#ledger/segment'
import { dayResponse, openDayTag } from '#wire/http/responses/day'
import { tagOf, type DayEvent } from '#wire/http/event-stream'
import { jsonText } from '#wire/json/json'
import { problemBody } from '#wire/http/problem'
import { lookAtBooks, readDays, unpackDay, type BookSource, type PackedDay } from './books.ts'
import { freshnessFields, type AsOf } from './conditional.ts'
import type { Store } from './store.ts'

/** A day as clients are told of it: its view, or the problem with which its own route answers. All clients share the text. */
export type DayNews = {
  readonly day: BusinessDay
  readonly segment: SegmentNumber
  readonly etag: string
  readonly event: DayEvent['event']
  readonly data: string
}

/** What a client has to be told, newest day first. After that it knows all of the state that the tag stands for. */
export type News = { readonly tag: string; readonly days: readonly DayNews[] }

export type MerchantWatch = {
  /**
   * Looks at the books and tells what is new since the look before. A look that throws changes nothing, so the next one
   * tells what it would have told. One look at a time: the caller sees to that.
   */
  look(): Promise<News>
  /** As of the last look: nothing for a client that knows this very state, otherwise every open day and the current one. */
  missedBy(tag: string | undefined): News
  /** A client is about to come, who has read this merchant: the next look takes it into account. */
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
      // What is read below may be newer than the tag says. Then the tag of the next look differs, and no harm is done.
      const tag = tagOf({
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

/** A day as clients are told of it; the very news of before where its view is still the same. */
const newsOf = (merchant: Merchant, packed: PackedDay, freshness: object, known: DayNews | undefined): DayNews => {
  const { day, openingMinor, end } = packed
  const segment = end?.number ?? 0
  const etag = openDayTag(merchant, { segment, openingMinor })
  if (known?.etag === etag) return known
  const view = dayResponse(merchant, unpackDay(packed))
  return view.ok
    ? { day, segment, etag, event: 'day', data: jsonText({ ...view.value, ...freshness }) }
    : { day, segment, etag, event: 'problem', data: jsonText({ businessDay: day, ...problemBody(view.error) }) }
}

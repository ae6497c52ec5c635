import { businessDayOf, HOUR_MS, knownUntil, yearsLater } from '#ledger/calendar'
import type { MerchantId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { Clock } from '#ledger/ports'

/** Watches for calendars that end. Entries after the end are refused, so operators have to know long before. */
export type CalendarAlarm = {
  /** Looks at a merchant that was just read from the register. */
  look(merchant: Merchant): void
  /** How many merchants were seen within the last hour whose calendar ends within a year. */
  ending(): number
}

export type EndingCalendar = { readonly merchantId: MerchantId; readonly endsAt: string; readonly merchants: number }

/** `onEnding` hears of the first calendar that ends within a year at once, and then of one at most once an hour. */
export const calendarAlarm = (clock: Clock, onEnding: (ending: EndingCalendar) => void): CalendarAlarm => {
  const seen = new Map<MerchantId, number>()
  let toldAtMs = -Infinity

  const ending = (): number => {
    const sinceMs = clock() - HOUR_MS
    for (const [merchantId, seenAtMs] of seen) if (seenAtMs <= sinceMs) seen.delete(merchantId)
    return seen.size
  }

  return {
    ending,
    look({ merchantId, calendar }) {
      const nowMs = clock()
      const endsAtMs = knownUntil(calendar, businessDayOf(calendar, nowMs))
      if (endsAtMs > yearsLater(nowMs, 1)) return void seen.delete(merchantId)
      seen.set(merchantId, nowMs)
      if (nowMs - toldAtMs < HOUR_MS) return
      toldAtMs = nowMs
      onEnding({ merchantId, endsAt: new Date(endsAtMs).toISOString(), merchants: ending() })
    },
  }
}

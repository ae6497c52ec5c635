/**
 * The merchants of which a day is due. The index of open days knows no calendars, so it is asked for all days that have ended in
 * some time zone. The calendar of the merchant decides.
 */
import { dayBounds, HOUR_MS, type Calendar } from '#ledger/calendar'
import { lastDayEndedAnywhere, lastEndedDay } from '#ledger/close'
import { concurrently } from '#ledger/concurrently'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { UnknownFormat, type Clock, type Merchants, type OldestOpen, type OpenDays } from '#ledger/ports'

export type DueWorld = {
  readonly openDays: OpenDays
  readonly merchants: Pick<Merchants, 'find'>
  readonly clock: Clock
}

/** A page of what is due. */
type DuePage = {
  readonly due: readonly DueMerchant[]
  /** Merchants whose calendar cannot be read. */
  readonly unusable: readonly UnusableMerchant[]
  readonly next?: string
}

export type DueMerchant = {
  readonly merchantId: MerchantId
  /** The last day that is due. */
  readonly lastDue: BusinessDay
  /** The last day that has been due for hours. */
  readonly lastOverdue: BusinessDay
}

export type UnusableMerchant = {
  readonly merchantId: MerchantId
  readonly oldestOpen: BusinessDay
  readonly reason: string
}

/** The page after a place, without the merchants of `passed`. */
type DueMerchants = (place: { readonly after?: string; readonly passed?: readonly MerchantId[] }) => Promise<DuePage>

/** A day is due `closeAfterMs` after its end. */
export const dueMerchants = ({ openDays, merchants, clock }: DueWorld, closeAfterMs: number): DueMerchants => {
  // Most days are due many rounds after the index lists them. Until then, their calendars are not read in every round, but at
  // least once an hour: a change of calendar may make a day end earlier.
  const notBefore = new Map<string, number>()

  const waitUntil = (item: OldestOpen, atMs: number): void => {
    if (notBefore.size >= MOST_KNOWN) notBefore.clear()
    notBefore.set(keyOf(item), atMs)
  }

  const calendarOf = async (merchantId: MerchantId): Promise<Calendar | string> => {
    try {
      return (await merchants.find(merchantId))?.calendar ?? 'the merchant is gone from the register'
    } catch (error) {
      if (!(error instanceof UnknownFormat)) throw error
      return error.message
    }
  }

  return async ({ after, passed = [] }) => {
    const nowMs = clock()
    const { items, ...more } = await openDays.since(lastDayEndedAnywhere(nowMs - closeAfterMs), {
      limit: MERCHANTS_AT_ONCE,
      ...(after !== undefined && { after }),
    })
    const isPassed = new Set(passed)
    const candidates = items.filter(
      (item) => !isPassed.has(item.merchantId) && nowMs >= (notBefore.get(keyOf(item)) ?? 0),
    )
    const due: DueMerchant[] = []
    const unusable: UnusableMerchant[] = []
    await concurrently(candidates, CALENDARS_AT_ONCE, async (item) => {
      const calendar = await calendarOf(item.merchantId)
      if (typeof calendar === 'string') return void unusable.push({ ...item, reason: calendar })
      const dueAtMs = dayBounds(calendar, item.oldestOpen).endsAtMs + closeAfterMs
      if (dueAtMs > nowMs) return waitUntil(item, Math.min(dueAtMs, nowMs + HOUR_MS))
      due.push({
        merchantId: item.merchantId,
        lastDue: lastEndedDay(calendar, nowMs - closeAfterMs),
        lastOverdue: lastEndedDay(calendar, nowMs - closeAfterMs - OVERDUE_AFTER_MS),
      })
    })
    return { due, unusable, ...more }
  }
}

const keyOf = ({ merchantId, oldestOpen }: OldestOpen): string => `${merchantId}/${oldestOpen}`

/** As many as are compared with the archive by name (close-days.ts). */
const MERCHANTS_AT_ONCE = 100
const CALENDARS_AT_ONCE = 16
/** Less than 10 MB. */
const MOST_KNOWN = 50_000
const OVERDUE_AFTER_MS = 6 * HOUR_MS

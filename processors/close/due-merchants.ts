/**
 * The merchants of which a day is due. The index of open days knows no calendars, so it is asked for all days that have ended in
 * some time zone. The calendar of the merchant decides.
 */
import { dayBounds, HOUR_MS } from '#ledger/calendar'
import { lastDayEndedAnywhere, lastEndedDay } from '#ledger/close'
import { concurrently } from '#ledger/concurrently'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import type { Clock, Merchants, OldestOpen, OpenDays } from '#ledger/ports'
import { GONE, unlessUnusable, type DayOutcome, type Note } from './day-outcome.ts'

export type DueWorld = {
  readonly openDays: OpenDays
  readonly merchants: Pick<Merchants, 'find'>
  readonly clock: Clock
}

/** A page of what is due. */
type DuePage = {
  readonly due: readonly DueMerchant[]
  /** The oldest open days of merchants whose calendars cannot be read, so what is due of them is not known. */
  readonly unusable: readonly DayOutcome[]
  readonly next?: string
}

export type DueMerchant = {
  readonly merchantId: MerchantId
  /** The last day that is due. */
  readonly lastDue: BusinessDay
  /** The last day that has been due for hours. */
  readonly lastOverdue: BusinessDay
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

  /** Undefined while no day of the merchant is due, and, with a note, when that is not known. */
  const dueOf = async (item: OldestOpen, nowMs: number, note: Note): Promise<DueMerchant | undefined> => {
    const { merchantId, oldestOpen: day } = item
    return await unlessUnusable(note, { merchantId, day }, async () => {
      const merchant = await merchants.find(merchantId)
      if (merchant === undefined) {
        note({ merchantId, day, ...GONE })
        return undefined
      }
      const { calendar } = merchant
      const dueAtMs = dayBounds(calendar, day).endsAtMs + closeAfterMs
      if (dueAtMs > nowMs) {
        waitUntil(item, Math.min(dueAtMs, nowMs + HOUR_MS))
        return undefined
      }
      return {
        merchantId,
        lastDue: lastEndedDay(calendar, nowMs - closeAfterMs),
        lastOverdue: lastEndedDay(calendar, nowMs - closeAfterMs - OVERDUE_AFTER_MS),
      }
    })
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
    const unusable: DayOutcome[] = []
    const note: Note = (outcome) => unusable.push(outcome)
    const found = await concurrently(candidates, CALENDARS_AT_ONCE, (item) => dueOf(item, nowMs, note))
    const due = found.filter((one) => one !== undefined)
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

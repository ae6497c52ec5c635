/** What there is to close: the open days of each merchant, with those of all entries that were acknowledged before. */
import { HOUR_MS, shiftDay } from '#ledger/calendar'
import { lastEndedDay } from '#ledger/close'
import { concurrently } from '#ledger/concurrently'
import { isClosed, openDaysBefore } from '#ledger/head'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import type { Clock, Heads, Merchants } from '#ledger/ports'
import { barrierPassed, putBarrier, type BarrierWorld } from '../reconcile/barrier.ts'
import { PATIENCE_MS } from '../reconcile/reconcile-day.ts'
import { GONE, isBehind, unlessUnusable, type Note } from './day-outcome.ts'

export type PlanWorld = BarrierWorld & {
  readonly heads: Pick<Heads, 'read'>
  readonly merchants: Pick<Merchants, 'find'>
  readonly clock: Clock
}

export type PlanRequest = {
  readonly through: BusinessDay
  readonly merchantIds: readonly MerchantId[]
  /** As in `ReconcileRequest`. */
  readonly patienceMs?: number
}

/** What there is to close of a merchant. */
export type Plan = {
  readonly merchantId: MerchantId
  /** The last day to close: the wanted one, or an earlier one while that has not ended. */
  readonly through: BusinessDay
  readonly open: readonly BusinessDay[]
  /** The wanted day and open days before it, as far as they have not ended. */
  readonly notEnded: readonly BusinessDay[]
  /** Whether there is nothing left to close. */
  readonly isClosed: boolean
}

/**
 * The plans of the merchants whose items can be read; the others are noted.
 *
 * An entry that was acknowledged may still be on its way to a book that no head lists. The comparison of a day with the archive
 * waits for such entries. A merchant without an open day has nothing to compare, so its plan is made again once the journal
 * has everything that stood on the stream.
 */
export const planDays = async (world: PlanWorld, request: PlanRequest, note: Note): Promise<readonly Plan[]> => {
  const { through, merchantIds, patienceMs = PATIENCE_MS } = request
  const plans = await plansOf(world, merchantIds, through, note)
  const isSure = ({ isClosed, open }: Plan): boolean => isClosed || open.length > 0
  const unsure = plans.filter((plan) => !isSure(plan)).map(({ merchantId }) => merchantId)
  if (unsure.length === 0) return plans
  const behind = await barrierPassed(world, await putBarrier(world), patienceMs, ['journal'])
  if (behind === undefined) return [...plans.filter(isSure), ...(await plansOf(world, unsure, through, note))]
  for (const merchantId of unsure) note({ merchantId, day: through, ...isBehind(behind) })
  return plans.filter(isSure)
}

const plansOf = async (
  world: PlanWorld,
  merchantIds: readonly MerchantId[],
  wanted: BusinessDay,
  note: Note,
): Promise<readonly Plan[]> => {
  const plans = await concurrently(merchantIds, MERCHANTS_AT_ONCE, (merchantId) =>
    planOf(world, merchantId, wanted, note),
  )
  return plans.filter((plan) => plan !== undefined)
}

/** Undefined, and noted, when an item of the merchant cannot be read. */
const planOf = async (
  world: PlanWorld,
  merchantId: MerchantId,
  wanted: BusinessDay,
  note: Note,
): Promise<Plan | undefined> =>
  await unlessUnusable(note, { merchantId, day: wanted }, async () => {
    const through = await lastToClose(world, merchantId, wanted)
    if (through === undefined) {
      note({ merchantId, day: wanted, ...GONE })
      return undefined
    }
    const head = await world.heads.read(merchantId)
    const days = openDaysBefore(head, shiftDay(wanted, 1))
    return {
      merchantId,
      through,
      open: days.filter((day) => day <= through),
      // The wanted day also when it has no book yet: it stays open, and the answer says why.
      notEnded: through < wanted ? [...new Set([...days.filter((day) => day > through), wanted])] : [],
      isClosed: isClosed(head, through),
    }
  })

/** Undefined for a merchant that is gone from the register. */
const lastToClose = async (
  { merchants, clock }: PlanWorld,
  merchantId: MerchantId,
  wanted: BusinessDay,
): Promise<BusinessDay | undefined> => {
  const nowMs = clock()
  if (Date.parse(wanted) + LATEST_END_MS <= nowMs) return wanted
  const merchant = await merchants.find(merchantId)
  if (merchant === undefined) return undefined
  const ended = lastEndedDay(merchant.calendar, nowMs)
  return ended < wanted ? ended : wanted
}

// A day begins up to 36 hours after its date does in UTC, and has at most 72 hours: then it has ended everywhere, whatever
// the merchant's calendar says.
const LATEST_END_MS = 108 * HOUR_MS

/** How many merchants are worked on at the same time. */
export const MERCHANTS_AT_ONCE = 16

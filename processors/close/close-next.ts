/**
 * One step of a run that closes days: the merchants of an order, or the next merchants of which a day is due. A day is due
 * some hours after it has ended by its merchant's calendar, so that tills that were offline are heard first.
 */
import { dayBounds, HOUR_MS, MINUTE_MS } from '#ledger/calendar'
import { lastDayEndedAnywhere, lastEndedDay } from '#ledger/close'
import { MOST_DAYS, MOST_ORDERED, type ClosingDay, type ClosingOrder, type ClosingRun } from '#ledger/closing-run'
import { concurrently } from '#ledger/concurrently'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import { UnknownFormat, type OldestOpen, type OpenDays } from '#ledger/ports'
import type { Log } from '../log.ts'
import { closeDays, type CloseRequest, type CloseWorld, type DayOutcome } from './close-days.ts'

export type CloseNextWorld = CloseWorld & { readonly openDays: OpenDays; readonly log: Log }

export type CloseTerms = {
  /** The time from the end of a day until it is due. */
  readonly closeAfterMs: number
  /** As in `ReconcileRequest`. */
  readonly deliveryMs: number
}

export type CloseNext = (run: ClosingRun) => Promise<ClosingRun>

export const closeNext = (world: CloseNextWorld, terms: CloseTerms): CloseNext => {
  const due = dueMerchants(world, terms)
  const close = async (request: Pick<CloseRequest, 'through' | 'merchantIds'>, untilMs: number) =>
    await closeDays(world, { ...request, deliveryMs: terms.deliveryMs, patienceMs: PATIENCE_MS, untilMs })

  const closeOrdered = async (run: ClosingRun, order: ClosingOrder): Promise<ClosingRun> => {
    const passed = new Set(run.passed)
    const merchantIds = order.merchantIds.filter((merchantId) => !passed.has(merchantId))
    const { isOutOfTime, settled, stuck } = sorted(await close({ ...order, merchantIds }, world.clock() + STEP_MS))
    const { passed: _, ...now } = run
    const tally = addTally(run, tallied(settled))
    const days = [
      // A day that was open before and has no outcome now was closed by another run.
      ...run.days.filter(({ status, merchantId }) => status === 'closed' || passed.has(merchantId)),
      ...settled.map(closingDay),
    ].slice(0, MOST_DAYS)
    if (isOutOfTime) return { ...now, ...AT_ONCE, ...tally, days, passed: passedBy(run, stuck) }
    const waitSeconds = WAITS_OF_ORDER[run.rounds]
    if (tally.waiting === 0 || waitSeconds === undefined) return { ...now, ...DONE, ...tally, days }
    return { ...now, ...later(run, waitSeconds), closed: tally.closed, open: 0, waiting: 0, days }
  }

  const closeDue = async (run: ClosingRun): Promise<ClosingRun> => {
    const untilMs = world.clock() + STEP_MS
    const page = await due.next(run)
    const outcomes: DayOutcome[] = [...page.unusable]
    let isCutShort = false
    for (const [through, merchantIds] of page.byLastDay) {
      isCutShort = world.clock() >= untilMs
      if (isCutShort) break
      outcomes.push(...(await close({ through, merchantIds }, untilMs)))
    }
    const { isOutOfTime, settled, stuck } = sorted(outcomes)
    tellOfOverdue(world.log, settled, page.overdue)
    const { after: _, passed: __, ...now } = run
    const tally = addTally(run, tallied(settled))
    const stayOpen = settled.filter(({ status }) => status !== 'closed').map(closingDay)
    const told = { ...tally, days: [...run.days, ...stayOpen].slice(0, MOST_TOLD) }
    if (isOutOfTime || isCutShort) {
      // The same page again: what was closed is no longer in it, and what stays open is passed by.
      return { ...now, ...told, ...AT_ONCE, ...placeOf(run), passed: passedBy(run, stuck) }
    }
    if (page.next !== undefined) return { ...now, ...told, ...AT_ONCE, after: page.next }
    if (tally.waiting === 0 || run.rounds >= ROUNDS_OF_DUE) return { ...now, ...told, ...DONE }
    return { ...now, ...later(run, WAIT_OF_DUE_SECONDS), closed: tally.closed, open: 0, waiting: 0, days: [] }
  }

  return async (run) => (run.order === undefined ? await closeDue(run) : await closeOrdered(run, run.order))
}

const AT_ONCE = { next: 'chunk', waitSeconds: 0 } as const
const DONE = { next: 'done', waitSeconds: 0 } as const
const later = ({ rounds }: ClosingRun, waitSeconds: number) => ({
  next: 'round' as const,
  waitSeconds,
  rounds: rounds + 1,
})

/** Lambda ends a function after 15 minutes, and the day that was begun last has to end before. */
const STEP_MS = 5 * MINUTE_MS
/** Longer waits are those of the workflow, where waiting costs nothing. */
const PATIENCE_MS = 10_000

/**
 * A client waits for an order, and locally the archive has everything within seconds. On AWS it takes up to 13 minutes, and
 * what has not come after these 17 minutes is missing.
 */
const WAITS_OF_ORDER: readonly number[] = [2, 5, 10, 20, 40, ...Array.from({ length: 16 }, () => 60)]
/** The next run of the schedule follows within 15 minutes. */
const ROUNDS_OF_DUE = 2
const WAIT_OF_DUE_SECONDS = 60

const MOST_TOLD = 20

/**
 * The outcomes that stand for this round, and the merchants of which a day stays open in it. The days of merchants whose turn
 * did not come are left to the next step. It passes by the merchants that are stuck: their comparisons would take the same
 * time again, and the turn of the others would never come.
 */
const sorted = (outcomes: readonly DayOutcome[]) => {
  const isInTurn = (outcome: DayOutcome) => outcome.status === 'waiting' && outcome.waitsFor === 'turn'
  const inTurn = new Set(outcomes.filter(isInTurn).map(({ merchantId }) => merchantId))
  const settled = outcomes.filter(({ status, merchantId }) => status === 'closed' || !inTurn.has(merchantId))
  const stuck = settled.filter(({ status }) => status !== 'closed').map(({ merchantId }) => merchantId)
  return { isOutOfTime: inTurn.size > 0, settled, stuck }
}

const passedBy = (run: ClosingRun, stuck: readonly MerchantId[]): readonly MerchantId[] =>
  [...new Set([...(run.passed ?? []), ...stuck])].slice(-MOST_ORDERED)

const placeOf = ({ after }: ClosingRun) => (after === undefined ? {} : { after })

type Tally = Pick<ClosingRun, 'closed' | 'open' | 'waiting'>

const tallied = (outcomes: readonly DayOutcome[]): Tally => {
  const closed = outcomes.filter(({ status }) => status === 'closed').length
  const waiting = outcomes.filter((outcome) => outcome.status === 'waiting' && outcome.waitsFor === 'archive').length
  return { closed, open: outcomes.length - closed, waiting }
}

const addTally = (run: Tally, step: Tally): Tally => ({
  closed: run.closed + step.closed,
  open: run.open + step.open,
  waiting: run.waiting + step.waiting,
})

const closingDay = (outcome: DayOutcome): ClosingDay => {
  const { merchantId, day, status } = outcome
  switch (outcome.status) {
    case 'closed': {
      const { closed } = outcome
      return {
        merchantId,
        day,
        status,
        ...(closed !== undefined && {
          version: closed.seal.version,
          closingMinor: closed.openingMinor + closed.netMinor,
        }),
      }
    }
    case 'waiting':
    case 'not-equal':
      return { merchantId, day, status, reason: outcome.reason.slice(0, LONGEST_REASON) }
    case 'after-open-day':
      return { merchantId, day, status }
  }
}

const LONGEST_REASON = 200

/** One line for a step, whatever the number of days. Its message is that of an alarm (infra/aws/alarms.ts). */
const tellOfOverdue = (
  log: Log,
  outcomes: readonly DayOutcome[],
  overdue: ReadonlyMap<MerchantId, BusinessDay>,
): void => {
  const days = outcomes.filter(
    ({ merchantId, day, status }) =>
      status === 'not-equal' || (status === 'waiting' && day <= (overdue.get(merchantId) ?? '')),
  )
  if (days.length === 0) return
  log.error({ days: days.slice(0, MOST_TOLD).map(closingDay), count: days.length }, 'a day stays open')
}

type DuePage = {
  /** The merchants with a due day, by the last day that is due. */
  readonly byLastDay: ReadonlyMap<BusinessDay, readonly MerchantId[]>
  /** The last day of each merchant that should have been closed for hours. */
  readonly overdue: ReadonlyMap<MerchantId, BusinessDay>
  /** Merchants whose calendar cannot be read, with their oldest open day. */
  readonly unusable: readonly DayOutcome[]
  readonly next?: string
}

const dueMerchants = ({ openDays, merchants, clock }: CloseNextWorld, { closeAfterMs }: CloseTerms) => {
  // The list holds each open day from its end in the first time zone on, and most days are due many rounds later. Until
  // then, the calendar is not read in every round. A change of calendar may make a day end earlier, so not for long.
  const notBefore = new Map<string, number>()

  const merchantOf = async ({ merchantId, oldestOpen: day }: OldestOpen): Promise<Merchant | DayOutcome> => {
    const unusable = { merchantId, day, status: 'not-equal' } as const
    try {
      return (await merchants.find(merchantId)) ?? { ...unusable, reason: 'the merchant is gone from the register' }
    } catch (error) {
      if (!(error instanceof UnknownFormat)) throw error
      return { ...unusable, reason: error.message }
    }
  }

  return {
    async next({ after, passed = [] }: ClosingRun): Promise<DuePage> {
      const nowMs = clock()
      const endedAtMs = nowMs - closeAfterMs
      const { items, ...more } = await openDays.since(lastDayEndedAnywhere(endedAtMs), {
        limit: MERCHANTS_AT_ONCE,
        ...(after !== undefined && { after }),
      })
      const isPassed = new Set(passed)
      const candidates = items.filter(
        (item) => !isPassed.has(item.merchantId) && nowMs >= (notBefore.get(keyOf(item)) ?? 0),
      )
      const byLastDay = new Map<BusinessDay, MerchantId[]>()
      const overdue = new Map<MerchantId, BusinessDay>()
      const unusable: DayOutcome[] = []
      await concurrently(candidates, CALENDARS_AT_ONCE, async (item) => {
        const found = await merchantOf(item)
        if (!('calendar' in found)) return void unusable.push(found)
        const { merchantId, calendar } = found
        const dueAtMs = dayBounds(calendar, item.oldestOpen).endsAtMs + closeAfterMs
        if (dueAtMs > nowMs) {
          if (notBefore.size >= MOST_KNOWN) notBefore.clear()
          return void notBefore.set(keyOf(item), Math.min(dueAtMs, nowMs + HOUR_MS))
        }
        const last = lastEndedDay(calendar, endedAtMs)
        byLastDay.set(last, [...(byLastDay.get(last) ?? []), merchantId])
        overdue.set(merchantId, lastEndedDay(calendar, endedAtMs - OVERDUE_AFTER_MS))
      })
      return { byLastDay, overdue, unusable, ...more }
    },
  }
}

const keyOf = ({ merchantId, oldestOpen }: OldestOpen): string => `${merchantId}/${oldestOpen}`

/** As many as are compared with the archive by name (close-days.ts). */
const MERCHANTS_AT_ONCE = 100
const CALENDARS_AT_ONCE = 16
/** Less than 10 MB. */
const MOST_KNOWN = 50_000
const OVERDUE_AFTER_MS = 6 * HOUR_MS

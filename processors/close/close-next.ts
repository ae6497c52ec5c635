/**
 * One step of a run that closes days: the merchants of an order, or the next merchants of which a day is due. A day is due
 * some hours after it has ended by its merchant's calendar, so that tills that were offline are heard first.
 */
import { MINUTE_MS } from '#ledger/calendar'
import {
  hasBegun,
  MOST_DAYS,
  MOST_ORDERED,
  type ClosingDay,
  type ClosingOrder,
  type ClosingRun,
} from '#ledger/closing-run'
import type { MerchantId } from '#ledger/identifiers'
import type { DueRuns } from '#ledger/ports'
import type { Log } from '../log.ts'
import { closeDays, type CloseRequest, type CloseWorld } from './close-days.ts'
import type { DayOutcome } from './day-outcome.ts'
import { dueMerchants, type DueMerchant, type DueWorld } from './due-merchants.ts'

export type CloseNextWorld = CloseWorld & DueWorld & { readonly dueRuns: DueRuns; readonly log: Log }

export type CloseTerms = {
  /** The time from the end of a day until it is due. */
  readonly closeAfterMs: number
  /** As in `ReconcileRequest`. */
  readonly deliveryMs: number
}

export type CloseNext = (run: ClosingRun) => Promise<ClosingRun>

export const closeNext = (world: CloseNextWorld, terms: CloseTerms): CloseNext => {
  const nextDue = dueMerchants(world, terms.closeAfterMs)
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
    // A run of many merchants takes longer than the schedule waits. Runs beside each other would compare the same books.
    if (!hasBegun(run) && (await world.dueRuns.underWay()) > 1) return { ...run, ...DONE }
    const untilMs = world.clock() + STEP_MS
    const page = await nextDue(run)
    const outcomes: DayOutcome[] = [...page.unusable]
    let isCutShort = false
    for (const [through, merchants] of Map.groupBy(page.due, ({ lastDue }) => lastDue)) {
      isCutShort = world.clock() >= untilMs
      if (isCutShort) break
      outcomes.push(...(await close({ through, merchantIds: merchants.map(({ merchantId }) => merchantId) }, untilMs)))
    }
    const { isOutOfTime, settled, stuck } = sorted(outcomes)
    tellOfOverdue(world.log, settled, page.due)
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
    // The next round finds again what stays open, and counts it then.
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
const tellOfOverdue = (log: Log, outcomes: readonly DayOutcome[], due: readonly DueMerchant[]): void => {
  const lastOverdue = new Map(due.map((merchant) => [merchant.merchantId, merchant.lastOverdue]))
  const days = outcomes.filter(
    ({ merchantId, day, status }) =>
      status === 'not-equal' || (status === 'waiting' && day <= (lastOverdue.get(merchantId) ?? '')),
  )
  if (days.length === 0) return
  // Of exceptions of our own code, the first one with its stack.
  const err = days.map((outcome) => (outcome.status === 'not-equal' ? outcome.err : undefined)).find(Boolean)
  const about = { days: days.slice(0, MOST_TOLD).map(closingDay), count: days.length }
  log.error({ ...about, ...(err !== undefined && { err }) }, 'a day stays open')
}

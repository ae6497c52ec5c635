/**
 * Closes the days of a merchant on request. The work is that of the workflow: a request starts a run, or joins the one that
 * is under way, and waits for its outcome. It never touches the journal.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { noSuchMerchant } from '#http/hidden'
import { ProblemError } from '#http/problem-error'
import { orUnavailable, type Dependency } from '#http/unavailable'
import { businessDayOf, shiftDay } from '#ledger/calendar'
import { nextRequestsMs, requestedRun, type ClosingDay } from '#ledger/closing-run'
import { isClosed, openDaysBefore, type Head } from '#ledger/head'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import type { Clock, Closings, ClosingState, Heads, Merchants } from '#ledger/ports'
import { invalid } from '#wire/http/problem'
import type { ClosedUpTo } from '#wire/http/responses/closing'

export type ClosingWorld = {
  readonly closings: Closings
  readonly heads: Pick<Heads, 'read'>
}

export type CloseUpTo = (merchantId: MerchantId, through: BusinessDay, waitMs: number) => Promise<ClosedUpTo>

type Parts = ClosingWorld & { readonly merchants: Pick<Merchants, 'find'>; readonly clock: Clock }

export const closeUpTo = ({ closings, heads, merchants, clock }: Parts): CloseUpTo => {
  const headOf = (merchantId: MerchantId): Promise<Head> => orUnavailable(heads.read(merchantId), STORE)

  const requireBegun = async (merchantId: MerchantId, day: BusinessDay): Promise<void> => {
    const merchant = await orUnavailable(merchants.find(merchantId), REGISTER)
    if (merchant === undefined) throw noSuchMerchant()
    const today = businessDayOf(merchant.calendar, clock())
    if (day <= today) return
    const detail = `must not be after ${today}, the merchant's business day`
    throw new ProblemError(invalid('The day has not begun.', [{ pointer: '/day', code: 'not-begun', detail }]))
  }

  const started = async (merchantId: MerchantId, through: BusinessDay): Promise<string> => {
    const nowMs = clock()
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const name = requestedRun(merchantId, through, nowMs, attempt)
      const order = { merchantIds: [merchantId], through }
      if ((await orUnavailable(closings.start(name, order), WORKFLOW)) === 'running') return name
    }
    throw new ProblemError({
      code: 'rate-limited',
      detail:
        'The days up to this one were looked at ten times within ten minutes, and stay open. Ask again after Retry-After.',
      retryAfterSeconds: Math.ceil((nextRequestsMs(nowMs) - nowMs) / 1_000),
    })
  }

  const outcomeOf = async (name: string, waitMs: number): Promise<ClosingState> => {
    const untilMs = performance.now() + waitMs
    for (let everyMs = FIRST_LOOK_MS; ; everyMs = Math.min(2 * everyMs, MOST_LOOK_MS)) {
      const state = await orUnavailable(closings.state(name), WORKFLOW)
      const leftMs = untilMs - performance.now()
      if (state.status !== 'running' || leftMs <= 0) return state
      await sleep(Math.min(everyMs, leftMs))
    }
  }

  return async (merchantId, through, waitMs) => {
    await requireBegun(merchantId, through)
    const before = await headOf(merchantId)
    const asked = { merchantId, through }
    if (isClosed(before, through)) return { ...asked, closedThrough: before.closedThrough, isGoingOn: false, days: [] }
    const state = await outcomeOf(await started(merchantId, through), waitMs)
    if (state.status === 'failed') throw new ProblemError(WORKFLOW_FAILED)
    const head = await headOf(merchantId)
    // The last day may have been closed since the state was looked at. Then there is nothing left to wait for.
    const isGoingOn = state.status === 'running' && !isClosed(head, through)
    const days = state.status === 'running' ? stillOpen(merchantId, head, through) : state.days.toSorted(byDay)
    return { ...asked, closedThrough: head.closedThrough, isGoingOn, days }
  }
}

/** As many runs as one day may take within ten minutes. Each compares the day with the archive, which costs. */
const MOST_ATTEMPTS = 10

const FIRST_LOOK_MS = 50
// AWS takes 15 such questions a second, of all who wait.
const MOST_LOOK_MS = 2_000

const stillOpen = (merchantId: MerchantId, head: Head, through: BusinessDay): ClosingDay[] =>
  openDaysBefore(head, shiftDay(through, 1)).map((day) => ({ merchantId, day, status: 'waiting' }))

const byDay = (a: ClosingDay, b: ClosingDay): number => (a.day < b.day ? -1 : 1)

const WORKFLOW_FAILED = {
  code: 'closing-unavailable',
  detail: 'The workflow that closes days has failed. What it had closed is closed. Send the same request again.',
  retryAfterSeconds: 10,
} as const

const WORKFLOW: Dependency = {
  name: 'the workflow that closes days',
  unavailable: {
    code: 'closing-unavailable',
    detail: 'The workflow that closes days does not answer. Sending the same request again is safe.',
    retryAfterSeconds: 1,
  },
}

const STORE: Dependency = {
  name: 'the table of days',
  unavailable: {
    code: 'store-unavailable',
    detail: 'The store of books does not answer. Sending the same request again is safe.',
    retryAfterSeconds: 1,
  },
}

const REGISTER: Dependency = {
  name: 'the register of merchants',
  unavailable: {
    code: 'register-unavailable',
    detail: 'The register of merchants could not be reached. Send the same request again.',
    retryAfterSeconds: 1,
  },
}

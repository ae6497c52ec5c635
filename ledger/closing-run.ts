/**
 * A run that closes days in steps. Each step closes what it can of the next merchants and says what comes next, so a run
 * may be interrupted between any two steps, and each step may be done twice.
 */
import { hash } from 'node:crypto'
import { MINUTE_MS } from './calendar.ts'
import type { BusinessDay, MerchantId } from './identifiers.ts'

/** The merchants whose days are closed, up to a day. */
export type ClosingOrder = { readonly merchantIds: readonly MerchantId[]; readonly through: BusinessDay }

/** At most as many merchants in one order: the state of a run has to stay far below 256 KiB. */
export const MOST_ORDERED = 100

/**
 * The name of a run that is started on request. All who ask for the same within ten minutes ask for the same names, so they
 * join the run that is under way. `attempt` counts from 1, and begins anew with the next ten minutes.
 */
export const requestedRun = (merchantId: MerchantId, through: BusinessDay, atMs: number, attempt: number): string => {
  const what = hash('sha256', `${merchantId} ${through}`).slice(0, 32)
  return `${ORDERED_RUN}${what}-${Math.floor(atMs / REQUESTED_TOGETHER_MS)}-${attempt}`
}

/** How the names of ordered runs begin. The schedule gives other names, UUIDs. */
export const ORDERED_RUN = 'close-'

/** The next instant from which names of requested runs begin anew. */
export const nextRequestsMs = (atMs: number): number =>
  (Math.floor(atMs / REQUESTED_TOGETHER_MS) + 1) * REQUESTED_TOGETHER_MS

const REQUESTED_TOGETHER_MS = 10 * MINUTE_MS

/** What came of a day that was open when the run began. */
export type ClosingDay = {
  readonly merchantId: MerchantId
  readonly day: BusinessDay
  readonly status: 'closed' | 'waiting' | 'not-equal' | 'after-open-day'
  /** Why the day stays open. */
  readonly reason?: string
  /** The version and the balance with which the day was closed. Absent when another closer was faster. */
  readonly version?: number
  readonly closingMinor?: bigint
}

/** What is known between two steps of a run. */
export type ClosingRun = {
  /** Absent in a run that closes all that is due. */
  readonly order?: ClosingOrder
  /** `chunk`: the next step follows at once. `round`: it follows when the time to wait is over, with all that stayed open. */
  readonly next: 'chunk' | 'round' | 'done'
  readonly waitSeconds: number
  /** The number of rounds that have been waited for. */
  readonly rounds: number
  /** Where the list of open days goes on. */
  readonly after?: string
  /**
   * Merchants of which a day stayed open in an earlier step of this round that ran out of time, at most MOST_ORDERED. The
   * round goes on without them.
   */
  readonly passed?: readonly MerchantId[]
  /** How many days the run has closed. */
  readonly closed: number
  /** How many days stayed open in this round, and how many of them only wait for the archive. */
  readonly open: number
  readonly waiting: number
  /** With an order, what came of each day, at most MOST_DAYS of them; otherwise the first days that stay open. */
  readonly days: readonly ClosingDay[]
}

/**
 * Entries of the last 402 days are taken, so a merchant has more open days only when days stay open for a year. The first of
 * them are told then. A day takes 350 bytes at most.
 */
export const MOST_DAYS = 450

export const newRun = (order?: ClosingOrder): ClosingRun => ({
  ...(order !== undefined && { order }),
  next: 'chunk',
  waitSeconds: 0,
  rounds: 0,
  closed: 0,
  open: 0,
  waiting: 0,
  days: [],
})

/** Whether a step of the run has come to anything. */
export const hasBegun = ({ rounds, after, passed, closed, open }: ClosingRun): boolean =>
  rounds > 0 || after !== undefined || passed !== undefined || closed + open > 0

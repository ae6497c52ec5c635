/**
 * Closes the days of merchants up to a day: of each merchant one day after the other, the oldest first. A day is closed
 * only when the archive proves its book. A day that is not proven stays open, is reported, and keeps the merchant's later
 * days open; other merchants go on. Nothing is remembered between runs: what is closed is closed, and the next run goes on
 * from there, after a crash as well.
 */
import { concurrently } from '#ledger/concurrently'
import { dayClosed, daysClosedThrough, type AuditEvent } from '#ledger/audit-event'
import { lastEndedDay, type ClosedDay } from '#ledger/close'
import { HOUR_MS, shiftDay } from '#ledger/calendar'
import { closeThrough, isClosed, openDaysBefore } from '#ledger/head'
import type { BookId, BusinessDay, MerchantId } from '#ledger/identifiers'
import { UnknownFormat, type AuditTrail, type Merchants } from '#ledger/ports'
import { BrokenChain } from '#ledger/segment'
import { markAsBroken } from '../mark-book.ts'
import { barrierPassed, putBarrier, type Behind } from '../reconcile/barrier.ts'
import {
  PATIENCE_MS,
  reconcileDay,
  type DayReport,
  type ReconcileRequest,
  type ReconcileWorld,
} from '../reconcile/reconcile-day.ts'
import type { BookReport } from '../reconcile/compare-book.ts'
import type { BookEnd } from '../reconcile/counted-book.ts'
import { closeComparedBook, type CloseBookWorld } from './close-book.ts'

export type CloseWorld = ReconcileWorld &
  CloseBookWorld & {
    readonly merchants: Pick<Merchants, 'find' | 'items'>
    /** Gets an event for each day that was closed. */
    readonly auditTrail: AuditTrail
  }

export type CloseRequest = {
  readonly through: BusinessDay
  readonly merchantIds: readonly MerchantId[]
  /** As in `ReconcileRequest`. */
  readonly deliveryMs: number
  /** As in `ReconcileRequest`. */
  readonly patienceMs?: number
  /** From then on no further day is begun. The first one always is, so every run gets on. */
  readonly untilMs?: number
  /** Called for each day when its outcome is known. */
  readonly onDay?: (outcome: DayOutcome) => void
}

/** What came of a day that was open. */
export type DayOutcome = { readonly merchantId: MerchantId; readonly day: BusinessDay } & (
  | { readonly status: 'closed'; readonly closed?: ClosedDay }
  | NotClosed
  /** An earlier day of the merchant stays open. */
  | { readonly status: 'after-open-day' }
)

type NotClosed =
  /** A later run closes the day: once the archive has its entries, once it has ended, or when its turn comes. */
  | { readonly status: 'waiting'; readonly waitsFor: 'archive' | 'end-of-day' | 'turn'; readonly reason: string }
  /** The archive and the book differ. A person has to look. */
  | { readonly status: 'not-equal'; readonly reason: string; readonly report?: BookReport }

/** The outcome of every day up to `through` that was open, by day and merchant. Days that were closed before have none. */
export const closeDays = async (world: CloseWorld, request: CloseRequest): Promise<readonly DayOutcome[]> => {
  const { merchantIds, onDay } = request
  const outcomes: DayOutcome[] = []
  const stuck = new Set<MerchantId>()
  const note = (outcome: DayOutcome): void => {
    if (outcome.status !== 'closed') stuck.add(outcome.merchantId)
    outcomes.push(outcome)
    onDay?.(outcome)
  }

  const plans = await withAllUnderWay(world, request, await plansOf(world, merchantIds, request.through, note), note)
  const days = byDay(plans)
  for (const [index, [day, merchants]] of days.entries()) {
    const left = merchants.filter((merchantId) => !stuck.has(merchantId))
    for (const merchantId of merchants) if (stuck.has(merchantId)) note({ merchantId, day, status: 'after-open-day' })
    if (index > 0 && world.clock() >= (request.untilMs ?? Infinity)) {
      for (const merchantId of left) note({ merchantId, day, ...OUT_OF_TIME })
      continue
    }
    await closeDay(world, request, day, left, note)
  }
  const ready = plans.filter(({ merchantId }) => !stuck.has(merchantId))
  // A run that stops leaves at most the events of these few untold.
  for (let at = 0; at < ready.length; at += TOLD_AT_ONCE) {
    const told = await concurrently(
      ready.slice(at, at + TOLD_AT_ONCE),
      MERCHANTS_AT_ONCE,
      async ({ merchantId, through }) =>
        unlessUnusable(note, { merchantId, day: through }, () => closeRest(world, merchantId, through, note)),
    )
    await world.auditTrail.publish(...told.flatMap((events) => events ?? []))
  }
  for (const { merchantId, notEnded } of plans) {
    for (const day of notEnded) note({ merchantId, day, ...NOT_ENDED })
  }
  return outcomes
}

const NOT_ENDED = { status: 'waiting', waitsFor: 'end-of-day', reason: 'the day has not ended' } as const
const OUT_OF_TIME = { status: 'waiting', waitsFor: 'turn', reason: 'the run has taken its time' } as const

const MERCHANTS_AT_ONCE = 16

type Note = (outcome: DayOutcome) => void

/** What there is to close of a merchant. */
type Plan = {
  readonly merchantId: MerchantId
  /** The last day to close: the wanted one, or an earlier one while that has not ended. */
  readonly through: BusinessDay
  readonly open: readonly BusinessDay[]
  /** The wanted day and open days before it, as far as they have not ended. */
  readonly notEnded: readonly BusinessDay[]
  /** Whether there is nothing left to close. */
  readonly isClosed: boolean
}

/** The plans of the merchants whose items can be read. The others are noted. */
const plansOf = async (
  world: CloseWorld,
  merchantIds: readonly MerchantId[],
  wanted: BusinessDay,
  note: Note,
): Promise<readonly Plan[]> => {
  const plans = await concurrently(merchantIds, MERCHANTS_AT_ONCE, (merchantId) =>
    planOf(world, merchantId, wanted, note),
  )
  return plans.filter((plan) => plan !== undefined)
}

/**
 * The plans, with the books of all entries that were acknowledged before. An entry may still be on its way to a book that no
 * head lists. The comparison of a day with the archive waits for such entries. A merchant without an open day has nothing to
 * compare, so its plan is made again once the journal has everything that stood on the stream.
 */
const withAllUnderWay = async (
  world: CloseWorld,
  { through, patienceMs = PATIENCE_MS }: CloseRequest,
  plans: readonly Plan[],
  note: Note,
): Promise<readonly Plan[]> => {
  const isSure = ({ isClosed, open }: Plan): boolean => isClosed || open.length > 0
  const unsure = plans.filter((plan) => !isSure(plan)).map(({ merchantId }) => merchantId)
  if (unsure.length === 0) return plans
  const behind = await barrierPassed(world, await putBarrier(world), patienceMs, ['journal'])
  if (behind === undefined) return [...plans.filter(isSure), ...(await plansOf(world, unsure, through, note))]
  for (const merchantId of unsure) note({ merchantId, day: through, ...isBehind(behind) })
  return plans.filter(isSure)
}

/** Undefined, and noted, when an item of the merchant cannot be read. */
const planOf = async (
  world: CloseWorld,
  merchantId: MerchantId,
  wanted: BusinessDay,
  note: Note,
): Promise<Plan | undefined> =>
  await unlessUnusable(note, { merchantId, day: wanted }, async () => {
    const through = await lastToClose(world, merchantId, wanted)
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

const lastToClose = async (
  { merchants, clock }: CloseWorld,
  merchantId: MerchantId,
  wanted: BusinessDay,
): Promise<BusinessDay> => {
  const nowMs = clock()
  if (Date.parse(wanted) + LATEST_END_MS <= nowMs) return wanted
  const merchant = await merchants.find(merchantId)
  if (merchant === undefined) throw new Error(`the merchant ${merchantId} is gone from the register`)
  const ended = lastEndedDay(merchant.calendar, nowMs)
  return ended < wanted ? ended : wanted
}

// A day begins up to 36 hours after its date does in UTC, and has at most 72 hours: then it has ended everywhere, whatever
// the merchant's calendar says.
const LATEST_END_MS = 108 * HOUR_MS

/**
 * Does the work for one merchant. An item that this version cannot use keeps the merchant's day open, and other merchants go
 * on. A failure that may heal is thrown.
 */
const unlessUnusable = async <T>(
  note: Note,
  where: { readonly merchantId: MerchantId; readonly day: BusinessDay },
  work: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UnknownFormat || error instanceof BrokenChain)) throw error
    note({ ...where, status: 'not-equal', reason: error.message })
    return undefined
  }
}

/** The merchants whose books of a day are open, by day, the oldest first. */
const byDay = (plans: readonly Plan[]): readonly (readonly [BusinessDay, readonly MerchantId[]])[] => {
  const days = new Map<BusinessDay, MerchantId[]>()
  for (const { merchantId, open } of plans) {
    for (const day of open) days.set(day, [...(days.get(day) ?? []), merchantId])
  }
  return [...days].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([day, ids]) => [day, ids.toSorted()])
}

/** Compares the books of a day with the archive, and closes those that are equal. */
const closeDay = async (
  world: CloseWorld,
  { deliveryMs, patienceMs }: CloseRequest,
  day: BusinessDay,
  merchantIds: readonly MerchantId[],
  note: Note,
): Promise<void> => {
  let left = merchantIds
  for (let tries = 0; left.length > 0 && tries < MAX_TRIES; tries += 1) {
    const report = await compare(world, { day, deliveryMs, ...(patienceMs !== undefined && { patienceMs }) }, left)
    if (report.status !== 'compared') {
      for (const merchantId of left) note({ merchantId, day, ...notCompared(report) })
      return
    }
    const books = new Map(report.books.map((book) => [book.book.merchantId, book]))
    const moved: MerchantId[] = []
    const equal: MerchantId[] = []
    for (const merchantId of left) {
      const book = books.get(merchantId)
      if (book === undefined || (book.isEqual && book.isArchived)) equal.push(merchantId)
      // It has grown while it was compared. The next comparison waits until the archive shows what came.
      else if (book.isEqual) moved.push(merchantId)
      else {
        // Faults of the chain by itself, and not of the comparison.
        if (book.brokenIn !== undefined) await markAsBroken(world, book.book, book.brokenIn)
        note({ merchantId, day, ...unequal(book) })
      }
    }
    for (let at = 0; at < equal.length; at += TOLD_AT_ONCE) {
      const some = equal
        .slice(at, at + TOLD_AT_ONCE)
        .map((merchantId) => ({ book: { merchantId, day }, end: books.get(merchantId)?.end }))
      moved.push(...(await closeSome(world, some, note)))
    }
    left = moved
  }
  for (const merchantId of left) {
    note({ merchantId, day, ...waiting('entries keep coming in for this day') })
  }
}

/**
 * Closes books of one day that are equal to the archive, and tells of it. Returns the merchants whose books have moved.
 *
 * A closer that dies between a close and its event leaves the event untold. So the last close of each merchant is told again
 * before the next one is made, and at most the newest is ever untold.
 */
const closeSome = async (
  world: CloseWorld,
  compared: readonly { readonly book: BookId; readonly end: BookEnd | undefined }[],
  note: Note,
): Promise<MerchantId[]> => {
  const moved: MerchantId[] = []
  const tell = async (closed: readonly (ClosedDay | undefined)[]): Promise<void> =>
    await world.auditTrail.publish(...closed.filter((one) => one !== undefined).map(dayClosed))
  const newestOf = (book: BookId) => unlessUnusable(note, book, () => world.days.newestClosed(book))

  const usable = new Set<BookId>()
  const before = await concurrently(compared, MERCHANTS_AT_ONCE, async ({ book }) => {
    const newest = await unlessUnusable(note, book, async () => [await world.days.newestClosed(book)])
    if (newest !== undefined) usable.add(book)
    return newest?.[0]
  })
  await tell(before)
  const closed = await concurrently(
    compared.filter(({ book }) => usable.has(book)),
    MERCHANTS_AT_ONCE,
    async ({ book, end }) => {
      const closing = await unlessUnusable(note, book, () => closeComparedBook(world, book, end))
      switch (closing?.status) {
        case 'closed':
          note({ ...book, status: 'closed', closed: closing.closed })
          return closing.closed
        case 'was-closed':
          note({ ...book, status: 'closed' })
          return await newestOf(book)
        case 'moved':
          moved.push(book.merchantId)
          return undefined
        case 'broken':
          note({ ...book, status: 'not-equal', reason: brokenReason(book) })
          return undefined
        case 'not-the-oldest':
          note({ ...book, status: 'after-open-day' })
          return undefined
        case undefined:
          return undefined
      }
    },
  )
  await tell(closed)
  return moved
}

const brokenReason = ({ merchantId, day }: BookId): string =>
  `the book was found broken: npm run verify-journal -- --merchant ${merchantId} --day ${day} says where, and whether it is whole again`

/** How often a book that keeps growing is compared again in one run. */
const MAX_TRIES = 3
// At most two events are told of each, and at most 500 in one call.
const TOLD_AT_ONCE = 200

/** For many merchants, all are compared, which takes fewer questions. */
const compare = async (
  world: CloseWorld,
  request: Pick<ReconcileRequest, 'day' | 'deliveryMs' | 'patienceMs'>,
  merchantIds: readonly MerchantId[],
): Promise<DayReport> => {
  const which = merchantIds.length > MOST_NAMED ? {} : { merchantIds }
  return await reconcileDay(world, { ...request, ...which, repair: false })
}

const MOST_NAMED = 100

const waiting = (reason: string) => ({ status: 'waiting', waitsFor: 'archive', reason }) as const

const isBehind = ({ consumer, shardId }: Behind) => waiting(`the ${consumer} is behind on ${shardId}`)

const notCompared = (report: Exclude<DayReport, { readonly status: 'compared' }>): NotClosed => {
  switch (report.status) {
    case 'behind':
      return isBehind(report.behind)
    case 'unreadable':
      return { status: 'not-equal', reason: `${report.objects.length} objects of the archive cannot be read` }
  }
}

const unequal = (report: BookReport): NotClosed => {
  const { differences, faults } = report
  const isUnderWay = faults.length === 0 && differences.every(({ kind }) => kind === 'not-yet-delivered')
  if (isUnderWay) return waiting(`${differences.length} entries are not yet delivered to the archive`)
  const reason = faults[0] ?? `${differences.length} entries differ between the archive and the book`
  return { status: 'not-equal', reason, report }
}

/**
 * Closes the days without a book that are left, and returns what to tell of it: with the newest close before them, which
 * would look like a day without a book if it stayed untold.
 */
const closeRest = async (
  world: CloseWorld,
  merchantId: MerchantId,
  through: BusinessDay,
  note: Note,
): Promise<readonly AuditEvent[]> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const head = await world.heads.read(merchantId)
    const after = closeThrough(head, through)
    if (!after.ok) {
      const [day = through] = openDaysBefore(head)
      note({ merchantId, day, ...waiting('entries came in while earlier days were closed') })
      return []
    }
    if (after.value === head) return []
    const change = { change: 'head', merchantId, head: after.value } as const
    if ((await world.transactions.commit([change])) === 'refused') continue
    const book = { merchantId, day: through }
    const newest = await world.days.newestClosed(book)
    return [...(newest === undefined ? [] : [dayClosed(newest)]), daysClosedThrough(book, world.clock())]
  }
  return []
}

const MAX_ROUNDS = 10

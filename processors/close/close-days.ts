/**
 * Closes the days of merchants up to a day: of each merchant one day after the other, the oldest first. A day is closed
 * only when the archive proves its book. A day that is not proven stays open, is reported, and keeps the merchant's later
 * days open; other merchants go on. Nothing is remembered between runs: what is closed is closed, and the next run goes on
 * from there, after a crash as well.
 */
import { concurrently } from '#ledger/concurrently'
import { dayClosed, daysClosedThrough, type AuditEvent } from '#ledger/audit-event'
import type { ClosedDay } from '#ledger/close'
import { closeThrough, openDaysBefore } from '#ledger/head'
import type { BookId, BusinessDay, MerchantId } from '#ledger/identifiers'
import type { AuditTrail, Merchants } from '#ledger/ports'
import { markAsBroken } from '../mark-book.ts'
import { reconcileDay, type DayReport, type ReconcileRequest, type ReconcileWorld } from '../reconcile/reconcile-day.ts'
import type { BookReport } from '../reconcile/compare-book.ts'
import type { BookEnd } from '../reconcile/counted-book.ts'
import { closeComparedBook, type CloseBookWorld } from './close-book.ts'
import {
  GONE,
  isBehind,
  NOT_ENDED,
  OUT_OF_TIME,
  unlessUnusable,
  waiting,
  type DayOutcome,
  type NotClosed,
  type Note,
} from './day-outcome.ts'
import { MERCHANTS_AT_ONCE, planDays, type Plan } from './plan-days.ts'

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

/** The outcome of every day up to `through` that was open, by day and merchant. Days that were closed before have none. */
export const closeDays = async (world: CloseWorld, request: CloseRequest): Promise<readonly DayOutcome[]> => {
  const outcomes: DayOutcome[] = []
  const stuck = new Set<MerchantId>()
  const note = (outcome: DayOutcome): void => {
    if (outcome.status !== 'closed') stuck.add(outcome.merchantId)
    outcomes.push(outcome)
    request.onDay?.(outcome)
  }

  let left = request.merchantIds
  for (let tries = 1; left.length > 0; tries += 1) {
    const grown = new Map<MerchantId, BusinessDay>()
    await closePlanned(world, { ...request, merchantIds: left }, { note, stuck, grown })
    left = [...grown.keys()]
    const isOutOfTime = world.clock() >= (request.untilMs ?? Infinity)
    if (tries < MAX_TRIES && !isOutOfTime) continue
    const why = isOutOfTime ? OUT_OF_TIME : waiting('entries keep coming in for days that had no book')
    for (const [merchantId, day] of grown) note({ merchantId, day, ...why })
    break
  }
  return outcomes
}

/** How often a merchant is planned, and a book compared, in one run while entries keep coming in. */
const MAX_TRIES = 3

type Run = {
  readonly note: Note
  /** The merchants of which a day stays open. */
  readonly stuck: Set<MerchantId>
  /**
   * The merchants that have to be planned again, each with a day that stays open until then. Entries that were on their way have
   * opened a book that no head listed when they were planned.
   */
  readonly grown: Map<MerchantId, BusinessDay>
}

const closePlanned = async (world: CloseWorld, request: CloseRequest, run: Run): Promise<void> => {
  const { note, stuck, grown } = run
  const plans = await planDays(world, request, note)
  for (const [index, [day, merchants]] of byDay(plans).entries()) {
    const left = merchants.filter((merchantId) => !stuck.has(merchantId) && !grown.has(merchantId))
    for (const merchantId of merchants) if (stuck.has(merchantId)) note({ merchantId, day, status: 'after-open-day' })
    if (index > 0 && world.clock() >= (request.untilMs ?? Infinity)) {
      for (const merchantId of left) note({ merchantId, day, ...OUT_OF_TIME })
      continue
    }
    await closeDay(world, request, day, left, run)
  }
  const ready = plans.filter(({ merchantId }) => !stuck.has(merchantId) && !grown.has(merchantId))
  // A run that stops leaves at most the events of these few untold.
  for (let at = 0; at < ready.length; at += TOLD_AT_ONCE) {
    const told = await concurrently(
      ready.slice(at, at + TOLD_AT_ONCE),
      MERCHANTS_AT_ONCE,
      async ({ merchantId, through }) =>
        unlessUnusable(note, { merchantId, day: through }, () => closeRest(world, merchantId, through, run)),
    )
    await world.auditTrail.publish(...told.flatMap((events) => events ?? []))
  }
  for (const { merchantId, notEnded } of plans) {
    if (grown.has(merchantId)) continue
    for (const day of notEnded) note({ merchantId, day, ...NOT_ENDED })
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
  run: Run,
): Promise<void> => {
  const { note } = run
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
      moved.push(...(await closeSome(world, some, run)))
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
  { note, grown }: Run,
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
        case 'gone':
          note({ ...book, ...GONE })
          return undefined
        case 'contended':
          note({ ...book, ...waiting(CONTENDED) })
          return undefined
        case 'not-the-oldest':
          grown.set(book.merchantId, book.day)
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

const CONTENDED = 'the head of the merchant keeps changing'

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
  { note, grown }: Run,
): Promise<readonly AuditEvent[]> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const head = await world.heads.read(merchantId)
    const after = closeThrough(head, through)
    if (!after.ok) {
      const [day = through] = openDaysBefore(head)
      grown.set(merchantId, day)
      return []
    }
    if (after.value === head) return []
    const change = { change: 'head', merchantId, head: after.value } as const
    if ((await world.transactions.commit([change])) === 'refused') continue
    const book = { merchantId, day: through }
    const newest = await world.days.newestClosed(book)
    return [...(newest === undefined ? [] : [dayClosed(newest)]), daysClosedThrough(book, world.clock())]
  }
  note({ merchantId, day: through, ...waiting(CONTENDED) })
  return []
}

const MAX_ROUNDS = 10

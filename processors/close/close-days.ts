/**
 * Closes the days of merchants up to a day: of each merchant one day after the other, the oldest first. A day is closed
 * only when the archive proves its book. A day that is not proven stays open, is reported, and keeps the merchant's later
 * days open; other merchants go on. Nothing is remembered between runs: what is closed is closed, and the next run goes on
 * from there, after a crash as well.
 */
import { concurrently } from '#ledger/concurrently'
import { dayClosed, type AuditEvent } from '#ledger/audit-event'
import type { ClosedDay } from '#ledger/close'
import { closeThrough, openDaysBefore, type Head } from '#ledger/head'
import { shiftDay } from '#ledger/calendar'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import type { AuditTrail, Merchants } from '#ledger/ports'
import { reconcileDay, type DayReport, type ReconcileWorld } from '../reconcile/reconcile-day.ts'
import type { BookReport } from '../reconcile/compare-book.ts'
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
  /** Called for each day when its outcome is known. */
  readonly onDay?: (outcome: DayOutcome) => void
}

/** What came of a day that was open. */
export type DayOutcome = { readonly merchantId: MerchantId; readonly day: BusinessDay } & (
  | { readonly status: 'closed'; readonly closed?: ClosedDay }
  /** Entries are on their way into the archive, or a consumer is behind. A later run closes the day. */
  | { readonly status: 'waiting'; readonly reason: string }
  /** The archive and the book differ. A person has to look. */
  | { readonly status: 'not-equal'; readonly reason: string; readonly report?: BookReport }
  /** An earlier day of the merchant stays open. */
  | { readonly status: 'after-open-day' }
)

/** The outcome of every day up to `through` that was open, by day and merchant. Days that were closed before have none. */
export const closeDays = async (world: CloseWorld, request: CloseRequest): Promise<readonly DayOutcome[]> => {
  const { through, merchantIds, onDay } = request
  const outcomes: DayOutcome[] = []
  const stuck = new Set<MerchantId>()
  const note = (outcome: DayOutcome): void => {
    if (outcome.status !== 'closed') stuck.add(outcome.merchantId)
    outcomes.push(outcome)
    onDay?.(outcome)
  }

  for (const [day, merchants] of await openBooks(world, merchantIds, through)) {
    for (const merchantId of merchants) if (stuck.has(merchantId)) note({ merchantId, day, status: 'after-open-day' })
    await closeDay(
      world,
      request,
      day,
      merchants.filter((merchantId) => !stuck.has(merchantId)),
      note,
    )
  }
  const proven = merchantIds.filter((merchantId) => !stuck.has(merchantId))
  await concurrently(proven, MERCHANTS_AT_ONCE, async (merchantId) => await closeRest(world, merchantId, through))
  return outcomes
}

const MERCHANTS_AT_ONCE = 16

/** The merchants whose books of a day are open, by day, the oldest first. */
const openBooks = async (
  { heads }: Pick<CloseWorld, 'heads'>,
  merchantIds: readonly MerchantId[],
  through: BusinessDay,
): Promise<readonly (readonly [BusinessDay, readonly MerchantId[]])[]> => {
  const open = new Map<BusinessDay, MerchantId[]>()
  await concurrently(merchantIds, MERCHANTS_AT_ONCE, async (merchantId) => {
    for (const day of openDaysBefore(await heads.read(merchantId), shiftDay(through, 1))) {
      open.set(day, [...(open.get(day) ?? []), merchantId])
    }
  })
  return [...open].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([day, ids]) => [day, ids.toSorted()])
}

/** Compares the books of a day with the archive, and closes those that are equal. */
const closeDay = async (
  world: CloseWorld,
  { deliveryMs }: CloseRequest,
  day: BusinessDay,
  merchantIds: readonly MerchantId[],
  note: (outcome: DayOutcome) => void,
): Promise<void> => {
  let left = merchantIds
  for (let tries = 0; left.length > 0 && tries < MAX_TRIES; tries += 1) {
    const report = await compare(world, { day, deliveryMs }, left)
    if (report.status !== 'compared') {
      for (const merchantId of left) note({ merchantId, day, ...notCompared(report) })
      return
    }
    const books = new Map(report.books.map((book) => [book.book.merchantId, book]))
    const moved: MerchantId[] = []
    const told: AuditEvent[] = []
    await concurrently(left, MERCHANTS_AT_ONCE, async (merchantId) => {
      const book = books.get(merchantId)
      if (book !== undefined && !book.isEqual) return note({ merchantId, day, ...unequal(book) })
      const before = await world.days.newestClosed({ merchantId, day })
      const closing = await closeComparedBook(world, { merchantId, day }, book?.end)
      if (closing.status === 'moved') moved.push(merchantId)
      if (closing.status === 'not-the-oldest') note({ merchantId, day, status: 'after-open-day' })
      if (closing.status === 'was-closed') note({ merchantId, day, status: 'closed' })
      if (closing.status !== 'closed') return
      // A closer that died before it told of the day before left that to the next one.
      if (before !== undefined) told.push(dayClosed(before))
      told.push(dayClosed(closing.closed))
      note({ merchantId, day, status: 'closed', closed: closing.closed })
    })
    for (let at = 0; at < told.length; at += TOLD_AT_ONCE) {
      await world.auditTrail.publish(...told.slice(at, at + TOLD_AT_ONCE))
    }
    left = moved
  }
  for (const merchantId of left) {
    note({ merchantId, day, status: 'waiting', reason: 'entries keep coming in for this day' })
  }
}

/** How often a book that keeps growing is compared again in one run. */
const MAX_TRIES = 3
// A record of the stream holds a few hundred events.
const TOLD_AT_ONCE = 200

/** For many merchants, all are compared, which takes fewer questions. */
const compare = async (
  world: CloseWorld,
  request: { readonly day: BusinessDay; readonly deliveryMs: number },
  merchantIds: readonly MerchantId[],
): Promise<DayReport> => {
  const which = merchantIds.length > MOST_NAMED ? {} : { merchantIds }
  return await reconcileDay(world, { ...request, ...which, repair: false })
}

const MOST_NAMED = 100

type NotClosed =
  | { readonly status: 'waiting'; readonly reason: string }
  | { readonly status: 'not-equal'; readonly reason: string; readonly report?: BookReport }

const notCompared = (report: Exclude<DayReport, { readonly status: 'compared' }>): NotClosed => {
  switch (report.status) {
    case 'behind':
      return { status: 'waiting', reason: `the ${report.behind.consumer} is behind on ${report.behind.shardId}` }
    case 'unreadable':
      return { status: 'not-equal', reason: `${report.objects.length} objects of the archive cannot be read` }
  }
}

const unequal = (report: BookReport): NotClosed => {
  const { differences, faults } = report
  const isUnderWay = faults.length === 0 && differences.every(({ kind }) => kind === 'not-yet-delivered')
  if (isUnderWay)
    return { status: 'waiting', reason: `${differences.length} entries are not yet delivered to the archive` }
  const reason = faults[0] ?? `${differences.length} entries differ between the archive and the book`
  return { status: 'not-equal', reason, report }
}

/** Closes the days without a book that are left. */
const closeRest = async (world: CloseWorld, merchantId: MerchantId, through: BusinessDay): Promise<void> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const head: Head = await world.heads.read(merchantId)
    const after = closeThrough(head, through)
    // A book was opened meanwhile, which the next run closes.
    if (!after.ok || after.value === head) return
    const change = { change: 'head', merchantId, head: after.value } as const
    if ((await world.transactions.commit([change])) === 'committed') return
  }
}

const MAX_ROUNDS = 10

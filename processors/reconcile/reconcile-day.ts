/**
 * Proves, for one business day, that the archive and the books hold the same entries, or names those that differ.
 *
 * First a barrier: what was on the stream before it, both consumers have dealt with when the comparing starts. Then book
 * by book, in the order of merchants: the engine sorts the day's rows and hands them over part by part, so that memory
 * holds one book at a time, its own ids and contents and the archive's.
 */
import type { BookId, BusinessDay, MerchantId } from '#ledger/identifiers'
import type { ArchiveQueries, Merchants } from '#ledger/ports'
import type { Times } from '#ledger/reconciliation'
import { archivedBooks, type ArchivedBook } from './archived-books.ts'
import { barrierPassed, isBeforeBarrier, putBarrier, type Barrier, type BarrierWorld, type Behind } from './barrier.ts'
import { compareBook, type BookReport, type BookStores } from './compare-book.ts'
import { repairable } from './repairable.ts'
import { publishAgain } from './publish-again.ts'

export type ReconcileWorld = BarrierWorld &
  BookStores & {
    readonly merchants: Pick<Merchants, 'find' | 'list'>
    readonly archive: ArchiveQueries
  }

export type ReconcileRequest = {
  readonly day: BusinessDay
  /** All merchants when it is absent. */
  readonly merchantId?: MerchantId
  readonly repair: boolean
  /** How long it takes at most from an entry's hand-over to Firehose until the archive shows it. */
  readonly deliveryMs: number
  /** Told of each book whenever it has been compared; the last report of a book is the one that counts. */
  readonly onReport?: (report: BookReport) => void
}

export type DayReport =
  | { readonly status: 'behind'; readonly behind: Behind }
  | {
      readonly status: 'compared'
      readonly isEqual: boolean
      /** By merchant. */
      readonly books: readonly BookReport[]
      /** How many entries were published again. */
      readonly publishedAgain: number
    }

/** How long consumers get to reach the barrier, and the archive to show what is under way. */
export const PATIENCE_MS = 90_000

export const reconcileDay = async (world: ReconcileWorld, request: ReconcileRequest): Promise<DayReport> => {
  const reports = new Map<MerchantId, BookReport>()
  const which = request.merchantId === undefined ? 'all' : [request.merchantId]
  const behind = await compareInto(reports, world, request, which)
  if (behind !== undefined) return { status: 'behind', behind }

  let publishedAgain = 0
  for (const report of request.repair ? reports.values() : []) {
    const entries = await repairable(world, report)
    await publishAgain(world.stream, entries, world.sleep)
    publishedAgain += entries.length
  }
  if (publishedAgain > 0) {
    const unequal = [...reports.values()].filter(({ isEqual }) => !isEqual).map(({ book }) => book.merchantId)
    const behindAfter = await compareInto(reports, world, request, unequal)
    if (behindAfter !== undefined) return { status: 'behind', behind: behindAfter }
  }
  const books = [...reports.values()]
  return { status: 'compared', isEqual: books.every(({ isEqual }) => isEqual), books, publishedAgain }
}

/** Compares books, again and again those of which something may be on its way into the archive, as long as it is patient. */
const compareInto = async (
  reports: Map<MerchantId, BookReport>,
  world: ReconcileWorld,
  { day, deliveryMs, onReport }: ReconcileRequest,
  which: Which,
): Promise<Behind | undefined> => {
  // What the archive's consumer had handed over by now it did about when it was received. For the rest nobody knows how
  // long it lay on the stream.
  const handedOverThroughMs = await archivedThrough(world)
  const barrier = await putBarrier(world)
  const behind = await barrierPassed(world, barrier, PATIENCE_MS)
  if (behind !== undefined) return behind

  const untilMs = world.clock() + PATIENCE_MS
  for (let left: Which = which; left === 'all' || left.length > 0;) {
    const times = {
      barrierAtMs: barrier.putAtMs,
      deliveredThroughMs: Math.min(world.clock() - deliveryMs, handedOverThroughMs),
    }
    const underWay: MerchantId[] = []
    for await (const report of compareBooks(world, day, left, barrier, times)) {
      reports.set(report.book.merchantId, report)
      onReport?.(report)
      if (report.differences.some(({ kind }) => kind === 'not-yet-delivered')) underWay.push(report.book.merchantId)
    }
    if (world.clock() >= untilMs) return undefined
    if (underWay.length > 0) await world.sleep(LOOK_AGAIN_MS)
    left = underWay
  }
  return undefined
}

const LOOK_AGAIN_MS = 2_000

type Which = readonly MerchantId[] | 'all'

/** Up to when the archive's consumer has handed over all that arrived, on whatever shard. */
const archivedThrough = async ({ stream, progress }: BarrierWorld): Promise<number> => {
  const shards = await stream.openShards()
  const stands = await Promise.all(shards.map(({ shardId }) => progress.of('archive', shardId)))
  return Math.min(...stands.map((stand) => stand?.appliedThroughMs ?? 0))
}

async function* compareBooks(
  world: ReconcileWorld,
  day: BusinessDay,
  which: Which,
  barrier: Barrier,
  times: Times,
): AsyncGenerator<BookReport> {
  const isBefore = (position: Parameters<typeof isBeforeBarrier>[1], arrivedAtMs: number) =>
    isBeforeBarrier(barrier, position, arrivedAtMs)
  const wanted = which === 'all' ? await registered(world.merchants) : which.toSorted()
  const archived = archivedBooks(world.archive, day, which, isBefore)
  for await (const ofMerchant of withAbsent(archived, wanted)) {
    const book: BookId = { merchantId: ofMerchant.merchantId, day }
    // Most merchants of a large register have nothing on a given day.
    if (ofMerchant.copies === 0 && which === 'all' && (await world.journal.end(book)) === undefined) continue
    yield await compareBook(world, book, ofMerchant, times)
  }
}

/** Every registered merchant, sorted as the archive's rows are: their ids are ASCII. */
const registered = async (merchants: Pick<Merchants, 'list'>): Promise<MerchantId[]> => {
  const ids: MerchantId[] = []
  let after: string | undefined
  do {
    const page = await merchants.list({ limit: 500, ...(after !== undefined && { after }) })
    ids.push(...page.items.map(({ merchantId }) => merchantId))
    after = page.next
  } while (after !== undefined)
  return ids.toSorted()
}

/** The archive's books, and an empty one for each wanted merchant of whom it has none; both sorted by merchant. */
async function* withAbsent(
  books: AsyncIterable<ArchivedBook>,
  wanted: readonly MerchantId[],
): AsyncGenerator<ArchivedBook> {
  let next = 0
  for await (const book of books) {
    for (; (wanted[next] ?? book.merchantId) < book.merchantId; next += 1) yield nothingOf(wanted[next])
    if (wanted[next] === book.merchantId) next += 1
    yield book
  }
  for (; next < wanted.length; next += 1) yield nothingOf(wanted[next])
}

const nothingOf = (merchantId: MerchantId = '' as MerchantId): ArchivedBook => ({
  merchantId,
  contents: new Map(),
  copies: 0,
  unreadable: [],
})

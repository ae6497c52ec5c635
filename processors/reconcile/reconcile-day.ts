/**
 * Proves, for one business day, that the archive and the books hold the same entries, or names the entries that differ.
 *
 * First it puts a barrier: when the comparison starts, both consumers have dealt with everything that stood on the
 * stream before it. Then it compares book by book, in the order of merchants. The engine sorts the rows of the day and
 * hands them over part by part. A book is equal when its count, sums and digest are those of the archive. The other
 * books are read once more, entry by entry, so memory holds the ids and contents of one book at a time, from the
 * journal and from the archive.
 */
import { everyListed } from '#ledger/listed'
import type { BookId, BusinessDay, EntryId, MerchantId, Position } from '#ledger/identifiers'
import type { ArchiveQueries, UnreadableObject } from '#ledger/archive'
import { UnreadableSegment, type Journal, type Merchants, type Quarantine } from '#ledger/ports'
import { noTotals } from '#ledger/money'
import type { Times } from '#ledger/reconciliation'
import { digestOf } from '#ledger/segment'
import { archivedBooks, type ArchivedBook } from './archived-books.ts'
import { archivedSums, type ArchivedSum } from './archived-sums.ts'
import { isOurs, ourReason } from '../own-fault.ts'
import { barrierPassed, isBeforeBarrier, putBarrier, type Barrier, type BarrierWorld, type Behind } from './barrier.ts'
import { compareBook, equalBook, uncomparedBook, type BookReport } from './compare-book.ts'
import { setAsideOf, type SetAsideOfBook } from './counted-book.ts'
import { repairable } from './repairable.ts'
import { publishAgain } from './publish-again.ts'

export type ReconcileWorld = BarrierWorld & {
  readonly journal: Pick<Journal, 'read' | 'end'>
  readonly quarantine: Pick<Quarantine, 'list'>
  readonly merchants: Pick<Merchants, 'find' | 'items'>
  readonly archive: ArchiveQueries
}

export type ReconcileRequest = {
  readonly day: BusinessDay
  /** Absent for all merchants. */
  readonly merchantIds?: readonly MerchantId[]
  readonly repair: boolean
  /** The longest time from the hand-over of an entry to Firehose until the archive shows it. */
  readonly deliveryMs: number
  /** The time that consumers have to reach the barrier, and that the archive has to show what is under way. */
  readonly patienceMs?: number
  /** Called for each book whenever it has been compared. The last report of a book counts. */
  readonly onReport?: (report: BookReport) => void
}

export type DayReport =
  | { readonly status: 'behind'; readonly behind: Behind }
  /** Some objects of the day cannot be read. Nothing was compared, because their entries would seem to be missing. */
  | { readonly status: 'unreadable'; readonly objects: readonly UnreadableObject[] }
  | {
      readonly status: 'compared'
      /** Whether all books are equal, and every item of the register could be read. */
      readonly isEqual: boolean
      /** The items of the register that cannot be read. The books of these merchants were compared like all others. */
      readonly unreadableMerchants: readonly UnreadableMerchant[]
      /** By merchant. */
      readonly books: readonly BookReport[]
      /** The number of entries that were published again. */
      readonly publishedAgain: number
      /**
       * The entries that were not published, because their rows were read with another content than the compared one.
       */
      readonly refused: readonly { readonly merchantId: MerchantId; readonly entryId: EntryId }[]
    }

type UnreadableMerchant = { readonly merchantId: MerchantId; readonly reason: string }

export const PATIENCE_MS = 90_000

export const reconcileDay = async (world: ReconcileWorld, request: ReconcileRequest): Promise<DayReport> => {
  const objects = await world.archive.unreadable(request.day)
  if (objects.length > 0) return { status: 'unreadable', objects }
  const reports = new Map<MerchantId, BookReport>()
  const which = request.merchantIds ?? 'all'
  const unreadableMerchants = await unreadableIn(world, which)
  const behind = await compareInto(reports, world, request, which)
  if (behind !== undefined) return { status: 'behind', behind }

  let publishedAgain = 0
  const refused: { merchantId: MerchantId; entryId: EntryId }[] = []
  for (const report of request.repair ? byMerchant(reports) : []) {
    const repair = await repairable(world, report)
    await publishAgain(world.stream, repair.entries, world.sleep)
    publishedAgain += repair.entries.length
    for (const entryId of repair.refused) refused.push({ merchantId: report.book.merchantId, entryId })
  }
  if (publishedAgain > 0) {
    const unequal = byMerchant(reports).filter(({ isEqual }) => !isEqual)
    const behindAfter = await compareInto(
      reports,
      world,
      request,
      unequal.map(({ book }) => book.merchantId),
    )
    if (behindAfter !== undefined) return { status: 'behind', behind: behindAfter }
  }
  const books = byMerchant(reports)
  const isEqual = books.every(({ isEqual }) => isEqual) && unreadableMerchants.length === 0
  return { status: 'compared', isEqual, unreadableMerchants, books, publishedAgain, refused }
}

const byMerchant = (reports: ReadonlyMap<MerchantId, BookReport>): BookReport[] =>
  [...reports].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, report]) => report)

/**
 * Compares books. It compares again the books with entries that may be on their way into the archive, until its
 * patience ends.
 */
const compareInto = async (
  reports: Map<MerchantId, BookReport>,
  world: ReconcileWorld,
  { day, deliveryMs, patienceMs = PATIENCE_MS, onReport }: ReconcileRequest,
  which: Which,
): Promise<Behind | undefined> => {
  // The archive's consumer has handed over what it has by now at about the time when that was received. The rest may
  // have waited on the stream for any time.
  const handedOverThroughMs = await archivedThrough(world)
  const barrier = await putBarrier(world)
  const behind = await barrierPassed(world, barrier, patienceMs)
  if (behind !== undefined) return behind

  const untilMs = world.clock() + patienceMs
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

/** The time up to which the consumer of the archive has handed over everything that arrived, on every shard. */
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
  const { archive, journal } = world
  const setAside = await setAsideOf(world.quarantine, day, which)
  const wanted = which === 'all' ? [...(await registered(world)), ...setAside.keys()] : which
  const unproven = new Map<MerchantId, ArchivedSum>()
  for await (const sum of withAbsent(archivedSums(archive, day, which), wanted, noSum)) {
    const { merchantId, copies } = sum
    const book: BookId = { merchantId, day }
    const ofBook = setAside.get(merchantId) ?? new Map()
    // Most merchants of a large register have no entries on a given day.
    const isEmpty = copies === 0 && ofBook.size === 0 && (await isWithoutSegments(journal, book))
    if (isEmpty && which === 'all') continue
    const report = await orUncompared(book, ofBook, sum, () => equalBook(journal, book, ofBook, sum))
    if (report === undefined) unproven.set(merchantId, sum)
    else yield report
  }
  if (unproven.size === 0) return

  const isBefore = (position: Position, arrivedAtMs: number) => isBeforeBarrier(barrier, position, arrivedAtMs)
  const left = [...unproven.keys()]
  for await (const archived of withAbsent(archivedBooks(archive, day, left, isBefore), left, nothingOf)) {
    const { merchantId } = archived
    const sum = unproven.get(merchantId)
    // For many merchants, the engine is asked for all merchants.
    if (sum === undefined) continue
    const book: BookId = { merchantId, day }
    const ofBook = setAside.get(merchantId) ?? new Map()
    yield await orUncompared(book, ofBook, sum, () => compareBook(journal, book, ofBook, archived, times))
  }
}

/** An exception of our own code on one book leaves that book uncompared, and the other books are compared. */
const orUncompared = async <T>(
  book: BookId,
  setAside: SetAsideOfBook,
  sum: ArchivedSum,
  compare: () => Promise<T>,
): Promise<T | BookReport> => {
  try {
    return await compare()
  } catch (error) {
    if (!isOurs(error)) throw error
    return uncomparedBook(book, setAside, sum, ourReason(error))
  }
}

const registered = async ({ merchants }: ReconcileWorld): Promise<MerchantId[]> => {
  const ids: MerchantId[] = []
  for await (const { merchantId } of everyListed((page) => merchants.items(page))) ids.push(merchantId)
  return ids
}

const unreadableIn = async ({ merchants }: ReconcileWorld, which: Which): Promise<UnreadableMerchant[]> => {
  const found: UnreadableMerchant[] = []
  for (const merchantId of which === 'all' ? [] : which) {
    try {
      await merchants.find(merchantId)
    } catch (error) {
      if (!isOurs(error)) throw error
      found.push({ merchantId, reason: ourReason(error) })
    }
  }
  if (which !== 'all') return found
  for await (const { merchantId, merchant } of everyListed((page) => merchants.items(page))) {
    if (!merchant.ok) found.push({ merchantId, reason: merchant.error })
  }
  return found
}

const isWithoutSegments = async (journal: Pick<Journal, 'end'>, book: BookId): Promise<boolean> => {
  try {
    return (await journal.end(book)) === undefined
  } catch (error) {
    if (error instanceof UnreadableSegment) return false
    throw error
  }
}

/**
 * The archive's books, and an empty one for each wanted merchant without a book in the archive, in the order of
 * merchants.
 */
async function* withAbsent<Book extends { readonly merchantId: MerchantId }>(
  books: AsyncIterable<Book>,
  merchants: readonly MerchantId[],
  none: (merchantId: MerchantId) => Book,
): AsyncGenerator<Book> {
  // This is the order of the archive's rows, because ids are ASCII.
  const wanted = [...new Set(merchants)].toSorted()
  let next = 0
  for await (const book of books) {
    for (let absent = wanted[next]; absent !== undefined && absent < book.merchantId; absent = wanted[next]) {
      yield none(absent)
      next += 1
    }
    if (wanted[next] === book.merchantId) next += 1
    yield book
  }
  for (const absent of wanted.slice(next)) yield none(absent)
}

const noSum = (merchantId: MerchantId): ArchivedSum => ({
  merchantId,
  copies: 0,
  totals: noTotals,
  digest: digestOf([]),
})

const nothingOf = (merchantId: MerchantId): ArchivedBook => ({
  merchantId,
  contents: new Map(),
  copies: 0,
  unreadable: [],
})

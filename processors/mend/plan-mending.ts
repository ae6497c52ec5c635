/**
 * Says what the good chain of a broken book holds, by the archive, and what that changes. A closed book is compared with its
 * seals, version by version. Nothing is written.
 */
import type { Actor } from '#ledger/actor'
import type { ArchiveObjects } from '#ledger/archive'
import { decide, emptyBook, type BookTerms } from '#ledger/book'
import { startOfDay } from '#ledger/calendar'
import { totalsOf } from '#ledger/day-view'
import { contentHash, type Entry } from '#ledger/entry'
import { generationOf } from '#ledger/generation'
import { isClosed, type Head } from '#ledger/head'
import type { BookId, EntryId } from '#ledger/identifiers'
import type { IssuedSeal } from '#ledger/issued-seals'
import { areSameTotals, type Totals } from '#ledger/money'
import type { AuditTrail, Days, Heads, Journal, Merchants, Quarantine, Transactions } from '#ledger/ports'
import { partsAfterClose } from '#ledger/rebuilt-days'
import { ok, refuse, type Result } from '#ledger/result'
import type { Seals } from '#ledger/seal'
import { countsIn, isSameMark, type Mark, type SegmentNumber } from '#ledger/segment'
import type { PositionedEntry } from '../journal/sort-records.ts'
import { generationsRead, lastNumber } from '../chain-ends.ts'
import { barrierPassed, putBarrier, type BarrierWorld, type Behind } from '../reconcile/barrier.ts'
import { readBrokenChain, type BrokenChainRead } from './broken-chain.ts'
import { goodEntries, type GoodEntries } from './good-entries.ts'
import { countedElsewhere, laterDays, passedOnTo, type ToldByOthers } from './other-books.ts'
import {
  comparedVersions,
  inTimeOf,
  issuedOf,
  restatedUntold,
  toldOtherwise,
  type ComparedVersion,
} from './sealed-day.ts'

export type MendWorld = BarrierWorld & {
  readonly journal: Journal
  readonly heads: Pick<Heads, 'read'>
  readonly days: Pick<Days, 'closed' | 'restatements'>
  readonly seals: Pick<Seals, 'read'>
  readonly merchants: Pick<Merchants, 'find'>
  readonly quarantine: Pick<Quarantine, 'list'>
  readonly transactions: Transactions
  readonly objects: ArchiveObjects
  readonly auditTrail: AuditTrail
  /** The operator. */
  readonly actor: Actor
}

export type MendRequest = {
  readonly book: BookId
  /** Entries that only the broken chain has, and that the good one may lack, because an operator says so. */
  readonly without: ReadonlySet<EntryId>
  /** The longest time from the hand-over of an entry to Firehose until the archive shows it. The wait ends when it shows all. */
  readonly deliveryMs: number
  /** The time that the archive's consumer has to reach the barrier. */
  readonly patienceMs?: number
  /** Called when the archive does not show all yet. */
  readonly onWait?: () => void
}

/** Why a book is not mended. 'misled': not all readers come to the chain that counts, so they would not come to a new one. */
export type MendRefusal =
  | { readonly why: 'unknown-merchant' | 'not-marked' | 'no-segments' | 'damaged-meanwhile' | 'misled' }
  | { readonly why: 'behind'; readonly behind: Behind }
  /** Objects of the archive, or events in it, that cannot be read. The good chain might lack what they hold. */
  | { readonly why: 'unreadable'; readonly objects: readonly { readonly key: string; readonly reason: string }[] }
  /** Entries that count in the broken chain, of which the archive knows nothing. */
  | { readonly why: 'only-in-chain'; readonly entries: readonly Entry[] }
  /** Late entries that are told of, and that the archive does not have. */
  | { readonly why: 'late-entries-lacking'; readonly entryIds: readonly EntryId[] }
  /** Entries of the archive that the book cannot take by its rules, and that do not wait in quarantine. */
  | { readonly why: 'not-countable'; readonly entryIds: readonly EntryId[] }
  /** The table `days`, the objects of seals and the archive do not say the same of what was issued. */
  | { readonly why: 'seals-differ'; readonly faults: readonly string[] }
  /** The archive does not have what was sealed. */
  | ({ readonly why: 'not-as-sealed'; readonly versions: readonly ComparedVersion[] } & Difference &
      Pick<MendPlan, 'unread'>)
  /** Books of later days that cannot be read and that may count these entries. */
  | { readonly why: 'other-books-unread'; readonly books: readonly BookId[]; readonly entryIds: readonly EntryId[] }

type Difference = {
  /** Entries that the good chain has and that no segment of the broken one shows. */
  readonly appearing: readonly Entry[]
  readonly disappearing: readonly Entry[]
  readonly differing: readonly { readonly before: Entry; readonly after: Entry }[]
}

/** What mending would change. Nothing is written yet. */
export type MendPlan = Difference & {
  readonly book: BookId
  readonly terms: BookTerms
  readonly chain: BrokenChainRead
  /** What the good chain holds, in this order. */
  readonly parts: readonly Part[]
  readonly isClosed: boolean
  /** What was issued of a closed day, in the order of versions. */
  readonly issued: readonly IssuedSeal[]
  readonly totals: {
    /** As readers see them now; undefined when the last segment cannot be read. */
    readonly before: Totals | undefined
    readonly after: Totals
  }
  /**
   * Books of earlier days that cannot be read, and that may have passed further entries on to this one. None of a closed book,
   * which holds what its seals say.
   */
  readonly unread: readonly BookId[]
  /** Entries that came after the close and of which nothing is decided yet. They are decided when they are delivered again. */
  readonly undecided: readonly Entry[]
}

/** The entries of one segment, or of as many as they need. */
export type Part = { readonly entries: readonly PositionedEntry[]; readonly mark?: Mark }

/** Compares a broken book with the archive. Waits until the archive shows all that the chain may have counted. */
export const planMending = async (world: MendWorld, request: MendRequest): Promise<Result<MendPlan, MendRefusal>> => {
  const { journal, heads, merchants, clock, sleep } = world
  const { book, deliveryMs, patienceMs = PATIENCE_MS, onWait } = request
  const merchant = await merchants.find(book.merchantId)
  if (merchant === undefined) return refuse({ why: 'unknown-merchant' })
  // Read before the head: when another operator mends the book meanwhile, the mark is gone.
  const { fromStart, fromEnd } = await generationsRead(journal, book)
  if (!(await heads.read(book.merchantId)).broken.has(book.day)) return refuse({ why: 'not-marked' })
  if (fromStart !== fromEnd) return refuse({ why: 'misled' })
  const lastBefore = await lastNumber(journal, book)
  if (lastBefore === undefined) return refuse({ why: 'no-segments' })
  // The journal's consumer may be held up by this very book, so only that of the archive has to reach the barrier.
  const behind = await barrierPassed(world, await putBarrier(world), patienceMs, ['archive'])
  if (behind !== undefined) return refuse({ why: 'behind', behind })

  const terms = { currency: merchant.currency, startsAtMs: startOfDay(merchant.calendar, book.day) }
  const untilMs = clock() + deliveryMs
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    const looked = await look(world, request, terms, lastBefore)
    const leftMs = untilMs - clock()
    if (!looked.mayChange || leftMs <= 0) return looked.found
    if (waitMs === FIRST_WAIT_MS) onWait?.()
    await sleep(Math.min(waitMs, leftMs))
  }
}

const PATIENCE_MS = 90_000
// A look reads the objects of the day and all decisions, which takes seconds when the archive is large.
const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 60_000

/** What the archive shows now. `mayChange` says that it may not show all yet. */
type Look = { readonly found: Result<MendPlan, MendRefusal>; readonly mayChange: boolean }

const look = async (
  world: MendWorld,
  { book, without }: MendRequest,
  terms: BookTerms,
  lastBefore: SegmentNumber,
): Promise<Look> => {
  const { journal } = world
  const head = await world.heads.read(book.merchantId)
  const closed = isClosed(head, book.day) ? await issuedOf(world, book) : undefined
  if (closed !== undefined && closed.faults.length > 0) return final({ why: 'seals-differ', faults: closed.faults })
  const last = lastKnown((await lastNumber(journal, book)) ?? lastBefore, closed?.issued ?? [])
  const chain = await readBrokenChain(journal, book, last)
  // What such a segment holds may have come after the barrier, and the archive need not show it yet.
  const damaged = chain.unreadable.map(({ number }) => number)
  if ([...damaged, ...chain.missing].some((number) => number > lastKnown(lastBefore, closed?.issued ?? [])))
    return final({ why: 'damaged-meanwhile' })

  const listed = await world.objects.list()
  const archivedDays = new Set(listed.objects.map(({ businessDay }) => businessDay))
  const earlier = await passedOnTo(journal, world.days, head, book, archivedDays)
  const open = await elsewhere(world, head, book, closed === undefined ? undefined : 'open')
  const told = [...earlier.late, ...open.late]
  let good = await goodEntries(world, listed, book, chain, told)
  if (good.unreadable.length > 0) return final({ why: 'unreadable', objects: good.unreadable })
  if (closed === undefined) return lookOpen({ book, terms, chain, unread: earlier.unread }, good, without)
  let { unread } = open
  if (undecidedOf(chain, good, closed.issued).length > 0) {
    const all = await elsewhere(world, head, book, 'closed')
    unread = [...unread, ...all.unread]
    if (all.late.length > 0) good = await goodEntries(world, listed, book, chain, [...told, ...all.late])
  }
  const known = { book, terms, chain, unread: earlier.unread, issued: closed.issued }
  return lookClosed(known, good, without, unread)
}

const final = (refusal: MendRefusal): Look => ({ found: refuse(refusal), mayChange: false })
const passing = (refusal: MendRefusal): Look => ({ found: refuse(refusal), mayChange: true })

/** The end of the chain. Where its tail is gone, the items of the day may name later segments. */
const lastKnown = (last: SegmentNumber, issued: readonly IssuedSeal[]): SegmentNumber =>
  Math.max(
    last,
    ...issued.map(({ segment }) => segment).filter((number) => generationOf(number) === generationOf(last)),
  )

const elsewhere = async (
  { journal, days }: MendWorld,
  head: Head,
  book: BookId,
  which: 'open' | 'closed' | undefined,
): Promise<ToldByOthers> =>
  which === undefined
    ? { late: [], unread: [] }
    : await countedElsewhere(journal, book, await laterDays(days, head, book, which))

const lookOpen = (
  known: Pick<MendPlan, 'book' | 'terms' | 'chain' | 'unread'>,
  good: GoodEntries,
  without: ReadonlySet<EntryId>,
): Look => {
  const own: Part = { entries: good.own }
  const fixed = { ...known, isClosed: false, issued: [], undecided: [] }
  const looked = planOf(fixed, good, [own, ...receivedParts(good)], without)
  if (!looked.ok) return { found: looked, mayChange: looked.error.why !== 'not-countable' }
  const { before, after } = looked.value.totals
  // Then the archive shows as much as the last segment says, whatever cannot be read before it.
  return { found: looked, mayChange: before === undefined || !areSameTotals(before, after) }
}

const lookClosed = (
  known: Pick<MendPlan, 'book' | 'terms' | 'chain' | 'unread' | 'issued'>,
  good: GoodEntries,
  without: ReadonlySet<EntryId>,
  /** Books of later days that cannot be read. */
  laterUnread: readonly BookId[],
): Look => {
  const { book, chain, issued } = known
  const otherwise = toldOtherwise(book, issued, good.told)
  if (otherwise.length > 0) return final({ why: 'seals-differ', faults: otherwise })
  const { inTime, undecided: rest } = inTimeOf(closingOf(issued), good.own, shownInTime(chain), receivedCount(good))
  const { untold, undecided } = restatedUntold(issued, good.late, rest)
  if (undecided.length > 0 && laterUnread.length > 0)
    return passing({
      why: 'other-books-unread',
      books: laterUnread,
      entryIds: undecided.map(({ entry }) => entry.entryId),
    })

  const numbers = issued.flatMap(({ mark }) => (mark.kind === 'restating' ? [mark.restatement] : []))
  const received = receivedParts(good)
  const afterClose = partsAfterClose(numbers, [...good.late, ...untold]).map(({ mark, late }) => ({
    mark,
    entries: late.map(({ candidate }) => candidate),
  }))
  const unissued = afterClose.filter(({ mark }) => mark.kind === 'restating' && !numbers.includes(mark.restatement))
  if (unissued.length > 0)
    return final({
      why: 'seals-differ',
      faults: unissued.map(
        ({ mark }) => `entries count by ${JSON.stringify(mark)}, and the table days has no such item`,
      ),
    })
  const beforeClose: readonly Part[] = inTime.length === 0 ? received : [{ entries: inTime }, ...received]
  const closing: Part = { mark: { kind: 'closing' }, entries: [] }
  const fixed = { ...known, unread: [], isClosed: true, undecided: undecided.map(({ entry }) => entry) }
  const looked = planOf(fixed, good, [...beforeClose, closing, ...afterClose], without)
  if (!looked.ok) return { found: looked, mayChange: looked.error.why !== 'not-countable' }
  const versions = comparedVersions(issued, ({ mark }) =>
    mark.kind === 'closing'
      ? entriesIn(beforeClose)
      : entriesIn(afterClose.filter((part) => isSameMark(part.mark, mark))),
  )
  if (versions.every(({ isSame }) => isSame))
    return { found: looked, mayChange: undecided.length + laterUnread.length > 0 }
  const { appearing, disappearing, differing } = looked.value
  const further = undecided.map(({ entry }) => entry)
  const { unread } = known
  return passing({
    why: 'not-as-sealed',
    versions,
    appearing: [...appearing, ...further],
    disappearing,
    differing,
    unread,
  })
}

const closingOf = (issued: readonly IssuedSeal[]): IssuedSeal | undefined =>
  issued.find(({ mark }) => mark.kind === 'closing')

const shownInTime = ({ inTime }: BrokenChainRead): ReadonlySet<EntryId> => new Set(inTime.map(({ entryId }) => entryId))

const receivedCount = ({ received }: GoodEntries): number => [...received.values()].flat().length

const undecidedOf = (chain: BrokenChainRead, good: GoodEntries, issued: readonly IssuedSeal[]) =>
  inTimeOf(closingOf(issued), good.own, shownInTime(chain), receivedCount(good)).undecided

const receivedParts = ({ received }: GoodEntries): readonly Part[] =>
  Array.from(received, ([from, entries]) => ({ entries, mark: { kind: 'received', from } as const }))

const entriesIn = (parts: readonly Part[]): readonly Entry[] =>
  parts.flatMap(({ entries }) => entries.map(({ entry }) => entry))

/** The entries that count in the book by these parts. */
export const countedIn = (parts: readonly Part[]) =>
  parts.filter(({ mark }) => countsIn(mark)).flatMap(({ entries }) => entries)

const planOf = (
  fixed: Pick<MendPlan, 'book' | 'terms' | 'chain' | 'isClosed' | 'issued' | 'unread' | 'undecided'>,
  { lacking }: GoodEntries,
  parts: readonly Part[],
  without: ReadonlySet<EntryId>,
): Result<MendPlan, MendRefusal> => {
  const { book, terms, chain } = fixed
  if (lacking.length > 0) return refuse({ why: 'late-entries-lacking', entryIds: lacking })
  const candidates = countedIn(parts)
  const { fresh } = decide(emptyBook(book, terms), candidates)
  if (fresh.length < candidates.length) {
    const counting = new Set(fresh)
    const entryIds = candidates.filter((one) => !counting.has(one)).map(({ entry }) => entry.entryId)
    return refuse({ why: 'not-countable', entryIds })
  }
  const entries = candidates.map(({ entry }) => entry)
  const difference = differenceOf(chain.counted, entries)
  const vanishing = difference.disappearing.filter(({ entryId }) => !without.has(entryId))
  if (vanishing.length > 0) return refuse({ why: 'only-in-chain', entries: vanishing })
  return ok({ ...fixed, parts, totals: { before: chain.shown, after: totalsOf(entries) }, ...difference })
}

const differenceOf = (before: readonly Entry[], after: readonly Entry[]): Difference => {
  const [left, right] = [byId(before), byId(after)]
  return {
    appearing: after.filter((entry) => !left.has(idOf(entry))),
    disappearing: [...left].filter(([id]) => !right.has(id)).map(([, entry]) => entry),
    differing: [...left].flatMap(([id, entry]) => {
      const other = right.get(id)
      return other !== undefined && contentHash(other) !== contentHash(entry) ? [{ before: entry, after: other }] : []
    }),
  }
}

const idOf = ({ businessDay, entryId }: Entry): string => `${businessDay} ${entryId}`
const byId = (entries: readonly Entry[]) => new Map(entries.map((entry) => [idOf(entry), entry]))

/**
 * Mends a broken book without overwriting anything. The archive says what the book holds. A good chain of it is built beside
 * the broken one, where no reader looks, and verified. Then one transaction supersedes the broken chain at the very end that
 * was compared, and takes the mark from the book. When anything was appended meanwhile, nothing happens, and all is
 * compared again.
 *
 * A run that stops before the switch leaves a chain that no reader finds. The next run leaves it alone and takes the next
 * generation.
 */
import type { Actor } from '#ledger/actor'
import { bookMended, type AuditEvent } from '#ledger/audit-event'
import type { ArchiveObjects } from '#ledger/archive'
import { decide, emptyBook, evolve, type Book, type BookTerms } from '#ledger/book'
import { concurrently } from '#ledger/concurrently'
import { startOfDay } from '#ledger/calendar'
import { emptyView, totalsOf } from '#ledger/day-view'
import { contentHash, type Entry } from '#ledger/entry'
import { backOf, frontOf, generationOf, placeInChain } from '#ledger/generation'
import { isClosed, markMended, type Head } from '#ledger/head'
import type { BookId, EntryId } from '#ledger/identifiers'
import type { IssuedSeal } from '#ledger/issued-seals'
import { areSameTotals, type Totals } from '#ledger/money'
import {
  SEGMENT_BYTES,
  UnreadableSegment,
  type AuditTrail,
  type Days,
  type Heads,
  type Journal,
  type Merchants,
  type Quarantine,
  type Transactions,
} from '#ledger/ports'
import { partsAfterClose } from '#ledger/rebuilt-days'
import { ok, refuse, type Result } from '#ledger/result'
import type { Seals } from '#ledger/seal'
import {
  countsIn,
  digestOf,
  isSameMark,
  type ChainHash,
  type Generation,
  type Mark,
  type SealedSegment,
  type SegmentNumber,
} from '#ledger/segment'
import { sealSegment } from '#wire/journal/segment'
import { sealNext } from '../journal/seal-next.ts'
import { SEGMENT_SIZES, type SegmentSizes } from '../journal/segment-sizes.ts'
import type { PositionedEntry } from '../journal/sort-records.ts'
import { verifyBook, type WholeBook } from '../journal/verify-book.ts'
import { mustWork } from '../own-fault.ts'
import { barrierPassed, putBarrier, type BarrierWorld, type Behind } from '../reconcile/barrier.ts'
import { lastNumber, readBrokenChain, type BrokenChainRead } from './broken-chain.ts'
import { goodEntries, type GoodEntries } from './good-entries.ts'
import { countedElsewhere, laterDays, type CountedElsewhere } from './other-books.ts'
import { comparedVersions, inTimeOf, issuedOf, toldOtherwise, type ComparedVersion } from './sealed-day.ts'

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

/** Why a book is not mended. */
export type MendRefusal =
  | { readonly why: 'unknown-merchant' | 'not-marked' | 'no-segments' | 'damaged-meanwhile' }
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
  | ({ readonly why: 'not-as-sealed'; readonly versions: readonly ComparedVersion[] } & Difference)
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
  /** Entries that came after the close and of which nothing is decided yet. They are decided when they are delivered again. */
  readonly undecided: readonly Entry[]
}

/** The entries of one segment, or of as many as they need. */
type Part = { readonly entries: readonly PositionedEntry[]; readonly mark?: Mark }

/** Compares a broken book with the archive. Waits until the archive shows all that the chain may have counted. */
export const planMending = async (world: MendWorld, request: MendRequest): Promise<Result<MendPlan, MendRefusal>> => {
  const { journal, heads, merchants, clock, sleep } = world
  const { book, deliveryMs, patienceMs = PATIENCE_MS, onWait } = request
  const merchant = await merchants.find(book.merchantId)
  if (merchant === undefined) return refuse({ why: 'unknown-merchant' })
  if (!(await heads.read(book.merchantId)).broken.has(book.day)) return refuse({ why: 'not-marked' })
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

  const open = await elsewhere(world, head, book, closed === undefined ? undefined : 'open')
  let good = await goodEntries(world, book, chain, open.late)
  if (good.unreadable.length > 0) return final({ why: 'unreadable', objects: good.unreadable })
  if (closed === undefined) return lookOpen(book, terms, chain, good, without)
  let { unread } = open
  if (undecidedOf(chain, good, closed.issued).length > 0) {
    const all = await elsewhere(world, head, book, 'closed')
    unread = [...unread, ...all.unread]
    if (all.late.length > 0) good = await goodEntries(world, book, chain, [...open.late, ...all.late])
  }
  return lookClosed(book, terms, chain, good, without, { ...closed, unread })
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
): Promise<CountedElsewhere> =>
  which === undefined
    ? { late: [], unread: [] }
    : await countedElsewhere(journal, book, await laterDays(days, head, book, which))

const lookOpen = (
  book: BookId,
  terms: BookTerms,
  chain: BrokenChainRead,
  good: GoodEntries,
  without: ReadonlySet<EntryId>,
): Look => {
  const own: Part = { entries: good.own }
  const looked = planOf(
    { book, terms, chain, isClosed: false, issued: [], undecided: [] },
    good,
    [own, ...receivedParts(good)],
    without,
  )
  if (!looked.ok) return { found: looked, mayChange: looked.error.why !== 'not-countable' }
  const { before, after } = looked.value.totals
  // Then the archive shows as much as the last segment says, whatever cannot be read before it.
  return { found: looked, mayChange: before === undefined || !areSameTotals(before, after) }
}

const lookClosed = (
  book: BookId,
  terms: BookTerms,
  chain: BrokenChainRead,
  good: GoodEntries,
  without: ReadonlySet<EntryId>,
  { issued, unread }: { readonly issued: readonly IssuedSeal[]; readonly unread: readonly BookId[] },
): Look => {
  const otherwise = toldOtherwise(book, issued, good.told)
  if (otherwise.length > 0) return final({ why: 'seals-differ', faults: otherwise })
  const { inTime, undecided } = inTimeOf(closingOf(issued), good.own, shownInTime(chain), receivedCount(good))
  if (undecided.length > 0 && unread.length > 0)
    return passing({ why: 'other-books-unread', books: unread, entryIds: undecided.map(({ entry }) => entry.entryId) })

  const numbers = issued.flatMap(({ mark }) => (mark.kind === 'restating' ? [mark.restatement] : []))
  const received = receivedParts(good)
  const afterClose = partsAfterClose(numbers, good.late).map(({ mark, late }) => ({
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
  const fixed = { book, terms, chain, isClosed: true, issued, undecided: undecided.map(({ entry }) => entry) }
  const looked = planOf(fixed, good, [...beforeClose, closing, ...afterClose], without)
  if (!looked.ok) return { found: looked, mayChange: looked.error.why !== 'not-countable' }
  const versions = comparedVersions(issued, ({ mark }) =>
    mark.kind === 'closing'
      ? entriesIn(beforeClose)
      : entriesIn(afterClose.filter((part) => isSameMark(part.mark, mark))),
  )
  if (versions.every(({ isSame }) => isSame)) return { found: looked, mayChange: undecided.length + unread.length > 0 }
  const { appearing, disappearing, differing } = looked.value
  const further = undecided.map(({ entry }) => entry)
  return passing({ why: 'not-as-sealed', versions, appearing: [...appearing, ...further], disappearing, differing })
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
const countedIn = (parts: readonly Part[]) =>
  parts.filter(({ mark }) => countsIn(mark)).flatMap(({ entries }) => entries)

const planOf = (
  fixed: Pick<MendPlan, 'book' | 'terms' | 'chain' | 'isClosed' | 'issued' | 'undecided'>,
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

/** The chain that supersedes the broken one. */
type GoodChain = {
  readonly generation: Generation
  readonly segments: number
  readonly hash: ChainHash
  readonly digest: string
}

export type Mending =
  | { readonly status: 'mended'; readonly chain: GoodChain }
  /** The book has other segments than those that were compared. */
  | { readonly status: 'moved' }
  /** The book is no longer marked as broken: another operator was faster. */
  | { readonly status: 'not-marked' }

/** Builds the good chain, verifies it, and switches to it. */
export const mendBook = async (world: MendWorld, plan: MendPlan): Promise<Mending> => {
  const built = await buildChain(world.journal, plan)
  await mustVerify(world.journal, plan, built)
  return await supersede(world, plan, built)
}

const buildChain = async (
  journal: Journal,
  { book: id, terms, chain, parts }: Pick<MendPlan, 'book' | 'terms' | 'chain' | 'parts'>,
): Promise<Book> => {
  for (let generation = chain.generation + 1; generation <= chain.generation + MOST_LEFT_OVER; generation += 1) {
    if (await isTaken(journal, id, generation)) continue
    let book: Book | undefined = emptyBook(id, terms, frontOf(generation))
    for (const part of parts) book = book && (await appendPart(journal, book, part))
    // Otherwise another operator began this generation at the same time.
    if (book !== undefined) return book
  }
  throw new Error(`${MOST_LEFT_OVER} chains beside the book ${id.merchantId} ${id.day} are left over from earlier runs`)
}

const MOST_LEFT_OVER = 1_000

/**
 * The book after segments with all entries of the part; undefined when a number was taken. A part has at least one segment,
 * also when it has no entries. A restatement has exactly one, by which its version is found.
 */
const appendPart = async (journal: Journal, start: Book, { entries, mark }: Part): Promise<Book | undefined> => {
  const sizes = mark?.kind === 'restating' ? WHOLE : SEGMENT_SIZES
  let [book, left] = [start, entries]
  do {
    const { length, segment, sealed } = sealNext(book, left, sizes, mark)
    if ((await journal.append(sealed)) === 'taken') return undefined
    const before = book
    book = mustWork('the good chain', () => evolve(before, { ...segment, hash: sealed.hash }))
    left = left.slice(length)
  } while (left.length > 0)
  return book
}

/** What was stored as one segment before has room in one again. */
const WHOLE: SegmentSizes = { most: Infinity, small: Infinity, tail: 0, packedBytes: SEGMENT_BYTES }

const isTaken = async (journal: Pick<Journal, 'read'>, id: BookId, generation: Generation): Promise<boolean> => {
  try {
    return (await journal.read(id, frontOf(generation), 1)).length > 0
  } catch (error) {
    if (error instanceof UnreadableSegment) return true
    throw error
  }
}

/** Reads the good chain back as it is stored, before it counts. */
const mustVerify = async (journal: Journal, { book, parts, issued }: MendPlan, built: Book): Promise<void> => {
  const front = frontOf(generationOf(built.segment))
  const chain: Pick<Journal, 'read' | 'end'> = {
    read: async (id, after, limit) => await journal.read(id, Math.max(after, front), limit),
    end: async (id) => (await journal.read(id, built.segment - 1, 1))[0],
  }
  const verified = await verifyBook(chain, book)
  const digest = digestOfAll(parts)
  const isSame =
    verified.ok &&
    verified.value.digest === digest &&
    verified.value.hash === built.hash &&
    areInPlace(issued, built, verified.value)
  if (isSame) return
  const detail = verified.ok ? 'it holds other entries' : JSON.stringify(verified.error.faults)
  throw new Error(`the good chain is not what was built: ${detail}. Nothing was switched; run the command again`)
}

/** Whether each version stands where `standsIn` looks for it, and holds what its seal says. */
const areInPlace = (issued: readonly IssuedSeal[], { closedIn = 0 }: Book, verified: WholeBook): boolean => {
  const first = issued.some(({ mark }) => mark.kind === 'closing') ? 0 : 1
  return issued.every(({ mark, seal }, index) => {
    const state = verified.issued.get(closedIn + first + index)
    return (
      state !== undefined &&
      isSameMark(state.mark, mark) &&
      state.digest === seal.digest &&
      areSameTotals(state.totals, seal.totals)
    )
  })
}

const digestOfAll = (parts: readonly Part[]): string =>
  digestOf(countedIn(parts).map(({ entry }) => ({ entryId: entry.entryId, contentHash: contentHash(entry) })))

/** The switch. What comes before the transaction keeps workers from appending in a gap, and changes no answer. */
const supersede = async (world: MendWorld, plan: MendPlan, built: Book): Promise<Mending> => {
  const { journal, heads, transactions, auditTrail, actor, clock } = world
  const { book: id, chain, parts } = plan
  let isMoved = false
  await concurrently(chain.missing, FILLED_AT_ONCE, async (number) => {
    if ((await journal.append(emptySegment(plan, number, { kind: 'void' }))) === 'taken') isMoved = true
  })
  if (isMoved) return { status: 'moved' }
  const generation = generationOf(built.segment)
  const mark: Mark = { kind: 'superseding', generation, hash: built.hash }
  const numbers = [frontOf(chain.generation), Math.floor(chain.last) + 1, backOf(chain.generation)]
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const head = await heads.read(id.merchantId)
    if (!head.broken.has(id.day)) return { status: 'not-marked' }
    if (isClosed(head, id.day) !== plan.isClosed) return { status: 'moved' }
    const outcome = await transactions.commit([
      ...numbers.map((number) => ({ change: 'append', segment: emptySegment(plan, number, mark) }) as const),
      { change: 'head', merchantId: id.merchantId, head: markMended(head, id.day, built.closedIn) },
    ])
    if (outcome === 'refused') {
      if ((await lastNumber(journal, id)) !== chain.last) return { status: 'moved' }
      continue
    }
    const segments = placeInChain(built.segment)
    const mended: GoodChain = { generation, segments, hash: built.hash, digest: digestOfAll(parts) }
    await auditTrail.publish(eventOf(plan, mended, actor, clock()))
    return { status: 'mended', chain: mended }
  }
  throw new Error(`the head of ${id.merchantId} changed ${MAX_ROUNDS} times while ${id.day} was mended`)
}

const FILLED_AT_ONCE = 8

// A head changes when a book is opened, closed or restated. Ten changes within milliseconds mean that something is wrong.
const MAX_ROUNDS = 10

const emptySegment = ({ book, terms, chain }: MendPlan, number: SegmentNumber, mark: Mark): SealedSegment =>
  sealSegment(
    { ...emptyBook(book, terms), hash: chain.hash },
    { number, mark, entries: [], passedOn: [], view: emptyView },
  )

const eventOf = ({ book, chain, disappearing }: MendPlan, mended: GoodChain, actor: Actor, atMs: number): AuditEvent =>
  bookMended(
    book,
    {
      ...mended,
      supersedes: { generation: chain.generation, lastSegment: chain.last },
      without: disappearing.map(({ entryId }) => entryId),
      ...actor,
    },
    atMs,
  )

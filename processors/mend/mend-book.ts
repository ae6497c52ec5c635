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
import { isClosed, markWhole } from '#ledger/head'
import type { BookId, EntryId } from '#ledger/identifiers'
import type { Totals } from '#ledger/money'
import {
  UnreadableSegment,
  type AuditTrail,
  type Heads,
  type Journal,
  type Merchants,
  type Quarantine,
  type Transactions,
} from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import {
  digestOf,
  type ChainHash,
  type Generation,
  type Mark,
  type SealedSegment,
  type SegmentNumber,
} from '#ledger/segment'
import { sealSegment } from '#wire/journal/segment'
import { sealNext } from '../journal/seal-next.ts'
import { SEGMENT_SIZES } from '../journal/segment-sizes.ts'
import type { PositionedEntry } from '../journal/sort-records.ts'
import { verifyBook } from '../journal/verify-book.ts'
import { mustWork } from '../own-fault.ts'
import { barrierPassed, putBarrier, type BarrierWorld, type Behind } from '../reconcile/barrier.ts'
import { lastNumber, readBrokenChain, type BrokenChainRead } from './broken-chain.ts'
import { goodEntries, type GoodEntries } from './good-entries.ts'

export type MendWorld = BarrierWorld & {
  readonly journal: Journal
  readonly heads: Pick<Heads, 'read'>
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
  /** The longest time from the hand-over of an entry to Firehose until the archive shows it. */
  readonly deliveryMs: number
  /** The time that the archive's consumer has to reach the barrier. */
  readonly patienceMs?: number
  /** Called when the wait for the archive begins. */
  readonly onWait?: () => void
}

/** Why a book is not mended. */
export type MendRefusal =
  | { readonly why: 'unknown-merchant' | 'closed' | 'not-marked' | 'no-segments' | 'damaged-meanwhile' }
  | { readonly why: 'behind'; readonly behind: Behind }
  /** Objects of the archive, or events in it, that cannot be read. The good chain might lack what they hold. */
  | { readonly why: 'unreadable'; readonly objects: readonly { readonly key: string; readonly reason: string }[] }
  /** Entries that count in the broken chain, of which the archive knows nothing. */
  | { readonly why: 'only-in-chain'; readonly entries: readonly Entry[] }
  /** Late entries of other days that the archive tells of and does not have. */
  | { readonly why: 'late-entries-lacking'; readonly entryIds: readonly EntryId[] }
  /** Entries of the archive that the book cannot take by its rules, and that do not wait in quarantine. */
  | { readonly why: 'not-countable'; readonly entryIds: readonly EntryId[] }

/** What mending would change. Nothing is written yet. */
export type MendPlan = {
  readonly book: BookId
  readonly terms: BookTerms
  readonly chain: BrokenChainRead
  readonly good: GoodEntries
  readonly totals: {
    /** As readers see them now; undefined when the last segment cannot be read. */
    readonly before: Totals | undefined
    readonly after: Totals
  }
  /** Entries that the good chain has and that no segment of the broken one shows. */
  readonly appearing: readonly Entry[]
  readonly disappearing: readonly Entry[]
  readonly differing: readonly { readonly before: Entry; readonly after: Entry }[]
}

/** Compares a broken book with the archive. Waits first until the archive shows all that the chain may have counted. */
export const planMending = async (world: MendWorld, request: MendRequest): Promise<Result<MendPlan, MendRefusal>> => {
  const { journal, heads, merchants } = world
  const { book, without } = request
  const merchant = await merchants.find(book.merchantId)
  if (merchant === undefined) return refuse({ why: 'unknown-merchant' })
  const head = await heads.read(book.merchantId)
  if (!head.broken.has(book.day)) return refuse({ why: 'not-marked' })
  if (isClosed(head, book.day)) return refuse({ why: 'closed' })
  const lastBefore = await lastNumber(journal, book)
  if (lastBefore === undefined) return refuse({ why: 'no-segments' })
  const behind = await delivered(world, request)
  if (behind !== undefined) return refuse({ why: 'behind', behind })

  const last = (await lastNumber(journal, book)) ?? lastBefore
  const chain = await readBrokenChain(journal, book, last)
  // What such a segment holds may have come after the barrier, and the archive need not show it yet.
  if ([...chain.unreadable.map(({ number }) => number), ...chain.missing].some((number) => number > lastBefore))
    return refuse({ why: 'damaged-meanwhile' })
  const good = await goodEntries(world, book, chain.counted)
  if (good.unreadable.length > 0) return refuse({ why: 'unreadable', objects: good.unreadable })
  if (good.lacking.length > 0) return refuse({ why: 'late-entries-lacking', entryIds: good.lacking })

  const terms = { currency: merchant.currency, startsAtMs: startOfDay(merchant.calendar, book.day) }
  const candidates = [...good.own, ...[...good.received.values()].flat()]
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
  const totals = { before: chain.shown, after: totalsOf(entries) }
  return ok({ book, terms, chain, good, totals, ...difference })
}

/**
 * Waits until the archive shows all that stood on the stream when it was called. The journal's consumer may be held up by
 * this very book, so only that of the archive has to reach the barrier.
 */
const delivered = async (
  world: MendWorld,
  { deliveryMs, patienceMs = PATIENCE_MS, onWait }: MendRequest,
): Promise<Behind | undefined> => {
  onWait?.()
  const behind = await barrierPassed(world, await putBarrier(world), patienceMs, ['archive'])
  if (behind !== undefined) return behind
  await world.sleep(deliveryMs)
  return undefined
}

const PATIENCE_MS = 90_000

const differenceOf = (before: readonly Entry[], after: readonly Entry[]) => {
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
  /** The book is no longer marked as broken, or it was closed: another operator was faster. */
  | { readonly status: 'not-marked' }

/** Builds the good chain, verifies it, and switches to it. */
export const mendBook = async (world: MendWorld, plan: MendPlan): Promise<Mending> => {
  const built = await buildChain(world.journal, plan)
  await mustVerify(world.journal, plan, built)
  return await supersede(world, plan, built)
}

const buildChain = async (
  journal: Journal,
  { book: id, terms, chain, good }: Pick<MendPlan, 'book' | 'terms' | 'chain' | 'good'>,
): Promise<Book> => {
  const parts: readonly Part[] = [
    { entries: good.own },
    ...Array.from(good.received, ([from, entries]) => ({ entries, mark: { kind: 'received', from } as const })),
  ]
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

type Part = { readonly entries: readonly PositionedEntry[]; readonly mark?: Mark }

/**
 * The book after segments with all entries of the part; undefined when a number was taken. A book has at least one segment,
 * also when none of its entries is left.
 */
const appendPart = async (journal: Journal, start: Book, { entries, mark }: Part): Promise<Book | undefined> => {
  let [book, left] = [start, entries]
  do {
    const { length, segment, sealed } = sealNext(book, left, SEGMENT_SIZES, mark)
    if ((await journal.append(sealed)) === 'taken') return undefined
    const before = book
    book = mustWork('the good chain', () => evolve(before, { ...segment, hash: sealed.hash }))
    left = left.slice(length)
  } while (left.length > 0)
  return book
}

const isTaken = async (journal: Pick<Journal, 'read'>, id: BookId, generation: Generation): Promise<boolean> => {
  try {
    return (await journal.read(id, frontOf(generation), 1)).length > 0
  } catch (error) {
    if (error instanceof UnreadableSegment) return true
    throw error
  }
}

/** Reads the good chain back as it is stored, before it counts. */
const mustVerify = async (journal: Journal, { book, good }: MendPlan, built: Book): Promise<void> => {
  const front = frontOf(generationOf(built.segment))
  const chain: Pick<Journal, 'read' | 'end'> = {
    read: async (id, after, limit) => await journal.read(id, Math.max(after, front), limit),
    end: async (id) => (await journal.read(id, built.segment - 1, 1))[0],
  }
  const verified = await verifyBook(chain, book)
  const digest = digestOfAll(good)
  if (verified.ok && verified.value.digest === digest && verified.value.hash === built.hash) return
  const detail = verified.ok ? 'it holds other entries' : JSON.stringify(verified.error.faults)
  throw new Error(`the good chain is not what was built: ${detail}. Nothing was switched; run the command again`)
}

const digestOfAll = ({ own, received }: GoodEntries): string =>
  digestOf(
    [own, ...received.values()].flat().map(({ entry }) => ({
      entryId: entry.entryId,
      contentHash: contentHash(entry),
    })),
  )

/** The switch. What comes before the transaction keeps workers from appending in a gap, and changes no answer. */
const supersede = async (world: MendWorld, plan: MendPlan, built: Book): Promise<Mending> => {
  const { journal, heads, transactions, auditTrail, actor, clock } = world
  const { book: id, chain, good } = plan
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
    if (!head.broken.has(id.day) || isClosed(head, id.day)) return { status: 'not-marked' }
    const outcome = await transactions.commit([
      ...numbers.map((number) => ({ change: 'append', segment: emptySegment(plan, number, mark) }) as const),
      { change: 'head', merchantId: id.merchantId, head: markWhole(head, id.day) },
    ])
    if (outcome === 'refused') {
      if ((await lastNumber(journal, id)) !== chain.last) return { status: 'moved' }
      continue
    }
    const segments = placeInChain(built.segment)
    const mended: GoodChain = { generation, segments, hash: built.hash, digest: digestOfAll(good) }
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

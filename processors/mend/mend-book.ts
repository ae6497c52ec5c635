/**
 * Mends a broken book without overwriting anything. The archive says what the book holds (`plan-mending.ts`). A good chain of it
 * is built beside the broken one, where no reader looks, and verified. Then one transaction supersedes the broken chain at the
 * very end that was compared, and takes the mark from the book. When anything was appended meanwhile, nothing happens, and
 * all is compared again.
 *
 * A run that stops before the switch leaves a chain that no reader finds. The next run leaves it alone and takes the next
 * generation.
 */
import type { Actor } from '#ledger/actor'
import { bookMended, type AuditEvent } from '#ledger/audit-event'
import { emptyBook, evolve, type Book } from '#ledger/book'
import { concurrently } from '#ledger/concurrently'
import { emptyView } from '#ledger/day-view'
import { contentHash } from '#ledger/entry'
import { backOf, frontOf, generationOf, placeInChain } from '#ledger/generation'
import { isClosed, markMended } from '#ledger/head'
import type { BookId } from '#ledger/identifiers'
import type { IssuedSeal } from '#ledger/issued-seals'
import { areSameTotals } from '#ledger/money'
import { SEGMENT_BYTES, UnreadableSegment, type Journal } from '#ledger/ports'
import {
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
import { verifyBook, type WholeBook } from '../journal/verify-book.ts'
import { lastNumber } from '../chain-ends.ts'
import { mustWork } from '../own-fault.ts'
import { countedIn, type MendPlan, type MendWorld, type Part } from './plan-mending.ts'

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

/** Marks of books that were found broken. They stand in the head, which every reader of books reads anyway. */
import { markBroken, markWhole, type Head } from '#ledger/head'
import type { BookId } from '#ledger/identifiers'
import { UnknownFormat, UnreadableSegment, type Heads, type Journal, type Transactions } from '#ledger/ports'
import { BrokenChain, type Generation } from '#ledger/segment'
import { generationsRead } from './chain-ends.ts'

export type MarkWorld = {
  readonly heads: Pick<Heads, 'read'>
  readonly journal: Pick<Journal, 'read' | 'end'>
  readonly transactions: Transactions
}

/** Another book than the one that was worked on was found broken: the one in which its late entries would count. */
export class OtherBookBroken extends BrokenChain {
  readonly book: BookId

  constructor(book: BookId, cause: BrokenChain | UnreadableSegment) {
    super(cause.message, cause.segment)
    this.book = book
    this.cause = cause
  }
}

/** Whether an error says that a book is broken. A segment of a newer version is not: that version can read it. */
export const saysBroken = (error: unknown): error is BrokenChain | UnreadableSegment =>
  error instanceof BrokenChain || (error instanceof UnreadableSegment && !(error.cause instanceof UnknownFormat))

/**
 * Marks a book as broken, unless it is marked. `foundIn` is the generation of the chain that was found broken; undefined when
 * that is not known. When all readers come to a chain that supersedes it, the book was mended meanwhile, and gets no mark for what
 * it was.
 */
export const markAsBroken = async (
  { heads, journal, transactions }: MarkWorld,
  book: BookId,
  foundIn: Generation | undefined,
): Promise<'marked' | 'superseded'> => {
  const { merchantId, day } = book
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const head = await heads.read(merchantId)
    const marked = markBroken(head, day)
    if (marked === head) return 'marked'
    // The head was read before. A mending that comes later moves the head, so the mark is refused, and all is looked at again.
    const { fromStart, fromEnd } = await generationsRead(journal, book)
    if (foundIn !== undefined && foundIn < Math.min(fromStart, fromEnd)) return 'superseded'
    if ((await transactions.commit([{ change: 'head', merchantId, head: marked }])) === 'committed') return 'marked'
  }
  throw new Error(`the head of ${merchantId} changed ${MAX_ROUNDS} times while the book of ${day} was marked as broken`)
}

// A head changes when a book is opened, closed or restated. Ten changes within milliseconds mean that something is wrong.
const MAX_ROUNDS = 10

/**
 * Takes the mark from a book that was found whole. `before` is the head from before it was looked at: when the head has
 * changed since, the book may have been found broken meanwhile, and the mark stays.
 */
export const markAsWhole = async (
  { transactions }: Pick<MarkWorld, 'transactions'>,
  { merchantId, day }: BookId,
  before: Head,
): Promise<'unmarked' | 'stays'> => {
  const unmarked = markWhole(before, day)
  if (unmarked === before) return 'unmarked'
  const outcome = await transactions.commit([{ change: 'head', merchantId, head: unmarked }])
  return outcome === 'committed' ? 'unmarked' : 'stays'
}

/**
 * The append protocol: one conditional write is the whole transaction.
 *
 * The worker compares the entries of a batch with the book as it knows the book after segment n. It puts the fresh
 * entries as segment n + 1. If that number is taken, another append came first, perhaps an earlier try of this worker
 * whose answer was lost. The worker then reads the new segments and compares the remaining entries again. There is no
 * lock, no fence and no other transaction. After a crash or an error at any point, the chain says exactly what is
 * counted, and the redelivered batch starts from that.
 */
import { decide, evolve, type Book, type RefusalReason } from '#ledger/book'
import { bookKey, type BookId } from '#ledger/identifiers'
import type { Journal } from '#ledger/ports'
import { mustWork, ours } from '../own-fault.ts'
import type { BookRefusal } from './book-cache.ts'
import { appendGoodEntries } from './good-entry.ts'
import { CONFLICT, latePolicy, recordKnown, recordLate, type LateWriter } from './record-late.ts'
import { sealNext } from './seal-next.ts'
import type { PositionedEntry } from './sort-records.ts'

export type BookWriter = LateWriter & {
  /** Whether another worker may have appended to the books that this worker knows. */
  readonly mayHaveMoved: boolean
  readonly journal: Journal
}

/**
 * Brings every candidate to its end: counted, found counted already, or set aside. Throws when that has to wait. Throws
 * an UnexpectedError when our code fails on these candidates and not on good entries in their place.
 */
export const recordIntoBook = async (
  writer: BookWriter,
  id: BookId,
  candidates: readonly PositionedEntry[],
): Promise<void> => {
  const found = await writer.books.current(id, { mayHaveMoved: writer.mayHaveMoved })
  if (!found.ok) {
    for (const candidate of candidates) await writer.setAside(candidate, found.error, DETAILS[found.error])
    return
  }
  let book = found.value
  let undecided = candidates
  for (let lost = 0; undecided.length > 0;) {
    if (lost === MAX_ROUNDS) throw new Error(`${id.merchantId} ${id.day} is contended: ${MAX_ROUNDS} rounds lost`)
    const before = undecided.length
    const policy = book.closedIn === undefined ? undefined : await latePolicy(writer, book)
    const { fresh, duplicates, refused, waiting, unknown } = ours(
      () => decide(book, undecided, policy === undefined || policy === 'restate'),
      () => appendGoodEntries(book),
    )
    // A closed book may know an id by an entry that it passed on, so it looks at the others of that id itself.
    const isKnown = ({ reason }: { reason: RefusalReason }) => policy !== undefined && reason === 'content-conflict'
    for (const { candidate, reason } of refused.filter((one) => !isKnown(one)))
      await writer.setAside(candidate, reason, DETAILS[reason])
    const conflicts = refused.filter(isKnown).map(({ candidate }) => candidate)
    const known = policy === undefined ? { book, left: [] } : await recordKnown(writer, book, { duplicates, conflicts })
    // What is fresh was compared with the book as it was. In a book that has moved, it may be known.
    const decideFresh = async () => {
      if (policy === undefined) return await append(writer, book, fresh)
      return known.book === book ? await recordLate(writer, book, fresh, policy) : { book: known.book, left: fresh }
    }
    const appended = await decideFresh()
    await writer.books.learn(appended.book, new Set(unknown.map(({ contentIn }) => contentIn)))
    book = appended.book
    undecided = [...appended.left, ...waiting, ...unknown.map(({ candidate }) => candidate), ...known.left]
    // Late entries are decided a few at a time, so only rounds that decide nothing are lost.
    lost = undecided.length < before ? 0 : lost + 1
  }
}

// Every lost round means that another worker appended. Without affinity, two workers take turns. Ten lost rounds in a
// row mean that something else is wrong, and the batch is delivered again after a pause.
const MAX_ROUNDS = 10

const DETAILS: Readonly<Record<RefusalReason | BookRefusal, string>> = {
  'content-conflict': CONFLICT,
  'wrong-currency': 'The book is kept in another currency.',
  'total-out-of-bounds': 'A total of the day would leave ±(2^53 − 1).',
  'unknown-merchant': 'No merchant is registered under this id.',
}

/**
 * Appends fresh entries, in as many segments as their size needs. `left` are the entries that were not appended because
 * another append came first.
 */
const append = async (
  { journal, books, sizes }: BookWriter,
  start: Book,
  fresh: readonly PositionedEntry[],
): Promise<{ book: Book; left: readonly PositionedEntry[] }> => {
  let book = start
  let left = fresh
  while (left.length > 0) {
    const { length, segment, sealed } = ours(
      () => sealNext(book, left, sizes),
      () => appendGoodEntries(book),
    )
    if ((await journal.append(sealed)) === 'taken') return { book: await books.refreshed(book), left }
    const before = book
    book = mustWork(`the book ${bookKey(book.id)} after segment ${segment.number}`, () =>
      evolve(before, { ...segment, hash: sealed.hash }),
    )
    books.keep(book)
    left = left.slice(length)
  }
  return { book, left }
}

/**
 * The append protocol: one conditional write is the whole transaction.
 *
 * A batch's entries are compared with the book as this worker knows it after segment n, and what is fresh is put as
 * segment n + 1. If that number is taken, somebody else was there first (perhaps an earlier try of our own whose answer
 * was lost): the new segments are read and what is left is compared again. There is nothing else to it; no lock, no
 * fence, no transaction. A crash or an error at any point leaves a chain that says exactly what is counted, and the
 * redelivered batch starts from that.
 */
import { decide, evolve, nextSegment, type Book, type RefusalReason } from '#ledger/book'
import type { BookId } from '#ledger/identifiers'
import type { Journal } from '#ledger/ports'
import type { QuarantineReason } from '#ledger/quarantine'
import { sealSegment } from '#wire/packed-segment'
import type { BookRefusal, Books } from './books.ts'
import type { Candidate } from './sort-records.ts'
import { ours } from './unexpected-error.ts'

export type BookWriter = {
  readonly books: Books
  readonly journal: Journal
  readonly segmentLineBytes: number
  readonly setAside: (candidate: Candidate, reason: QuarantineReason, detail: string) => Promise<void>
}

/** Brings every candidate to its end: counted, found counted already, or set aside. Throws when that has to wait. */
export const recordIntoBook = async (
  writer: BookWriter,
  id: BookId,
  candidates: readonly Candidate[],
): Promise<void> => {
  const found = await writer.books.current(id)
  if (!found.ok) {
    for (const candidate of candidates) await writer.setAside(candidate, found.error, DETAILS[found.error])
    return
  }
  let book = found.value
  let undecided = candidates
  for (let round = 0; undecided.length > 0; round += 1) {
    if (round === MAX_ROUNDS) throw new Error(`${id.merchantId} ${id.day} is contended: ${MAX_ROUNDS} rounds lost`)
    const { fresh, refused, waiting, unknown } = ours(() => decide(book, undecided))
    for (const { candidate, reason } of refused) await writer.setAside(candidate, reason, DETAILS[reason])
    const appended = await append(writer, book, fresh)
    await writer.books.learn(appended.book, new Set(unknown.map(({ contentIn }) => contentIn)))
    book = appended.book
    undecided = [...appended.left, ...waiting, ...unknown.map(({ candidate }) => candidate)]
  }
}

// Every lost round means that another worker appended, and without affinity two of them take turns. Ten in a row means
// that something else is wrong; the batch comes again after a pause.
const MAX_ROUNDS = 10

const DETAILS: Readonly<Record<RefusalReason | BookRefusal, string>> = {
  'content-conflict': 'The book already holds this entryId with other content.',
  'wrong-currency': 'The currency is not the one of the book.',
  'total-out-of-bounds': 'A total of the day would leave ±(2^53 − 1).',
  'unknown-merchant': 'No such merchant is registered.',
  'day-closed': 'The business day is closed.',
}

/** Appends fresh entries, in as many segments as their size asks for. `left` is what another append came before. */
const append = async (
  { journal, books, segmentLineBytes }: BookWriter,
  before: Book,
  fresh: readonly Candidate[],
): Promise<{ book: Book; left: readonly Candidate[] }> => {
  let book = before
  let left = fresh
  while (left.length > 0) {
    const part = left.slice(0, segmentLength(left, segmentLineBytes))
    const segment = ours(() => nextSegment(book, part))
    const sealed = ours(() => sealSegment(book, segment))
    if ((await journal.append(sealed)) === 'taken') return { book: await books.refreshed(book), left }
    book = evolve(book, { ...segment, hash: sealed.hash })
    books.keep(book)
    left = left.slice(part.length)
  }
  return { book, left }
}

// A DynamoDB item holds 400 KB. Packed entries are never longer than the lines they came in, so with 340 KB of lines
// and a full day view of under 5 KB a segment stays below 350 KB whatever they compress to.
export const MAX_SEGMENT_LINE_BYTES = 340_000

/** How many of the candidates fit one segment: at least one. */
const segmentLength = (candidates: readonly Candidate[], maxBytes: number): number => {
  let bytes = 0
  const tooMany = candidates.findIndex(({ raw }) => (bytes += raw.length) > maxBytes)
  return tooMany === -1 ? candidates.length : Math.max(1, tooMany)
}

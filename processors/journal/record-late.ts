/**
 * Entries that come after their day was closed. The book of the day has compared them with its chain, so each is new to it.
 * The merchant's policy says what becomes of them; the chain records it together with the change elsewhere, in one
 * transaction. So a copy that comes years later finds what was decided, under whatever policy by then.
 *
 * Each call tries once. When anything has changed meanwhile, the entries are left, and everything is looked at again.
 */
import { decide, evolve, nextSegment, type Book } from '#ledger/book'
import { businessDayOf } from '#ledger/calendar'
import { wholeChain } from '#ledger/chain'
import { closedVersion, dayForLate, restateBook } from '#ledger/close'
import {
  dayRestated,
  entryRedirected,
  entryRestated,
  entrySetAside,
  quarantineSetAside,
  type AuditEvent,
} from '#ledger/audit-event'
import { contentHash, type ContentHash } from '#ledger/entry'
import type { BookId, EntryId } from '#ledger/identifiers'
import type { LatePolicy, Merchant } from '#ledger/merchant'
import type { Change, Clock, Days, Heads, Journal, Merchants, Transactions } from '#ledger/ports'
import type { QuarantineReason, SetAside } from '#ledger/quarantine'
import { digestOf, type Mark, type SealedSegment, type Segment } from '#ledger/segment'
import { openSegment, sealSegment } from '#wire/journal/segment'
import { mustWork, ours } from '../own-fault.ts'
import type { BookCache } from './book-cache.ts'
import { appendGoodEntries } from './good-entry.ts'
import { sealNext } from './seal-next.ts'
import type { SegmentSizes } from './segment-sizes.ts'
import type { PositionedEntry } from './sort-records.ts'

/** What late entries need beside their own book. */
export type LateWriter = {
  readonly books: BookCache
  readonly sizes: SegmentSizes
  readonly journal: Pick<Journal, 'read' | 'end'>
  readonly heads: Pick<Heads, 'read'>
  readonly days: Days
  readonly merchants: Pick<Merchants, 'find'>
  readonly transactions: Transactions
  readonly clock: Clock
  /** Takes a decision that has to be published before the batch is done. It may be told again. */
  readonly tell: (...decided: readonly AuditEvent[]) => void
  /** Keeps an entry in quarantine, by itself. */
  readonly setAside: (candidate: PositionedEntry, reason: QuarantineReason, detail: string) => Promise<void>
  /** The item of quarantine that an entry becomes. */
  readonly itemOf: (candidate: PositionedEntry, reason: QuarantineReason, detail: string) => SetAside
}

type Recorded = { readonly book: Book; readonly left: readonly PositionedEntry[] }

/** The policy of the merchant as the register has it now. */
export const latePolicy = async (writer: LateWriter, { id }: Book): Promise<LatePolicy> =>
  (await merchantOf(writer, id)).lateEntries

/** Brings entries of a closed book to their end, all of them or the first few. */
export const recordLate = async (
  writer: LateWriter,
  book: Book,
  fresh: readonly PositionedEntry[],
  policy: LatePolicy,
): Promise<Recorded> => {
  if (fresh.length === 0) return { book, left: [] }
  switch (policy) {
    case 'nextOpenDay':
      return await redirect(writer, book, fresh)
    case 'restate':
      return await restate(writer, book, fresh)
    case 'quarantine':
      return await passToQuarantine(writer, book, fresh, 'day-closed', CLOSED)
  }
}

/**
 * Tells again what became of entries that the book knows. When a worker dies after a transaction, its decisions may not
 * be published yet, and only the next delivery can do it.
 */
export const tellAgain = async (
  { journal, days, clock, tell, setAside }: LateWriter,
  { id, closedIn = 0 }: Book,
  duplicates: readonly PositionedEntry[],
): Promise<void> => {
  if (duplicates.length === 0) return
  const wanted = new Map(duplicates.map((candidate) => [candidate.entry.entryId, candidate]))
  for (const sealed of await journal.read(id, closedIn)) {
    const { segment } = openSegment(sealed)
    const { mark } = segment
    const isWanted = [...segment.entries, ...segment.passedOn].some(({ entryId }) => wanted.has(entryId))
    if (isWanted && mark?.kind === 'restating') {
      const { restatement: number } = mark
      tell(...(await days.restatements(id.merchantId, number - 1, number)).map(dayRestated))
    }
    for (const entry of [...segment.entries, ...segment.passedOn]) {
      const candidate = wanted.get(entry.entryId)
      if (candidate === undefined) continue
      if (mark?.kind === 'redirecting') tell(entryRedirected(entry, mark.to, clock()))
      if (mark?.kind === 'restating') tell(entryRestated(entry, mark.restatement, clock()))
      if (mark?.kind === 'setting-aside') {
        // A replay of the item comes here, too. The item then waits again.
        await setAside(candidate, mark.reason, CLOSED)
        tell(entrySetAside(entry, clock()))
      }
    }
  }
}

const CLOSED = 'The business day is closed.'

/** Counts entries in the book of an open day. */
const redirect = async (writer: LateWriter, book: Book, fresh: readonly PositionedEntry[]): Promise<Recorded> => {
  const { books, clock, heads, tell, transactions } = writer
  const { merchantId, day: from } = book.id
  const { calendar } = await merchantOf(writer, book.id)
  const to = dayForLate(await heads.read(merchantId), businessDayOf(calendar, clock()))
  const found = await books.current({ merchantId, day: to }, { mayHaveMoved: true })
  if (!found.ok) throw new Error(`the merchant ${merchantId} is gone from the register`)
  const target = found.value
  // It was closed since the head was read, so there is another open day now.
  if (target.closedIn !== undefined) return { book, left: fresh }

  const verdict = ours(
    () => decide(target, fresh),
    () => appendGoodEntries(target),
  )
  const known = [...verdict.duplicates, ...verdict.unknown.map(({ candidate }) => candidate)]
  const refused = [
    ...verdict.refused,
    ...known.map((candidate) => ({ candidate, reason: 'content-conflict' as const })),
  ]
  const [first] = refused
  if (first !== undefined) {
    const same = refused.filter(({ reason }) => reason === first.reason).map(({ candidate }) => candidate)
    const passed = await passToQuarantine(writer, book, same, first.reason, notThere(to))
    const aside = new Set(same.slice(0, same.length - passed.left.length))
    return { book: passed.book, left: fresh.filter((candidate) => !aside.has(candidate)) }
  }

  const received = seal(writer, target, verdict.fresh, { kind: 'received', from })
  // The same entries in as many bytes, but for a few; SEGMENT_BYTES leaves room for these.
  const segment = nextSegment(book, received.segment.entries, { kind: 'redirecting', to })
  const passed = { segment, sealed: mustWork('a redirecting segment', () => sealSegment(book, segment)) }
  const changes: Change[] = [append(passed.sealed), append(received.sealed)]
  if ((await transactions.commit(changes)) === 'refused') return { book: await books.refreshed(book), left: fresh }
  keep(books, target, received.segment, received.sealed)
  const done = new Set(verdict.fresh.slice(0, received.length))
  for (const { entry } of done) tell(entryRedirected(entry, to, clock()))
  return {
    book: keep(books, book, passed.segment, passed.sealed),
    left: fresh.filter((candidate) => !done.has(candidate)),
  }
}

const notThere = (day: string): string =>
  `${CLOSED} The entry would count on ${day}, where its id is taken or a total would leave ±(2^53 − 1).`

/** Counts entries in their own day, which is issued again. */
const restate = async (writer: LateWriter, book: Book, fresh: readonly PositionedEntry[]): Promise<Recorded> => {
  const { books, clock, days, heads, journal, tell, transactions } = writer
  const head = await heads.read(book.id.merchantId)
  const number = head.restatements + 1
  const newest = await days.newestClosed(book.id)
  const restatements = await days.restatements(book.id.merchantId, newest?.base ?? 0, head.restatements)
  const now = closedVersion(book.id.day, { newest, restatements })
  if (now === undefined) throw new Error(`a closed day has no newest version`)
  const restating = seal(writer, book, fresh, { kind: 'restating', restatement: number })
  const counted = restating.segment.entries
  const contents = [...(await contentsOf(journal, book.id)), ...counted.map(contentIn)]
  const { hash: chainHash } = restating.sealed
  const atMs = clock()
  const restated = restateBook(head, book, counted, {
    version: now.version,
    chainHash,
    digest: digestOf(contents),
    atMs,
  })
  const changes: Change[] = [
    append(restating.sealed),
    { change: 'restate', restatement: restated.restatement },
    { change: 'head', merchantId: book.id.merchantId, head: restated.head },
  ]
  if ((await transactions.commit(changes)) === 'refused') return { book: await books.refreshed(book), left: fresh }
  tell(dayRestated(restated.restatement), ...counted.map((entry) => entryRestated(entry, number, atMs)))
  return { book: keep(books, book, restating.segment, restating.sealed), left: fresh.slice(restating.length) }
}

const contentIn = (entry: Segment['entries'][number]) => ({ entryId: entry.entryId, contentHash: contentHash(entry) })

/** What counts in a book. If it has grown since the entries were compared, the transaction is refused. */
const contentsOf = async (journal: LateWriter['journal'], id: BookId) => {
  const contents: { entryId: EntryId; contentHash: ContentHash }[] = []
  for await (const sealed of wholeChain(journal, id)) {
    contents.push(...openSegment(sealed).segment.entries.map(contentIn))
  }
  return contents
}

/** Sets entries aside, and records in the book that it knows them. */
const passToQuarantine = async (
  writer: LateWriter,
  book: Book,
  candidates: readonly PositionedEntry[],
  reason: QuarantineReason,
  detail: string,
): Promise<Recorded> => {
  const { books, clock, itemOf, tell, transactions } = writer
  const few = candidates.slice(0, MOST_ASIDE)
  const { length, segment, sealed } = seal(writer, book, few, { kind: 'setting-aside', reason })
  const items = few.slice(0, length).map((candidate) => itemOf(candidate, reason, detail))
  const changes: Change[] = [append(sealed), ...items.map((item) => ({ change: 'set-aside', item }) as const)]
  if ((await transactions.commit(changes)) === 'refused') return { book: await books.refreshed(book), left: candidates }
  tell(...items.map(quarantineSetAside))
  for (const entry of segment.passedOn) tell(entrySetAside(entry, clock()))
  return { book: keep(books, book, segment, sealed), left: candidates.slice(length) }
}

// With the segment, 21 changes are one transaction.
const MOST_ASIDE = 20

const seal = ({ sizes }: LateWriter, book: Book, candidates: readonly PositionedEntry[], mark: Mark) =>
  ours(
    () => sealNext(book, candidates, sizes, mark),
    () => appendGoodEntries(book),
  )

const append = (segment: SealedSegment): Change => ({ change: 'append', segment })

const keep = (books: BookCache, book: Book, segment: Omit<Segment, 'hash'>, { hash }: SealedSegment): Book => {
  const next = mustWork(`the closed book after segment ${segment.number}`, () => evolve(book, { ...segment, hash }))
  books.keep(next)
  return next
}

const merchantOf = async ({ merchants }: LateWriter, { merchantId }: BookId): Promise<Merchant> => {
  const merchant = await merchants.find(merchantId)
  if (merchant === undefined) throw new Error(`the merchant ${merchantId} is gone from the register`)
  return merchant
}

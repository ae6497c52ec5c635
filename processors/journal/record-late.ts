/**
 * Entries that come after their day was closed. The book of the day compares them with its chain first. For a new one, the
 * merchant's policy says what becomes of it; the chain records it together with the change elsewhere, in one transaction.
 * So a copy that comes years later finds what was decided, under whatever policy by then.
 *
 * An entry that was set aside can be released: an operator replays its item, and the processor finds that decision in the
 * item itself, whichever copy of the entry brings it there. What stands on the stream says nothing about it, so no client
 * can release an entry. A release counts the entry on an open day, and is noted in the chain and in the item at once.
 *
 * Each call tries once. When anything has changed meanwhile, the entries are left, and everything is looked at again.
 */
import { decide, evolve, nextSegment, type Book } from '#ledger/book'
import { businessDayOf } from '#ledger/calendar'
import { wholeChain } from '#ledger/chain'
import { closedVersion, dayForLate, restateBook } from '#ledger/close'
import {
  dayClosed,
  dayRestated,
  entryRedirected,
  entryRestated,
  entrySetAside,
  quarantineSetAside,
  type AuditEvent,
} from '#ledger/audit-event'
import { contentHash, type ContentHash, type Entry } from '#ledger/entry'
import type { BookId, BusinessDay, EntryId } from '#ledger/identifiers'
import type { LatePolicy, Merchant } from '#ledger/merchant'
import type { Change, Clock, Days, Heads, Journal, Merchants, Quarantine, Transactions } from '#ledger/ports'
import {
  isReleased,
  quarantineKey,
  type Quarantined,
  type QuarantineKey,
  type QuarantineReason,
  type SetAside,
} from '#ledger/quarantine'
import { digestOf, movedTo, type Mark, type SealedSegment, type Segment } from '#ledger/segment'
import { openSegment, sealSegment } from '#wire/journal/segment'
import { OtherBookBroken, saysBroken } from '../mark-book.ts'
import { mustWork, ours } from '../own-fault.ts'
import { stored, type BookCache } from './book-cache.ts'
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
  readonly quarantine: Pick<Quarantine, 'find'>
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
  await tellClose(writer, book)
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
 * Brings entries whose ids a closed book knows to their end, whether with this content or with another one. Those that an
 * operator released count on an open day. Of the others is told again what became of them: when a worker dies after a
 * transaction, its decisions may not be published yet, and only the next delivery can do it.
 */
export const recordKnown = async (
  writer: LateWriter,
  book: Book,
  { duplicates, conflicts }: Record<'duplicates' | 'conflicts', readonly PositionedEntry[]>,
): Promise<Recorded> => {
  const known = [...duplicates, ...conflicts]
  if (known.length === 0) return { book, left: [] }
  const decided = await decidedAfterClose(writer, book)
  const released: Released[] = []
  if (known.some(({ entry }) => decided.has(entry.entryId))) await tellClose(writer, book)
  let looked = 0
  for (const candidate of known) {
    // More are not released in one transaction. The rest is looked at after it, and not again for each.
    if (released.length === MOST_ITEMS) break
    looked += 1
    const decision = decided.get(candidate.entry.entryId)
    const items = await waitingItems(writer, candidate, decision)
    const item = items.find((one) => isReleased(one, contentHash(candidate.entry)))
    if (item !== undefined && decision !== undefined) released.push({ candidate, item, decision })
    else if (decision !== undefined) await tellAgain(writer, book, candidate, decision, items[0])
    // Otherwise the book has the id since before its close.
    else if (conflicts.includes(candidate)) await writer.setAside(candidate, 'content-conflict', CONFLICT)
  }
  const outcome = await release(writer, book, released)
  return { ...outcome, left: [...outcome.left, ...known.slice(looked)] }
}

/**
 * Tells the newest close up to the day again. Its closer may have died before it told it, and in the archive a decision about
 * a late entry must never stand without the close that made the entry late.
 */
const tellClose = async ({ days, tell }: LateWriter, { id }: Book): Promise<void> => {
  const newest = await days.newestClosed(id)
  if (newest !== undefined) tell(dayClosed(newest))
}

/** What a closed book has decided about an id: the last segment that has it says so. */
type Decision = { readonly mark: Mark; readonly entry: Entry }

const decidedAfterClose = async (
  { journal }: LateWriter,
  { id, closedIn = 0 }: Book,
): Promise<ReadonlyMap<EntryId, Decision>> => {
  const decided = new Map<EntryId, Decision>()
  for (const sealed of await journal.read(id, closedIn)) {
    const { mark, entries, passedOn } = stored(sealed, openSegment).segment
    if (mark === undefined) continue
    for (const entry of [...entries, ...passedOn]) decided.set(entry.entryId, { mark, entry })
  }
  return decided
}

const tellAgain = async (
  { clock, days, setAside, tell }: LateWriter,
  { id }: Book,
  candidate: PositionedEntry,
  { mark, entry: decidedEntry }: Decision,
  item: Quarantined | undefined,
): Promise<void> => {
  const { entry } = candidate
  if (contentHash(decidedEntry) !== contentHash(entry)) return await setAside(candidate, 'content-conflict', CONFLICT)
  const to = movedTo(mark)
  if (to !== undefined) tell(entryRedirected(entry, to, clock()))
  if (mark.kind === 'restating') {
    const { restatement: number } = mark
    tell(...(await days.restatements(id.merchantId, number - 1, number)).map(dayRestated))
    tell(entryRestated(entry, number, clock()))
  }
  if (mark.kind === 'setting-aside') {
    // It waits for the reason for which it was set aside last.
    await setAside(candidate, item?.reason ?? mark.reason, item?.detail ?? CLOSED)
    tell(entrySetAside(entry, mark.reason, clock()))
  }
}

const CLOSED = 'The business day is closed.'
export const CONFLICT = 'The book already holds this entryId with other content.'

/** An entry, the item of quarantine by which an operator released it, and the decision by which it waits there. */
type Released = { readonly candidate: PositionedEntry; readonly item: Quarantined; readonly decision: Decision }

/**
 * The items by which an operator may have released an entry of an id that waits: that of the content that stands in the
 * book, of which the entry may be a correction, and that of the entry itself.
 */
const waitingItems = async (
  { quarantine }: LateWriter,
  { entry }: PositionedEntry,
  decision: Decision | undefined,
): Promise<readonly Quarantined[]> => {
  if (decision?.mark.kind !== 'setting-aside') return []
  const isSame = contentHash(decision.entry) === contentHash(entry)
  const subjects = isSame ? [entry] : [decision.entry, entry]
  const items = await Promise.all(subjects.map((subject) => quarantine.find(itemKey(subject))))
  return items.filter((item) => item !== undefined)
}

/** The position is no part of the key of an entry. */
const itemKey = (subject: Entry): QuarantineKey =>
  quarantineKey({ subject, position: { shardId: '', sequenceNumber: '', index: 0 } })

/** Counts released entries, at most MOST_ITEMS, in the book of an open day. Those that cannot count there wait again. */
const release = async (writer: LateWriter, book: Book, released: readonly Released[]): Promise<Recorded> => {
  const candidates = released.map(({ candidate }) => candidate)
  if (candidates.length === 0) return { book, left: [] }
  const found = await targetOf(writer, book)
  if (found === undefined) return { book, left: candidates }
  const { target, to } = found
  const { fresh, refused } = decideIn(target, candidates)
  if (refused.length > 0) {
    // Another worker may have released the same entries meanwhile. Then their own book has moved, too.
    const now = await writer.books.refreshed(book)
    if (now.segment !== book.segment) return { book: now, left: candidates }
  }
  for (const { candidate, reason } of refused) {
    await writer.setAside(candidate, reason, notThere(to))
    const { decision } = released.find((one) => one.candidate === candidate) ?? {}
    if (decision?.mark.kind === 'setting-aside') {
      // The worker that set it aside may have died before it told so.
      writer.tell(entrySetAside(decision.entry, decision.mark.reason, writer.clock()))
    }
  }
  const undecided = candidates.filter((candidate) => !refused.some((one) => one.candidate === candidate))
  if (fresh.length === 0) return { book, left: undecided }
  const items = released.filter(({ candidate }) => fresh.includes(candidate)).map(({ item }) => item)
  return await passOn(writer, { book, target, to, kind: 'releasing' }, fresh, undecided, items)
}

/** Counts entries in the book of an open day. */
const redirect = async (writer: LateWriter, book: Book, late: readonly PositionedEntry[]): Promise<Recorded> => {
  const found = await targetOf(writer, book)
  if (found === undefined) return { book, left: late }
  const { target, to } = found
  const { fresh, refused } = decideIn(target, late)
  const [first] = refused
  if (first !== undefined) {
    const same = refused.filter(({ reason }) => reason === first.reason).map(({ candidate }) => candidate)
    const passed = await passToQuarantine(writer, book, same, first.reason, notThere(to))
    const aside = new Set(same.slice(0, same.length - passed.left.length))
    return { book: passed.book, left: late.filter((candidate) => !aside.has(candidate)) }
  }
  return await passOn(writer, { book, target, to, kind: 'redirecting' }, fresh, late, [])
}

type Target = { readonly target: Book; readonly to: BusinessDay }

/** The open book in which late entries count; undefined when it was closed since the head was read. */
const targetOf = async (writer: LateWriter, { id }: Book): Promise<Target | undefined> => {
  const { books, clock, heads } = writer
  const { merchantId } = id
  const { calendar } = await merchantOf(writer, id)
  const to = dayForLate(await heads.read(merchantId), businessDayOf(calendar, clock()))
  const found = await otherBook(books, { merchantId, day: to })
  if (!found.ok) throw new Error(`the merchant ${merchantId} is gone from the register`)
  const target = found.value
  return target.closedIn === undefined ? { target, to } : undefined
}

const otherBook = async (books: BookCache, id: BookId) => {
  try {
    return await books.current(id, { mayHaveMoved: true })
  } catch (error) {
    throw saysBroken(error) ? new OtherBookBroken(id, error) : error
  }
}

/** Which entries of another day the book can count. No other entry of an id that it holds ever can. */
const decideIn = (target: Book, candidates: readonly PositionedEntry[]) => {
  const { fresh, refused, duplicates, unknown } = ours(
    () => decide(target, candidates),
    () => appendGoodEntries(target),
  )
  const known = [...duplicates, ...unknown.map(({ candidate }) => candidate)]
  const conflicts = known.map((candidate) => ({ candidate, reason: 'content-conflict' as const }))
  return { fresh, refused: [...refused, ...conflicts] }
}

/**
 * Tries once to count entries in the book of another day. It records in their own book that they count there: in one transaction, with
 * the items of quarantine by which they were released. Of `undecided`, those that count now are not left.
 */
export const passOn = async (
  writer: LateWriter,
  { book, target, to, kind }: Target & { readonly book: Book; readonly kind: 'redirecting' | 'releasing' },
  fresh: readonly PositionedEntry[],
  undecided: readonly PositionedEntry[],
  items: readonly Quarantined[],
): Promise<Recorded> => {
  const { books, clock, tell, transactions } = writer
  const received = sealMarked(writer, target, fresh, { kind: 'received', from: book.id.day })
  // The same entries in as many bytes, but for a few; SEGMENT_BYTES leaves room for these.
  const segment = nextSegment(book, received.segment.entries, { kind, to })
  const sealed = mustWork('the segment that passes entries on', () => sealSegment(book, segment))
  const changes: Change[] = [
    append(sealed),
    append(received.sealed),
    ...items.slice(0, received.length).map((item) => ({ change: 'release', item, to }) as const),
  ]
  if ((await transactions.commit(changes)) === 'refused') return { book: await books.refreshed(book), left: undecided }
  keepNext(books, target, received.segment, received.sealed)
  const done = new Set(fresh.slice(0, received.length))
  for (const { entry } of done) tell(entryRedirected(entry, to, clock()))
  return {
    book: keepNext(books, book, segment, sealed),
    left: undecided.filter((candidate) => !done.has(candidate)),
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
  const restating = sealMarked(writer, book, fresh, { kind: 'restating', restatement: number })
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
  return { book: keepNext(books, book, restating.segment, restating.sealed), left: fresh.slice(restating.length) }
}

const contentIn = (entry: Segment['entries'][number]) => ({ entryId: entry.entryId, contentHash: contentHash(entry) })

/** What counts in a book. If it has grown since the entries were compared, the transaction is refused. */
const contentsOf = async (journal: LateWriter['journal'], id: BookId) => {
  const contents: { entryId: EntryId; contentHash: ContentHash }[] = []
  for await (const sealed of wholeChain(journal, id)) {
    contents.push(...stored(sealed, openSegment).segment.entries.map(contentIn))
  }
  return contents
}

/** Sets entries aside, and records in the book that it knows them. */
export const passToQuarantine = async (
  writer: LateWriter,
  book: Book,
  candidates: readonly PositionedEntry[],
  reason: QuarantineReason,
  detail: string,
): Promise<Recorded> => {
  const { books, clock, itemOf, tell, transactions } = writer
  const few = candidates.slice(0, MOST_ITEMS)
  const { length, segment, sealed } = sealMarked(writer, book, few, { kind: 'setting-aside', reason })
  const items = few.slice(0, length).map((candidate) => itemOf(candidate, reason, detail))
  const changes: Change[] = [append(sealed), ...items.map((item) => ({ change: 'set-aside', item }) as const)]
  if ((await transactions.commit(changes)) === 'refused') return { book: await books.refreshed(book), left: candidates }
  tell(...items.map(quarantineSetAside))
  for (const entry of segment.passedOn) tell(entrySetAside(entry, reason, clock()))
  return { book: keepNext(books, book, segment, sealed), left: candidates.slice(length) }
}

// With the segments, at most 22 changes are one transaction.
const MOST_ITEMS = 20

export const sealMarked = ({ sizes }: LateWriter, book: Book, candidates: readonly PositionedEntry[], mark: Mark) =>
  ours(
    () => sealNext(book, candidates, sizes, mark),
    () => appendGoodEntries(book),
  )

const append = (segment: SealedSegment): Change => ({ change: 'append', segment })

export const keepNext = (
  books: BookCache,
  book: Book,
  segment: Omit<Segment, 'hash'>,
  { hash }: SealedSegment,
): Book => {
  const next = mustWork(`the closed book after segment ${segment.number}`, () => evolve(book, { ...segment, hash }))
  books.keep(next)
  return next
}

const merchantOf = async ({ merchants }: LateWriter, { merchantId }: BookId): Promise<Merchant> => {
  const merchant = await merchants.find(merchantId)
  if (merchant === undefined) throw new Error(`the merchant ${merchantId} is gone from the register`)
  return merchant
}

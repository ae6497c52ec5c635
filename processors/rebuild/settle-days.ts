/**
 * Closes rebuilt books again as the archive tells it, and gives late entries the end that they had. A book is settled when
 * all entries of its day are read: first comes the closing segment, then each restatement, then what was passed on. So the
 * segment of each version carries the view that the version had when it was issued.
 *
 * Late entries count on later days only. So the days are settled in their order, and each day has what it received from the
 * days before it when it is settled itself.
 */
import type { Book } from '#ledger/book'
import { closingSegment, type Restatement, type ToldClose, type ToldRestatement } from '#ledger/close'
import { concurrently } from '#ledger/concurrently'
import { FIRST_DAY, LAST_DAY } from '#ledger/days-with-books'
import { contentHash, type Entry } from '#ledger/entry'
import { bookKey, bookOf, type BookId, type BusinessDay, type EntryId, type MerchantId } from '#ledger/identifiers'
import { headAfter, partsAfterClose, type ToldDays } from '#ledger/rebuilt-days'
import type { Heads, Journal } from '#ledger/ports'
import type { Mark } from '#ledger/segment'
import { sealSegment } from '#wire/journal/segment'
import { keepNext, passOn, passToQuarantine, sealMarked } from '../journal/record-late.ts'
import type { BookWriter } from '../journal/record-into-book.ts'
import type { PositionedEntry } from '../journal/sort-records.ts'
import { mustWork } from '../own-fault.ts'

export type DaySettler = {
  /** The days with something to settle, in no order. */
  readonly days: ReadonlySet<BusinessDay>
  /** Keeps an entry until its day is settled. False for an entry that came in time, which the caller records. */
  keepLate(candidate: PositionedEntry): Promise<boolean>
  /** Settles the books of a day, all entries of which have been read. */
  settle(day: BusinessDay): Promise<void>
  /** Writes the restatements and the heads, once all days are settled. */
  settleHeads(): Promise<void>
  /** What the archive tells and its entries do not bear out, in sentences. */
  readonly problems: readonly string[]
}

/** What was told of one book. */
type ToldBook = {
  readonly id: BookId
  closed?: ToldClose
  readonly restated: ToldRestatement[]
  readonly late: PositionedEntry[]
}

export const daySettler = (
  writer: BookWriter & { readonly journal: Journal; readonly heads: Pick<Heads, 'read'> },
  told: ToldDays,
  booksAtOnce: number,
): DaySettler => {
  const problems: string[] = []
  const late = new Map(told.late.map((entry) => [lateKey(entry.book, entry.entryId), entry]))
  const days = new Map<BusinessDay, Map<MerchantId, ToldBook>>()
  const toldOf = (id: BookId): ToldBook => {
    const ofDay = days.get(id.day) ?? new Map<MerchantId, ToldBook>()
    days.set(id.day, ofDay)
    const ofBook = ofDay.get(id.merchantId) ?? { id, restated: [], late: [] }
    ofDay.set(id.merchantId, ofBook)
    return ofBook
  }
  for (const closed of told.closed) toldOf(closed.book).closed = closed
  for (const restated of told.restated) toldOf(restated.book).restated.push(restated)
  for (const { book } of told.late) toldOf(book)

  const restatements = new Map<MerchantId, Restatement[]>()
  const kept = new Set<string>()

  const settleBook = async ({ id, closed, restated, late: candidates }: ToldBook): Promise<void> => {
    const found = await writer.books.current(id, { mayHaveMoved: false })
    if (!found.ok) {
      problems.push(`${nameOf(id)} was closed, and no merchant is registered under this id.`)
      for (const candidate of candidates) await writer.setAside(candidate, found.error, UNREGISTERED)
      return
    }
    if (closed === undefined && found.value.view.totals.entryCount > 0) problems.push(untold(id))
    let book = await closeAgain(writer, found.value, closed)
    const decided = candidates.flatMap((candidate) => {
      const became = late.get(keyOf(candidate.entry))?.became
      return became === undefined ? [] : [{ candidate, became }]
    })
    const numbers = restated.map(({ number }) => number)
    for (const { mark, late: ofPart } of partsAfterClose(numbers, decided)) {
      const some = ofPart.map(({ candidate }) => candidate)
      if (mark.kind === 'restating') book = await restateOnce(book, some, mark.restatement, restated)
      if (mark.kind === 'redirecting') {
        for (const candidate of some) book = await redirectAgain(writer, book, candidate, mark.to, problems)
      }
      if (mark.kind === 'setting-aside') {
        for (let left: readonly PositionedEntry[] = some; left.length > 0;) {
          ;({ book, left } = await passToQuarantine(writer, book, left, mark.reason, AS_TOLD))
        }
      }
    }
  }

  const restateOnce = async (
    before: Book,
    entries: readonly PositionedEntry[],
    number: number,
    told: readonly ToldRestatement[],
  ): Promise<Book> => {
    const { id } = before
    const book = await restateAgain(writer, before, entries, number)
    const restatement = told.find((one) => one.number === number)
    if (restatement === undefined) {
      problems.push(
        `${nameOf(id)}: the archive has no event of restatement ${number}, which counted entries of the day.`,
      )
    } else {
      const ofMerchant = restatements.get(id.merchantId) ?? []
      restatements.set(id.merchantId, [...ofMerchant, { ...restatement, segment: book.segment, isRebuilt: true }])
    }
    return book
  }

  const settleHead = async (merchantId: MerchantId): Promise<void> => {
    const closed = await writer.days.closed(merchantId, FIRST_DAY, LAST_DAY)
    const issued = (restatements.get(merchantId) ?? []).toSorted((a, b) => a.number - b.number)
    for (const [index, restatement] of issued.entries()) {
      if (restatement.number !== index + 1) {
        problems.push(`${merchantId}: the archive has no event of restatement ${index + 1}.`)
        issued.length = index
        break
      }
      await writer.transactions.commit([{ change: 'restate', restatement }])
    }
    // A day of which a late entry is told was closed, also when nothing tells of its close.
    const settled = [...days].filter(([, ofDay]) => ofDay.has(merchantId)).map(([day]) => day)
    const closedThrough = [...settled, told.closedThrough.get(merchantId) ?? FIRST_DAY].toSorted().at(-1)
    const history = { closedThrough, closed, restatements: issued }
    const open = await writer.heads.read(merchantId)
    const head = headAfter(open, history)
    for (const day of open.open) {
      if (head.open.has(day) || closed.some(({ book }) => book.day === day)) continue
      if (days.get(day)?.has(merchantId) !== true) problems.push(untold({ merchantId, day }))
    }
    const outcome = await writer.transactions.commit([{ change: 'head', merchantId, head }])
    if (outcome === 'refused') throw new Error(`the head of ${merchantId} changed while its books were rebuilt`)
  }

  return {
    days: new Set(days.keys()),
    problems,
    async keepLate(candidate) {
      const { entry } = candidate
      const decided = late.get(keyOf(entry))
      if (decided === undefined) return false
      if (decided.contentHash !== contentHash(entry)) {
        await writer.setAside(candidate, 'content-conflict', 'A late entry with this id has other content.')
      } else if (!kept.has(keyOf(entry))) {
        kept.add(keyOf(entry))
        toldOf(bookOf(entry)).late.push(candidate)
      }
      return true
    },
    async settle(day) {
      await concurrently(days.get(day)?.values() ?? [], booksAtOnce, settleBook)
    },
    async settleHeads() {
      const merchants = new Set([...days.values()].flatMap((ofDay) => [...ofDay.keys()]))
      for (const merchantId of told.closedThrough.keys()) merchants.add(merchantId)
      await concurrently(merchants, booksAtOnce, settleHead)
      for (const entry of told.late) {
        const isMissing = entry.became.what !== 'set-aside' && !kept.has(lateKey(entry.book, entry.entryId))
        if (isMissing) problems.push(`${nameOf(entry.book)}: the archive lacks the late entry ${entry.entryId}.`)
      }
    },
  }
}

const lateKey = (book: BookId, entryId: EntryId): string => `${bookKey(book)}#${entryId}`
const keyOf = (entry: Entry): string => lateKey(bookOf(entry), entry.entryId)
const untold = (id: BookId): string => `${nameOf(id)} was closed, and the archive has no event of it.`
const nameOf = ({ merchantId, day }: BookId): string => `${merchantId} ${day}`

const UNREGISTERED = 'No merchant is registered under this id.'
const AS_TOLD = 'The business day is closed. The entry waited when the archive was read.'

/** The book after its closing segment, which has an item when the close was told: a day without a book has none. */
const closeAgain = async (writer: BookWriter, book: Book, told: ToldClose | undefined): Promise<Book> => {
  const segment = closingSegment(book)
  const sealed = mustWork(`the closing segment of ${bookKey(book.id)}`, () => sealSegment(book, segment))
  const item =
    told === undefined
      ? []
      : [{ change: 'close', closed: { ...told, segment: segment.number, isRebuilt: true } } as const]
  await mustCommit(writer, book.id, [{ change: 'append', segment: sealed }, ...item])
  return keepNext(writer.books, book, segment, sealed)
}

/** The book after a restatement: one segment, or more when its entries do not fit into one here. */
const restateAgain = async (
  writer: BookWriter,
  start: Book,
  entries: readonly PositionedEntry[],
  restatement: number,
): Promise<Book> => {
  const mark: Mark = { kind: 'restating', restatement }
  let book = start
  let left = entries
  do {
    const { length, segment, sealed } = sealMarked(writer, book, left, mark)
    await mustCommit(writer, book.id, [{ change: 'append', segment: sealed }])
    book = keepNext(writer.books, book, segment, sealed)
    left = left.slice(length)
  } while (left.length > 0)
  return book
}

const redirectAgain = async (
  writer: BookWriter,
  book: Book,
  candidate: PositionedEntry,
  to: BusinessDay,
  problems: string[],
): Promise<Book> => {
  const target = await writer.books.current({ ...book.id, day: to }, { mayHaveMoved: false })
  if (
    !target.ok ||
    target.value.closedIn !== undefined ||
    target.value.seen.look(candidate.entry, target.value.seenCount) !== 'absent'
  ) {
    problems.push(`${nameOf(book.id)}: the late entry ${candidate.entry.entryId} cannot count on ${to} again.`)
    return book
  }
  const passed = await passOn(
    writer,
    { book, target: target.value, to, kind: 'redirecting' },
    [candidate],
    [candidate],
    [],
  )
  if (passed.left.length > 0) throw new Error(`the book ${bookKey(book.id)} changed while it was rebuilt`)
  return passed.book
}

const mustCommit = async (
  { transactions }: BookWriter,
  id: BookId,
  changes: Parameters<BookWriter['transactions']['commit']>[0],
): Promise<void> => {
  if ((await transactions.commit(changes)) === 'refused')
    throw new Error(`the book ${bookKey(id)} changed while it was rebuilt`)
}

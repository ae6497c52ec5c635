/**
 * What other books of the merchant say of late entries, because a broken book does not say all. The books of later days have its
 * late entries as received, and those of earlier days have passed late entries on to it.
 */
import { segmentsAfter, wholeChain } from '#ledger/chain'
import { standsIn } from '#ledger/close'
import { concurrently } from '#ledger/concurrently'
import { FIRST_DAY, LAST_DAY } from '#ledger/days-with-books'
import { contentHash, type Entry } from '#ledger/entry'
import { isClosed, type Head } from '#ledger/head'
import { bookOf, type BookId, type BusinessDay } from '#ledger/identifiers'
import { UnknownFormat, type Days, type Journal } from '#ledger/ports'
import type { ToldLateEntry } from '#ledger/rebuilt-days'
import { BrokenChain, movedTo, type SealedSegment, type Segment } from '#ledger/segment'
import { openSegment } from '#wire/journal/segment'

export type ToldByOthers = {
  readonly late: readonly ToldLateEntry[]
  /** Books that cannot be read to their end. They may tell of further entries. */
  readonly unread: readonly BookId[]
}

/** The days after the given one that are open, or those that are closed and had a book. */
export const laterDays = async (
  days: Pick<Days, 'closed'>,
  head: Head,
  { merchantId, day }: BookId,
  which: 'open' | 'closed',
): Promise<readonly BusinessDay[]> =>
  which === 'open'
    ? [...head.open].filter((open) => open > day)
    : (await days.closed(merchantId, day, LAST_DAY)).map(({ book }) => book.day).filter((closed) => closed > day)

/** The late entries of the book that count on these days. */
export const countedElsewhere = async (
  journal: Chains,
  book: BookId,
  days: readonly BusinessDay[],
): Promise<ToldByOthers> =>
  await toldByOthers(
    days.map((day) => ({ ...book, day })),
    (other) => wholeChain(journal, other),
    ({ mark, entries }, { day: to }) =>
      mark?.kind === 'received' && mark.from === book.day ? entries.map((entry) => redirected(entry, to)) : [],
  )

/**
 * The late entries of these earlier days that count in the book. They stand behind the closing segments of their days. No
 * item names the closing segment of a day that was closed without a book, so such a chain is read from its start.
 */
export const passedOnTo = async (
  journal: Chains,
  days: Pick<Days, 'closed'>,
  head: Head,
  book: BookId,
  from: ReadonlySet<BusinessDay>,
): Promise<ToldByOthers> => {
  const { merchantId, day } = book
  const earlier = [...from].filter((one) => one < day && isClosed(head, one))
  const closed = earlier.length === 0 ? [] : await days.closed(merchantId, FIRST_DAY, day)
  const closedIn = new Map(
    closed.map(({ book: { day: one }, segment }) => [one, standsIn(segment, head.mended.get(one), 0)]),
  )
  return await toldByOthers(
    earlier.map((one) => ({ merchantId, day: one })),
    (other) => segmentsAfter(journal, other, closedIn.get(other.day) ?? 0),
    ({ mark, passedOn }) => (movedTo(mark) === day ? passedOn.map((entry) => redirected(entry, day)) : []),
  )
}

type Chains = Pick<Journal, 'read' | 'end'>

const toldByOthers = async (
  others: readonly BookId[],
  segments: (other: BookId) => AsyncGenerator<SealedSegment>,
  told: (segment: Segment, other: BookId) => readonly ToldLateEntry[],
): Promise<ToldByOthers> => {
  const late: ToldLateEntry[] = []
  const unread: BookId[] = []
  await concurrently(others, BOOKS_AT_ONCE, async (other) => {
    try {
      for await (const sealed of segments(other)) {
        // Nearly no segment has a mark.
        if (sealed.mark !== undefined) late.push(...told(openSegment(sealed).segment, other))
      }
    } catch (error) {
      if (!(error instanceof UnknownFormat || error instanceof BrokenChain)) throw error
      unread.push(other)
    }
  })
  return { late, unread }
}

const BOOKS_AT_ONCE = 4

/** What is told of a late entry that counts on another day. */
export const redirected = (entry: Entry, to: BusinessDay): ToldLateEntry => ({
  book: bookOf(entry),
  entryId: entry.entryId,
  contentHash: contentHash(entry),
  became: { what: 'redirected', to },
})

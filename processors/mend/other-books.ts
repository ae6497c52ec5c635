/** Where the late entries of a book count, by the books of later days, which say it as well and are not broken with it. */
import { concurrently } from '#ledger/concurrently'
import { contentHash } from '#ledger/entry'
import type { Head } from '#ledger/head'
import type { BookId, BusinessDay } from '#ledger/identifiers'
import { UnknownFormat, type Days, type Journal } from '#ledger/ports'
import { LAST_DAY } from '#ledger/days-with-books'
import type { ToldLateEntry } from '#ledger/rebuilt-days'
import { BrokenChain } from '#ledger/segment'
import { wholeChain } from '#ledger/chain'
import { openSegment } from '#wire/journal/segment'

export type CountedElsewhere = {
  readonly late: readonly ToldLateEntry[]
  /** Books that cannot be read to their end. They may count further entries. */
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

export const countedElsewhere = async (
  journal: Pick<Journal, 'read' | 'end'>,
  book: BookId,
  days: readonly BusinessDay[],
): Promise<CountedElsewhere> => {
  const late: ToldLateEntry[] = []
  const unread: BookId[] = []
  await concurrently(days, BOOKS_AT_ONCE, async (to) => {
    const other: BookId = { ...book, day: to }
    try {
      for await (const sealed of wholeChain(journal, other)) {
        // Nearly no segment has a mark.
        if (sealed.mark === undefined) continue
        const { mark, entries } = openSegment(sealed).segment
        if (mark?.kind !== 'received' || mark.from !== book.day) continue
        for (const entry of entries)
          late.push({
            book,
            entryId: entry.entryId,
            contentHash: contentHash(entry),
            became: { what: 'redirected', to },
          })
      }
    } catch (error) {
      if (!(error instanceof UnknownFormat || error instanceof BrokenChain)) throw error
      unread.push(other)
    }
  })
  return { late, unread }
}

const BOOKS_AT_ONCE = 4

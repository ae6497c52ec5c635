/**
 * What a merchant's books add up to: one day, the days of a period, or all of them.
 *
 * Every open book is an item of its own and moves by itself, so a sum over them holds only if all of them stood still at
 * once. Segment numbers and a head's revision only rise. So an item that is read with the number that it had at some
 * earlier read has not changed in between; and when that is true of all of them, then all stood as they were read at the
 * instant at which this reading began, and the sum is one that the merchant really had. The earlier reads may be
 * anybody's: usually one look is enough.
 *
 * A day's own book may move as it likes, and today's always does: it is read in between. Then the books before it stood,
 * at the instant at which its end was read, as they were before and after.
 */
import { daysBetween, shiftDay } from '#ledger/calendar'
import { balanceParts, sumMinor, type DayPart } from '#ledger/day-parts'
import { emptyView } from '#ledger/day-view'
import { openDaysBefore, type Head } from '#ledger/head'
import type { BookId, BusinessDay, MerchantId } from '#ledger/identifiers'
import { netMinor, noTotals } from '#ledger/money'
import type { SegmentEnd } from '#ledger/ports'
import type { SegmentNumber } from '#ledger/segment'
import type { BalanceRead } from '#wire/http/responses/balance'
import type { DayAtSegment } from '#wire/http/responses/day'
import { unpackView } from '#wire/journal/packed-view'
import type { PeriodRead } from '#wire/http/responses/period'
import { concurrently } from '#ledger/concurrently'
import type { Memory } from './memory.ts'
import type { Store } from './store.ts'

export type Books = Pick<Store, 'heads' | 'journal'> & { readonly memory: Memory }

/** A business day as its book stands now, with the opening of that very moment; a day without entries has the empty view. */
export const readDay = async (books: Books, { merchantId, day }: BookId): Promise<DayAtSegment> => {
  const [read] = await readDays(books, merchantId, [day])
  if (read === undefined) throw new Error('a day was asked for and nothing came back')
  return unpackDay(read)
}

/** A business day with the last segment of its book as it is stored; undefined for a day without entries. */
export type PackedDay = {
  readonly day: BusinessDay
  readonly openingMinor: bigint
  readonly partsBefore: () => readonly DayPart[]
  readonly end: SegmentEnd | undefined
}

export const unpackDay = ({ end, ...opened }: PackedDay): DayAtSegment => ({
  ...opened,
  segment: end?.number ?? 0,
  hash: end?.hash ?? null,
  view: end ? unpackView(end.view, end.totals).view : emptyView,
})

/**
 * Open days, and others without entries, oldest first, all as they stood at the moment at which the last one was read.
 * Where earlier books never hold still, the parts of an opening are some milliseconds apart. Of a closed day, only the
 * last of those asked for is read.
 */
export const readDays = async (
  books: Books,
  merchantId: MerchantId,
  days: readonly BusinessDay[],
): Promise<PackedDay[]> => {
  const wanted = new Set(days)
  const last = days.toSorted().at(-1)
  if (last === undefined) return []
  const daysBefore: DaysOf = (head) => openDaysBefore(head, last)
  const { before, end } = await untilExact(async () => {
    const seen = seenBooks(books.memory, merchantId, daysBefore)
    const end = await books.journal.end({ merchantId, day: last })
    const before = await lookAtBooks(books, merchantId, daysBefore)
    return { before, end, exact: isBeginning(before) || stoodStill(seen, before) }
  })

  const parts = balanceParts(before.head, netsOf(before))
  const ends = new Map(before.days.map((day, index) => [day, before.ends[index]]))
  const all = [...new Set([...before.days, ...wanted])].toSorted()
  let openingMinor = before.head.closingMinor
  const read = all.map((day): PackedDay => {
    const partsBefore = () => parts.filter((part) => part.day < day)
    const packed = { day, openingMinor, partsBefore, end: day === last ? end : ends.get(day) }
    openingMinor += netMinor(packed.end?.totals ?? noTotals)
    return packed
  })
  return read.filter(({ day }) => wanted.has(day))
}

// A book that had entries is open or closed ever after: what is not there after a day was read was not there before.
const isBeginning = ({ head, days }: OpenBooks): boolean => days.length === 0 && head.closedThrough === null

/**
 * Every calendar day from one to another, both included, as all of them stood at one moment, unless they never hold still.
 * Each opens with the closing of the day before.
 */
export const readPeriod = async (
  books: Books,
  merchantId: MerchantId,
  { from, to }: { from: BusinessDay; to: BusinessDay },
): Promise<PeriodRead> => {
  const read = await readOpenBooks(books, merchantId, (head) => openDaysBefore(head, shiftDay(to, 1)))
  const ends = new Map(read.days.map((day, index) => [day, read.ends[index]]))
  const netsBefore = netsOf(read).filter(({ day }) => day < from)
  const before = balanceParts(read.head, netsBefore)
  let openingMinor = sumMinor(before)
  const days = Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => {
    const day = shiftDay(from, index)
    const end = ends.get(day)
    const row = { day, openingMinor, segment: end?.number ?? 0, totals: end?.totals ?? noTotals }
    openingMinor += netMinor(row.totals)
    return row
  })
  return { before, days }
}

/** The balance over the closed days and all open books. */
export const readBalance = async (books: Books, merchantId: MerchantId): Promise<BalanceRead> => {
  const read = await readOpenBooks(books, merchantId, openDaysBefore)
  return { head: read.head, nets: netsOf(read), exact: read.exact }
}

/** A head, some of the days that it lists as open, and the ends of their books in the same order. */
export type OpenBooks = {
  readonly head: Head
  readonly days: readonly BusinessDay[]
  readonly ends: readonly (SegmentEnd | undefined)[]
}

/** Which of the open days are looked at. */
type DaysOf = (head: Head) => readonly BusinessDay[]

/** What was known of the same books at some time before. */
type SeenBooks = { readonly head: Head | undefined; readonly segments: readonly (SegmentNumber | undefined)[] }

/** Whether all books are as they were seen before. */
const stoodStill = (earlier: SeenBooks, { head, ends }: OpenBooks): boolean =>
  earlier.head?.revision === head.revision && ends.every((end, index) => earlier.segments[index] === (end?.number ?? 0))

const readOpenBooks = async (books: Books, merchantId: MerchantId, daysOf: DaysOf) =>
  await untilExact(async () => {
    // Before the first read of this look begins; later it would be compared with itself.
    const seen = seenBooks(books.memory, merchantId, daysOf)
    const read = await lookAtBooks(books, merchantId, daysOf)
    // The head alone is a single item.
    return { ...read, exact: read.days.length === 0 || stoodStill(seen, read) }
  })

/** How often books that keep moving are looked at again. */
const MAX_ROUNDS = 6

const untilExact = async <T extends { readonly exact: boolean }>(look: () => Promise<T>): Promise<T> => {
  for (let round = 0; ; round += 1) {
    const read = await look()
    if (read.exact || round === MAX_ROUNDS) return read
  }
}

const seenBooks = (memory: Memory, merchantId: MerchantId, daysOf: DaysOf): SeenBooks => {
  const head = memory.head(merchantId)
  const days = head === undefined ? [] : daysOf(head)
  return { head, segments: days.map((day) => memory.segment({ merchantId, day })) }
}

/** A look at a merchant's open books. Heads rarely change, so the books of the last one are read along with the new one. */
export const lookAtBooks = async (books: Books, merchantId: MerchantId, daysOf: DaysOf): Promise<OpenBooks> => {
  const last = books.memory.head(merchantId)
  const [head, along] = await Promise.all([
    books.heads.read(merchantId),
    last && withEnds(books, merchantId, daysOf, last),
  ])
  if (along !== undefined && along.head.revision === head.revision) return along
  // The head comes first. A book that is closed after that keeps its entries, so nothing is missed or counted twice.
  return await withEnds(books, merchantId, daysOf, head)
}

// A merchant may have hundreds of open days, and other requests want their turn at the store.
const READS_AT_ONCE = 16

const withEnds = async ({ journal }: Books, merchantId: MerchantId, daysOf: DaysOf, head: Head): Promise<OpenBooks> => {
  const days = daysOf(head)
  return { head, days, ends: await concurrently(days, READS_AT_ONCE, (day) => journal.end({ merchantId, day })) }
}

const netsOf = ({ days, ends }: OpenBooks): DayPart[] =>
  days.map((day, index) => ({ day, minor: netMinor(ends[index]?.totals ?? noTotals) }))

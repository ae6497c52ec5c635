/**
 * What a merchant's books add up to: one day, the days of a period, or all of them.
 *
 * Every open book is an item of its own and changes by itself. So a sum over several books is true only if it shows all
 * of them as they stood at one instant. Segment numbers and a head's revision only rise. So an item that has the same
 * number as at an earlier read has not changed in between. When that is true of all items, all of them stood as they
 * were read at the instant at which this reading began, and the merchant really had the sum. The earlier reads may
 * belong to other requests, so usually one look is enough.
 *
 * The book of the wanted day itself may change at any time, and today's book does. It is read in between: at the
 * instant at which its end was read, the books before it stood as they did before and after.
 *
 * An answer is exact when all of it was so at one instant, and when it needs no book that is marked as broken. The marks
 * stand in the head, which every answer here reads.
 */
import { daysBetween, shiftDay } from '#ledger/calendar'
import { balanceParts, sumMinor, type DayPart } from '#ledger/day-parts'
import { segmentsAfter } from '#ledger/chain'
import { emptyView, totalsOf } from '#ledger/day-view'
import type { ClosedVersion } from '#ledger/close'
import { generationOf } from '#ledger/generation'
import { isClosed, isSoundThrough, openDaysBefore, type Head } from '#ledger/head'
import type { BookId, BusinessDay, MerchantId } from '#ledger/identifiers'
import { addTotals, netMinor, noTotals } from '#ledger/money'
import type { SegmentEnd } from '#ledger/ports'
import type { Generation, SegmentNumber } from '#ledger/segment'
import type { BalanceRead } from '#wire/http/responses/balance'
import { issueOf, OPEN, type DayAtSegment, type Issue } from '#wire/http/responses/day'
import { unpackView } from '#wire/journal/packed-view'
import type { DayOfPeriod, PeriodRead } from '#wire/http/responses/period'
import { concurrently } from '#ledger/concurrently'
import { entriesOf } from './chain.ts'
import { readVersion, readVersions, segmentOf } from './closed-days.ts'
import type { Memory, RememberingStore } from './memory.ts'

/** Where heads and books are read, and how they were last read. */
export type BookSource = Pick<RememberingStore, 'heads' | 'days' | 'journal' | 'memory'>

/**
 * A business day as its book stands now, with the opening of that same moment. A day without entries has the empty
 * view.
 */
export const readDay = async (source: BookSource, { merchantId, day }: BookId): Promise<DayAtSegment> => {
  const [read] = await readDays(source, merchantId, [day])
  if (read === undefined) throw new Error('a day was asked for and nothing came back')
  return unpackDay(read)
}

/**
 * A closed day at a version, when it was issued, and the generation of the chain that superseded that of its issue, or 0;
 * undefined while it has no such version.
 */
export const readDayAt = async (
  source: BookSource,
  book: BookId,
  version: number,
): Promise<(DayAtSegment & { readonly issuedAtMs: number | null; readonly mended: Generation }) | undefined> => {
  const head = await source.heads.read(book.merchantId)
  const found = isClosed(head, book.day) ? await readVersion(source, head, book, version) : undefined
  if (found === undefined) return undefined
  const { issuedAtMs, segment, standsIn } = found
  const mended = standsIn === segment ? 0 : generationOf(standsIn)
  return { ...unpackDay(await packedVersion(source, head, book, found)), issuedAtMs, mended }
}

const packedVersion = async (
  source: BookSource,
  head: Head,
  book: BookId,
  version: ClosedVersion,
): Promise<PackedDay> => ({
  day: book.day,
  openingMinor: version.openingMinor,
  partsBefore: () => [{ day: shiftDay(book.day, -1), minor: version.openingMinor }],
  issue: issueOf(version),
  exact: isSoundThrough(head, book.day),
  end: await segmentOf(source, book, version),
})

/**
 * A business day with the last segment of its book as it is stored. Its end is undefined when the day has no entries.
 */
export type PackedDay = {
  readonly day: BusinessDay
  readonly openingMinor: bigint
  readonly partsBefore: () => readonly DayPart[]
  readonly issue: Issue
  readonly exact: boolean
  readonly end: SegmentEnd | undefined
}

export const unpackDay = ({ end, ...opened }: PackedDay): DayAtSegment => ({
  ...opened,
  segment: end?.number ?? 0,
  hash: end?.hash ?? null,
  view: end ? unpackView(end.view, end.totals).view : emptyView,
})

/** The end of the book of a day, and the open books before it, as they all stood at one moment if it is exact. */
const readUpTo = async (source: BookSource, { merchantId, day }: BookId) => {
  const daysBefore: DaysOf = (head) => openDaysBefore(head, day)
  return await untilExact(async () => {
    const seen = seenBooks(source.memory, merchantId, daysBefore)
    const end = await source.journal.end({ merchantId, day })
    const before = await lookAtBooks(source, merchantId, daysBefore)
    return { before, end, exact: isBeginning(before) || stoodStill(seen, before) }
  })
}

/**
 * Days, oldest first, as they all stood at the moment at which the last one was read. When earlier books never hold still,
 * the parts of an opening are some milliseconds apart. A closed day is read at the newest version that it had then.
 */
export const readDays = async (
  source: BookSource,
  merchantId: MerchantId,
  days: readonly BusinessDay[],
): Promise<PackedDay[]> => {
  const wanted = new Set(days)
  const last = days.toSorted().at(-1)
  if (last === undefined) return []
  const { before, end, exact } = await readUpTo(source, { merchantId, day: last })

  const parts = balanceParts(before.head, netsOf(before))
  const ends = new Map(before.days.map((day, index) => [day, before.ends[index]]))
  const closed: PackedDay[] = []
  for (const day of [...wanted].filter((day) => isClosed(before.head, day)).toSorted()) {
    const version = await readVersion(source, before.head, { merchantId, day })
    if (version !== undefined) closed.push(await packedVersion(source, before.head, { merchantId, day }, version))
    wanted.delete(day)
  }
  const all = [...new Set([...before.days, ...wanted])].toSorted()
  let openingMinor = before.head.closingMinor
  const read = all.map((day): PackedDay => {
    const partsBefore = () => parts.filter((part) => part.day < day)
    const isExact = exact && isSoundThrough(before.head, day)
    const packed = {
      day,
      openingMinor,
      partsBefore,
      issue: OPEN,
      exact: isExact,
      end: day === last ? end : ends.get(day),
    }
    openingMinor += netMinor(packed.end?.totals ?? noTotals)
    return packed
  })
  return [...closed, ...read.filter(({ day }) => wanted.has(day))]
}

// A book that has entries stays open or closed for ever. So a book that does not exist after the day was read did not
// exist before.
const isBeginning = ({ head, days }: OpenBooks): boolean => days.length === 0 && head.closedThrough === null

/**
 * Every calendar day of a period, its first and last day included, as they all stood at one moment, unless they never
 * hold still. Each day opens with the closing of the day before.
 */
export const readPeriod = async (
  source: BookSource,
  merchantId: MerchantId,
  { from, to }: { from: BusinessDay; to: BusinessDay },
): Promise<PeriodRead> => {
  const read = await readOpenBooks(source, merchantId, (head) => openDaysBefore(head, shiftDay(to, 1)))
  const { head } = read
  const closed = await closedRows(source, head, merchantId, from, to)
  const ends = new Map(read.days.map((day, index) => [day, read.ends[index]]))
  const netsBefore = netsOf(read).filter(({ day }) => day < from)
  const [first] = closed
  const before =
    first === undefined ? balanceParts(head, netsBefore) : [{ day: shiftDay(from, -1), minor: first.openingMinor }]
  let openingMinor = first === undefined ? sumMinor(before) : head.closingMinor
  const open = Array.from({ length: daysBetween(from, to) + 1 - closed.length }, (_, index) => {
    const day = shiftDay(from, closed.length + index)
    const end = ends.get(day)
    const exact = read.exact && isSoundThrough(head, day)
    const row = { day, openingMinor, issue: OPEN, exact, segment: end?.number ?? 0, totals: end?.totals ?? noTotals }
    openingMinor += netMinor(row.totals)
    return row
  })
  return { before, days: [...closed, ...open] }
}

/** The closed days of a period, at the newest versions that they had at this head. */
const closedRows = async (
  source: BookSource,
  head: Head,
  merchantId: MerchantId,
  from: BusinessDay,
  to: BusinessDay,
): Promise<DayOfPeriod[]> => {
  const { closedThrough } = head
  if (closedThrough === null || closedThrough < from) return []
  const last = closedThrough < to ? closedThrough : to
  const versions = await readVersions(source, head, merchantId, { from, to: last })
  return versions.map((version) => ({
    day: version.day,
    openingMinor: version.openingMinor,
    issue: issueOf(version),
    exact: isSoundThrough(head, version.day),
    segment: version.segment,
    totals: version.seal?.totals ?? noTotals,
  }))
}

/** The balance over the closed days and all open books. */
export const readBalance = async (source: BookSource, merchantId: MerchantId): Promise<BalanceRead> => {
  const read = await readOpenBooks(source, merchantId, openDaysBefore)
  const parts = balanceParts(read.head, netsOf(read))
  return { head: read.head, parts, exact: read.exact && read.head.broken.size === 0 }
}

/** The balance at the end of a business day, with all that is known of it now. */
export const readBalanceOf = async (source: BookSource, { merchantId, day }: BookId): Promise<BalanceRead> => {
  const read = await readOpenBooks(source, merchantId, (head) => openDaysBefore(head, shiftDay(day, 1)))
  const { head } = read
  const isSound = isSoundThrough(head, day)
  if (!isClosed(head, day)) return { head, parts: balanceParts(head, netsOf(read)), exact: read.exact && isSound }
  const version = await readVersion(source, head, { merchantId, day })
  return { head, parts: [{ day, minor: version?.closingMinor ?? 0n }], exact: isSound }
}

/**
 * The balance of the days before an instant's own, and of the entries of its day that occurred up to then. The entries are
 * those of the moment at which the days before were read: segments that came later are left out.
 */
export const readBalanceAt = async (source: BookSource, book: BookId, atMs: number): Promise<BalanceRead> => {
  const { day } = book
  const { before, end, exact } = await readUpTo(source, book)
  const { head } = before
  const version = isClosed(head, day) ? await readVersion(source, head, book) : undefined
  const parts =
    version === undefined
      ? balanceParts(head, netsOf(before))
      : [{ day: shiftDay(day, -1), minor: version.openingMinor }]
  const through = version === undefined ? (end?.number ?? 0) : version.standsIn
  let ofDay = noTotals
  for await (const sealed of segmentsAfter(source.journal, book, 0)) {
    if (sealed.number > through) break
    ofDay = addTotals(ofDay, totalsOf(entriesOf(sealed).filter(({ occurredAtMs }) => occurredAtMs <= atMs)))
  }
  const isExact = (version !== undefined || exact) && isSoundThrough(head, day)
  return { head, parts: [...parts, { day, minor: netMinor(ofDay) }], exact: isExact }
}

/** A head, some of the days that it lists as open, and the ends of their books in the same order. */
export type OpenBooks = {
  readonly head: Head
  readonly days: readonly BusinessDay[]
  readonly ends: readonly (SegmentEnd | undefined)[]
}

/** Chooses the open days to look at. */
type DaysOf = (head: Head) => readonly BusinessDay[]

/** The same books as they were known at an earlier time. */
type SeenBooks = { readonly head: Head | undefined; readonly segments: readonly (SegmentNumber | undefined)[] }

/** Whether all books are as they were seen earlier. */
const stoodStill = (earlier: SeenBooks, { head, ends }: OpenBooks): boolean =>
  earlier.head?.revision === head.revision && ends.every((end, index) => earlier.segments[index] === (end?.number ?? 0))

const readOpenBooks = async (source: BookSource, merchantId: MerchantId, daysOf: DaysOf) =>
  await untilExact(async () => {
    // Taken before the first read of this look. Taken later, the look would be compared with itself.
    const seen = seenBooks(source.memory, merchantId, daysOf)
    const read = await lookAtBooks(source, merchantId, daysOf)
    // The head alone is a single item.
    return { ...read, exact: read.days.length === 0 || stoodStill(seen, read) }
  })

/** How often books that keep changing are looked at again. */
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

/**
 * A look at a merchant's open books. Heads rarely change, so the books that the last head lists are read together with
 * the new head.
 */
export const lookAtBooks = async (source: BookSource, merchantId: MerchantId, daysOf: DaysOf): Promise<OpenBooks> => {
  const last = source.memory.head(merchantId)
  const [head, along] = await Promise.all([
    source.heads.read(merchantId),
    last && withEnds(source, merchantId, daysOf, last),
  ])
  if (along !== undefined && along.head.revision === head.revision) return along
  // The head is read first. A book that is closed afterwards keeps its entries, so no entry is missed or counted twice.
  return await withEnds(source, merchantId, daysOf, head)
}

// A merchant may have hundreds of open days, and other requests need the store too.
const READS_AT_ONCE = 16

const withEnds = async (
  { journal }: BookSource,
  merchantId: MerchantId,
  daysOf: DaysOf,
  head: Head,
): Promise<OpenBooks> => {
  const days = daysOf(head)
  return { head, days, ends: await concurrently(days, READS_AT_ONCE, (day) => journal.end({ merchantId, day })) }
}

const netsOf = ({ days, ends }: OpenBooks): DayPart[] =>
  days.map((day, index) => ({ day, minor: netMinor(ends[index]?.totals ?? noTotals) }))

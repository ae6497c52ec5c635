/**
 * How a day is closed, what becomes of entries that come later, and what a closed day was at each of its versions.
 *
 * A close or a restatement changes several items at once, and is one transaction: the next segment of the book, an item of
 * the day, and the head at the revision that was looked at. When any of them has changed meanwhile, nothing is written,
 * and all is computed again. Items of closed days are never written twice; a restatement is an item of its own.
 */
import { nextSegment, type Book } from './book.ts'
import { closeDay, restate, type Head } from './head.ts'
import type { BookId, BusinessDay } from './identifiers.ts'
import type { Entry } from './entry.ts'
import { totalsOf } from './day-view.ts'
import { generationOf } from './generation.ts'
import { businessDayOf, HOUR_MS, shiftDay, type Calendar } from './calendar.ts'
import { netMinor } from './money.ts'
import { ok, type Result } from './result.ts'
import { sealHash, type Seal } from './seal.ts'
import type { ChainHash, Segment, SegmentNumber } from './segment.ts'

/** A day as it was closed. */
export type ClosedDay = {
  readonly book: BookId
  /** The balance that the day opened and closed with, by the restatements up to `base`. */
  readonly openingMinor: bigint
  readonly netMinor: bigint
  /** The number of the merchant's restatements when the day was closed. Only later ones change what it says. */
  readonly base: number
  /** The closing segment. */
  readonly segment: SegmentNumber
  readonly seal: Seal
  readonly closedAtMs: number
  /** The day was built again from the archive. Its seal names the hash of the chain in which it was issued, which was lost. */
  readonly isRebuilt?: true
}

/** A closed day that was issued again, with more entries. */
export type Restatement = {
  readonly book: BookId
  /** 1, 2, 3 … of the merchant. */
  readonly number: number
  /** What the late entries add to the day. */
  readonly deltaMinor: bigint
  /** The restating segment. */
  readonly segment: SegmentNumber
  readonly seal: Seal
  readonly restatedAtMs: number
  /** As of a closed day. */
  readonly isRebuilt?: true
}

/** The last business day that is over. A later one cannot be closed: the rest of its entries would come late. */
export const lastEndedDay = (calendar: Calendar, nowMs: number): BusinessDay =>
  shiftDay(businessDayOf(calendar, nowMs), -1)

/** The last business day that is over by some calendar. A day ends first where clocks are 14 hours ahead of UTC. */
export const lastDayEndedAnywhere = (nowMs: number): BusinessDay =>
  shiftDay(new Date(nowMs + EARLIEST_CLOCK_MS).toISOString().slice(0, 10) as BusinessDay, -1)

const EARLIEST_CLOCK_MS = 14 * HOUR_MS

/** The segment that closes a book as it stands. */
export const closingSegment = (book: Book): Omit<Segment, 'hash'> => nextSegment(book, [], { kind: 'closing' })

/** The item of a day and the head after it, when the oldest open book is closed by this segment. */
export const closeBook = (
  head: Head,
  book: Book,
  { chainHash, digest, atMs }: { readonly chainHash: ChainHash; readonly digest: string; readonly atMs: number },
): Result<{ readonly closed: ClosedDay; readonly head: Head }, 'not-the-oldest'> => {
  const { totals } = book.view
  const { merchantId, day } = book.id
  // No restatement concerns a day that is only now closed.
  const seal: Seal = { merchantId, day, version: 1, totals, chainHash, digest, previous: head.lastSeal }
  const net = netMinor(totals)
  const after = closeDay(head, day, { netMinor: net, seal: sealHash(seal) })
  if (!after.ok) return after
  const { closingMinor: openingMinor, restatements: base } = head
  const segment = book.segment + 1
  return ok({
    closed: { book: book.id, openingMinor, netMinor: net, base, segment, seal, closedAtMs: atMs },
    head: after.value,
  })
}

/** The item of a restatement and the head after it, when these entries are counted in a closed day. */
export const restateBook = (
  head: Head,
  book: Book,
  entries: readonly Entry[],
  known: {
    /** The version that the day has by the restatements up to now. */
    readonly version: number
    readonly chainHash: ChainHash
    readonly digest: string
    readonly atMs: number
  },
): { readonly restatement: Restatement; readonly head: Head } => {
  const { merchantId, day } = book.id
  const segment = nextSegment(book, entries, { kind: 'restating', restatement: head.restatements + 1 })
  const { chainHash, digest, atMs } = known
  const seal: Seal = {
    merchantId,
    day,
    version: known.version + 1,
    totals: segment.view.totals,
    chainHash,
    digest,
    previous: head.lastSeal,
  }
  const deltaMinor = netMinor(totalsOf(entries))
  return {
    restatement: {
      book: book.id,
      number: head.restatements + 1,
      deltaMinor,
      segment: segment.number,
      seal,
      restatedAtMs: atMs,
    },
    head: restate(head, { deltaMinor, seal: sealHash(seal) }),
  }
}

/** The open day in which late entries count: today, or the day after the closed ones when that is later. */
export const dayForLate = ({ closedThrough }: Head, today: BusinessDay): BusinessDay => {
  if (closedThrough === null || today > closedThrough) return today
  return shiftDay(closedThrough, 1)
}

/** A close and a restatement as they are told to others, who cannot rely on the numbers of our segments. */
export type ToldClose = Omit<ClosedDay, 'segment' | 'isRebuilt'>
export type ToldRestatement = Omit<Restatement, 'segment' | 'isRebuilt'>

/** What is known of a merchant's closed days around one of them. */
export type ClosedPast = {
  /** The newest item of a closed day up to the wanted one; undefined when no day up to it had a book. */
  readonly newest: ClosedDay | undefined
  /** The restatements with numbers above the base of `newest`, in their order. */
  readonly restatements: readonly Restatement[]
  /** What the head says of the wanted day in `mended`. */
  readonly mendedIn?: SegmentNumber | undefined
}

/** A closed day at one of its versions. */
export type ClosedVersion = {
  readonly version: number
  /** How many versions there are; the newest has this number. */
  readonly versions: number
  readonly openingMinor: bigint
  readonly closingMinor: bigint
  /** The segment in which the version was issued; 0 when the day has no entries in it. */
  readonly segment: SegmentNumber
  /** The segment that carries the day view of the version in the chain that counts now; it is another one in a mended book. */
  readonly standsIn: SegmentNumber
  readonly seal: Seal | null
  /** When the version was issued; null for a day without a book, of which no restatement is known. */
  readonly issuedAtMs: number | null
}

/**
 * A closed day at a version, or at its newest. A day has the version that it was closed with, and one more for each
 * later restatement of it or of a day before it, because that changes its opening. Undefined when there is no such
 * version.
 */
export const closedVersion = (
  day: BusinessDay,
  { newest, restatements, mendedIn }: ClosedPast,
  wanted?: number,
): ClosedVersion | undefined => {
  const concerning = restatements.filter(({ book, number }) => number > (newest?.base ?? 0) && book.day <= day)
  const versions = 1 + concerning.length
  const version = wanted ?? versions
  if (version < 1 || version > versions) return undefined
  const applied = concerning.slice(0, version - 1)
  const own = newest?.book.day === day ? newest : undefined
  const before = own === undefined ? (newest?.openingMinor ?? 0n) + (newest?.netMinor ?? 0n) : own.openingMinor
  const openingMinor = before + deltaOf(applied.filter(({ book }) => book.day < day))
  const ofDay = applied.filter(({ book }) => book.day === day)
  const last = ofDay.at(-1) ?? own
  return {
    version,
    versions,
    openingMinor,
    closingMinor: openingMinor + (own?.netMinor ?? 0n) + deltaOf(ofDay),
    segment: last?.segment ?? 0,
    standsIn: last === undefined ? 0 : standsIn(last.segment, mendedIn, ofDay.length),
    seal: last?.seal ?? null,
    issuedAtMs: applied.at(-1)?.restatedAtMs ?? own?.closedAtMs ?? null,
  }
}

/**
 * Where a version of a closed day stands in the chain that counts. In a chain that superseded the one in which the version was
 * issued, the restating segments stand right behind the closing one, in their order.
 */
export const standsIn = (
  issuedIn: SegmentNumber,
  /** What the head says of the day in `mended`. */
  mendedIn: SegmentNumber | undefined,
  /** How many restatements the day itself has up to the version. */
  restatements: number,
): SegmentNumber =>
  mendedIn === undefined || generationOf(issuedIn) >= generationOf(mendedIn) ? issuedIn : mendedIn + restatements

const deltaOf = (restatements: readonly Restatement[]): bigint =>
  restatements.reduce((sum, { deltaMinor }) => sum + deltaMinor, 0n)

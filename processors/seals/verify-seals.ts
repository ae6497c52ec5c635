/**
 * Compares the seals of closed days in the three places that have them: the table `days`, the objects that others can see,
 * and the chains of the books. An alteration of any of the three shows beside the other two.
 */
import { concurrently } from '#ledger/concurrently'
import { FIRST_DAY } from '#ledger/days-with-books'
import type { BookId, BusinessDay, MerchantId } from '#ledger/identifiers'
import { issuedSeals, type IssuedSeal } from '#ledger/issued-seals'
import { areSameTotals } from '#ledger/money'
import type { Clock, Days, Heads } from '#ledger/ports'
import { hashOfSealText, sealHash, sealKey, type Seals } from '#ledger/seal'
import { isSameMark } from '#ledger/segment'
import type { IssuedState, WholeBook } from '../journal/verify-book.ts'

export type SealWorld = {
  readonly heads: Pick<Heads, 'read'>
  readonly days: Pick<Days, 'closed' | 'restatements'>
  readonly seals: Pick<Seals, 'read'>
  readonly clock: Clock
}

/** The seals of a merchant as the table `days` has them, by book and in the order of their versions. */
export type MerchantSeals = {
  readonly of: (day: BusinessDay) => readonly IssuedSeal[]
  /** What is wrong with them as a whole, in words. */
  readonly faults: readonly string[]
  /** The revision of the head with which they were read. */
  readonly revision: number
}

export const sealsOfMerchant = async (
  { heads, days }: Pick<SealWorld, 'heads' | 'days'>,
  merchantId: MerchantId,
): Promise<MerchantSeals> => {
  // Read first: the items up to what it names never change.
  const head = await heads.read(merchantId)
  const { closedThrough, restatements, revision } = head
  const closed = closedThrough === null ? [] : await days.closed(merchantId, FIRST_DAY, closedThrough)
  const { issued, faults } = issuedSeals(head, closed, await days.restatements(merchantId, 0, restatements))
  const byDay = Map.groupBy(issued, ({ seal }) => seal.day)
  return { faults, revision, of: (day) => (byDay.get(day) ?? []).toSorted((a, b) => a.seal.version - b.seal.version) }
}

/**
 * Compares a book with the seals of its merchant, and once more with those of now when they differ and the head has changed
 * since the seals were read: a version that was issued in between stands in the chain and not among them.
 */
export const compareWithSeals = async <T>(
  world: Pick<SealWorld, 'heads' | 'days'>,
  { merchantId }: BookId,
  known: MerchantSeals,
  compare: (seals: MerchantSeals) => Promise<{ readonly isSame: boolean; readonly found: T }>,
): Promise<{ readonly found: T; readonly seals: MerchantSeals }> => {
  let seals = known
  for (let round = 1; ; round += 1) {
    const { isSame, found } = await compare(seals)
    if (isSame || round === MAX_ROUNDS) return { found, seals }
    const now = await sealsOfMerchant(world, merchantId)
    if (now.revision === seals.revision) return { found, seals }
    seals = now
  }
}

// A head changes when a book is opened, closed or restated, and a look takes less than a second for most books.
const MAX_ROUNDS = 10

type SealFault = { readonly version: number; readonly detail: string }

/** What is known of the seals of a book. */
export type VerifiedSeals = {
  readonly faults: readonly SealFault[]
  /** Whether they say that the book, or its item, is another one. A missing object says nothing of the book. */
  readonly isBroken: boolean
  /** The seals without an object. Those that were issued a moment ago are no fault. */
  readonly missing: readonly IssuedSeal[]
  /** The versions of which the objects are on their way. */
  readonly notYetKept: readonly number[]
}

/** An event waits on the stream for seconds, and during an outage for as long as that lasts. */
export const KEPT_WITHIN_MS = 3_600_000

export const verifySeals = async (
  { seals, clock }: Pick<SealWorld, 'seals' | 'clock'>,
  { merchantId, day }: BookId,
  issued: readonly IssuedSeal[],
  /** What a walk through the book found; undefined for a book that is broken. */
  book: Pick<WholeBook, 'issued'> | undefined,
): Promise<VerifiedSeals> => {
  const nowMs = clock()
  const faults: SealFault[] = []
  const lacking: SealFault[] = []
  const missing: IssuedSeal[] = []
  const notYetKept: number[] = []
  await concurrently(issued, OBJECTS_AT_ONCE, async (one) => {
    const { seal } = one
    const { version } = seal
    const fault = (detail: string) => faults.push({ version, detail })
    one.faults.forEach(fault)
    if (book !== undefined) inChain(one, book.issued.get(one.segment)).forEach(fault)
    const text = await seals.read(seal)
    if (text === undefined) {
      missing.push(one)
      if (nowMs - one.issuedAtMs < KEPT_WITHIN_MS) notYetKept.push(version)
      else lacking.push({ version, detail: missingObject(one) })
    } else if (hashOfSealText(text) !== sealHash(seal)) {
      fault(`its object ${sealKey(seal)} holds ${hashOfSealText(text)}, and the table days has ${sealHash(seal)}`)
    }
  })
  const known = new Set(issued.map(({ segment }) => segment))
  for (const [segment, { mark, totals }] of book?.issued ?? []) {
    // A day that was closed without a book gets an empty closing segment when something comes later, and no seal.
    if (known.has(segment) || (mark.kind === 'closing' && totals.entryCount === 0)) continue
    faults.push({
      version: 0,
      detail: `segment ${segment} issues ${merchantId} ${day}, and the table days has no such item`,
    })
  }
  return {
    faults: [...faults, ...lacking].toSorted((a, b) => a.version - b.version),
    isBroken: faults.length > 0,
    missing,
    notYetKept: notYetKept.toSorted((a, b) => a - b),
  }
}

const OBJECTS_AT_ONCE = 16

const missingObject = ({ seal }: IssuedSeal): string =>
  `its object ${sealKey(seal)} is missing: npm run reconcile -- --day ${seal.day} --merchant ${seal.merchantId} --repair ` +
  'tells the close again, and the archive consumer keeps the seal'

/** What the chain says at the segment of a seal and the seal does not. */
const inChain = ({ seal, segment, issuedIn, mark }: IssuedSeal, state: IssuedState | undefined): string[] => {
  if (state === undefined) return [`the book has no closing or restating segment ${segment}`]
  const differing = [
    ...(isSameMark(state.mark, mark) ? [] : ['mark']),
    // The seal names the hash of the chain in which it was issued. When that was superseded or lost, the digest proves the entries.
    ...(state.hash === seal.chainHash || segment !== issuedIn ? [] : ['hash']),
    ...(state.digest === seal.digest ? [] : ['digest']),
    ...(areSameTotals(state.totals, seal.totals) ? [] : ['totals']),
  ]
  return differing.length === 0 ? [] : [`the chain has another ${differing.join(', ')} at segment ${segment}`]
}

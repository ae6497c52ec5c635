import { totalsOf, type Movement } from '#ledger/day-view'
import { contentHash, type ContentHash } from '#ledger/entry'
import { generationOf } from '#ledger/generation'
import { everyListed } from '#ledger/listed'
import type { BookId, BusinessDay, EntryId, MerchantId } from '#ledger/identifiers'
import { addTotals, areSameTotals, noTotals, type Totals } from '#ledger/money'
import { UnreadableSegment, type Journal, type Quarantine } from '#ledger/ports'
import type { Kept } from '#ledger/reconciliation'
import { ok, refuse, type Result } from '#ledger/result'
import { movedTo, NO_CHAIN, sealingHash, type ChainHash, type SealedSegment, type SegmentNumber } from '#ledger/segment'
import { openSegment } from '#wire/journal/segment'
import { orAnew, wholeChain } from '#ledger/chain'
import { mustEndIn } from '../chain-ends.ts'

/** A book as its chain holds it. */
export type CountedBook = {
  /**
   * The entries of this day that count: here, or in the book of another day because they came late. Late entries of other
   * days that count here are not among them.
   */
  readonly counted: ReadonlyMap<EntryId, Kept>
  /** The sums of these entries. */
  readonly totals: Totals
  /** The end of the chain; absent for a book without segments. */
  readonly end?: Omit<BookEnd, 'digest'>
  /** The entries that count here, when they are not the same as those of this day. */
  readonly countedHere?: readonly BookContent[]
  /** The faults of the book by itself, in words. */
  readonly faults: readonly string[]
}

/** The state of a book that was compared. The digest is that of all entries that count in it. */
export type BookEnd = { readonly segment: SegmentNumber; readonly hash: ChainHash; readonly digest: string }

/** Why a chain cannot be trusted, in words, and the segment at which that shows. */
export type Untrusted = { readonly segment: SegmentNumber; readonly fault: string }

/** Reads a book and checks its hashes and totals. Refuses a chain that was altered or cannot be read. */
export const countedBook = async (
  journal: Pick<Journal, 'read' | 'end'>,
  book: BookId,
): Promise<Result<CountedBook, Untrusted>> => {
  try {
    return await orAnew(() => readBook(journal, book))
  } catch (error) {
    if (error instanceof UnreadableSegment) return refuse(unreadable(error.segment, error.detail))
    throw error
  }
}

const unreadable = (segment: SegmentNumber, detail: string): Untrusted => ({
  segment,
  fault: `segment ${segment} cannot be read: ${detail}`,
})

const readBook = async (
  journal: Pick<Journal, 'read' | 'end'>,
  book: BookId,
): Promise<Result<CountedBook, Untrusted>> => {
  const counted = new Map<EntryId, Kept>()
  const here: BookContent[] = []
  const faults: string[] = []
  let hasMoved = false
  let [totals, sum, shownTotals, hash, number] = [noTotals, noTotals, noTotals, NO_CHAIN, 0]
  for await (const sealed of wholeChain(journal, book)) {
    if (sealingHash(hash, sealed) !== sealed.hash)
      return refuse({ segment: sealed.number, fault: `segment ${sealed.number} does not match its hash` })
    const opened = segmentIn(sealed)
    if (!opened.ok) return refuse(unreadable(sealed.number, opened.error))
    const { mark, entries, passedOn } = opened.value
    const ofThisDay = mark?.kind === 'received' ? [] : movedTo(mark) === undefined ? entries : passedOn
    for (const entry of ofThisDay) {
      // A check of totals alone would miss this: if the chain has an entry twice, its totals count the entry twice,
      // too.
      if (counted.has(entry.entryId)) faults.push(`segment ${sealed.number} counts ${entry.entryId} a second time`)
      counted.set(entry.entryId, { contentHash: contentHash(entry), receivedAtMs: entry.receivedAtMs })
    }
    hasMoved ||= mark?.kind === 'received' || movedTo(mark) !== undefined
    for (const entry of entries) here.push({ entryId: entry.entryId, contentHash: contentHash(entry) })
    totals = addTotals(totals, totalsOf(ofThisDay))
    sum = addTotals(sum, totalsOf(entries))
    ;({ totals: shownTotals, hash, number } = sealed)
  }
  await mustEndIn(journal, book, generationOf(number))
  if (!areSameTotals(sum, shownTotals)) faults.push('the totals that readers see are not the sums of the entries')
  return ok({
    counted,
    totals,
    ...(number > 0 && { end: { segment: number, hash } }),
    ...(hasMoved && { countedHere: here }),
    faults,
  })
}

type BookContent = { readonly entryId: EntryId; readonly contentHash: ContentHash }

/**
 * The items of a day in quarantine, in any state, by merchant: of the given merchants, or of all merchants in
 * quarantine.
 */
export const setAsideOf = async (
  quarantine: Pick<Quarantine, 'list'>,
  day: BusinessDay,
  merchants: readonly MerchantId[] | 'all',
): Promise<ReadonlyMap<MerchantId, SetAsideOfBook>> => {
  const found = new Map<MerchantId, Map<EntryId, SetAsideContent[]>>()
  for (const filter of merchants === 'all' ? [{}] : merchants.map((merchantId) => ({ merchantId }))) {
    for await (const { subject } of everyListed((page) => quarantine.list(filter, page))) {
      if (subject === 'unreadable' || subject.businessDay !== day) continue
      const book = found.get(subject.merchantId) ?? new Map<EntryId, SetAsideContent[]>()
      found.set(subject.merchantId, book)
      const { direction, amountMinor, receivedAtMs } = subject
      const kept = { contentHash: contentHash(subject), direction, amountMinor, receivedAtMs }
      book.set(subject.entryId, [...(book.get(subject.entryId) ?? []), kept])
    }
  }
  return found
}

export type SetAsideOfBook = ReadonlyMap<EntryId, readonly SetAsideContent[]>
type SetAsideContent = Kept & Movement

const segmentIn = (sealed: SealedSegment) => {
  try {
    return ok(openSegment(sealed).segment)
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

import { totalsOf, type Movement } from '#ledger/day-view'
import { contentHash } from '#ledger/entry'
import { everyListed } from '#ledger/listed'
import type { BookId, BusinessDay, EntryId, MerchantId } from '#ledger/identifiers'
import { addTotals, areSameTotals, noTotals, type Totals } from '#ledger/money'
import type { Journal, Quarantine } from '#ledger/ports'
import type { Kept } from '#ledger/reconciliation'
import { ok, refuse, type Result } from '#ledger/result'
import { NO_CHAIN, sealingHash, type SealedSegment } from '#ledger/segment'
import { openSegment } from '#wire/journal/segment'
import { wholeChain } from '#ledger/chain'

/** A book as its chain has it. */
export type CountedBook = {
  readonly counted: ReadonlyMap<EntryId, Kept>
  /** What the last segment tells readers that the entries add up to. */
  readonly shownTotals: Totals
  /** What is wrong with the book by itself, in words. */
  readonly faults: readonly string[]
}

/** Reads a book, checking what it rests on; refuses a chain that was altered, in words. */
export const countedBook = async (
  journal: Pick<Journal, 'read' | 'end'>,
  book: BookId,
): Promise<Result<CountedBook, string>> => {
  const counted = new Map<EntryId, Kept>()
  const faults: string[] = []
  let [totals, shownTotals, hash] = [noTotals, noTotals, NO_CHAIN]
  for await (const sealed of wholeChain(journal, book)) {
    if (sealingHash(hash, sealed) !== sealed.hash) return refuse(`segment ${sealed.number} does not match its hash`)
    const entries = entriesOf(sealed)
    if (!entries.ok) return refuse(`segment ${sealed.number} cannot be read: ${entries.error}`)
    for (const entry of entries.value) {
      // Totals that count it twice would agree with a chain that has it twice.
      if (counted.has(entry.entryId)) faults.push(`segment ${sealed.number} counts ${entry.entryId} a second time`)
      counted.set(entry.entryId, { contentHash: contentHash(entry), receivedAtMs: entry.receivedAtMs })
    }
    totals = addTotals(totals, totalsOf(entries.value))
    ;({ totals: shownTotals, hash } = sealed)
  }
  if (!areSameTotals(totals, shownTotals)) faults.push('the totals shown are not those of the entries')
  return ok({ counted, shownTotals, faults })
}

/** What quarantine holds of a day, in any state, by merchant: of the given merchants, or of all that it knows. */
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
export type SetAsideContent = Kept & Movement

const entriesOf = (sealed: SealedSegment) => {
  try {
    return ok(openSegment(sealed).segment.entries)
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

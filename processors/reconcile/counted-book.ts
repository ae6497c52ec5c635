import { totalsOf } from '#ledger/day-view'
import { contentHash } from '#ledger/entry'
import type { BookId, EntryId } from '#ledger/identifiers'
import { addTotals, noTotals, type Totals } from '#ledger/money'
import type { Journal, Quarantine } from '#ledger/ports'
import type { Kept } from '#ledger/reconciliation'
import { ok, refuse, type Result } from '#ledger/result'
import { NO_CHAIN, sealingHash, type SealedSegment } from '#ledger/segment'
import { openSegment } from '#wire/packed-segment'
import { wholeChain } from '../journal/whole-chain.ts'

/** A book as its chain has it. */
export type CountedBook = {
  readonly counted: ReadonlyMap<EntryId, Kept>
  /** What the last segment tells readers that the entries add up to. */
  readonly shownTotals: Totals
  /** Whether they do. */
  readonly isSound: boolean
}

/** Reads a book, checking what it rests on; refuses a chain that was altered, in words. */
export const countedBook = async (
  journal: Pick<Journal, 'read' | 'end'>,
  book: BookId,
): Promise<Result<CountedBook, string>> => {
  const counted = new Map<EntryId, Kept>()
  let [totals, shownTotals, hash] = [noTotals, noTotals, NO_CHAIN]
  for await (const sealed of wholeChain(journal, book)) {
    if (sealingHash(hash, sealed) !== sealed.hash) return refuse(`segment ${sealed.number} does not match its hash`)
    const entries = entriesOf(sealed)
    if (!entries.ok) return refuse(`segment ${sealed.number} cannot be read: ${entries.error}`)
    for (const entry of entries.value) {
      counted.set(entry.entryId, { contentHash: contentHash(entry), receivedAtMs: entry.receivedAtMs })
    }
    totals = addTotals(totals, totalsOf(entries.value))
    ;({ totals: shownTotals, hash } = sealed)
  }
  return ok({ counted, shownTotals, isSound: isSame(totals, shownTotals) })
}

/** What quarantine holds of a book, whatever became of it. */
export const setAsideOf = async (
  quarantine: Pick<Quarantine, 'list'>,
  { merchantId, day }: BookId,
): Promise<ReadonlyMap<EntryId, readonly Kept[]>> => {
  const found = new Map<EntryId, Kept[]>()
  let after: string | undefined
  do {
    const page = await quarantine.list({ merchantId }, { limit: 500, ...(after !== undefined && { after }) })
    for (const { subject } of page.items) {
      if (subject === 'unreadable' || subject.businessDay !== day) continue
      const kept = { contentHash: contentHash(subject), receivedAtMs: subject.receivedAtMs }
      found.set(subject.entryId, [...(found.get(subject.entryId) ?? []), kept])
    }
    after = page.next
  } while (after !== undefined)
  return found
}

const entriesOf = (sealed: SealedSegment) => {
  try {
    return ok(openSegment(sealed).segment.entries)
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

const isSame = (a: Totals, b: Totals): boolean =>
  a.creditsMinor === b.creditsMinor && a.debitsMinor === b.debitsMinor && a.entryCount === b.entryCount

/**
 * Closed days at their versions. The head that was read says how many restatements there were. Neither the items of closed
 * days nor those restatements ever change, so whatever is read of them belongs to the moment of the head.
 */
import { shiftDay } from '#ledger/calendar'
import { closedVersion, type ClosedVersion, type Restatement } from '#ledger/close'
import type { Head } from '#ledger/head'
import type { BookId, BusinessDay, MerchantId } from '#ledger/identifiers'
import type { SealedSegment } from '#ledger/segment'
import { unusable, type Store } from './store.ts'

type ClosedSource = Pick<Store, 'days' | 'journal'>

/** A closed day at a version, the newest by default, as of the head; undefined when it had no such version then. */
export const readVersion = async (
  { days }: Pick<Store, 'days'>,
  head: Head,
  book: BookId,
  version?: number,
): Promise<ClosedVersion | undefined> => {
  const newest = await days.newestClosed(book)
  const restatements = await days.restatements(book.merchantId, newest?.base ?? 0, head.restatements)
  return closedVersion(book.day, { newest, restatements, mendedIn: head.mended.get(book.day) }, version)
}

/**
 * The segment that carries the view of a version; undefined for a version without entries. Of a chain that was superseded since,
 * it has the number and the hash with which the version was issued, because what is said of a version never changes.
 */
export const segmentOf = async (
  { journal }: Pick<ClosedSource, 'journal'>,
  book: BookId,
  { segment, standsIn, seal }: ClosedVersion,
): Promise<SealedSegment | undefined> => {
  if (segment === 0) return undefined
  const [sealed] = await journal.read(book, standsIn - 1, 1)
  if (sealed?.number !== standsIn) throw unusable(`Segment ${standsIn} of ${book.merchantId} ${book.day} is missing.`)
  return standsIn === segment || seal === null ? sealed : { ...sealed, number: segment, hash: seal.chainHash }
}

/** The newest versions of the closed days of a period, day by day, as of the head. */
export const readVersions = async (
  { days }: Pick<Store, 'days'>,
  head: Head,
  merchantId: MerchantId,
  { from, to }: { readonly from: BusinessDay; readonly to: BusinessDay },
): Promise<readonly (ClosedVersion & { readonly day: BusinessDay })[]> => {
  const [before, closed] = await Promise.all([
    days.newestClosed({ merchantId, day: shiftDay(from, -1) }),
    days.closed(merchantId, from, to),
  ])
  // Without a closed book before them, the first days of the period may have been restated before all that is read here.
  const base = before?.base ?? 0
  const restatements: readonly Restatement[] = await days.restatements(merchantId, base, head.restatements)
  const byDay = new Map(closed.map((item) => [item.book.day, item]))
  const versions: (ClosedVersion & { readonly day: BusinessDay })[] = []
  let newest = before
  for (let day = from; day <= to; day = shiftDay(day, 1)) {
    newest = byDay.get(day) ?? newest
    const version = closedVersion(day, { newest, restatements, mendedIn: head.mended.get(day) })
    if (version !== undefined) versions.push({ day, ...version })
  }
  return versions
}

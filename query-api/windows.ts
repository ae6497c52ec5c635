/**
 * A book by the windows of its day. The last segment carries the windows of an hour; smaller ones are computed from the
 * chain.
 */
import { setImmediate as otherRequests } from 'node:timers/promises'
import { HOUR_MS } from '#ledger/calendar'
import { tally, windowOf, type Tally } from '#ledger/day-view'
import type { SegmentEnd } from '#ledger/ports'
import { unpackView } from '#wire/journal/packed-view'
import type { TotalsByWindow } from '#wire/http/responses/windows'
import { segmentsAfter } from '#ledger/chain'
import { entriesOf } from './chain.ts'
import type { Store } from './store.ts'

/**
 * The totals of a book by window, as of this end; a book without an end has no entries. Holds only a few segments in
 * memory at a time.
 */
export const foldWindows = async (
  journal: Pick<Store['journal'], 'read'>,
  end: SegmentEnd | undefined,
  sizeMs: number,
): Promise<TotalsByWindow> => {
  if (end === undefined) return new Map()
  const { terms, view } = unpackView(end.view, end.totals)
  if (sizeMs === HOUR_MS) return view.byHour

  const totals: Tally<number> = new Map()
  for await (const sealed of segmentsAfter(journal, end.book, 0)) {
    for (const entry of entriesOf(sealed)) {
      tally(totals, windowOf(entry, terms.startsAtMs, sizeMs), entry)
    }
    // Segments after the end belong to another ETag.
    if (sealed.number === end.number) break
    // Unpacking a full segment takes milliseconds, and a book may have hundreds of segments.
    await otherRequests()
  }
  return totals
}

/** A book by the windows of its day: those of an hour as its last segment carries them, finer ones from its chain. */
import { setImmediate as otherRequests } from 'node:timers/promises'
import { HOUR_MS } from '#ledger/calendar'
import { tally, windowOf, type Tally } from '#ledger/day-view'
import type { SegmentEnd } from '#ledger/ports'
import { unpackEntries } from '#wire/journal/packed-entries'
import { unpackView } from '#wire/journal/packed-view'
import type { TotalsByWindow } from '#wire/http/responses/windows'
import { segmentsAfter } from '#ledger/chain'
import type { Store } from './store.ts'

/** What a book adds up to at this end of it, by window; a book without an end has no entries. Holds no more than a few segments at a time. */
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
    for (const entry of unpackEntries(sealed.entries, sealed.book, terms)) {
      tally(totals, windowOf(entry, terms.startsAtMs, sizeMs), entry)
    }
    // What came after the end would belong to another ETag.
    if (sealed.number === end.number) break
    // Unpacking a full segment takes milliseconds, and a book may have hundreds.
    await otherRequests()
  }
  return totals
}

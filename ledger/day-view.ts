import { HOUR_MS } from './calendar.ts'
import type { Entry, Method } from './entry.ts'
import { MAX_TOTAL_MINOR, noTotals, type Totals } from './money.ts'

/** A book as readers see it: what it adds up to, by method, and by hour since the day's start. */
export type DayView = {
  readonly totals: Totals
  /** Entries without a method count as "other". Only methods that occur. */
  readonly byMethod: ReadonlyMap<Method, Totals>
  /** By the hour's index, 0 for the first hour after the day's start. Only hours with entries. */
  readonly byHour: ReadonlyMap<number, Totals>
  /** How many entries came after the day was closed. */
  readonly lateEntries: number
}

export const emptyView: DayView = { totals: noTotals, byMethod: new Map(), byHour: new Map(), lateEntries: 0 }

/** The view after some more entries; their order makes no difference. */
export const foldEntries = (view: DayView, entries: readonly Entry[], startsAtMs: number): DayView => {
  const byMethod = new Map(view.byMethod)
  const byHour = new Map(view.byHour)
  let totals = view.totals
  for (const entry of entries) {
    totals = addEntry(totals, entry)
    const method = entry.method ?? 'other'
    byMethod.set(method, addEntry(byMethod.get(method) ?? noTotals, entry))
    const hour = windowOf(entry, startsAtMs, HOUR_MS)
    byHour.set(hour, addEntry(byHour.get(hour) ?? noTotals, entry))
  }
  return { totals, byMethod, byHour, lateEntries: view.lateEntries }
}

export const addEntry = (totals: Totals, entry: Entry): Totals => {
  const { creditsMinor, debitsMinor } = totals
  const entryCount = totals.entryCount + 1
  switch (entry.direction) {
    case 'credit':
      return { creditsMinor: creditsMinor + entry.amountMinor, debitsMinor, entryCount }
    case 'debit':
      return { creditsMinor, debitsMinor: debitsMinor + entry.amountMinor, entryCount }
  }
}

/** Whether the totals can take the entry without a number that some client would read blurred. */
export const fitsBound = (totals: Totals, entry: Entry): boolean => {
  const { creditsMinor, debitsMinor } = addEntry(totals, entry)
  return creditsMinor <= MAX_TOTAL_MINOR && debitsMinor <= MAX_TOTAL_MINOR
}

/**
 * The index of the window of `sizeMs` in which an entry counts, 0 for the first after the day's start. The day was fixed
 * on arrival: should zone rules differ between there and here, the entry still counts in a window of its day, and the
 * windows still add up to the day.
 */
export const windowOf = (entry: Entry, startsAtMs: number, sizeMs: number): number =>
  Math.floor(Math.min(Math.max(0, entry.occurredAtMs - startsAtMs), LONGEST_DAY_MS - 1) / sizeMs)

// A change of calendar makes a day longer by two at most. Without a bound, a record that nobody of us wrote could make a
// view too large to be stored.
const LONGEST_DAY_MS = 72 * HOUR_MS

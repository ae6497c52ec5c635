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
    const hour = hourOf(entry, startsAtMs)
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

// The day was fixed on arrival. Should zone rules differ between there and here, the entry still counts in an hour of
// its day, and the hours still add up to the day.
const hourOf = (entry: Entry, startsAtMs: number): number =>
  Math.max(0, Math.floor((entry.occurredAtMs - startsAtMs) / HOUR_MS))

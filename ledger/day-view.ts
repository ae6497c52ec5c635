import { HOUR_MS } from './calendar.ts'
import type { Entry, Method } from './entry.ts'
import { addTotals, isExactInJson, noTotals, type Totals } from './money.ts'

/** A book as readers see it: what it adds up to, by method, and by hour since the day's start. */
export type DayView = {
  readonly totals: Totals
  /** Entries without a method count as "other". Only methods that occur. */
  readonly byMethod: ReadonlyMap<Method, Totals>
  /** By the hour's index, 0 for the first hour after the day's start. Only hours with entries. */
  readonly byHour: ReadonlyMap<number, Totals>
  /** How many of the entries came after their own day was closed: this day, or one from which they were passed on. */
  readonly lateEntries: number
}

export const emptyView: DayView = { totals: noTotals, byMethod: new Map(), byHour: new Map(), lateEntries: 0 }

/** The view after some more entries; their order makes no difference. `areLate` says that their own day was closed. */
export const foldEntries = (view: DayView, entries: readonly Entry[], startsAtMs: number, areLate = false): DayView => {
  const totals = { ...view.totals }
  const byMethod = unfrozen(view.byMethod)
  const byHour = unfrozen(view.byHour)
  for (const entry of entries) {
    count(totals, entry)
    tally(byMethod, entry.method ?? 'other', entry)
    tally(byHour, windowOf(entry, startsAtMs, HOUR_MS), entry)
  }
  return { totals, byMethod, byHour, lateEntries: view.lateEntries + (areLate ? entries.length : 0) }
}

/** What some entries add up to. */
export const totalsOf = (entries: Iterable<Movement>): Totals => {
  const totals = { ...noTotals }
  for (const entry of entries) count(totals, entry)
  return totals
}

/** What of an entry its totals take. */
export type Movement = Pick<Entry, 'direction' | 'amountMinor'>

/** Totals that are still being counted: a new object for each entry would cost more than all the rest of a fold. */
type Counting = { -readonly [Key in keyof Totals]: Totals[Key] }

const count = (totals: Counting, entry: Movement): void => {
  totals.entryCount += 1
  switch (entry.direction) {
    case 'credit':
      totals.creditsMinor += entry.amountMinor
      return
    case 'debit':
      totals.debitsMinor += entry.amountMinor
      return
  }
}

const unfrozen = <K>(rows: ReadonlyMap<K, Totals>): Tally<K> =>
  new Map(Array.from(rows, ([key, totals]) => [key, { ...totals }]))

/** Sums by some key, still being counted. */
export type Tally<K> = Map<K, Counting>

/** Counts an entry in its row. */
export const tally = <K>(rows: Tally<K>, key: K, entry: Entry): void => {
  let row = rows.get(key)
  if (row === undefined) {
    row = { ...noTotals }
    rows.set(key, row)
  }
  count(row, entry)
}

/** Whether totals can take more without a number that some client would read blurred. */
export const fitsBound = (totals: Totals, more: Totals): boolean => {
  const { creditsMinor, debitsMinor } = addTotals(totals, more)
  return isExactInJson(creditsMinor) && isExactInJson(debitsMinor)
}

/**
 * The index of the window of `sizeMs` in which an entry counts, 0 for the first after the day's start. The day was fixed
 * on arrival: should zone rules differ between there and here, the entry still counts in a window of its day, and the
 * windows still add up to the day.
 */
export const windowOf = (entry: Entry, startsAtMs: number, sizeMs: number): number =>
  Math.floor(Math.min(Math.max(0, entry.occurredAtMs - startsAtMs), LONGEST_DAY_MS - 1) / sizeMs)

// A change of calendar makes a day longer by two at most. Without a bound, a record that is not
// ours could make a view too large to be stored.
const LONGEST_DAY_MS = 72 * HOUR_MS

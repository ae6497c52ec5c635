/** Compares a day's totals with the sums of its entries. */
import { isDeepStrictEqual } from 'node:util'
import { HOUR_MS } from '#ledger/calendar'
import type { Row } from './compare-with-sent.ts'
import type { Findings } from './findings.ts'

type View = { readonly book: string; readonly rows: readonly Row[]; readonly view: Record<string, unknown> } & {
  readonly findings: Findings
}

/** Totals, methods and hours of the day against the sums of its entries. */
export const compareWithView = ({ book, rows, view, findings }: View): void => {
  const startMs = Date.parse(`${book.slice(-10)}T00:00:00Z`)
  // An entry of an earlier day, which came after that day was closed, counts in the first hour.
  const hourOf = ({ occurredAt }: Row) => Math.max(0, Math.floor((Date.parse(occurredAt) - startMs) / HOUR_MS))
  const byMethod = Map.groupBy(rows, ({ method }) => method ?? 'other')
  const byHour = Map.groupBy(rows, hourOf)
  const windows = (view['windows'] as Sums[]).map(({ credits, debits, entryCount }) => ({
    credits,
    debits,
    entryCount,
  }))
  const methods = Object.fromEntries(Array.from(byMethod, ([method, ofMethod]) => [method, sumsOf(ofMethod)]))
  const hours = Array.from({ length: 24 }, (_, hour) => sumsOf(byHour.get(hour) ?? []))

  const { credits, debits, entryCount, net } = view
  const totals = { ...sumsOf(rows), net: netOf(rows) }
  if (!isDeepStrictEqual({ credits, debits, entryCount, net }, totals))
    findings.add('totals that are not the sum', book)
  if (!isDeepStrictEqual(view['byMethod'], methods)) findings.add('methods that are not the sum', book)
  if (!isDeepStrictEqual(windows, hours)) findings.add('windows that are not the sum', book)
}

type Sums = { readonly credits: number; readonly debits: number; readonly entryCount: number }

const sumsOf = (rows: readonly Row[]): Sums => {
  const sumOf = (direction: string) =>
    rows.filter((row) => row.direction === direction).reduce((sum, { amount }) => sum + amount, 0)
  return { credits: sumOf('credit'), debits: sumOf('debit'), entryCount: rows.length }
}

export const netOf = (rows: readonly Row[]): number => sumsOf(rows).credits - sumsOf(rows).debits

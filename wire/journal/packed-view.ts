/**
 * The day view as a segment carries it. Every segment does, however small, and a write unit is 1 KB: so it is written in
 * numbers of as many bytes as they need (LEB128), 330 bytes for a day with all hours and methods instead of 930 as text.
 *
 *     version, currency (3 letters), start of the day (ms since 1970, folded), entries after the close,
 *     how many methods, and for each: its place in METHODS, credits, debits, count,
 *     how many hours, and for each: its index in the day, credits, debits, count
 *
 * The totals of the day are not in it: the journal stores them as numbers that people can read.
 */
import type { BookTerms } from '#ledger/book'
import type { DayView } from '#ledger/day-view'
import { METHODS, type Method } from '#ledger/entry'
import type { Currency, Totals } from '#ledger/money'
import { BrokenChain } from '#ledger/segment'

export const packView = (terms: BookTerms, view: DayView): Uint8Array => {
  const { currency, startsAtMs, ...forgottenTerms } = terms
  const { totals: _elsewhere, byMethod, byHour, lateEntries, ...forgotten } = view
  forgottenTerms satisfies Record<string, never>
  forgotten satisfies Record<string, never>
  const numbers = [
    VERSION,
    ...Buffer.from(currency, 'latin1'),
    // A day before 1970 starts below zero: folded, small numbers of either sign stay small.
    startsAtMs < 0 ? -2 * startsAtMs - 1 : 2 * startsAtMs,
    lateEntries,
    byMethod.size,
    ...Array.from(byMethod, ([method, totals]) => [METHODS.indexOf(method), ...numbersOf(totals)]).flat(),
    byHour.size,
    ...Array.from(byHour, ([hour, totals]) => [hour, ...numbersOf(totals)]).flat(),
  ]
  return Uint8Array.from(numbers.flatMap(leb128))
}

/** Reads what `packView` wrote. Throws a BrokenChain when it does not know the format. */
export const unpackView = (
  packed: Uint8Array,
  totals: Totals,
): { readonly terms: BookTerms; readonly view: DayView } => {
  if (packed[0] !== VERSION) throw new BrokenChain(`day view format ${packed[0]} is not known here`)
  const next = numbersIn(packed.subarray(4))
  const folded = next()
  const readTotals = (): Totals => ({ creditsMinor: BigInt(next()), debitsMinor: BigInt(next()), entryCount: next() })
  const readRows = (): [number, Totals][] => Array.from({ length: next() }, () => [next(), readTotals()])
  return {
    terms: {
      currency: Buffer.from(packed.subarray(1, 4)).toString('latin1') as Currency,
      startsAtMs: folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2,
    },
    view: {
      totals,
      lateEntries: next(),
      byMethod: new Map(readRows().map(([place, sum]) => [METHODS[place] as Method, sum])),
      byHour: new Map(readRows()),
    },
  }
}

const VERSION = 2

// A total stays within 2^53 − 1, so a number holds it exactly.
const numbersOf = ({ creditsMinor, debitsMinor, entryCount }: Totals): number[] => [
  Number(creditsMinor),
  Number(debitsMinor),
  entryCount,
]

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
const leb128 = (value: number): number[] => {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  bytes.push(rest)
  return bytes
}

const numbersIn = (bytes: Uint8Array): (() => number) => {
  let at = 0
  return () => {
    let value = 0
    for (let weight = 1; ; weight *= 128) {
      const byte = bytes[at]
      if (byte === undefined) throw new BrokenChain('the day view ends too early')
      at += 1
      value += (byte % 128) * weight
      if (byte < 128) return value
    }
  }
}

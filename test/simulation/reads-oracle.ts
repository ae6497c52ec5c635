/**
 * Knows every state that the books have had, so that it can tell whether what was read was ever so. It folds the totals
 * of the segments as they are appended.
 */
import type { Entry } from '#ledger/entry'
import { bookKey, type BookId, type BusinessDay, type MerchantId } from '#ledger/identifiers'
import { netMinor, noTotals, type Totals } from '#ledger/money'
import type { SealedSegment } from '#ledger/segment'
import type { BalanceRead } from '#wire/http/responses/balance'
import type { DayAtSegment } from '#wire/http/responses/day'
import type { PeriodRead } from '#wire/http/responses/period'
import { unpackIds } from '#wire/journal/packed-entries'

type Must = (holds: boolean, otherwise: string) => void

/** The books of one merchant after one of its appends: the totals of each segment so far, by day. */
type State = ReadonlyMap<BusinessDay, readonly Totals[]>

export class ReadsOracle {
  readonly #must: Must
  readonly #states = new Map<MerchantId, State[]>()
  /** The segment in which each id is counted. */
  readonly #segments = new Map<string, number>()

  constructor(must: Must) {
    this.#must = must
  }

  noteAppended({ book, number, totals, entries }: SealedSegment): void {
    const states = this.#statesOf(book.merchantId)
    const last = states.at(-1) ?? new Map()
    states.push(new Map([...last, [book.day, [...(last.get(book.day) ?? []), totals]]]))
    for (const entryId of unpackIds(entries)) this.#segments.set(`${bookKey(book)} ${entryId}`, number)
  }

  /** The segment in which an entry's id is counted, if it is. */
  segmentOf({ merchantId, businessDay, entryId }: Entry): number | undefined {
    return this.#segments.get(`${bookKey({ merchantId, day: businessDay })} ${entryId}`)
  }

  /** What a book adds up to now. */
  totalsOf({ merchantId, day }: BookId): Totals {
    return this.#statesOf(merchantId).at(-1)?.get(day)?.at(-1) ?? noTotals
  }

  /** A reader begins to read. Returns the states that the merchant's books have during its reading, once it is over. */
  begin(merchantId: MerchantId): () => readonly State[] {
    const states = this.#statesOf(merchantId)
    const first = states.length - 1
    return () => states.slice(first)
  }

  checkBalance(merchantId: MerchantId, { parts, exact }: BalanceRead, during: readonly State[]): void {
    const balance = parts.reduce((sum, { minor }) => sum + minor, 0n)
    const wasSo = during.some((state) => balance === netBefore(state))
    this.#must(!exact || wasSo, `${merchantId} has never had the balance ${balance}, which was read as exact`)
    this.#must(exact || during.length > 1, `the balance of ${merchantId} is not exact, and no book has moved`)
  }

  checkDay({ merchantId, day }: BookId, read: DayAtSegment, during: readonly State[]): void {
    const name = `${merchantId} on ${day} at segment ${read.segment}`
    const { view, openingMinor } = read
    this.#must(isOneOf(during, day, read.segment, view.totals), `${name} was never so while it was read`)
    for (const [parts, all] of [
      ['methods', view.byMethod],
      ['hours', view.byHour],
    ] as const) {
      const sum = [...all.values()].reduce(add, noTotals)
      this.#must(areSame(sum, view.totals), `${name} was read with ${parts} that do not add up to it`)
    }
    // An opening over books that never hold still may be some milliseconds apart.
    const openings = new Set(during.map((state) => netBefore(state, day)))
    const isSo = openings.size > 1 || openings.has(openingMinor)
    this.#must(isSo, `${name} was read with the opening ${openingMinor}, and no book before it has moved`)
  }

  checkPeriod(merchantId: MerchantId, { days }: PeriodRead, during: readonly State[]): void {
    let openingMinor = days[0]?.openingMinor
    for (const row of days) {
      const name = `${merchantId} on ${row.day} at segment ${row.segment}`
      this.#must(isOneOf(during, row.day, row.segment, row.totals), `${name} was never so while its period was read`)
      this.#must(row.openingMinor === openingMinor, `${name} does not open with what the day before closed with`)
      openingMinor = row.openingMinor + netMinor(row.totals)
    }
    const [only, ...others] = during
    if (only === undefined || others.length > 0) return
    const first = days[0]
    const isSo = first === undefined || first.openingMinor === netBefore(only, first.day)
    this.#must(isSo, `${merchantId}'s period was read with another opening, and no book has moved`)
  }

  #statesOf(merchantId: MerchantId): State[] {
    const states = this.#states.get(merchantId) ?? [new Map()]
    this.#states.set(merchantId, states)
    return states
  }
}

const isOneOf = (during: readonly State[], day: BusinessDay, segment: number, totals: Totals): boolean => {
  const [first, last] = [during[0]?.get(day) ?? [], during.at(-1)?.get(day) ?? []]
  const isThere = segment >= first.length && segment <= last.length
  return isThere && areSame(last[segment - 1] ?? noTotals, totals)
}

/** What the books before a day add up to, or all of them. */
const netBefore = (state: State, before?: BusinessDay): bigint => {
  let sum = 0n
  for (const [day, totals] of state) {
    if (before === undefined || day < before) sum += netMinor(totals.at(-1) ?? noTotals)
  }
  return sum
}

const add = (a: Totals, b: Totals): Totals => ({
  creditsMinor: a.creditsMinor + b.creditsMinor,
  debitsMinor: a.debitsMinor + b.debitsMinor,
  entryCount: a.entryCount + b.entryCount,
})

const areSame = (a: Totals, b: Totals): boolean =>
  a.creditsMinor === b.creditsMinor && a.debitsMinor === b.debitsMinor && a.entryCount === b.entryCount

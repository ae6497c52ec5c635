/**
 * Knows every state that the books have had, so that it can tell whether what was read was ever so. It folds the totals
 * of the segments as they are appended.
 */
import type { Entry } from '#ledger/entry'
import { shiftDay } from '#ledger/calendar'
import { bookKey, type BookId, type BusinessDay, type MerchantId } from '#ledger/identifiers'
import { netMinor, noTotals, type Totals } from '#ledger/money'
import type { BalanceRead } from '#wire/http/responses/balance'
import type { DayAtSegment } from '#wire/http/responses/day'
import type { DayOfPeriod, PeriodRead } from '#wire/http/responses/period'
import type { Appended, Issued } from './closes-oracle.ts'

type Must = (holds: boolean, otherwise: string) => void

/** The books of one merchant after one change of them. */
type State = {
  /** The totals of each segment so far, by day. */
  readonly books: ReadonlyMap<BusinessDay, readonly Totals[]>
  /** The newest version of each closed day. */
  readonly issued: ReadonlyMap<BusinessDay, Issued>
}

export class ReadsOracle {
  readonly #must: Must
  readonly #states = new Map<MerchantId, State[]>()
  /** The segment in which each entry counts, by its own book and its id. */
  readonly #segments = new Map<string, number>()

  constructor(must: Must) {
    this.#must = must
  }

  /** Several books of a merchant may change at once, and then there is no state in between. */
  noteChanged(merchantId: MerchantId, appended: readonly Appended[], issued: State['issued']): void {
    const states = this.#statesOf(merchantId)
    const books = new Map(states.at(-1)?.books)
    for (const { sealed, segment } of appended) {
      const { book, number, totals } = sealed
      books.set(book.day, [...(books.get(book.day) ?? []), totals])
      for (const { businessDay, entryId } of segment.entries) {
        this.#segments.set(`${bookKey({ merchantId, day: businessDay })} ${entryId}`, number)
      }
    }
    states.push({ books, issued })
  }

  /** The segment in which an entry's id is counted, if it is. */
  segmentOf({ merchantId, businessDay, entryId }: Entry): number | undefined {
    return this.#segments.get(`${bookKey({ merchantId, day: businessDay })} ${entryId}`)
  }

  /** What a book adds up to now. */
  totalsOf({ merchantId, day }: BookId): Totals {
    return this.#statesOf(merchantId).at(-1)?.books.get(day)?.at(-1) ?? noTotals
  }

  /** A reader begins to read. Returns the states that the merchant's books have during its reading, once it is over. */
  begin(merchantId: MerchantId): () => readonly State[] {
    const states = this.#statesOf(merchantId)
    const first = states.length - 1
    return () => states.slice(first)
  }

  /** The balance of all books, or of those up to a day. */
  checkBalance(merchantId: MerchantId, read: BalanceRead, during: readonly State[], day?: BusinessDay): void {
    const { parts, exact } = read
    const balance = parts.reduce((sum, { minor }) => sum + minor, 0n)
    const upTo = day === undefined ? '' : ` at the end of ${day}`
    const before = day && shiftDay(day, 1)
    const wasSo = during.some((state) => balance === netBefore(state, before))
    this.#must(!exact || wasSo, `${merchantId} has never had the balance ${balance}${upTo}, which was read as exact`)
    this.#must(exact || during.length > 1, `the balance of ${merchantId}${upTo} is not exact, and no book has moved`)
  }

  /** A version of a closed day, which may have been issued during the read. */
  checkVersion(
    { merchantId, day }: BookId,
    version: number,
    read: DayAtSegment | undefined,
    known: { readonly wasIssued: boolean; readonly issued: Issued | undefined; readonly newest: number },
  ): void {
    const name = `version ${version} of ${merchantId} on ${day}`
    const { wasIssued, issued, newest } = known
    this.#must(read !== undefined || !wasIssued, `${name} was issued, and a reader did not get it`)
    if (read === undefined) return
    // By its number, a day without a book has had versions before it was closed. No one has seen them.
    if (issued === undefined) return this.#must(version < newest, `${name} was read, and was never issued`)
    const isSame =
      read.issue.version === version &&
      read.segment === issued.segment &&
      read.openingMinor === issued.openingMinor &&
      areSame(read.view.totals, issued.totals)
    this.#must(isSame, `${name} was read with another content than it was issued with`)
  }

  checkDay({ merchantId, day }: BookId, read: DayAtSegment, during: readonly State[]): void {
    const name = `${merchantId} on ${day} at segment ${read.segment}`
    const { view, openingMinor } = read
    this.#must(isOneOf(during, { ...read, totals: view.totals }), `${name} was never so while it was read`)
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
      this.#must(isOneOf(during, row), `${name} was never so while its period was read`)
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
    const states = this.#states.get(merchantId) ?? [{ books: new Map(), issued: new Map() }]
    this.#states.set(merchantId, states)
    return states
  }
}

const isOneOf = (during: readonly State[], { day, issue, segment, totals, openingMinor }: DayOfPeriod): boolean => {
  const { version } = issue
  // A closed day is read as it was issued, with the opening of its version.
  if (version > 0) {
    return during.some(({ issued }) => {
      const as = issued.get(day)
      const isVersion = as?.version === version && as.segment === segment
      return isVersion && as.openingMinor === openingMinor && areSame(as.totals, totals)
    })
  }
  if (during.every(({ issued }) => issued.has(day))) return false
  const [first, last] = [during[0]?.books.get(day) ?? [], during.at(-1)?.books.get(day) ?? []]
  const isThere = segment >= first.length && segment <= last.length
  return isThere && areSame(last[segment - 1] ?? noTotals, totals)
}

/** What the books before a day add up to, or all of them. */
const netBefore = (state: State, before?: BusinessDay): bigint => {
  let sum = 0n
  for (const [day, totals] of state.books) {
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

/** Knows what reconciling must say: no false alarm at any moment, every loss by its name, and every day equal at the end. */
import { bookKey, type BookId, type BusinessDay } from '#ledger/identifiers'
import type { DifferenceKind } from '#ledger/reconciliation'
import type { DayReport } from '#processors/reconcile/reconcile-day'
import { inWords } from './entry-names.ts'
import type { Row } from './firehose.ts'

export type ReconcilesOptions = {
  readonly must: (holds: boolean, otherwise: string) => void
  readonly throwBroken: () => void
  /** Whether a book began with this entry, which no stream has carried. */
  readonly isFoundation: (book: BookId, entryId: string) => boolean
}

export class ReconcilesOracle {
  readonly #options: ReconcilesOptions
  readonly #losses = new Set<string>()
  readonly #reconciled = new Set<BusinessDay>()

  constructor(options: ReconcilesOptions) {
    this.#options = options
  }

  /** What an operator saw who reconciled a day at the end. */
  note(day: BusinessDay, report: DayReport, rows: readonly Row[]): void {
    const { must } = this.#options
    const isEqual = report.status === 'compared' && !this.#isAlarm(report, [])
    if (isEqual) this.#reconciled.add(day)
    else must(false, `${day} does not reconcile: ${inWords(report)}`)
    for (const { book, archivedCopies } of report.status === 'compared' ? report.books : []) {
      const ofBook = rows.filter((row) => row['merchant_id'] === book.merchantId && row['business_day'] === day)
      must(archivedCopies === ofBook.length, `${bookKey(book)}: ${archivedCopies} copies reported of ${ofBook.length}`)
    }
  }

  mustBeReconciled(days: readonly BusinessDay[]): void {
    const { must, throwBroken } = this.#options
    for (const day of days) must(this.#reconciled.has(day), `${day} was not reconciled`)
    throwBroken()
  }

  /** What an operator saw who reconciled a day while entries arrived. The newest may be on their way, nothing else. */
  noteEarly(day: BusinessDay, report: DayReport): void {
    const books = report.status === 'compared' ? report.books : []
    const isRight = books.every(
      ({ differences, faults }) => faults.length === 0 && differences.every(({ kind }) => MAY_BE_UNDER_WAY.has(kind)),
    )
    this.#options.must(isRight, `${day} was reconciled too early: ${inWords(report)}`)
  }

  /** What an operator saw who reconciled a day while everything went on. */
  noteMidway(day: BusinessDay, report: DayReport): void {
    if (report.status === 'behind') return
    const isAlarm = report.status !== 'compared' || this.#isAlarm(report, ['not-yet-delivered'])
    this.#options.must(!isAlarm, `${day} raised a false alarm: ${inWords(report)}`)
  }

  /** An operator repaired a day. The number of contents that had to be published is known unless the command was repeated. */
  noteRepaired(day: BusinessDay, report: DayReport, lost: number | undefined): void {
    const isRepaired =
      report.status === 'compared' &&
      !this.#isAlarm(report, []) &&
      (lost === undefined || report.publishedAgain === lost)
    this.#options.must(isRepaired, `${day} was not repaired: ${inWords(report)}`)
  }

  /** Something is lost now, in what reconciling sees. */
  noteLoss(name: string): void {
    this.#losses.add(name)
  }

  /** What reconciling says of it: `unnamed` is why that does not name the loss. */
  noteFound(name: string, unnamed: string | undefined, report: DayReport): void {
    this.#losses.delete(name)
    const isFound = unnamed === undefined
    this.#options.must(isFound, `reconciling does not find that ${name}: ${unnamed}: ${inWords(report)}`)
  }

  mustBeFound(): void {
    const { must, throwBroken } = this.#options
    for (const name of this.#losses) must(false, `reconciling never said that ${name}`)
    throwBroken()
  }

  /** Whether a report names anything but these kinds of differences, and the entries that no stream has carried. */
  #isAlarm(report: DayReport & { readonly status: 'compared' }, allowed: readonly DifferenceKind[]): boolean {
    return report.books.some(({ book, differences, faults }) => {
      const others = differences.filter(
        ({ entryId, kind }) => !allowed.includes(kind) && !this.#options.isFoundation(book, entryId),
      )
      return others.length > 0 || faults.length > 0
    })
  }
}

const MAY_BE_UNDER_WAY = new Set(['not-yet-delivered', 'missing-in-archive'])

/** The report of `npm run reconcile`: a line for each book, its differences below it, and the outcome. */
import type { Difference, DifferenceKind } from '#ledger/reconciliation'
import type { BookReport } from '#processors/reconcile/compare-book'
import type { DayReport } from '#processors/reconcile/reconcile-day'
import { counted, digits } from './terminal.ts'

export const reconciliationLines = (day: string, report: DayReport): readonly string[] => {
  if (report.status === 'behind') {
    const { consumer, shardId } = report.behind
    return [`${day}: nothing was compared, because the ${consumer} consumer is behind on ${shardId}. Try again later.`]
  }
  if (report.status === 'unreadable') {
    const objects = report.objects.map(({ key, reason }) => `    ${key}: ${reason}`)
    const count = counted(objects.length, 'object', 'objects')
    return [
      `${day}: nothing was compared, because ${count} of the archive cannot be read. Restore or remove these objects.`,
      ...objects,
    ]
  }
  const { books, publishedAgain, refused, unreadableMerchants } = report
  const width = Math.max(0, ...books.map(({ book }) => book.merchantId.length))
  const lines = books.flatMap((book) => bookLines(book, width))
  const unequal = books.filter(({ isEqual }) => !isEqual).length
  const entries = books.reduce((sum, { journal }) => sum + (journal?.totals.entryCount ?? 0), 0)
  if (lines.length > 0) lines.push('')
  if (publishedAgain > 0) lines.push(`Published again: ${counted(publishedAgain, 'entry', 'entries')}.`)
  for (const { merchantId, entryId } of refused) {
    lines.push(
      `Not published: ${entryId} of ${merchantId}, because this program reads a content of it that differs from the archive's own.`,
    )
  }
  for (const { merchantId, reason } of unreadableMerchants) {
    lines.push(`✗ The register cannot be read at ${merchantId}: ${reason}.`)
  }
  // A day that was mistyped has no entries on either side, and would read like a proof.
  if (books.length === 0)
    lines.push(`${day}: nothing to compare: neither the archive nor the books have entries of this day.`)
  else
    lines.push(
      unequal === 0
        ? `${day}: archive and books are equal: ${counted(books.length, 'book', 'books')}, ${counted(entries, 'entry', 'entries')}.`
        : `${day}: archive and books differ, in ${digits(unequal)} of ${counted(books.length, 'book', 'books')}.`,
    )
  return lines
}

const bookLines = ({ book, isEqual, journal, archive, differences, faults }: BookReport, width: number): string[] => [
  `${isEqual ? '✓' : '✗'} ${book.merchantId.padEnd(width)}  ${totalsText(journal ?? archive, journal ? '' : 'in the archive ')}`,
  ...faults.map((fault) => `    ${fault}`),
  ...differences.slice(0, MOST_SHOWN).map(differenceLine),
  ...(differences.length > MOST_SHOWN
    ? [`    and ${digits(differences.length - MOST_SHOWN)} more; --json has all`]
    : []),
]

const MOST_SHOWN = 20

const totalsText = ({ totals }: BookReport['archive'], where: string): string =>
  `${where}${counted(totals.entryCount, 'entry', 'entries')}, credits ${digits(totals.creditsMinor)}, ` +
  `debits ${digits(totals.debitsMinor)}`

const differenceLine = ({ entryId, kind, inJournal, inArchive }: Difference): string => {
  const contents =
    kind === 'different' ? `: ${hashes(inJournal)} in the journal, ${hashes(inArchive)} in the archive` : ''
  return `    ${entryId}  ${KINDS[kind]}${contents}`
}

const KINDS: Readonly<Record<DifferenceKind, string>> = {
  'missing-in-journal': 'missing in the journal',
  'missing-in-archive': 'missing in the archive',
  different: 'different contents',
  'not-yet-delivered': 'not yet delivered to the archive',
}

const hashes = (some: readonly string[]): string => some.map((hash) => hash.slice(0, 12)).join(' ') || 'nothing more'

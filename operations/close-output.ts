/** The report of `npm run close`: a line for each day, the days that stay open below it, and the outcome. */
import type { DayOutcome } from '#processors/close/day-outcome'
import { counted, digits } from './terminal.ts'

export const closingLines = (
  through: string,
  merchants: number,
  outcomes: readonly DayOutcome[],
): readonly string[] => {
  const days = [...Map.groupBy(outcomes, ({ day }) => day)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const open = outcomes.filter(({ status }) => status !== 'closed').length
  const lines = days.flatMap(([day, ofDay]) => dayLines(day, ofDay))
  if (lines.length > 0) lines.push('')
  const all = counted(merchants, 'merchant', 'merchants')
  lines.push(
    open === 0
      ? `Every day up to ${through} is closed, of ${all}.`
      : `${counted(open, 'day stays', 'days stay')} open up to ${through}, of ${all}. ` +
          'What waits is closed by a later run; what is not equal needs a person: npm run reconcile -- --day DAY.',
  )
  return lines
}

const dayLines = (day: string, outcomes: readonly DayOutcome[]): string[] => {
  const closed = outcomes.filter(({ status }) => status === 'closed').length
  const open = outcomes
    .filter(({ status }) => status !== 'closed')
    .toSorted((a, b) => (a.merchantId < b.merchantId ? -1 : 1))
  return [
    `${open.length === 0 ? '✓' : '✗'} ${day}  ${counted(closed, 'book', 'books')} closed${open.length === 0 ? '' : `, ${digits(open.length)} open`}`,
    ...open.slice(0, MOST_SHOWN).map((outcome) => `    ${outcome.merchantId}: ${reasonOf(outcome)}`),
    ...(open.length > MOST_SHOWN ? [`    and ${digits(open.length - MOST_SHOWN)} more; --json has all`] : []),
  ]
}

const MOST_SHOWN = 20

const reasonOf = (outcome: DayOutcome): string => {
  switch (outcome.status) {
    case 'closed':
      return 'closed'
    case 'waiting':
      return `waits: ${outcome.reason}`
    case 'not-equal':
      return `not equal: ${outcome.reason}`
    case 'after-open-day':
      return 'an earlier day stays open'
  }
}

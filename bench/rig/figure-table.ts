import { isMet, type Figure, type Target } from './figure.ts'

/** Figures as lines of text: name, value, target, the distance from it, and a note. */
export const figureTable = (figures: readonly Figure[]): string => {
  const rows = figures.map((figure) => [
    figure.what,
    number(figure.value),
    figure.unit,
    figure.target === undefined ? '' : targetText(figure.target),
    verdict(figure),
    figure.note ?? '',
  ])
  const lines = [['what', 'measured', '', 'target', '', 'note'], ...rows]
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? []
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return lines.map(line).join('\n')
}

const targetText = (target: Target): string => {
  if ('atMost' in target) return `≤ ${number(target.atMost)}`
  if ('atLeast' in target) return `≥ ${number(target.atLeast)}`
  return `< ${number(target.below)}`
}

/** Whether the target is met, and otherwise by which share of it the value is too large or too small. */
const verdict = (figure: Figure): string => {
  const { value, target } = figure
  if (target === undefined) return ''
  if (isMet(figure) === true) return 'met'
  const bound = Object.values(target)[0] as number
  return `missed by ${Math.max(1, Math.round(Math.abs(value / bound - 1) * 100))} %`
}

/** Three digits, because our measurements are no more exact. Whole numbers stay whole. */
const number = (value: number): string => (Math.abs(value) >= 100 ? WHOLE.format(value) : THREE_DIGITS.format(value))

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const THREE_DIGITS = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

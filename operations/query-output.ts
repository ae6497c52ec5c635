import type { QueryResult } from '#ledger/archive'
import { jsonTextOfAnySize } from '#wire/json/json'
import { visible } from '#infra/visible'
import { cut, padded, widthOf } from './terminal.ts'

type Answer = AsyncIterable<QueryResult>

/** An array with an object for each row, its columns in their order. A bigint keeps all its digits. */
export async function* asJson(answer: Answer): AsyncGenerator<string> {
  let separator = '['
  for await (const { columns, rows } of answer) {
    // Written here, because an object of JavaScript would put a column named "1" first.
    const names = distinctNames(columns).map((name) => JSON.stringify(name))
    for (const row of rows) {
      yield `${separator}\n{${names.map((name, at) => `${name}:${jsonTextOfAnySize(row[at])}`).join()}}`
      separator = ','
    }
  }
  yield separator === '[' ? '[]\n' : '\n]\n'
}

/**
 * The names of columns so that each is there once, in every kind of output: the second `a` is called `a_1`, as it is when
 * such an answer is selected from in DuckDB. An object of JSON can have each name once only.
 */
const distinctNames = (columns: readonly string[]): string[] => {
  const taken = new Set(columns)
  return columns.map((column, at) => {
    if (columns.indexOf(column) === at) return column
    let copy = 1
    while (taken.has(`${column}_${copy}`)) copy += 1
    taken.add(`${column}_${copy}`)
    return `${column}_${copy}`
  })
}

/** CSV by RFC 4180. NULL is an empty field, and an empty text is a pair of quotes. */
export async function* asCsv(answer: Answer): AsyncGenerator<string> {
  let isFirst = true
  for await (const { columns, rows } of answer) {
    if (isFirst) yield csvLine(distinctNames(columns))
    isFirst = false
    for (const row of rows) yield csvLine(row)
  }
}

const csvLine = (cells: readonly unknown[]): string => `${cells.map(csvField).join(',')}\r\n`

const csvField = (cell: unknown): string => {
  if (cell === null) return ''
  const text = plainText(cell)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Columns side by side, numbers aligned to the right. With a width, which is that of a terminal, cells are cut until a
 * row fits, but never below LEAST_WIDTH. The first rows say how wide the columns are, so that an answer of any length is
 * printed while it arrives. Without a width, a longer cell of a later row stays whole and moves the rest of its row.
 */
export async function* asTable(answer: Answer, width?: number): AsyncGenerator<string> {
  let columns: readonly string[] = []
  let measured: Layout | undefined
  let waiting: (readonly unknown[])[] = []
  let count = 0
  for await (const part of answer) {
    columns = distinctNames(part.columns)
    waiting.push(...part.rows)
    count += part.rows.length
    if (measured === undefined) {
      if (count < MEASURED_ROWS) continue
      measured = layoutOf(columns, waiting, width)
      yield headingLines(columns, measured)
    }
    for (const row of waiting) yield rowLine(row.map(tableText), measured)
    waiting = []
  }
  if (measured === undefined) {
    measured = layoutOf(columns, waiting, width)
    yield headingLines(columns, measured)
    for (const row of waiting) yield rowLine(row.map(tableText), measured)
  }
  yield `(${count} ${count === 1 ? 'row' : 'rows'})\n`
}

const MEASURED_ROWS = 10_000

type Layout = { readonly widths: readonly number[]; readonly isRight: readonly boolean[]; readonly cuts: boolean }

const layoutOf = (
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  width: number | undefined,
): Layout => {
  const texts = [columns.map(visible), ...rows.map((row) => row.map(tableText))]
  const longest = columns.map((_, at) => texts.reduce((most, row) => Math.max(most, widthOf(row[at] ?? '')), 0))
  return {
    widths: longest.map((length) => Math.min(length, columnLimit(longest, width))),
    isRight: columns.map((_, at) => isNumeric(rows.map((row) => row[at]))),
    cuts: width !== undefined,
  }
}

const headingLines = (columns: readonly string[], layout: Layout): string =>
  `${rowLine(columns.map(visible), layout)}${layout.widths.map((width) => '─'.repeat(width)).join(GAP)}\n`

const rowLine = (cells: readonly string[], { widths, isRight, cuts }: Layout): string => {
  const shown = cells.map((cell, at) => {
    const width = widths[at] ?? 0
    return padded(cuts ? cut(cell, width) : cell, width, isRight[at] ? 'right' : 'left')
  })
  return `${shown.join(GAP).trimEnd()}\n`
}

const GAP = '  '

/** The most columns of the screen that a column may take so that all columns fit; never fewer than LEAST_WIDTH, to stay readable. */
const columnLimit = (longest: readonly number[], width: number | undefined): number => {
  if (width === undefined) return Infinity
  const takes = (limit: number): number =>
    longest.reduce((sum, length) => sum + Math.min(length, limit), (longest.length - 1) * GAP.length)
  for (let limit = Math.max(0, ...longest); limit > LEAST_WIDTH; limit -= 1) if (takes(limit) <= width) return limit
  return LEAST_WIDTH
}

const LEAST_WIDTH = 12

const isNumeric = (cells: readonly unknown[]): boolean =>
  cells.some((cell) => cell !== null) &&
  cells.every((cell) => cell === null || typeof cell === 'number' || typeof cell === 'bigint')

const tableText = (cell: unknown): string => (cell === null ? 'NULL' : visible(plainText(cell)))

const plainText = (cell: unknown): string => {
  if (typeof cell === 'string') return cell
  // JSON has no infinities.
  return typeof cell === 'number' ? String(cell) : jsonTextOfAnySize(cell)
}

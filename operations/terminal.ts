import { once } from 'node:events'
import stringWidth from 'string-width'
import { visible, visibleJson } from '#infra/visible'
import { jsonTextOfAnySize } from '#wire/json/json'

/**
 * Where a command speaks: its results on one output, everything else on the other. It spells out whatever a screen would
 * obey or hide (infra/visible.ts), so commands give it texts as they are. A line break inside a line is spelled out, too:
 * a customer's text cannot make a line that looks like one of ours. Commands write to no output themselves; a test holds that.
 */
export type Terminal = {
  /** Lines of a result. */
  print(...lines: readonly string[]): void
  /** A result as JSON: on one line, or over several with an indent. */
  printJson(value: unknown, indent?: number): void
  /** Whole lines of a long result. Waits until the reader has room for more; false when the reader has gone away. */
  write(piece: string, form: Form): Promise<boolean>
  /** Lines that say what is wrong, or how the work went. */
  complain(...lines: readonly string[]): void
  /** Replaces the line that shows how far the work is; undefined takes it away. Only a screen shows it. */
  status(line: string | undefined): void
  /** How many columns a row of the results has; undefined when they go to a file or to another program. */
  readonly width: number | undefined
}

/** What a piece of a long result is. `record` is one record of CSV: to the byte in a file, spelled out on a screen. */
export type Form = 'lines' | 'json' | 'record'

/** The terminal of this process. */
export const processTerminal = ({ stdout, stderr }: Outputs = process): Terminal => {
  let hasReader = true
  stdout.on('error', () => (hasReader = false))
  // A complaint that cannot be written changes nothing. What ends the process then is the frame's to say (command.ts).
  stderr.on('error', () => undefined)
  const onScreen = (form: Form, piece: string): string =>
    form === 'record' && !stdout.isTTY ? piece : SHOWN[form](piece)
  return {
    print: (...lines) => void stdout.write(asLines(lines)),
    printJson: (value, indent) => void stdout.write(`${visibleJson(jsonTextOfAnySize(value, indent))}\n`),
    async write(piece, form) {
      // The same error ends the wait, and the listener above has noted it.
      if (hasReader && !stdout.write(onScreen(form, piece))) await once(stdout, 'drain').catch(() => undefined)
      return hasReader
    },
    complain: (...lines) => void stderr.write(asLines(lines)),
    status(line) {
      // A longer line would wrap, and only its last row would be taken away again.
      if (stderr.isTTY) stderr.write(`\r\x1b[K${cut(visible(line ?? ''), (stderr.columns || 80) - 1)}`)
    },
    width: stdout.isTTY ? stdout.columns : undefined,
  }
}

type Outputs = Readonly<Record<'stdout' | 'stderr', NodeJS.WriteStream>>

const asLines = (lines: readonly string[]): string => lines.map((line) => `${visible(line)}\n`).join('')

const SHOWN: Readonly<Record<Form, (piece: string) => string>> = {
  lines: (piece) => piece.split('\n').map(visible).join('\n'),
  json: visibleJson,
  record: (piece) => `${visible(piece.replace(/\r?\n$/, ''))}\n`,
}

/** A bar that fills as work is done: redrawn on a screen, a line per tenth elsewhere. */
export const progressBar = (terminal: Terminal, label: string, total: number): ((more: number) => void) => {
  let done = 0
  let tenths = 0
  return (more) => {
    done += more
    const share = done / total
    const text = `${label} ${'█'.repeat(Math.floor(share * 30)).padEnd(30, '░')} ${String(Math.floor(share * 100)).padStart(3)} %`
    if (terminal.width === undefined) {
      if (Math.floor(share * 10) <= tenths) return
      tenths = Math.floor(share * 10)
      terminal.print(text)
    } else {
      terminal.status(done < total ? text : undefined)
      if (done >= total) terminal.print(text)
    }
  }
}

/** The lines of a table: rows under headings, in columns; all but the first column are aligned to the right. */
export const table = (headings: readonly string[], given: readonly (readonly string[])[]): readonly string[] => {
  const rows = given.map((cells) => cells.map(visible))
  const widths = headings.map((heading, column) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), widthOf(heading)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => padded(cell, widths[column] ?? 0, column === 0 ? 'left' : 'right'))
      .join('  ')
      .trimEnd()
  return [line(headings), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)]
}

/** How many columns a screen needs for the text: two for a character of CJK or an emoji, none for a combining mark. */
export const widthOf = (shown: string): number => (ONE_COLUMN_EACH.test(shown) ? shown.length : stringWidth(shown))

const ONE_COLUMN_EACH = /^[\x20-\x7e]*$/

/** The text with spaces on the other side, so that it is this many columns wide. */
export const padded = (shown: string, width: number, side: 'left' | 'right'): string => {
  const padding = ' '.repeat(Math.max(0, width - widthOf(shown)))
  return side === 'left' ? shown + padding : padding + shown
}

/** The text, or as much of it as fits into this many columns with an ellipsis at its end. */
export const cut = (shown: string, width: number): string => {
  if (widthOf(shown) <= width) return shown
  let [kept, taken] = ['', 1]
  for (const { segment } of graphemes.segment(shown)) {
    taken += widthOf(segment)
    if (taken > width) break
    kept += segment
  }
  return `${kept}…`
}

const graphemes = new Intl.Segmenter()

/** 1234567 as "1,234,567", so that a person reads its size at a glance. */
export const digits = (value: number | bigint): string => value.toLocaleString('en')

/** "1 entry", "2,000 entries". */
export const counted = (count: number, one: string, many: string): string =>
  `${digits(count)} ${count === 1 ? one : many}`

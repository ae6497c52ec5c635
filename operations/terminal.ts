import { Console } from 'node:console'
import { once } from 'node:events'

/** Where a command speaks: its results on one output, everything else on the other. */
export type Terminal = {
  /** One line of a result. */
  print(line: string): void
  /** A piece of a long result. Waits until the reader has room for more; false when the reader has gone away. */
  write(piece: string): Promise<boolean>
  /** One line that says what is wrong, or how the work went. */
  complain(line: string): void
  /** Replaces the line that shows how far the work is; undefined takes it away. Only a screen shows it. */
  status(line: string | undefined): void
  /** How many characters fit in a row of the results; undefined when they go to a file or to another program. */
  readonly width: number | undefined
}

/** The terminal of this process. */
export const processTerminal = ({ stdout, stderr }: Outputs = process): Terminal => {
  const { log, error } = new Console({ stdout, stderr })
  let hasReader = true
  stdout.on('error', () => (hasReader = false))
  return {
    print: (line) => log(line),
    async write(piece) {
      // The same error ends the wait, and the listener above has noted it.
      if (hasReader && !stdout.write(piece)) await once(stdout, 'drain').catch(() => undefined)
      return hasReader
    },
    // It may quote an argument, a file or an answer. Its own line breaks are meant.
    complain: (line) => error(line.split('\n').map(visible).join('\n')),
    status(line) {
      if (stderr.isTTY) stderr.write(`\r\x1b[K${line ?? ''}`)
    },
    width: stdout.isTTY ? stdout.columns : undefined,
  }
}

type Outputs = Readonly<Record<'stdout' | 'stderr', NodeJS.WriteStream>>

/** A bar that fills as work is done: redrawn on a screen, a line per tenth elsewhere. */
export const progressBar = (label: string, total: number): ((more: number) => void) => {
  let done = 0
  let tenths = 0
  return (more) => {
    done += more
    const share = done / total
    const text = `${label} ${'█'.repeat(Math.floor(share * 30)).padEnd(30, '░')} ${String(Math.floor(share * 100)).padStart(3)} %`
    if (process.stdout.isTTY) process.stdout.write(`\r${text}${done >= total ? '\n' : ''}`)
    else if (Math.floor(share * 10) > tenths) {
      tenths = Math.floor(share * 10)
      console.log(text)
    }
  }
}

/** Rows under headings, in columns; all but the first column are aligned to the right. Control characters are spelled out. */
export const table = (headings: readonly string[], given: readonly (readonly string[])[]): string => {
  const rows = given.map((cells) => cells.map(visible))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(headings), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}

/**
 * The text with its control characters spelled out. Line breaks would tear a table. A terminal would obey other control
 * characters, or reverse the text after them.
 */
export const visible = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\uFEFF]/gu, (character) => {
    if (character === '\n') return '\\n'
    const digits = character.charCodeAt(0).toString(16)
    return digits.length > 2 ? `\\u${digits}` : `\\x${digits.padStart(2, '0')}`
  })

/** 1234567 as "1,234,567", so that a person reads its size at a glance. */
export const digits = (value: number | bigint): string => value.toLocaleString('en')

/** "1 entry", "2,000 entries". */
export const counted = (count: number, one: string, many: string): string =>
  `${digits(count)} ${count === 1 ? one : many}`

/** A bar that fills as work is done: redrawn on a terminal, a line per tenth elsewhere. */
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

/** Rows under headings, in columns; all but the first column are aligned to the right. */
export const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string => {
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

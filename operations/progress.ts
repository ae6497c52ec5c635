/** How far an operator's command has come: one line that is written again and again on a terminal, nothing elsewhere. */
export type ProgressLine = {
  /** `share` is what is done of the whole, from 0 to 1, if that is known; `facts` in words. */
  show(share: number | undefined, facts: string): void
  clear(): void
}

const EVERY_MS = 200

export const progressLine = (out: NodeJS.WriteStream = process.stderr): ProgressLine => {
  const startedAtMs = performance.now()
  let shownAtMs = -Infinity
  return {
    show(share, facts) {
      const nowMs = performance.now()
      if (!out.isTTY || nowMs - shownAtMs < EVERY_MS) return
      shownAtMs = nowMs
      out.write(`\r\x1b[K${facts}${share === undefined ? '' : expectation(share, nowMs - startedAtMs)}`)
    },
    clear() {
      if (out.isTTY) out.write('\r\x1b[K')
    },
  }
}

/** Nothing can be expected of the first hundredth. */
const expectation = (share: number, elapsedMs: number): string =>
  share < 0.01 ? '' : `, ${Math.floor(share * 100)} %, about ${Math.ceil((elapsedMs * (1 / share - 1)) / 1_000)} s left`

/** "12,345 entries, 67,890 a second" since it was made. */
export const rate = (): ((count: number, what: string) => string) => {
  const startedAtMs = performance.now()
  return (count, what) => {
    const perSecond = Math.round(count / Math.max(0.001, (performance.now() - startedAtMs) / 1_000))
    return `${count.toLocaleString('en')} ${what}, ${perSecond.toLocaleString('en')} a second`
  }
}

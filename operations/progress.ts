/** How far an operator's command has come: one line that is rewritten on a terminal, nothing elsewhere. */
export type ProgressLine = {
  /** `done` and `all` in whatever unit; `facts` in words. */
  show(done: number, all: number, facts: string): void
  clear(): void
}

const EVERY_MS = 200

export const progressLine = (out: NodeJS.WriteStream = process.stderr): ProgressLine => {
  const startedAtMs = performance.now()
  let shownAtMs = -Infinity
  return {
    show(done, all, facts) {
      const nowMs = performance.now()
      if (!out.isTTY || nowMs - shownAtMs < EVERY_MS) return
      shownAtMs = nowMs
      const share = all === 0 ? 1 : done / all
      const leftSeconds = (nowMs - startedAtMs) * (1 / share - 1) * 1e-3
      const left = share > 0.01 ? `, about ${Math.ceil(leftSeconds)} s left` : ''
      out.write(`\r\x1b[K${String(Math.floor(share * 100)).padStart(3)} %  ${facts}${left}`)
    },
    clear() {
      if (out.isTTY) out.write('\r\x1b[K')
    },
  }
}

/** "12,345 entries, 67,890 a second" since it was made. */
export const rate = (): ((count: number, what: string) => string) => {
  const startedAtMs = performance.now()
  return (count, what) => {
    const perSecond = Math.round(count / Math.max(0.001, (performance.now() - startedAtMs) / 1_000))
    return `${count.toLocaleString('en')} ${what}, ${perSecond.toLocaleString('en')} a second`
  }
}

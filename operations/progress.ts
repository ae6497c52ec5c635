import { counted, digits, type Terminal } from './terminal.ts'

/** Shows how far a command is, a few times a second. */
export type ProgressLine = {
  /** `share` is the part that is done, from 0 to 1, if it is known; `facts` says it in words. */
  show(share: number | undefined, facts: string): void
  clear(): void
}

const EVERY_MS = 200

export const progressLine = ({ status }: Pick<Terminal, 'status'>): ProgressLine => {
  const startedAtMs = performance.now()
  let shownAtMs = -Infinity
  return {
    show(share, facts) {
      const nowMs = performance.now()
      if (nowMs - shownAtMs < EVERY_MS) return
      shownAtMs = nowMs
      status(`${facts}${share === undefined ? '' : expectation(share, nowMs - startedAtMs)}`)
    },
    clear: () => status(undefined),
  }
}

/** The first hundredth is too little to estimate from. */
const expectation = (share: number, elapsedMs: number): string =>
  share < 0.01 ? '' : `, ${Math.floor(share * 100)} %, about ${Math.ceil((elapsedMs * (1 / share - 1)) / 1_000)} s left`

/** Says "12,345 entries, 67,890 a second", counted from when this was called. */
export const rate = (): ((count: number, one: string, many: string) => string) => {
  const startedAtMs = performance.now()
  return (count, one, many) => {
    const perSecond = Math.round(count / Math.max(0.001, (performance.now() - startedAtMs) / 1_000))
    return `${counted(count, one, many)}, ${digits(perSecond)} a second`
  }
}

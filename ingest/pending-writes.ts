/** Who waits for entries to reach the stream, what has become of each, and until when they wait. */
import type { Position } from '#ledger/identifiers'
import type { Clock } from '#ledger/ports'
import { refuse, type Result } from '#ledger/result'

export type NotWritten = 'stream-unavailable' | 'too-busy' | 'unexpected-error'
export type WriteOutcome = Result<Position, NotWritten>

/** The entries of one request. A request and not an entry is what gets a promise: that is 500 times fewer. */
export type PendingWrite = {
  readonly outcomes: (WriteOutcome | undefined)[]
  undecided: number
  readonly deadlineMs: number
  readonly resolve: (outcomes: readonly WriteOutcome[]) => void
}

export type PendingWrites = {
  /** A write of `count` entries, resolved when each is decided; what is not decided by the deadline has failed. */
  begin(count: number): { readonly write: PendingWrite; readonly decided: Promise<readonly WriteOutcome[]> }
  /** The first decision counts. */
  decide(write: PendingWrite, index: number, outcome: WriteOutcome): void
  /** Everything that is not decided yet has failed. */
  failAll(): void
  /** How many entries wait. */
  waitingCount(): number
  /** How long the one that waits longest has waited; 0 when nobody waits. */
  waitingMs(): number
}

export const pendingWrites = (
  patienceMs: number,
  { clock, sleep }: { clock: Clock; sleep: (ms: number) => Promise<unknown> },
): PendingWrites => {
  // In the order they came, and with equal patience, so the first is always the next to reach its deadline.
  const waiting = new Set<PendingWrite>()
  let isWatching = false

  const decide = (write: PendingWrite, index: number, outcome: WriteOutcome) => {
    if (write.outcomes[index] !== undefined) return
    write.outcomes[index] = outcome
    write.undecided -= 1
    if (write.undecided > 0) return
    waiting.delete(write)
    write.resolve(write.outcomes as WriteOutcome[])
  }

  const fail = (write: PendingWrite) => write.outcomes.forEach((_, index) => decide(write, index, UNAVAILABLE))

  // One timer for all of them. It is armed for a write that is usually long done when it fires.
  const watchDeadlines = async () => {
    isWatching = true
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      const leftMs = next.deadlineMs - clock()
      if (leftMs > 0) await sleep(leftMs)
      else fail(next)
    }
    isWatching = false
  }

  return {
    begin(count) {
      const { promise, resolve } = Promise.withResolvers<readonly WriteOutcome[]>()
      const outcomes = Array.from<WriteOutcome | undefined>({ length: count })
      const write = { outcomes, undecided: count, deadlineMs: clock() + patienceMs, resolve }
      waiting.add(write)
      if (!isWatching) void watchDeadlines()
      return { write, decided: promise }
    },
    decide,
    failAll() {
      for (const write of waiting) fail(write)
    },
    waitingCount: () => waiting.values().reduce((count, write) => count + write.undecided, 0),
    waitingMs() {
      const [oldest] = waiting
      return oldest === undefined ? 0 : clock() - (oldest.deadlineMs - patienceMs)
    },
  }
}

const UNAVAILABLE = refuse('stream-unavailable' as const)

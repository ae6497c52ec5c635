/** The writes that wait for their entries to reach the stream: what became of each entry, and the deadline. */
import type { Position } from '#ledger/identifiers'
import type { Clock } from '#ledger/ports'
import { refuse, type Result } from '#ledger/result'

export type NotWritten = 'stream-unavailable' | 'too-busy' | 'unexpected-error'
export type WriteOutcome = Result<Position, NotWritten>

/** The entries of one request. Each request has one promise, not each entry: that is up to 500 times fewer. */
export type PendingWrite = {
  readonly outcomes: (WriteOutcome | undefined)[]
  unsettled: number
  readonly deadlineMs: number
  readonly resolve: (outcomes: readonly WriteOutcome[]) => void
}

export type PendingWrites = {
  /**
   * A write of `count` entries. Its promise resolves once every entry is settled; an entry without an outcome fails at
   * the deadline.
   */
  begin(count: number): { readonly write: PendingWrite; readonly settled: Promise<readonly WriteOutcome[]> }
  /** Gives an entry its outcome. The first outcome counts. */
  settle(write: PendingWrite, index: number, outcome: WriteOutcome): void
  /** Fails every entry that has no outcome yet. */
  failAll(): void
  /** How many entries wait. */
  waitingCount(): number
  /** How long the oldest write has waited; 0 when there is none. */
  waitingMs(): number
}

export const pendingWrites = (
  patienceMs: number,
  { clock, sleep }: { clock: Clock; sleep: (ms: number) => Promise<unknown> },
): PendingWrites => {
  // Writes are in the order in which they came and have equal patience, so the first one reaches its deadline first.
  const waiting = new Set<PendingWrite>()
  let isWatching = false

  const settle = (write: PendingWrite, index: number, outcome: WriteOutcome) => {
    if (write.outcomes[index] !== undefined) return
    write.outcomes[index] = outcome
    write.unsettled -= 1
    if (write.unsettled > 0) return
    waiting.delete(write)
    write.resolve(write.outcomes as WriteOutcome[])
  }

  const fail = (write: PendingWrite) => write.outcomes.forEach((_, index) => settle(write, index, UNAVAILABLE))

  // One timer serves all writes. The write that it was set for is usually settled long before it fires.
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
      const write = { outcomes, unsettled: count, deadlineMs: clock() + patienceMs, resolve }
      waiting.add(write)
      if (!isWatching) void watchDeadlines()
      return { write, settled: promise }
    },
    settle,
    failAll() {
      for (const write of waiting) fail(write)
    },
    waitingCount: () => waiting.values().reduce((count, write) => count + write.unsettled, 0),
    waitingMs() {
      const [oldest] = waiting
      return oldest === undefined ? 0 : clock() - (oldest.deadlineMs - patienceMs)
    },
  }
}

const UNAVAILABLE = refuse('stream-unavailable' as const)

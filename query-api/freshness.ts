/** How far the journal has come, for answers that say so and for clients that wait for it. */
import { compareSequenceNumbers, type MerchantId, type Position } from '#ledger/identifiers'
import type { ShardProgress } from '#ledger/ports'
import type { ShardMap } from './shard-map.ts'
import type { Store } from './store.ts'
import type { Timer } from './timer.ts'

export type Freshness = {
  /**
   * The arrival time up to which everything on the merchant's shards is applied; null while nothing is known of it. A
   * consumer begins a shard only after it has ended the shard's parents, so theirs is applied, too; until it has begun,
   * what is applied of the parent counts, for all that arrived on the child came later. A book has to be read after this
   * for the claim to hold of it.
   */
  appliedThroughMs(merchantId: MerchantId): Promise<number | null>
  /** Waits until a position and all before it on its shard are applied; false when `waitMs` pass before that. */
  reaches(position: Position, waitMs: number): Promise<boolean>
  /** As `appliedThroughMs`, for every open shard of which something is known, and perhaps some seconds ago. */
  appliedThroughByShard(): Promise<ReadonlyMap<string, number>>
}

/** How long somebody waited for a position, and whether in vain. */
export type Wait = { readonly durationMs: number; readonly reached: boolean }

type FreshnessParts = {
  readonly progress: Store['progress']
  readonly shards: ShardMap
  readonly timer: Timer
  readonly onWait?: (wait: Wait) => void
}

// Progress only rises, so an older reading claims less but never too much.
const STATED_WITHIN_MS = 200
const POLL_MS = 25
const OBSERVED_WITHIN_MS = 5_000

export const journalFreshness = ({ progress, shards, timer, onWait = () => {} }: FreshnessParts): Freshness => {
  const progressWithin = sharedReading(() => progress.read('journal'), timer)

  const isReachedBy = async (position: Position, deadlineMs: number): Promise<boolean> => {
    while (!isApplied(position, await progressWithin(POLL_MS))) {
      const leftMs = deadlineMs - timer.nowMs()
      if (leftMs <= 0) return false
      await timer.sleep(Math.min(POLL_MS, leftMs))
    }
    return true
  }

  return {
    async appliedThroughMs(merchantId) {
      const [shardIds, progress] = await Promise.all([shards.shardsOf(merchantId), progressWithin(STATED_WITHIN_MS)])
      const appliedMs = new Map(progress.map(({ shardId, appliedThroughMs }) => [shardId, appliedThroughMs]))
      return shardIds.map((shardId) => appliedMs.get(shardId)).find((ms) => ms !== undefined) ?? null
    },

    async reaches(position, waitMs) {
      const startedMs = timer.nowMs()
      const reached = await isReachedBy(position, startedMs + waitMs)
      onWait({ durationMs: timer.nowMs() - startedMs, reached })
      return reached
    },

    async appliedThroughByShard() {
      const [open, progress] = await Promise.all([shards.openShardIds(), progressWithin(OBSERVED_WITHIN_MS)])
      // Shards that have ended stay as they are for ever, which would look like lag.
      const known = progress.filter(({ shardId }) => open.includes(shardId))
      return new Map(known.map(({ shardId, appliedThroughMs }) => [shardId, appliedThroughMs]))
    },
  }
}

export const isApplied = (position: Position, shards: readonly ShardProgress[]): boolean =>
  shards.some(
    ({ shardId, sequenceNumber }) =>
      shardId === position.shardId && compareSequenceNumbers(sequenceNumber, position.sequenceNumber) >= 0,
  )

/** One reading for all who ask at about the same time, so that a thousand waiting clients cost one read per poll. */
const sharedReading = <T>(read: () => Promise<T>, timer: Timer): ((maxAgeMs: number) => Promise<T>) => {
  let latest: { readonly value: T; readonly atMs: number } | undefined
  let pending: Promise<T> | undefined

  const readOnce = async (): Promise<T> => {
    const atMs = timer.nowMs()
    const value = await read()
    latest = { value, atMs }
    return value
  }

  return async (maxAgeMs) => {
    if (latest !== undefined && timer.nowMs() - latest.atMs < maxAgeMs) return latest.value
    pending ??= readOnce().finally(() => (pending = undefined))
    return await pending
  }
}

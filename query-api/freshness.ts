/** How far the journal has come: answers say it, and clients wait for it. */
import { compareSequenceNumbers, type MerchantId, type Position } from '#ledger/identifiers'
import type { Consumer, ShardProgress } from '#ledger/ports'
import type { Positions } from '#ledger/positions'
import type { KnownShards } from './known-shards.ts'
import type { Store } from './store.ts'
import type { Timer } from './timer.ts'

export type Freshness = {
  /**
   * The arrival time up to which everything on the merchant's shards is applied; null while it is not known. A consumer
   * begins a shard only after it has ended the shard's parents, so everything on the parents is applied too. Until it
   * has begun the shard, the parent's time counts, because everything on the child arrived later. The time is true of a
   * book only when the book is read after this call.
   */
  appliedThroughMs(merchantId: MerchantId): Promise<number | null>
  /**
   * Waits until all positions, and everything before them on their shards, are applied. False when that takes longer
   * than `waitMs`.
   */
  reaches(positions: Positions, waitMs: number): Promise<boolean>
  /**
   * Up to which arrival time the consumer has processed every open shard whose progress is known. It may be some seconds
   * old.
   */
  appliedThroughByShard(consumer: Consumer): Promise<ReadonlyMap<string, number>>
}

/** How long a client waited for positions, and whether they were reached. */
export type Wait = { readonly durationMs: number; readonly reached: boolean }

type FreshnessParts = {
  readonly progress: Store['progress']
  readonly shards: KnownShards
  readonly timer: Timer
  readonly onWait?: (wait: Wait) => void
}

// Progress only rises, so an older reading claims too little at worst, never too much.
const STATED_WITHIN_MS = 200
const POLL_MS = 25
const OBSERVED_WITHIN_MS = 5_000

export const journalFreshness = ({ progress, shards, timer, onWait = () => {} }: FreshnessParts): Freshness => {
  const progressWithin = sharedReading(() => progress.read('journal'), timer)
  const archiveProgressWithin = sharedReading(() => progress.read('archive'), timer)

  const isReachedBy = async (positions: Positions, deadlineMs: number): Promise<boolean> => {
    while (!areApplied(positions, await progressWithin(POLL_MS))) {
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

    async reaches(positions, waitMs) {
      const startedMs = timer.nowMs()
      const reached = await isReachedBy(positions, startedMs + waitMs)
      onWait({ durationMs: timer.nowMs() - startedMs, reached })
      return reached
    },

    async appliedThroughByShard(consumer) {
      const reading = consumer === 'journal' ? progressWithin : archiveProgressWithin
      const [open, progress] = await Promise.all([shards.openShardIds(), reading(OBSERVED_WITHIN_MS)])
      // The progress of shards that have ended stands still, which would look like lag.
      const known = progress.filter(({ shardId }) => open.includes(shardId))
      return new Map(known.map(({ shardId, appliedThroughMs }) => [shardId, appliedThroughMs]))
    },
  }
}

const areApplied = (positions: Positions, shards: readonly ShardProgress[]): boolean =>
  positions.every((position) => isApplied(position, shards))

const isApplied = (position: Position, shards: readonly ShardProgress[]): boolean =>
  shards.some(
    ({ shardId, sequenceNumber }) =>
      shardId === position.shardId && compareSequenceNumbers(sequenceNumber, position.sequenceNumber) >= 0,
  )

/** Callers at about the same time share one reading, so that a thousand waiting clients cost one read per poll. */
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

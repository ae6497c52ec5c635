import type { MerchantId } from '#ledger/identifiers'
import { laneOf, takesLane, type Shard } from '#ledger/lanes'
import type { EntryStream } from '#ledger/ports'
import type { Timer } from './timer.ts'
import type { ServiceParts } from '#http/service'

export type KnownShards = {
  /**
   * The ids of the shards that took a merchant's entries, as far as they were seen here: the open one first, then its
   * parent and so on.
   */
  shardsOf(merchantId: MerchantId): Promise<readonly string[]>
  /** The ids of all open shards. Empty until the shards have been listed once. */
  openShardIds(): Promise<readonly string[]>
}

type KnownShardsParts = {
  readonly openShards: EntryStream['openShards']
  readonly timer: Timer
  readonly log: ServiceParts['log']
}

const REFRESH_MS = 30_000
const RETRY_MS = 1_000
// Shards of several years. The oldest are forgotten first, because no present answer depends on them.
const MOST_ENDED = 1_000

/**
 * The shards as they were last listed. They are listed again in the background; only the first request waits for the
 * list.
 */
export const knownShards = ({ openShards, timer, log }: KnownShardsParts): KnownShards => {
  let open: readonly Shard[] = []
  let ended: readonly Shard[] = []
  let askedAtMs = 0
  let first: Promise<void> | undefined

  const refresh = async () => {
    askedAtMs = timer.nowMs()
    try {
      const known = [...open, ...ended]
      open = await openShards()
      const openIds = new Set(open.map(({ shardId }) => shardId))
      ended = known.filter(({ shardId }) => !openIds.has(shardId)).slice(0, MOST_ENDED)
    } catch (error) {
      // Books can be read while the stream cannot. An old list names shards that have ended, and their progress still
      // holds.
      log.error({ err: error }, 'the open shards cannot be listed; the last list goes on')
    }
  }

  const isKnown = (): Promise<void> => {
    const keepMs = open.length > 0 ? REFRESH_MS : RETRY_MS
    if (first === undefined) first = refresh()
    else if (timer.nowMs() - askedAtMs >= keepMs) void refresh()
    return first
  }

  return {
    async shardsOf(merchantId) {
      await isKnown()
      const lane = laneOf(merchantId)
      return [...open, ...ended].filter((shard) => takesLane(shard, lane)).map(({ shardId }) => shardId)
    },
    async openShardIds() {
      await isKnown()
      return open.map(({ shardId }) => shardId)
    },
  }
}

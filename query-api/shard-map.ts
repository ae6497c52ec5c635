import type { MerchantId } from '#ledger/identifiers'
import { laneOf, shardOf, type Shard } from '#ledger/lanes'
import type { EntryStream } from '#ledger/ports'
import type { Timer } from './timer.ts'
import type { ServiceParts } from '#http/service'

export type ShardMap = {
  /** The id of the open shard that takes a merchant's entries; undefined while that is not known. */
  shardFor(merchantId: MerchantId): Promise<string | undefined>
  /** The ids of all open shards, none while they are not known. */
  openShardIds(): Promise<readonly string[]>
}

type ShardMapParts = {
  readonly openShards: EntryStream['openShards']
  readonly timer: Timer
  readonly log: ServiceParts['log']
}

const REFRESH_MS = 30_000
const RETRY_MS = 1_000

/** A map that is kept and asked for again now and then. Only who comes before the first one is there waits for it. */
export const shardMap = ({ openShards, timer, log }: ShardMapParts): ShardMap => {
  let shards: readonly Shard[] = []
  let askedAtMs = 0
  let first: Promise<void> | undefined

  const refresh = async () => {
    askedAtMs = timer.nowMs()
    try {
      shards = await openShards()
    } catch (error) {
      // Books can be read while the stream cannot. An old map names shards that have ended, and what is applied of
      // those still holds.
      log.error({ err: error }, 'the open shards could not be listed')
    }
  }

  const known = async (): Promise<readonly Shard[]> => {
    const keepMs = shards.length > 0 ? REFRESH_MS : RETRY_MS
    if (first === undefined) first = refresh()
    else if (timer.nowMs() - askedAtMs >= keepMs) void refresh()
    await first
    return shards
  }

  return {
    shardFor: async (merchantId) => shardOf(await known(), laneOf(merchantId))?.shardId,
    openShardIds: async () => (await known()).map(({ shardId }) => shardId),
  }
}

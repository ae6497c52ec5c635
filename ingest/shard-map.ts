import type { MerchantId } from '#ledger/identifiers'
import { hashKeyOf, laneOf, shardOf, type Shard } from '#ledger/lanes'
import type { Clock, EntryStream } from '#ledger/ports'

/** Where a merchant's entries go: what has the same `target` can share a record, which `hashKey` gets there. */
export type Route = { readonly target: string; readonly hashKey: bigint }

export type ShardMap = {
  routeOf(merchantId: MerchantId): Route
  /** Asks the stream for its shards, in the background, unless it was asked within the last `ageMs`. */
  refreshIfOlder(ageMs: number): void
}

/**
 * The open shards as we last saw them. An old map costs order and company, never an entry: a record whose shard was
 * split or merged arrives at the shard that has its hash key now.
 */
export const shardMap = (
  stream: Pick<EntryStream, 'openShards'>,
  { clock, onTrouble }: { clock: Clock; onTrouble: (error: unknown) => void },
): ShardMap => {
  let shards: readonly Shard[] = []
  let askedAtMs = -Infinity
  const routes = new Map<MerchantId, Route>()

  const makeRoute = (merchantId: MerchantId): Route => {
    const lane = laneOf(merchantId)
    // Without a map a lane is the largest thing that is sure to be in one shard.
    const target = shardOf(shards, lane)?.shardId ?? `lane ${lane}`
    return { target, hashKey: hashKeyOf(lane) }
  }

  const refresh = async (): Promise<void> => {
    try {
      shards = await stream.openShards()
      routes.clear()
    } catch (error) {
      onTrouble(error)
    }
  }

  return {
    routeOf(merchantId) {
      const known = routes.get(merchantId)
      if (known !== undefined) return known
      if (routes.size >= MAX_ROUTES) routes.clear()
      const route = makeRoute(merchantId)
      routes.set(merchantId, route)
      return route
    },
    refreshIfOlder(ageMs) {
      const nowMs = clock()
      if (nowMs - askedAtMs < ageMs) return
      askedAtMs = nowMs
      void refresh()
    },
  }
}

// Made in 3 µs, so emptying the map when it is full is cheaper than knowing what was used last.
const MAX_ROUTES = 20_000

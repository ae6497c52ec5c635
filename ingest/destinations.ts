import type { MerchantId } from '#ledger/identifiers'
import { hashKeyOf, laneOf, shardOf, type Shard } from '#ledger/lanes'
import type { Clock, EntryStream } from '#ledger/ports'

/**
 * Where on the stream a merchant's entries go. Entries with the same `target` may share a record; `hashKey` leads it
 * there.
 */
export type Destination = { readonly target: string; readonly hashKey: bigint }

export type Destinations = {
  of(merchantId: MerchantId): Destination
  /** Asks the stream for its shards, in the background, unless it was asked within the last `ageMs`. */
  refreshIfOlder(ageMs: number): void
}

/**
 * Destinations by the open shards as they were last listed. An old list may cost entries their order, and records their
 * fill, but never an entry: a record whose shard was split or merged arrives at the shard that has its hash key now.
 */
export const knownDestinations = (
  stream: Pick<EntryStream, 'openShards'>,
  { clock, onTrouble }: { clock: Clock; onTrouble: (error: unknown) => void },
): Destinations => {
  let shards: readonly Shard[] = []
  let askedAtMs = -Infinity
  const known = new Map<MerchantId, Destination>()

  const make = (merchantId: MerchantId): Destination => {
    const lane = laneOf(merchantId)
    // While the shards are unknown, a lane is the largest group of merchants that is sure to be in one shard.
    const target = shardOf(shards, lane)?.shardId ?? `lane ${lane}`
    return { target, hashKey: hashKeyOf(lane) }
  }

  const refresh = async (): Promise<void> => {
    try {
      shards = await stream.openShards()
      known.clear()
    } catch (error) {
      onTrouble(error)
    }
  }

  return {
    of(merchantId) {
      const found = known.get(merchantId)
      if (found !== undefined) return found
      if (known.size >= MAX_KNOWN) known.clear()
      const destination = make(merchantId)
      known.set(merchantId, destination)
      return destination
    },
    refreshIfOlder(ageMs) {
      const nowMs = clock()
      if (nowMs - askedAtMs < ageMs) return
      askedAtMs = nowMs
      void refresh()
    },
  }
}

// A destination is made in 3 µs, so emptying the full map is cheaper than tracking which ones were used last.
const MAX_KNOWN = 20_000

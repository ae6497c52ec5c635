/** Several positions that a client waits for at once. */
import { comparePositions, type Position } from './identifiers.ts'

/** At least one position, at most MOST_SHARDS, each on a shard of its own, in the order of the shards' ids. */
export type Positions = readonly Position[]

/** How many shards one client's position may name: the text for them has to fit into a URL. */
export const MOST_SHARDS = 8

/**
 * The furthest position on each shard. A record that the stream refuses at first goes with a later call, so the last
 * entry of an upload need not be the furthest one on its shard.
 */
export const furthestPositions = (positions: Iterable<Position>): Positions => {
  const byShard = new Map<string, Position>()
  for (const position of positions) {
    const known = byShard.get(position.shardId)
    if (known === undefined || comparePositions(position, known) > 0) byShard.set(position.shardId, position)
  }
  return [...byShard.values()].toSorted((a, b) => (a.shardId < b.shardId ? -1 : 1))
}

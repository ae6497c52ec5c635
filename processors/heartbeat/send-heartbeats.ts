import type { EntryStream } from '#ledger/ports'
import { encodeHeartbeat } from '#wire/stream/record'

/**
 * Puts one heartbeat on every shard. A shard without entries has no progress to report; a heartbeat that was processed
 * says that nothing is missing up to its arrival, which is what `appliedThrough` tells readers. One that is lost is made
 * up for by the next.
 */
export const sendHeartbeats = async (stream: Pick<EntryStream, 'put' | 'openShards'>): Promise<void> => {
  const shards = await stream.openShards()
  await stream.put(shards.map(({ firstHashKey }) => ({ hashKey: firstHashKey, data: encodeHeartbeat() })))
}

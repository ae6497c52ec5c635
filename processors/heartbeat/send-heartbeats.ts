import type { EntryStream } from '#ledger/ports'
import { encodeHeartbeat } from '#wire/stream/record'

/**
 * Puts one heartbeat on every shard, because a shard without entries has no progress to report. A heartbeat that was
 * processed says that nothing is missing up to its arrival; `appliedThrough` tells this to readers. The next heartbeat
 * makes up for a lost one.
 */
export const sendHeartbeats = async (stream: Pick<EntryStream, 'put' | 'openShards'>): Promise<void> => {
  const shards = await stream.openShards()
  await stream.put(shards.map(({ firstHashKey }) => ({ hashKey: firstHashKey, data: encodeHeartbeat() })))
}

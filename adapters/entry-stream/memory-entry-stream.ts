import type { Shard } from '#ledger/lanes'
import type { EntryStream } from '#ledger/ports'

export type StoredRecord = { readonly shardId: string; readonly sequenceNumber: string; readonly data: Uint8Array }

/** A stream of one shard that keeps everything; `records` is what stands on it. */
export const memoryEntryStream = (): EntryStream & { readonly records: readonly StoredRecord[] } => {
  const records: StoredRecord[] = []
  const shard: Shard = { shardId: 'shardId-000000000000', firstHashKey: 0n, lastHashKey: 2n ** 128n - 1n }
  return {
    records,
    async put(outgoing) {
      return outgoing.map(({ data }) => {
        const stored = { shardId: shard.shardId, sequenceNumber: String(records.length + 1), data }
        records.push(stored)
        return { status: 'stored', shardId: stored.shardId, sequenceNumber: stored.sequenceNumber }
      })
    },
    async openShards() {
      return [shard]
    },
  }
}

/** Turns requests into the records of each shard, as the production stream writer makes them and a consumer gets them. */
import { streamWriter } from '#ingest/stream-writer'
import type { Entry } from '#ledger/entry'
import type { Shard } from '#ledger/lanes'
import type { EntryStream, OutgoingRecord } from '#ledger/ports'
import type { DeliveredRecord, ShardBatch } from '#processors/shard-batch'

export type RecordedStream = {
  readonly stream: EntryStream
  /**
   * Puts requests one after the other, as ingest does when the stream answers at once. This makes the smallest records.
   * Returns one batch for each shard that got a record, in the order of the shards.
   */
  send(requests: readonly (readonly Entry[])[]): Promise<readonly ShardBatch[]>
}

export const recordedStream = (shardCount: number): RecordedStream => {
  const shards = equalShards(shardCount)
  let records = new Map<string, DeliveredRecord[]>()
  // As long as Kinesis's own numbers, because progress stores the digits and DynamoDB bills them.
  let sequenceNumber = 49_655_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000n

  const store = ({ hashKey, data }: OutgoingRecord) => {
    const shard = shards.find(({ firstHashKey, lastHashKey }) => firstHashKey <= hashKey && hashKey <= lastHashKey)
    if (shard === undefined) throw new Error(`no shard takes ${hashKey}`)
    sequenceNumber += 1n
    const record = { sequenceNumber: String(sequenceNumber), arrivedAtMs: Date.now(), data }
    const ofShard = records.get(shard.shardId) ?? []
    ofShard.push(record)
    records.set(shard.shardId, ofShard)
    return { status: 'stored' as const, shardId: shard.shardId, sequenceNumber: record.sequenceNumber }
  }
  const stream: EntryStream = {
    async put(outgoing) {
      await new Promise((wake) => setImmediate(wake))
      return outgoing.map(store)
    },
    openShards: async () => shards,
  }
  const writer = streamWriter(stream)

  return {
    stream,
    async send(requests) {
      records = new Map()
      for (const request of requests) {
        const outcomes = await writer.write(request)
        if (!outcomes.every(({ ok }) => ok)) throw new Error('not every entry was put')
      }
      return shards.flatMap(({ shardId }) => {
        const ofShard = records.get(shardId)
        return ofShard === undefined ? [] : [{ shardId, records: ofShard }]
      })
    },
  }
}

const HASH_KEYS = 2n ** 128n

const equalShards = (count: number): Shard[] =>
  Array.from({ length: count }, (_, index) => ({
    shardId: `shardId-${String(index).padStart(12, '0')}`,
    firstHashKey: (HASH_KEYS * BigInt(index)) / BigInt(count),
    lastHashKey: (HASH_KEYS * BigInt(index + 1)) / BigInt(count) - 1n,
  }))

import {
  PutRecordsCommand,
  type KinesisClient,
  type PutRecordsResultEntry,
  type Shard as KinesisShard,
} from '@aws-sdk/client-kinesis'
import type { Shard } from '#ledger/lanes'
import type { EntryStream, PutOutcome } from '#ledger/ports'
import { listShards } from './list-shards.ts'

export const kinesisEntryStream = (client: KinesisClient, streamName: string): EntryStream => ({
  async put(records) {
    const { Records = [] } = await client.send(
      new PutRecordsCommand({
        // By name and not by ARN: the local stream knows no ARNs.
        StreamName: streamName,
        Records: records.map(({ hashKey, data }) => ({
          Data: data,
          ExplicitHashKey: String(hashKey),
          PartitionKey: UNUSED_PARTITION_KEY,
        })),
      }),
    )
    // Answers come in the order of the records. A record of which the answer says nothing was not stored.
    return records.map((_, index) => toOutcome(Records[index] ?? {}))
  },

  async openShards() {
    return (await listShards(client, streamName)).filter(isOpen).map(toShard)
  },
})

// Kinesis wants a partition key even where the explicit hash key decides, and bills its bytes.
const UNUSED_PARTITION_KEY = '-'

const toOutcome = ({ ShardId, SequenceNumber, ErrorCode }: PutRecordsResultEntry): PutOutcome =>
  ShardId !== undefined && SequenceNumber !== undefined
    ? { status: 'stored', shardId: ShardId, sequenceNumber: SequenceNumber }
    : { status: 'refused', reason: ErrorCode ?? 'unknown' }

const isOpen = ({ SequenceNumberRange }: KinesisShard): boolean =>
  SequenceNumberRange?.EndingSequenceNumber === undefined

const toShard = ({ ShardId, HashKeyRange: range }: KinesisShard): Shard => {
  if (ShardId === undefined || range?.StartingHashKey === undefined || range.EndingHashKey === undefined) {
    throw new Error('Kinesis listed a shard without its id or its hash keys.')
  }
  return { shardId: ShardId, firstHashKey: BigInt(range.StartingHashKey), lastHashKey: BigInt(range.EndingHashKey) }
}

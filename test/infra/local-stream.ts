import { randomUUID } from 'node:crypto'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  MergeShardsCommand,
  PutRecordCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis'
import { kinesisClient } from '#adapters/aws/kinesis'
import { eventually } from '#infra/local/retry'

/** A stream of its own for a test. */
export const createStream = async ({ shards = 1 }: { shards?: number } = {}) => {
  // Enough to outlast a restart of the stream.
  const kinesis = kinesisClient({ maxAttempts: 15 })
  const StreamName = `test-${randomUUID()}`
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: shards }))

  const untilActive = async () => {
    await eventually(
      async () => {
        const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))
        return StreamDescriptionSummary?.StreamStatus === 'ACTIVE' || undefined
      },
      { timeoutMs: 5_000 },
    )
  }
  await untilActive()

  return {
    kinesis,
    streamName: StreamName,
    /** Puts texts one after the other, at the lower or the upper end of the hash keys; returns their sequence numbers. */
    put: async (texts: readonly string[], end: 'lower' | 'upper' = 'lower') => {
      const sequenceNumbers: string[] = []
      for (const text of texts) {
        const ExplicitHashKey = end === 'lower' ? '0' : String(2n ** 128n - 1n)
        const record = { StreamName, PartitionKey: 'key', ExplicitHashKey, Data: Buffer.from(text) }
        const { SequenceNumber } = await kinesis.send(new PutRecordCommand(record))
        sequenceNumbers.push(String(SequenceNumber))
      }
      return sequenceNumbers
    },
    split: async (ShardToSplit: string) => {
      const NewStartingHashKey = String(2n ** 127n)
      await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit, NewStartingHashKey }))
      await untilActive()
    },
    merge: async (ShardToMerge: string, AdjacentShardToMerge: string) => {
      await kinesis.send(new MergeShardsCommand({ StreamName, ShardToMerge, AdjacentShardToMerge }))
      await untilActive()
    },
  }
}

export const texts = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)

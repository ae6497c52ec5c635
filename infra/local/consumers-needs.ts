/** What the consumers need: a stream to read from, a store for books, and a Firehose for the archive. */
import { DescribeDeliveryStreamCommand, type FirehoseClient } from '@aws-sdk/client-firehose'
import { GetRecordsCommand, GetShardIteratorCommand, type KinesisClient } from '@aws-sdk/client-kinesis'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import type { Need } from '#http/readiness'
import type { Progress } from '#ledger/ports'

type ConsumersWorld = {
  readonly kinesis: KinesisClient
  readonly progress: Pick<Progress, 'read'>
  readonly firehose: FirehoseClient
  readonly streamName: string
  readonly deliveryStreams: Readonly<Record<string, string>>
}

export const consumersNeeds = (world: ConsumersWorld): readonly Need[] => {
  const { kinesis, progress, firehose, streamName, deliveryStreams } = world
  return [
    { name: 'stream', cannot: 'read entries', ask: () => readNewest(kinesis, streamName) },
    { name: 'store', cannot: 'write books', ask: () => progress.read('journal') },
    {
      name: 'firehose',
      cannot: 'hand entries over to the archive',
      ask: () => Promise.all(Object.values(deliveryStreams).map((name) => describe(firehose, name))),
    },
  ]
}

/** Reads as the consumers do, from the end of one shard, where there is usually nothing. */
const readNewest = async (kinesis: KinesisClient, StreamName: string): Promise<void> => {
  const [shard] = await kinesisEntryStream(kinesis, StreamName).openShards()
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName, ShardId: shard?.shardId, ShardIteratorType: 'LATEST' }),
  )
  await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }))
}

const describe = async (firehose: FirehoseClient, DeliveryStreamName: string): Promise<void> => {
  await firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }))
}

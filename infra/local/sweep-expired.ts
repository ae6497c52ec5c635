import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis'

/**
 * kinesalite drops an expired record only when the record is read again, and no consumer reads it again. So this reads
 * every shard from its oldest record up to the first one that has not expired.
 */
export const sweepExpired = async (
  kinesis: KinesisClient,
  StreamName: string,
  { maxReads = 10_000 }: { maxReads?: number } = {},
): Promise<void> => {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }))
  for (const { ShardId } of Shards) {
    const oldest = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
    let { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(oldest))
    // An open shard without live records looks the same as one whose records so far have all expired. So the number of
    // reads is bounded, and further records wait for the next sweep.
    for (let read = 0; read < maxReads && ShardIterator !== undefined; read += 1) {
      const { Records = [], NextShardIterator } = await kinesis.send(
        new GetRecordsCommand({ ShardIterator, Limit: RECORDS_A_READ }),
      )
      ShardIterator = Records.length > 0 ? undefined : NextShardIterator
    }
  }
}

// Live records are sent to us as well, and may have a megabyte each.
const RECORDS_A_READ = 100

import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis'

/**
 * kinesalite drops an expired record only when somebody reads it once more, which nobody does: so this reads every shard
 * from its oldest record on, up to the first that has not expired.
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
    // An open shard without any record that lives looks like one of which all that was read has expired: so there is a
    // bound, and what lies beyond it waits for the next time.
    for (let read = 0; read < maxReads && ShardIterator !== undefined; read += 1) {
      const { Records = [], NextShardIterator } = await kinesis.send(
        new GetRecordsCommand({ ShardIterator, Limit: RECORDS_A_READ }),
      )
      ShardIterator = Records.length > 0 ? undefined : NextShardIterator
    }
  }
}

// Records that live are sent to us, too, and may have a megabyte each.
const RECORDS_A_READ = 100

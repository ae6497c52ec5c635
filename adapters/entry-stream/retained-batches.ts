import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type ListShardsOutput,
  type KinesisClient,
  type Shard,
} from '@aws-sdk/client-kinesis'
import type { Interval } from '#ledger/archive'

/** Records of one shard, in the shard's order. */
export type RetainedBatch = {
  readonly shardId: string
  readonly records: readonly {
    readonly sequenceNumber: string
    readonly arrivedAtMs: number
    readonly data: Uint8Array
  }[]
}

/** What a stream still has of what arrived in the given time: one shard after the other, parents before their children. */
export async function* retainedBatches(
  kinesis: KinesisClient,
  streamName: string,
  arrived: Interval,
): AsyncGenerator<RetainedBatch> {
  for (const shard of parentsFirst(await listShards(kinesis, streamName))) {
    yield* shardBatches(kinesis, streamName, shard, arrived)
  }
}

// Kinesis gives 10 MiB at most, whatever is asked for; our records have less than 120 KB.
const MOST_RECORDS = 200

async function* shardBatches(
  kinesis: KinesisClient,
  streamName: string,
  shard: Shard,
  { fromMs, toMs }: Interval,
): AsyncGenerator<RetainedBatch> {
  const shardId = shard.ShardId ?? ''
  // The local stream never answers when a shard has no record of that time or later. An open one has heartbeats; one that
  // was split or merged is read from its oldest record.
  const isClosed = shard.SequenceNumberRange?.EndingSequenceNumber !== undefined
  const start = isClosed
    ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
    : ({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(fromMs) } as const)
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName: streamName, ShardId: shardId, ...start }),
  )
  let iterator = ShardIterator
  while (iterator !== undefined) {
    const answer = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: MOST_RECORDS }))
    const records = (answer.Records ?? []).map(({ SequenceNumber = '', ApproximateArrivalTimestamp, Data }) => ({
      sequenceNumber: SequenceNumber,
      arrivedAtMs: ApproximateArrivalTimestamp?.getTime() ?? 0,
      data: Data ?? new Uint8Array(),
    }))
    const inTime = records.filter(({ arrivedAtMs }) => fromMs <= arrivedAtMs && arrivedAtMs < toMs)
    if (inTime.length > 0) yield { shardId, records: inTime }
    const isPast = records.some(({ arrivedAtMs }) => arrivedAtMs >= toMs)
    // Kinesis may answer with nothing on the way; only at the end of the shard nothing is behind, too.
    const isAtEnd = records.length === 0 && (answer.MillisBehindLatest ?? 0) === 0
    iterator = isPast || isAtEnd ? undefined : answer.NextShardIterator
  }
}

const listShards = async (kinesis: KinesisClient, streamName: string): Promise<Shard[]> => {
  const shards: Shard[] = []
  let token: string | undefined
  do {
    const page = token === undefined ? { StreamName: streamName } : { NextToken: token }
    const { Shards = [], NextToken }: ListShardsOutput = await kinesis.send(new ListShardsCommand(page))
    shards.push(...Shards)
    token = NextToken
  } while (token !== undefined)
  return shards
}

const parentsFirst = (shards: readonly Shard[]): Shard[] => {
  const byId = new Map(shards.map((shard) => [shard.ShardId, shard]))
  const ordered = new Set<Shard>()
  const visit = (shard: Shard): void => {
    for (const parent of [shard.ParentShardId, shard.AdjacentParentShardId]) {
      const listed = parent === undefined ? undefined : byId.get(parent)
      if (listed !== undefined && !ordered.has(listed)) visit(listed)
    }
    ordered.add(shard)
  }
  for (const shard of shards) visit(shard)
  return [...ordered]
}

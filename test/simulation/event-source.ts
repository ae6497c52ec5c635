/** The event source mapping of a consumer: it delivers the records of each shard in order, until all are done. */
import type { KinesisStreamEvent } from 'aws-lambda'
import { kinesisBatch } from '#processors/kinesis-batch'
import type { BatchOutcome, ShardBatch } from '#processors/shard-batch'
import type { SimShard, SimStream } from './stream.ts'

/** A worker as Lambda calls it: records come as an event, and the answer names the first failed one. */
export const asLambda = (process: (batch: ShardBatch) => Promise<BatchOutcome>) => {
  const handler = kinesisBatch(process)
  return async ({ shardId, records }: ShardBatch): Promise<BatchOutcome> => {
    const Records = records.map(({ sequenceNumber, arrivedAtMs, data }) => ({
      eventID: `${shardId}:${sequenceNumber}`,
      kinesis: {
        sequenceNumber,
        approximateArrivalTimestamp: arrivedAtMs / 1000,
        data: Buffer.from(data).toString('base64'),
      },
    }))
    // An event has more fields, which no function reads.
    const { batchItemFailures } = await handler({ Records } as KinesisStreamEvent)
    const [failed] = batchItemFailures
    return failed === undefined ? {} : { redeliverFrom: failed.itemIdentifier }
  }
}

type Consume = (batch: ShardBatch) => Promise<BatchOutcome | 'failed'>

export type Mapping = {
  readonly stream: SimStream
  /** Waits until the shard is looked at again. */
  readonly poll: (shard: SimShard) => Promise<unknown>
  /** Hands a batch to a worker. 'failed' when it threw, died, or took too long. */
  readonly consume: Consume
  /** How many records the next batch takes at most. */
  readonly batchSize: () => number
  /** Whether the shard is to be delivered again from its beginning, now that a batch is done or no record is left. */
  readonly isReplayed: (shard: SimShard) => boolean
}

/** Delivers all shards, now and to come. Never returns; it throws what breaks. */
export const deliverAll = async ({ stream, poll, consume, batchSize, isReplayed }: Mapping): Promise<never> => {
  const drained = new Set<string>()
  const begun = new Set<SimShard>()
  const broken = Promise.withResolvers<never>()

  const begin = (shard: SimShard): void => {
    begun.add(shard)
    void deliver(shard).catch((error: unknown) => broken.reject(error))
  }

  const deliver = async (shard: SimShard): Promise<void> => {
    let next = 0
    let largest = batchSize()
    for (;;) {
      await poll(shard)
      const records = shard.records.slice(next, next + largest)
      if (records.length === 0) {
        if (isReplayed(shard)) next = 0
        else if (shard.closed) break
        else await stream.change()
        continue
      }
      const outcome = await consume({ shardId: shard.shardId, records })
      // A batch that failed as a whole is halved, so that one bad record is found; the next one may be any size.
      largest = outcome === 'failed' ? Math.ceil(records.length / 2) : batchSize()
      if (outcome === 'failed') continue
      const failedAt = records.findIndex(({ sequenceNumber }) => sequenceNumber === outcome.redeliverFrom)
      // Lambda delivers the whole batch again when the answer names no record of it.
      if (failedAt === -1 && outcome.redeliverFrom !== undefined) continue
      next += failedAt === -1 ? records.length : failedAt
      if (isReplayed(shard)) next = 0
    }
    drained.add(shard.shardId)
    // A shard that came from this one is read only when all it came from have been read to their ends.
    const isReady = (child: SimShard): boolean => !begun.has(child) && child.parents.every((id) => drained.has(id))
    for (const child of stream.shards.filter(isReady)) begin(child)
  }

  for (const shard of stream.shards) if (shard.parents.length === 0) begin(shard)
  return await broken.promise
}

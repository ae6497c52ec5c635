import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda'
import type { BatchOutcome, ShardBatch } from './shard-batch.ts'

/** Makes a use case the handler of a Kinesis event source mapping with `ReportBatchItemFailures`. */
export const kinesisBatch =
  (process: (batch: ShardBatch) => Promise<BatchOutcome>) =>
  async (event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> => {
    const { redeliverFrom } = await process(shardBatch(event))
    // Lambda resumes the shard at the lowest reported number, so one number is enough.
    return { batchItemFailures: redeliverFrom === undefined ? [] : [{ itemIdentifier: redeliverFrom }] }
  }

const shardBatch = ({ Records }: KinesisStreamEvent): ShardBatch => ({
  // An event holds records of one shard. The id of the shard stands only at the start of the event id,
  // "shardId-…:sequenceNumber".
  shardId: Records[0]?.eventID.split(':')[0] ?? '',
  records: Records.map(({ kinesis }) => ({
    sequenceNumber: kinesis.sequenceNumber,
    arrivedAtMs: Math.round(kinesis.approximateArrivalTimestamp * 1000),
    data: Buffer.from(kinesis.data, 'base64'),
  })),
})

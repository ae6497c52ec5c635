import type { _Record as StreamRecord } from '@aws-sdk/client-kinesis'
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda'

/** The limits of a Lambda event: the configured number of records, and the largest payload. */
export type BatchLimits = { readonly maxRecords: number; readonly maxBytes: number }

/** Lambda takes 6 MB; the rest is for the JSON around the records. */
export const lambdaLimits: BatchLimits = { maxRecords: 500, maxBytes: 6_000_000 - 1_000 }

export type Shard = { readonly shardId: string; readonly streamArn: string; readonly region: string }

export const kinesisEvent = (Records: KinesisStreamRecord[]): KinesisStreamEvent => ({ Records })

/** A record as a Lambda function receives it. */
export const eventRecord = (record: StreamRecord, { shardId, streamArn, region }: Shard): KinesisStreamRecord => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: record.PartitionKey ?? '',
    sequenceNumber: record.SequenceNumber ?? '',
    data: Buffer.from(record.Data ?? []).toString('base64'),
    approximateArrivalTimestamp: (record.ApproximateArrivalTimestamp?.getTime() ?? 0) / 1000,
  },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventID: `${shardId}:${record.SequenceNumber}`,
  eventName: 'aws:kinesis:record',
  invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
  awsRegion: region,
  eventSourceARN: streamArn,
})

/** Cuts records into batches within the limits, in order. A record too big by itself travels alone. */
export function* batches(
  records: readonly KinesisStreamRecord[],
  limits: BatchLimits,
): Generator<KinesisStreamRecord[]> {
  let batch: KinesisStreamRecord[] = []
  let bytes = 0
  for (const record of records) {
    const recordBytes = payloadBytes(record)
    if (batch.length === limits.maxRecords || (batch.length > 0 && bytes + recordBytes > limits.maxBytes)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(record)
    bytes += recordBytes
  }
  if (batch.length > 0) yield batch
}

// Everything but data and partition key is a few short strings; a character of the key may take six bytes as \uXXXX.
const payloadBytes = ({ kinesis }: KinesisStreamRecord): number =>
  kinesis.data.length + 6 * kinesis.partitionKey.length + 700

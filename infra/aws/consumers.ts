import { Duration } from 'aws-cdk-lib'
import type { Stream } from 'aws-cdk-lib/aws-kinesis'
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { Archive } from './archive.ts'
import { DaybookFunction } from './function.ts'
import type { Keys } from './keys.ts'
import { BOOK_TABLES, only, type Names } from './names.ts'
import type { SealStore } from './seals.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './tables.ts'

export type ConsumersProps = {
  readonly stage: Stage
  readonly keys: Keys
  readonly stream: Stream
  readonly tables: Tables
  readonly archive: Archive
  readonly seals: SealStore
  readonly names: Names
}

/** The two consumers of the stream. Neither waits for the other. */
export class Consumers extends Construct {
  readonly journal: DaybookFunction
  readonly archive: DaybookFunction

  constructor(scope: Construct, id: string, { stage, keys, stream, tables, archive, seals, names }: ConsumersProps) {
    super(scope, id)
    const { merchants, journal, days, progress, quarantine } = tables.all
    const common = { stage, logKey: keys.logs, timeout: Duration.minutes(2) }
    this.journal = new DaybookFunction(this, 'journal', {
      ...common,
      deployable: 'journal',
      description: 'Makes books of the stream.',
      environment: only(names, 'STREAM_NAME', ...BOOK_TABLES),
      memoryMiB: 1_769,
      reservedConcurrency: 200,
    })
    this.journal.allow({ actions: ['dynamodb:PutItem', 'dynamodb:Query'], resources: [journal.tableArn] })
    // A transaction needs the permission of each of its writes, and one for a condition by itself
    // (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html).
    this.journal.allow({
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [days.tableArn],
    })
    this.journal.allow({ actions: ['dynamodb:GetItem'], resources: [merchants.tableArn] })
    // Whether an operator has released a late entry is read from its item, which may have further parts.
    this.journal.allow({
      actions: [
        'dynamodb:ConditionCheckItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      resources: [quarantine.tableArn],
    })
    this.journal.allow({ actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resources: [progress.tableArn] })
    // What was set aside is published on the stream.
    this.journal.allow({ actions: ['kinesis:PutRecords', 'kinesis:ListShards'], resources: [stream.streamArn] })
    this.journal.allow({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [keys.data.keyArn] })
    consume(this, 'journal-of-stream', this.journal, { stream, bucket: archive.bucket })

    this.archive = new DaybookFunction(this, 'archive', {
      ...common,
      deployable: 'archive',
      description: 'Hands every entry of the stream to Firehose, and keeps seals.',
      environment: only(names, 'ENTRIES_DELIVERY_STREAM', 'DECISIONS_DELIVERY_STREAM', 'PROGRESS_TABLE', 'SEAL_BUCKET'),
      memoryMiB: 1_769,
      reservedConcurrency: 200,
    })
    this.archive.allow({
      actions: ['firehose:PutRecordBatch'],
      resources: [archive.entries.attrArn, archive.decisions.attrArn],
    })
    this.archive.allow({ actions: ['dynamodb:UpdateItem'], resources: [progress.tableArn] })
    this.archive.allow({
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [`${seals.bucket.bucketArn}/seals/*`],
      why: 'Each seal is an object of its own.',
    })
    // Without it, an object that does not exist is answered like one that is forbidden.
    this.archive.allow({ actions: ['s3:ListBucket'], resources: [seals.bucket.bucketArn] })
    this.archive.allow({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [keys.data.keyArn] })
    consume(this, 'archive-of-stream', this.archive, { stream, bucket: archive.bucket })
  }
}

/**
 * Reads the stream from its oldest record. A batch is retried until it succeeds, so the bucket for failures stays nearly
 * empty: the guards are the retention of 7 days and the alarm on the age of what is read (docs/operations.md).
 */
const consume = (
  scope: Construct,
  id: string,
  consumer: DaybookFunction,
  { stream, bucket }: { readonly stream: Stream; readonly bucket: Bucket },
): void => {
  // What a mapping without enhanced fan-out calls (Lambda Developer Guide, "Process Amazon Kinesis Data Streams records").
  consumer.allow({
    actions: [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ],
    resources: [stream.streamArn],
  })
  consumer.allow({
    actions: ['s3:PutObject'],
    resources: [`${bucket.bucketArn}/aws/lambda/*`],
    why: 'Lambda names each object after the mapping, the shard and the time.',
  })
  consumer.allow({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] })
  const mapping = new CfnEventSourceMapping(scope, id, {
    functionName: consumer.fn.functionName,
    eventSourceArn: stream.streamArn,
    // A mapping that is made anew replays what is there, which is harmless; one at LATEST would skip it.
    startingPosition: 'TRIM_HORIZON',
    batchSize: 1_000,
    maximumBatchingWindowInSeconds: 1,
    parallelizationFactor: 1,
    bisectBatchOnFunctionError: true,
    functionResponseTypes: ['ReportBatchItemFailures'],
    // -1 is without end.
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: -1,
    destinationConfig: { onFailure: { destination: bucket.bucketArn } },
  })
  // The mapping is refused while its role may not read the stream.
  mapping.node.addDependency(consumer)
}

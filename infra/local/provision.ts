import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException as TableExists,
  UpdateTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  ResourceInUseException as StreamExists,
  type KinesisClient,
} from '@aws-sdk/client-kinesis'
import { BucketAlreadyOwnedByYou, CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3'
import { keySchema, tableKeys, type TableKey, type TableNames } from '#adapters/dynamodb/tables'
import type { LocalService } from './local-aws.ts'
import { eventually } from './retry.ts'

type Provisioned = {
  readonly streamName: string
  readonly shardCount: number
  readonly tables: TableNames
  readonly archiveBucket: string
  readonly sealBucket: string
}
type Clients = {
  readonly kinesis: KinesisClient
  readonly dynamodb: Pick<DynamoDBClient, 'send'>
  readonly s3: S3Client
}

const patience = { timeoutMs: 30_000 }
const sevenDays = 7 * 24

/** A service does not answer, or refuses what the system needs of it. The cause says why. */
export class CannotProvision extends Error {
  readonly service: LocalService
  constructor(service: LocalService, cause: unknown) {
    super(`${service} cannot be used`, { cause })
    this.service = service
  }
}

/** Creates the stream, tables and buckets that do not exist yet, and returns when all can be used. */
export const provision = async (
  clients: Clients,
  { streamName, shardCount, tables, archiveBucket, sealBucket }: Provisioned,
): Promise<void> => {
  await Promise.all([
    of('kinesis', provisionStream(clients.kinesis, streamName, shardCount)),
    of('s3', provisionBucket(clients.s3, archiveBucket)),
    of('s3', provisionBucket(clients.s3, sealBucket)),
    of('dynamodb', provisionTables(clients.dynamodb, tables)),
  ])
}

const of = async (service: LocalService, provisioning: Promise<void>): Promise<void> => {
  try {
    await provisioning
  } catch (error) {
    throw new CannotProvision(service, error)
  }
}

/** Creates the tables that do not exist yet, and returns when all can be used. */
export const provisionTables = async (dynamodb: Clients['dynamodb'], tables: Partial<TableNames>): Promise<void> => {
  const names = Object.entries(tables) as [keyof TableNames, string][]
  await Promise.all(names.map(([table, name]) => provisionTable(dynamodb, name, tableKeys[table])))
}

const provisionStream = async (kinesis: KinesisClient, StreamName: string, ShardCount: number) => {
  await eventually(
    () => created(kinesis.send(new CreateStreamCommand({ StreamName, ShardCount })), StreamExists),
    patience,
  )
  const stream = await eventually(async () => {
    const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))
    return StreamDescriptionSummary?.StreamStatus === 'ACTIVE' ? StreamDescriptionSummary : undefined
  }, patience)
  if ((stream.RetentionPeriodHours ?? 0) >= sevenDays) return
  await kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: sevenDays }))
}

const provisionTable = async (dynamodb: Clients['dynamodb'], TableName: string, key: TableKey) => {
  const table = { TableName, BillingMode: 'PAY_PER_REQUEST', ...keySchema(key) } as const
  await eventually(() => created(dynamodb.send(new CreateTableCommand(table)), TableExists), patience)
  await eventually(async () => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }))
    if (Table?.TableStatus !== 'ACTIVE') return undefined
    const { GlobalSecondaryIndexes: [index] = [], AttributeDefinitions } = keySchema(key)
    if (index === undefined || Table.GlobalSecondaryIndexes?.length === 1) return true
    // The table was made before it had an index.
    const GlobalSecondaryIndexUpdates = [{ Create: index }]
    await dynamodb.send(new UpdateTableCommand({ TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates }))
    return undefined
  }, patience)
}

export const provisionBucket = async (s3: S3Client, Bucket: string): Promise<void> => {
  await eventually(() => created(s3.send(new CreateBucketCommand({ Bucket })), BucketAlreadyOwnedByYou), patience)
}

const created = async (creation: Promise<unknown>, Exists: new (...args: never[]) => Error): Promise<true> => {
  try {
    await creation
  } catch (error) {
    if (!(error instanceof Exists)) throw error
  }
  return true
}

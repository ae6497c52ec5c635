/** Every adapter of every port. Each asked for is a fresh one, over a table or stream of its own that goes with the test. */
import { randomUUID } from 'node:crypto'
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis'
import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { onTestFinished } from 'vitest'
import { documentClient } from '#adapters/dynamodb/client'
import { keySchema, tableKeys } from '#adapters/dynamodb/tables'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { memoryHeads } from '#adapters/heads/memory-heads'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { memoryJournal } from '#adapters/journal/memory-journal'
import { kinesisClient } from '#adapters/kinesis/client'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import type { Head } from '#ledger/head'
import type { MerchantId } from '#ledger/identifiers'
import type { EntryStream, Heads, Journal, Merchants, Progress, Quarantine } from '#ledger/ports'
import type { TableNames } from '#wire/settings'

type Adapter<Port> = { readonly name: string; readonly fresh: () => Promise<Port> }

export const journals: Adapter<Journal>[] = [
  { name: 'memory', fresh: async () => memoryJournal() },
  { name: 'DynamoDB', fresh: async () => dynamoJournal(dynamodb, await freshTable('journal')) },
]

export const allMerchants: Adapter<Merchants>[] = [
  { name: 'memory', fresh: async () => memoryMerchants() },
  { name: 'DynamoDB', fresh: async () => dynamoMerchants(dynamodb, await freshTable('merchants')) },
]

export const progresses: Adapter<Progress>[] = [
  { name: 'memory', fresh: async () => memoryProgress() },
  { name: 'DynamoDB', fresh: async () => dynamoProgress(dynamodb, await freshTable('progress')) },
]

export const quarantines: Adapter<Quarantine>[] = [
  { name: 'memory', fresh: async () => memoryQuarantine() },
  { name: 'DynamoDB', fresh: async () => dynamoQuarantine(dynamodb, await freshTable('quarantine')) },
]

type HeadsAdapter = { readonly name: string; readonly given: (merchantId: MerchantId, head: Head) => Promise<Heads> }

export const headsWith: HeadsAdapter[] = [
  { name: 'memory', given: async (merchantId, head) => memoryHeads([[merchantId, head]]) },
  {
    name: 'DynamoDB',
    given: async (merchantId, { closedThrough, closingMinor, open, revision }) => {
      const table = await freshTable('days')
      const stored = {
        merchantId,
        day: 'head',
        ...(closedThrough !== null && { closedThrough }),
        ...(closingMinor !== 0n && { closing: closingMinor }),
        ...(open.size > 0 && { open }),
        ...(revision > 0 && { rev: revision }),
      }
      if (revision > 0) await dynamodb.send(new PutCommand({ TableName: table, Item: stored }))
      return dynamoHeads(dynamodb, table)
    },
  },
]

/** A stream, and what stands on one of its shards in order. */
type ReadableStream = { readonly stream: EntryStream; readonly read: (shardId: string) => Promise<Uint8Array[]> }

export const entryStreams: Adapter<ReadableStream>[] = [
  {
    name: 'memory',
    fresh: async () => {
      const stream = memoryEntryStream()
      const on = (shardId: string) => stream.records.filter((record) => record.shardId === shardId)
      return { stream, read: async (shardId) => on(shardId).map(({ data }) => data) }
    },
  },
  {
    name: 'Kinesis',
    fresh: async () => {
      const name = await freshStream({ shards: 3 })
      return { stream: kinesisEntryStream(kinesis, name), read: (shardId) => readShard(name, shardId) }
    },
  },
]

export const dynamodb: DynamoDBDocumentClient = documentClient()
export const kinesis = kinesisClient()

// Neither is a matter of the contracts: tables come from CDK or the local system.
const tables = new DynamoDBClient()

export const freshTable = async (table: keyof TableNames): Promise<string> => {
  const TableName = `contract-${table}-${randomUUID()}`
  const { KeySchema, AttributeDefinitions } = keySchema(tableKeys[table])
  await tables.send(
    new CreateTableCommand({ TableName, KeySchema, AttributeDefinitions, BillingMode: 'PAY_PER_REQUEST' }),
  )
  await waitUntilTableExists({ client: tables, maxWaitTime: 60, minDelay: 0.05, maxDelay: 2 }, { TableName })
  onTestFinished(async () => {
    await tables.send(new DeleteTableCommand({ TableName }))
  })
  return TableName
}

export const freshStream = async ({ shards }: { shards: number }): Promise<string> => {
  const StreamName = `contract-${randomUUID()}`
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: shards }))
  await waitUntilStreamExists({ client: kinesis, maxWaitTime: 60, minDelay: 0.05, maxDelay: 2 }, { StreamName })
  onTestFinished(async () => {
    await kinesis.send(new DeleteStreamCommand({ StreamName }))
  })
  return StreamName
}

const readShard = async (StreamName: string, ShardId: string): Promise<Uint8Array[]> => {
  const start = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
  const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(start))
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
  return Records.map(({ Data = new Uint8Array() }) => Data)
}

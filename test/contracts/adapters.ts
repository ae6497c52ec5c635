/** Every adapter of every port. Each asked for is a fresh one, over a table or stream of its own that goes with the test. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateResourceServerCommand,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis'
import type { FirehoseClient } from '@aws-sdk/client-firehose'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { onTestFinished } from 'vitest'
import { firehoseArchive } from '#adapters/archive/firehose-archive'
import { memoryArchive } from '#adapters/archive/memory-archive'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { documentClient } from '#adapters/aws/dynamodb'
import { keySchema, tableKeys } from '#adapters/dynamodb/tables'
import { cognitoClient } from '#adapters/aws/cognito'
import { cognitoClients } from '#adapters/clients/cognito-clients'
import { fileClients } from '#adapters/clients/file-clients'
import { memoryClients } from '#adapters/clients/memory-clients'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { firehoseClient } from '#adapters/aws/firehose'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { memoryGrants } from '#adapters/grants/memory-grants'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { memoryHeads } from '#adapters/heads/memory-heads'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { memoryJournal } from '#adapters/journal/memory-journal'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { memorySeals } from '#adapters/seals/memory-seals'
import { s3Seals } from '#adapters/seals/s3-seals'
import { s3Client } from '#adapters/aws/s3'
import { dynamoBooks } from '#adapters/transactions/dynamo-books'
import { memoryBooks, type MemoryBooks } from '#adapters/transactions/memory-books'
import { SCOPES } from '#ledger/access'
import type { ArchivedEntry, Archive } from '#ledger/archive'
import type { AnyAuditEvent } from '#ledger/audit-event'
import type { Clients } from '#ledger/clients'
import type { Head } from '#ledger/head'
import type { MerchantId } from '#ledger/identifiers'
import type { AuditTrail, EntryStream, Grants, Heads, Journal, Merchants, Progress, Quarantine } from '#ledger/ports'
import type { Result } from '#ledger/result'
import type { Seals } from '#ledger/seal'
import { parseArchiveRow } from '#wire/archive/row'
import { parseAuditEventRow } from '#wire/archive/audit-row'
import type { TableNames } from '#adapters/dynamodb/tables'
import { readSettings } from '#infra/settings'
import { decodeRecord } from '#wire/stream/record'
import { fakeCognito, SCOPE_PREFIX, withSecretCalls } from './cognito.ts'
import { fakeFirehose, watch, type Mood } from './firehose.ts'

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

export const allGrants: Adapter<Grants>[] = [
  { name: 'memory', fresh: async () => memoryGrants() },
  { name: 'DynamoDB', fresh: async () => dynamoGrants(dynamodb, await freshTable('grants')) },
]

export const allClients: Adapter<Clients>[] = [
  { name: 'memory', fresh: async () => memoryClients() },
  { name: 'files', fresh: async () => fileClients(join(freshFolder(), 'issuer', 'clients')) },
  {
    name: 'Cognito, a small fake',
    fresh: async () => cognitoClients(fakeCognito(), { userPoolId: 'pool', scopePrefix: SCOPE_PREFIX }),
  },
  ...(process.env['AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER']
    ? [{ name: 'Cognito', fresh: async () => cognitoClients(withSecretCalls(cognitoClient()), await freshUserPool()) }]
    : []),
]

const { deliveryStreams } = readSettings()

type HeadsAdapter = { readonly name: string; readonly given: (merchantId: MerchantId, head: Head) => Promise<Heads> }

export const headsWith: HeadsAdapter[] = [
  { name: 'memory', given: async (merchantId, head) => memoryHeads([[merchantId, head]]) },
  {
    name: 'DynamoDB',
    given: async (merchantId, { revision, ...head }) => {
      const { closedThrough, closingMinor, open, restatements, lastSeal, broken, mended } = head
      const table = await freshTable('days')
      const stored = {
        merchantId,
        day: 'head',
        format: 4,
        ...(closedThrough !== null && { closedThrough }),
        ...(closingMinor !== 0n && { closing: closingMinor }),
        ...(open.size > 0 && { open, oldestOpen: [...open].toSorted()[0], lane: 0 }),
        ...(restatements > 0 && { restatements }),
        ...(lastSeal !== null && { lastSeal }),
        ...(broken.size > 0 && { broken }),
        ...(mended.size > 0 && { mended: Object.fromEntries(mended) }),
        ...(revision > 0 && { rev: revision }),
      }
      if (revision > 0) await dynamodb.send(new PutCommand({ TableName: table, Item: stored }))
      return dynamoHeads(dynamodb, table)
    },
  },
]

export const allBooks: Adapter<MemoryBooks>[] = [
  { name: 'memory', fresh: async () => memoryBooks() },
  {
    name: 'DynamoDB',
    fresh: async () => {
      const tables = {
        journal: await freshTable('journal'),
        days: await freshTable('days'),
        quarantine: await freshTable('quarantine'),
      }
      return dynamoBooks(dynamodb, tables)
    },
  },
]

/** Seals, and a way to put an object beside the port. */
type AlterableSeals = { readonly seals: Seals; readonly put: (key: string, text: string) => Promise<void> }

export const allSeals: Adapter<AlterableSeals>[] = [
  {
    name: 'memory',
    fresh: async () => {
      const seals = memorySeals()
      return { seals, put: async (key, text) => void seals.objects.set(key, text) }
    },
  },
  {
    name: 'S3',
    fresh: async () => {
      const [client, Bucket] = [s3Client(), `contract-seals-${randomUUID()}`]
      await client.send(new CreateBucketCommand({ Bucket }))
      const put = async (Key: string, Body: string) =>
        void (await client.send(new PutObjectCommand({ Bucket, Key, Body })))
      return { seals: s3Seals(client, Bucket), put }
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

/** An archive, and what it was given and has taken; where that is filed in the end is not the port's matter. */
type WatchedArchive = {
  readonly archive: Archive
  readonly entries: () => readonly ArchivedEntry[]
  readonly auditEvents: () => readonly AnyAuditEvent[]
}

export const archives: Adapter<WatchedArchive>[] = [
  {
    name: 'memory',
    fresh: async () => {
      const archive = memoryArchive()
      return { archive, entries: () => archive.entries, auditEvents: () => archive.auditEvents }
    },
  },
  {
    name: 'Firehose, a small fake',
    fresh: async () => archiveOn(fakeFirehose(Object.values(deliveryStreams), failingNowAndThen)),
  },
  ...(process.env['AWS_ENDPOINT_URL_FIREHOSE']
    ? [{ name: 'Firehose', fresh: async () => archiveOn(firehoseClient({ maxAttempts: 1 })) }]
    : []),
]

const archiveOn = (client: FirehoseClient): WatchedArchive => {
  const { taken } = watch(client)
  const rows = (of: string) => taken.filter(({ streamName }) => streamName === of).flatMap((record) => record.rows)
  return {
    archive: firehoseArchive(client, deliveryStreams, { sleep: async () => {} }),
    entries: () => rows(deliveryStreams.entries).map((row) => valueOf(parseArchiveRow(row))),
    auditEvents: () => rows(deliveryStreams.decisions).map((row) => valueOf(parseAuditEventRow(row))),
  }
}

/** Every other call takes all but its first and its third record, and the first has no answer. */
const failingNowAndThen: Mood = (call) => (call === 0 ? 'everything' : call % 2 === 0 ? [] : [0, 2])

/** A way of audit events, and what has gone it. */
type WatchedAuditTrail = {
  readonly auditTrail: AuditTrail
  readonly published: () => Promise<readonly AnyAuditEvent[]>
}

export const allAuditTrails: Adapter<WatchedAuditTrail>[] = [
  {
    name: 'memory',
    fresh: async () => {
      const auditTrail = memoryAuditTrail()
      return { auditTrail, published: async () => auditTrail.published }
    },
  },
  ...entryStreams.map(({ name, fresh }) => ({
    name: `the stream, ${name}`,
    fresh: async () => {
      const { stream, read } = await fresh()
      const published = async () => {
        const shards = await stream.openShards()
        const records = await Promise.all(shards.map(({ shardId }) => read(shardId)))
        return records.flat().flatMap(auditEventsOf)
      }
      return { auditTrail: streamAuditTrail(stream), published }
    },
  })),
]

const auditEventsOf = (data: Uint8Array): AnyAuditEvent[] => {
  const record = valueOf(decodeRecord(data))
  return record.kind === 'decisions' ? record.auditEvents.map(({ auditEvent }) => valueOf(auditEvent)) : []
}

const valueOf = <T>(result: Result<T, string>): T => {
  if (!result.ok) throw new Error(result.error)
  return result.value
}

export const dynamodb: DynamoDBDocumentClient = documentClient()
export const kinesis = kinesisClient()

// Neither is a matter of the contracts: tables come from CDK or the local system.
const tables = new DynamoDBClient()

export const freshTable = async (table: keyof TableNames): Promise<string> => {
  const TableName = `contract-${table}-${randomUUID()}`
  await tables.send(
    new CreateTableCommand({ TableName, ...keySchema(tableKeys[table]), BillingMode: 'PAY_PER_REQUEST' }),
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

const freshUserPool = async () => {
  const cognito = cognitoClient()
  const PoolName = `contract-${randomUUID()}`
  const { UserPool: { Id: UserPoolId = '' } = {} } = await cognito.send(new CreateUserPoolCommand({ PoolName }))
  onTestFinished(async () => {
    await cognito.send(new DeleteUserPoolCommand({ UserPoolId }))
  })
  const Scopes = SCOPES.map((scope) => ({ ScopeName: scope, ScopeDescription: scope }))
  const server = { UserPoolId, Identifier: 'daybook', Name: 'Daybook', Scopes }
  await cognito.send(new CreateResourceServerCommand(server))
  return { userPoolId: UserPoolId, scopePrefix: SCOPE_PREFIX }
}

export const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-contract-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const readShard = async (StreamName: string, ShardId: string): Promise<Uint8Array[]> => {
  const start = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
  const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(start))
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
  return Records.map(({ Data = new Uint8Array() }) => Data)
}

import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { dynamoBooks } from '#adapters/transactions/dynamo-books'
import { processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { kinesisBatch } from '../kinesis-batch.ts'
import { recordEntries } from './record-entries.ts'

const { streamName, tables, logLevel, booksAtOnce, bookCacheBytes } = readSettings()
const client = documentClient()

const world = {
  ...dynamoBooks(client, tables),
  merchants: dynamoMerchants(client, tables.merchants),
  // A batch waits at most this long for the audit trail, which does not decide what is counted.
  auditTrail: streamAuditTrail(kinesisEntryStream(kinesisClient({ requestTimeoutMs: 1_000 }), streamName)),
  progress: dynamoProgress(client, tables.progress),
  clock: Date.now,
  log: processLog({ level: logLevel }),
}

/** The journal consumer of the entry stream. */
export const handler = kinesisBatch(recordEntries(world, { booksAtOnce, cacheBytes: bookCacheBytes }))

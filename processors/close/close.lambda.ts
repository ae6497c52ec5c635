/** The function that the workflow of closing calls: one step of a run. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { athenaArchiveQueries } from '#adapters/archive-queries/athena-archive-queries'
import { s3ObjectStore } from '#adapters/archive-objects/s3-object-store'
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { athenaClient } from '#adapters/aws/athena'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisClient } from '#adapters/aws/kinesis'
import { s3Client } from '#adapters/aws/s3'
import { sfnClient } from '#adapters/aws/sfn'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { sfnDueRuns } from '#adapters/closings/sfn-due-runs'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { dynamoBooks } from '#adapters/transactions/dynamo-books'
import { processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import type { ArchiveQueries } from '#ledger/archive'
import { viewStatements } from '#sql/files'
import { parseStepInput, runJson } from '#wire/closing/run'
import { closeNext, type CloseNext } from './close-next.ts'

const {
  streamName,
  tables,
  logLevel,
  closeAfterMs,
  archiveDeliveryMs,
  archiveBucket,
  athena,
  dataFolder,
  closeStateMachine,
} = readSettings()

const client = documentClient({ maxAttempts: 10 })
const stream = kinesisEntryStream(kinesisClient(), streamName)
const s3 = s3Client()

const world = {
  ...dynamoBooks(client, tables),
  merchants: dynamoMerchants(client, tables.merchants),
  stream,
  progress: dynamoProgress(client, tables.progress),
  auditTrail: streamAuditTrail(stream),
  dueRuns: sfnDueRuns(sfnClient(), closeStateMachine),
  clock: Date.now,
  sleep,
  log: processLog({ level: logLevel }),
}

const athenaQueries =
  athena && athenaArchiveQueries({ client: athenaClient(), objects: s3ObjectStore(s3, archiveBucket), ...athena })

// Loaded only where it is used, because the package of DuckDB is not in the function's bundle.
const duckdbQueries = async (): Promise<ArchiveQueries> => {
  const { duckdbArchiveQueries } = await import('#adapters/archive-queries/duckdb-archive-queries')
  const folder = join(dataFolder, 'archive-cache')
  return duckdbArchiveQueries({ client: s3, bucket: archiveBucket, folder, views: viewStatements() })
}

const closing = async (): Promise<CloseNext> =>
  closeNext(
    { ...world, archive: athenaQueries ?? (await duckdbQueries()) },
    { closeAfterMs, deliveryMs: archiveDeliveryMs },
  )

let step: Promise<CloseNext> | undefined

export const handler = async (input: unknown): Promise<unknown> => {
  const run = parseStepInput(input)
  if (!run.ok) throw new Error(run.error)
  return runJson(await (await (step ??= closing()))(run.value))
}

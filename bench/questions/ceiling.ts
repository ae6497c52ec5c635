/** Measures how many entries of one merchant the processor counts per second in one book, over the local DynamoDB. */
import { dynamoBooks } from '#adapters/transactions/dynamo-books'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { kinesisClient } from '#adapters/aws/kinesis'
import { provision } from '#infra/local/provision'
import { s3Client } from '#adapters/aws/s3'
import { startTestServices } from '#infra/local/test-services'
import { recordEntries } from '#processors/journal/record-entries'
import type { ShardBatch } from '#processors/shard-batch'
import { readSettings } from '#infra/settings'
import type { Figure } from '../rig/figure.ts'
import { median } from '../rig/rounds.ts'
import { recordedStream } from '../rig/stream.ts'
import { merchantOf, trade } from '../rig/trade.ts'

const BATCH = 10_000
const WARM_UP_ROUNDS = 5
const ROUNDS = 15

export const measureCeiling = async (): Promise<readonly Figure[]> => {
  const services = await startTestServices()
  try {
    const settings = readSettings()
    await provision({ kinesis: kinesisClient(), dynamodb: documentClient(), s3: s3Client() }, settings)
    return await ceiling(settings)
  } finally {
    await services.stop()
  }
}

const ceiling = async ({ tables, bookCacheBytes }: ReturnType<typeof readSettings>): Promise<readonly Figure[]> => {
  const { shops, requests } = trade({ merchantCount: 1, ids: 'till', perRequest: 500 })
  const stream = recordedStream(1)
  const client = documentClient()
  const merchants = dynamoMerchants(client, tables.merchants)
  for (const { merchantId } of shops) await merchants.save(merchantOf(merchantId))
  const process = recordEntries(
    {
      merchants,
      ...dynamoBooks(client, tables),
      progress: dynamoProgress(client, tables.progress),
      auditTrail: memoryAuditTrail(),
      clock: Date.now,
      log: console,
    },
    { booksAtOnce: 32, cacheBytes: bookCacheBytes },
  )
  const rates: number[] = []
  // The records are made before, so that only the processor's garbage is collected during the measurement.
  const rounds: (readonly ShardBatch[])[] = []
  while (rounds.length < WARM_UP_ROUNDS + ROUNDS) rounds.push(await stream.send(requests(BATCH)))
  for (const [round, batches] of rounds.entries()) {
    const startedMs = performance.now()
    for (const batch of batches) await process(batch)
    if (round >= WARM_UP_ROUNDS) rates.push((1_000 * BATCH) / (performance.now() - startedMs))
  }
  return [
    {
      what: 'one merchant through processor and store, batches of 10,000',
      value: median(rates),
      unit: 'entries/s',
      target: { atLeast: 50_000 },
      note: `from ${Math.round(Math.min(...rates))} to ${Math.round(Math.max(...rates))} in ${ROUNDS} rounds; store on the same cores`,
    },
  ]
}

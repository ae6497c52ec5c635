/** The query API over the stream and the tables of AWS, or of services that speak as AWS does. */
import type { Logger } from 'pino'
import { setTimeout as sleep } from 'node:timers/promises'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { jwtTokens } from '#adapters/tokens/jwt-tokens'
import { processRegistry } from '#http/metrics'
import { queryApi } from './app.ts'
import type { Settings } from '#infra/settings'

export const queryApiWith = (settings: Settings, log: Logger, stopping: AbortSignal) => {
  const { streamName, tables, tokens, metricsOpen, corsOrigins, liveStreams } = settings
  const client = documentClient()
  // One attempt only: the shards are listed again soon in any case.
  const stream = kinesisEntryStream(kinesisClient({ maxAttempts: 1 }), streamName)
  const merchants = dynamoMerchants(client, tables.merchants)

  return queryApi({
    tokens: jwtTokens(tokens, {
      onTrouble: (err) => log.warn({ err }, 'the keys of the issuer cannot be read; known keys stay valid for a day'),
    }),
    grants: dynamoGrants(client, tables.grants),
    metricsOpen,
    corsOrigins,
    liveStreams,
    store: {
      merchants,
      heads: dynamoHeads(client, tables.days),
      journal: dynamoJournal(client, tables.journal),
      quarantine: dynamoQuarantine(client, tables.quarantine),
      progress: dynamoProgress(client, tables.progress),
    },
    openShards: () => stream.openShards(),
    clock: Date.now,
    timer: { nowMs: () => performance.now(), sleep },
    every: (ms, task) => {
      const interval = setInterval(task, ms)
      return () => clearInterval(interval)
    },
    stopping,
    log,
    registry: processRegistry(),
    isReady: async () => {
      // The store is needed for every answer, the stream is not.
      await merchants.list({ limit: 1 })
      return true
    },
  })
}

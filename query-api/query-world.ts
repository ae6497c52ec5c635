/** The query API over the stream and the tables of AWS, or of services that speak as AWS does. */
import type { Logger } from 'pino'
import { setTimeout as sleep } from 'node:timers/promises'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { dynamoDays } from '#adapters/days/dynamo-days'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { jwtTokens } from '#adapters/tokens/jwt-tokens'
import { processRegistry } from '#http/metrics'
import type { BookId, BusinessDay, MerchantId } from '#ledger/identifiers'
import { queryApi } from './app.ts'
import type { Settings } from '#infra/settings'

export const queryApiWith = (settings: Settings, log: Logger, stopping: AbortSignal) => {
  const { streamName, tables, tokens, metricsOpen, corsOrigins, liveStreams } = settings
  const client = documentClient()
  // One attempt only: the shards are listed again soon in any case.
  const stream = kinesisEntryStream(kinesisClient({ maxAttempts: 1 }), streamName)
  const merchants = dynamoMerchants(client, tables.merchants)
  const journal = dynamoJournal(client, tables.journal)

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
      days: dynamoDays(client, tables.days),
      journal,
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
    // The stream is not needed: books can be read without it.
    needs: [
      { name: 'register', cannot: 'read anything of merchants', ask: () => merchants.find(NO_MERCHANT) },
      { name: 'journal', cannot: 'read books', ask: () => journal.end(NO_BOOK) },
    ],
  })
}

// "~" is not allowed in an id. So the lookups find nothing, and show that the tables answer.
const NO_MERCHANT = '~' as MerchantId
const NO_BOOK: BookId = { merchantId: NO_MERCHANT, day: '2000-01-01' as BusinessDay }

/** Ingest over the stream and the tables of AWS, or of services that speak as AWS does. */
import type { Logger } from 'pino'
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { documentClient } from '#adapters/aws/dynamodb'
import { sfnClient } from '#adapters/aws/sfn'
import { sfnClosings } from '#adapters/closings/sfn-closings'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { jwtTokens } from '#adapters/tokens/jwt-tokens'
import { ianaZones } from '#adapters/zones/iana-zones'
import { processRegistry } from '#http/metrics'
import { ingest } from './ingest.ts'
import type { Settings } from '#infra/settings'

export const ingestWith = (settings: Settings, log: Logger) => {
  const client = documentClient()
  return ingest({
    // One attempt only: the stream writer retries by itself, and knows the deadline of each entry.
    stream: kinesisEntryStream(kinesisClient({ maxAttempts: 1 }), settings.streamName),
    merchants: dynamoMerchants(client, settings.tables.merchants),
    zones: ianaZones,
    quarantine: dynamoQuarantine(client, settings.tables.quarantine),
    closing: {
      closings: sfnClosings(sfnClient(), settings.closeStateMachine),
      heads: dynamoHeads(client, settings.tables.days),
    },
    maxCloseWaitMs: settings.closeWaitMs,
    // A client that registers a merchant waits no longer than this for the audit trail.
    auditTrail: streamAuditTrail(kinesisEntryStream(kinesisClient({ requestTimeoutMs: 1_000 }), settings.streamName)),
    access: {
      tokens: jwtTokens(settings.tokens, {
        onTrouble: (err) => log.warn({ err }, 'the keys of the issuer cannot be read; known keys stay valid for a day'),
      }),
      grants: dynamoGrants(client, settings.tables.grants),
      metricsOpen: settings.metricsOpen,
    },
    corsOrigins: settings.corsOrigins,
    log,
    registry: processRegistry(),
    queryUrl: settings.queryUrl,
    trustedProxies: settings.trustedProxies,
    limits: { maxBytesInFlight: settings.maxBytesInFlight, maxEntriesPerSecond: settings.maxEntriesPerSecond },
  })
}

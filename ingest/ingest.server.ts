/** Ingest as a process of its own. */
import { pino } from 'pino'
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { ianaZones } from '#adapters/zones/iana-zones'
import { processRegistry } from '#http/metrics'
import { serveUntilStopped } from '#http/serve'
import { readSettings } from '#infra/settings'
import { ENDLESS_PATHS } from './app.ts'
import { ingest } from './ingest.ts'

const settings = readSettings()
const log = pino({ name: 'ingest', level: settings.logLevel })

const store = documentClient()
const app = ingest({
  // One attempt only: the stream writer tries again by itself, and knows until when.
  stream: kinesisEntryStream(kinesisClient({ maxAttempts: 1 }), settings.streamName),
  merchants: dynamoMerchants(store, settings.tables.merchants),
  zones: ianaZones,
  quarantine: dynamoQuarantine(store, settings.tables.quarantine),
  // Told in passing: who registers a merchant waits no longer for it than this.
  auditTrail: streamAuditTrail(kinesisEntryStream(kinesisClient({ requestTimeoutMs: 1_000 }), settings.streamName)),
  log,
  registry: processRegistry(),
  queryUrl: settings.queryUrl,
  limits: { maxBytesInFlight: settings.maxBytesInFlight, maxEntriesPerSecond: settings.maxEntriesPerSecond },
})

await serveUntilStopped(app, { host: settings.host, port: settings.ingestPort, endlessPaths: ENDLESS_PATHS }, log)

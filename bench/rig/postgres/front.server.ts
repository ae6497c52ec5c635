/** Ingest's HTTP face and checks, in a separate process, over PostgreSQL instead of the stream. */
import { Client, type ClientConfig } from 'pg'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { ianaZones } from '#adapters/zones/iana-zones'
import { serve } from '#http/serve'
import { acceptEntries, stampEntries } from '#ingest/accept-entries'
import { admission } from '#ingest/admission'
import { ingestApp } from '#ingest/app'
import { decideQuarantine } from '#ingest/decide-quarantine'
import { knownMerchants } from '#ingest/known-merchants'
import { noRateLimit } from '#ingest/rate-limit'
import { registrar } from '#ingest/register-merchant'
import { measuredAccess } from '../access.ts'
import { postgresWriter } from './writer.ts'

export type FrontSettings = { readonly connection: ClientConfig; readonly connections: number }

const start = async ({ connection, connections }: FrontSettings): Promise<void> => {
  const clients = Array.from({ length: connections }, () => new Client(connection))
  await Promise.all(clients.map((client) => client.connect()))
  const merchants = memoryMerchants()
  const writer = postgresWriter(clients)
  const room = () => admission({ maxBytes: 32 * 1024 * 1024, waitingMs: writer.waitingMs })
  const stamp = stampEntries({ merchants: knownMerchants(merchants), clock: Date.now })
  const auditTrail = { publish: async () => {} }
  const { access, token } = await measuredAccess()
  const app = ingestApp({
    ...access,
    accept: acceptEntries({ stamp, writer }),
    quarantine: decideQuarantine({ quarantine: memoryQuarantine(), stamp, writer, auditTrail, clock: Date.now }),
    registrar: registrar({ merchants, zones: ianaZones, clock: Date.now }),
    // This rival keeps no days that close.
    closeUpTo: async () => {
      throw new Error('nothing is closed here')
    },
    maxCloseWaitMs: 0,
    admission: room(),
    uploadAdmission: room(),
    limit: noRateLimit,
    onOutcomes() {},
    onShed() {},
    needs: [],
    log: console,
  })
  const { port } = await serve(app, { host: '127.0.0.1', port: 0 })
  process.send?.({ port, token: token() })
}

process.once('disconnect', () => process.exit(0))
process.once('message', (settings) => void start(settings as FrontSettings))

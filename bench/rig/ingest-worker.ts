/** The process of ingest-server.ts: ingest with access as in production, over a stream that stores nothing: `ingest-worker.ts <merchants>`. */
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { ianaZones } from '#adapters/zones/iana-zones'
import { serve } from '#http/serve'
import { ingest } from '#ingest/ingest'
import type { MerchantId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { Currency } from '#ledger/money'
import type { EntryStream } from '#ledger/ports'
import { aRule } from '#test/builders'
import { measuredAccess } from './access.ts'
import { cpuMicros } from './rounds.ts'

export type Ready = { readonly port: number; readonly token: string }
export type Usage = { readonly cpuMicros: number }

const serveAndTell = async (merchantCount: number): Promise<void> => {
  const log = { error: console.error, warn: console.error, info() {} }
  const { access, token } = await measuredAccess()
  const app = ingest({
    access,
    zones: ianaZones,
    quarantine: memoryQuarantine(),
    stream: stubStream(),
    merchants: memoryMerchants(shops(merchantCount)),
    log,
  })
  const { port } = await serve(app, { host: '127.0.0.1', port: 0 })
  process.send?.({ port, token: token() } satisfies Ready)
  process.on('message', () => {
    process.send?.({ cpuMicros: cpuMicros() } satisfies Usage)
  })
  process.once('disconnect', () => process.exit(0))
}

/** Acknowledges records without storing them, one turn of the event loop later, as an answer from a network comes. */
const stubStream = (): EntryStream => {
  const shardIds = ['shardId-000000000000', 'shardId-000000000001'] as const
  const half = 2n ** 127n
  let sequence = 49_655_000_000_000_000_000_000n
  return {
    async put(records) {
      await new Promise((wake) => setImmediate(wake))
      return records.map(({ hashKey }) => {
        sequence += 1n
        return { status: 'stored', shardId: shardIds[hashKey < half ? 0 : 1], sequenceNumber: String(sequence) }
      })
    },
    openShards: async () => [
      { shardId: shardIds[0], firstHashKey: 0n, lastHashKey: half - 1n },
      { shardId: shardIds[1], firstHashKey: half, lastHashKey: 2n * half - 1n },
    ],
  }
}

const RULE = aRule()

const shops = (count: number): Merchant[] =>
  Array.from({ length: count }, (_, index) => ({
    merchantId: `shop-${index}` as MerchantId,
    name: `Shop ${index}`,
    currency: 'BRL' as Currency,
    calendar: [RULE],
    lateEntries: 'nextOpenDay',
    revision: 1,
  }))

await serveAndTell(Number(process.argv[2]))

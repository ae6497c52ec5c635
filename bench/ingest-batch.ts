/**
 * What an entry costs ingest in CPU: batches of 500 over HTTP, acknowledged by a stream in memory. The server is a
 * process of its own, and only its time is counted, user and system; this process makes the load.
 *
 *     node bench/ingest-batch.ts [seconds]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { serve } from '#http/serve'
import { ingest } from '#ingest/ingest'
import type { MerchantId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { Currency } from '#ledger/money'
import type { EntryStream } from '#ledger/ports'

const BATCH = 500
const CONNECTIONS = 8
const MERCHANTS = 20
const WARM_UP_MS = 3_000

type Usage = { readonly cpuMicros: number }

const measure = async (forMs: number): Promise<void> => {
  const server = fork(fileURLToPath(import.meta.url), ['serve'])
  const [{ port }] = (await once(server, 'message')) as [{ port: number }]
  const bodies = Array.from({ length: 40 }, (_, number) => batchBody(number))
  await sendFor(WARM_UP_MS, port, bodies)
  const before = await usageOf(server)
  const startedMs = performance.now()
  const entries = await sendFor(forMs, port, bodies)
  const seconds = (performance.now() - startedMs) / 1_000
  const cpuMicros = (await usageOf(server)).cpuMicros - before.cpuMicros
  server.disconnect()
  console.log(
    `${(cpuMicros / entries).toFixed(2)} µs of CPU per entry ` +
      `(${entries} entries in ${seconds.toFixed(1)} s, ${Math.round(entries / seconds)}/s, Node ${process.version})`,
  )
}

const usageOf = async (server: ReturnType<typeof fork>): Promise<Usage> => {
  server.send('usage')
  const [usage] = (await once(server, 'message')) as [Usage]
  return usage
}

/** Answers how many entries were accepted. */
const sendFor = async (ms: number, port: number, bodies: readonly Buffer[]): Promise<number> => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const until = performance.now() + ms
  let entries = 0
  const connection = async (first: number) => {
    for (let turn = first; performance.now() < until; turn += 1) {
      await send(agent, port, bodies[turn % bodies.length] ?? Buffer.alloc(0))
      entries += BATCH
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => connection(index * 7)))
  agent.destroy()
  return entries
}

const send = async (agent: Agent, port: number, body: Buffer): Promise<void> => {
  const call = request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/v1/entries/batch' })
  call.end(body)
  const [response] = await once(call, 'response')
  if (response.statusCode !== 202) throw new Error(`answered ${response.statusCode}`)
  response.resume()
  await once(response, 'end')
}

/** A usual till's entries: the required fields, a method and a terminal. */
const batchBody = (number: number): Buffer => {
  const entries = Array.from({ length: BATCH }, (_, index) => ({
    entryId: `till-${number}-sale-${String(index).padStart(6, '0')}`,
    merchantId: `shop-${index % MERCHANTS}`,
    direction: index % 10 === 0 ? 'debit' : 'credit',
    amount: 100 + ((index * 7919) % 90_000),
    currency: 'BRL',
    occurredAt: new Date(Date.now() - index * 1_000).toISOString().replace('Z', '-00:00'),
    method: index % 3 === 0 ? 'pix' : 'credit-card',
    terminalId: `till-${number}`,
    terminalSeq: number * BATCH + index,
  }))
  return Buffer.from(JSON.stringify({ entries }))
}

const serveAndTell = async (): Promise<void> => {
  const log = { error: console.error, warn: console.error, info() {} }
  const app = ingest({ stream: stubStream(), merchants: memoryMerchants(shops()), log })
  const { port } = await serve(app, { host: '127.0.0.1', port: 0 })
  process.send?.({ port })
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuMicros: user + system } satisfies Usage)
  })
  process.once('disconnect', () => process.exit(0))
}

/** Says that it has stored what it forgets, one turn of the event loop later, as an answer from a network would come. */
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

const shops = (): Merchant[] =>
  Array.from({ length: MERCHANTS }, (_, index) => ({
    merchantId: `shop-${index}` as MerchantId,
    name: `Shop ${index}`,
    currency: 'BRL' as Currency,
    calendar: [{ from: null, timeZone: 'America/Sao_Paulo', dayStartsAt: '00:00' }],
    lateEntries: 'nextOpenDay',
    revision: 1,
  }))

if (process.argv[2] === 'serve') await serveAndTell()
else await measure(Number(process.argv[2] ?? 10) * 1_000)

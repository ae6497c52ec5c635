/**
 * Measures ingest's CPU per entry: batches of 500 over HTTP, acknowledged by a stream in memory. The server is a separate
 * process, and only its CPU is counted, user and system. This process makes the load.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Figure } from '../rig/figure.ts'
import type { Usage } from '../rig/ingest-worker.ts'
import { median } from '../rig/rounds.ts'

const BATCH = 500
const CONNECTIONS = 8
const MERCHANTS = 20
const WARM_UP_MS = 3_000
const ROUND_MS = 2_000
const ROUNDS = 5

export const measureIngest = async (): Promise<readonly Figure[]> => {
  const server = fork(fileURLToPath(new URL('../rig/ingest-worker.ts', import.meta.url)), [String(MERCHANTS)])
  const [{ port }] = (await once(server, 'message')) as [{ port: number }]
  const bodies = Array.from({ length: 40 }, (_, number) => batchBody(number))
  await sendFor(WARM_UP_MS, port, bodies)
  const costs: number[] = []
  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await usageOf(server)
    const startedMs = performance.now()
    const entries = await sendFor(ROUND_MS, port, bodies)
    rates.push((1_000 * entries) / (performance.now() - startedMs))
    costs.push(((await usageOf(server)).cpuMicros - before.cpuMicros) / entries)
  }
  server.disconnect()
  return [
    {
      what: 'ingest, batches of 500 over HTTP, acknowledged by a stream in memory',
      value: median(costs),
      unit: 'µs of CPU an entry',
      target: { atMost: 3.5 },
      note: `stretch 2.5; ${Math.round(median(rates))} entries/s, the load on the same cores`,
    },
  ]
}

const usageOf = async (server: ReturnType<typeof fork>): Promise<Usage> => {
  server.send('usage')
  const [usage] = (await once(server, 'message')) as [Usage]
  return usage
}

/** Returns how many entries were accepted. */
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

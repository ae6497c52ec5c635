/** The process of ingest-worker.ts, and requests to it. Only its CPU is counted; this process makes the load. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Ready, Usage } from './ingest-worker.ts'

type Load = {
  readonly path: string
  /** The bodies, which are sent in turn. */
  readonly bodies: readonly Buffer[]
  readonly forMs: number
}

type Sent = {
  readonly requests: number
  readonly seconds: number
  /** The CPU of the server for each request, user and system. */
  readonly cpuMicros: number
}

export type IngestServer = {
  /** Sends on eight connections, each time the next request as soon as the last one is answered 202. */
  send(load: Load): Promise<Sent>
  stop(): void
}

const CONNECTIONS = 8

export const startIngest = async (merchantCount: number): Promise<IngestServer> => {
  const server = fork(fileURLToPath(new URL('ingest-worker.ts', import.meta.url)), [String(merchantCount)])
  const [{ port, token }] = (await once(server, 'message')) as [Ready]
  const headers = { authorization: `Bearer ${token}` }
  const cpuMicros = async (): Promise<number> => {
    server.send('usage')
    const [usage] = (await once(server, 'message')) as [Usage]
    return usage.cpuMicros
  }

  return {
    async send({ path, bodies, forMs }) {
      const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
      const before = await cpuMicros()
      const startedMs = performance.now()
      let requests = 0
      const connection = async (first: number) => {
        for (let turn = first; performance.now() < startedMs + forMs; turn += 1) {
          const call = request({ agent, port, host: '127.0.0.1', method: 'POST', path, headers })
          await untilAccepted(call.end(bodies[turn % bodies.length]))
          requests += 1
        }
      }
      await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => connection(index * 7)))
      const seconds = (performance.now() - startedMs) / 1_000
      const used = (await cpuMicros()) - before
      agent.destroy()
      return { requests, seconds, cpuMicros: used / requests }
    },
    stop: () => server.disconnect(),
  }
}

const untilAccepted = async (call: ReturnType<typeof request>): Promise<void> => {
  const [response] = await once(call, 'response')
  if (response.statusCode !== 202) throw new Error(`answered ${response.statusCode}`)
  response.resume()
  await once(response, 'end')
}

/** A usual till's entries: the required fields, a method and a terminal. */
export const tillEntries = (number: number, count: number, merchantCount: number) =>
  Array.from({ length: count }, (_, index) => ({
    entryId: `till-${number}-sale-${String(index).padStart(6, '0')}`,
    merchantId: `shop-${index % merchantCount}`,
    direction: index % 10 === 0 ? 'debit' : 'credit',
    amount: 100 + ((index * 7919) % 90_000),
    currency: 'BRL',
    occurredAt: new Date(Date.now() - index * 1_000).toISOString().replace('Z', '-00:00'),
    method: index % 3 === 0 ? 'pix' : 'credit-card',
    terminalId: `till-${number}`,
    terminalSeq: number * count + index,
  }))

/** Bodies of batches of 500 entries. */
export const batchBodies = (merchantCount: number): Buffer[] =>
  Array.from({ length: 40 }, (_, number) =>
    Buffer.from(JSON.stringify({ entries: tillEntries(number, 500, merchantCount) })),
  )

/** The two systems that are compared, behind one interface. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { request } from '#test/flows/client'
import { RunningSystem, signal } from '#test/flows/running-system'
import { eventually } from '#infra/local/retry'
import { countedDays, registerAll } from '../load/counted.ts'
import { merchantsOf, type Sales, type Totals } from '../load/sales.ts'
import { createTables, readTotals } from './schema.ts'
import { startPostgres } from './server.ts'

export type Rival = {
  readonly name: string
  readonly ingestUrl: string
  readonly token: string
  register(sales: Sales): Promise<void>
  /** Waits until every acknowledged entry is counted, and returns the days' totals. */
  counted(sales: Sales): Promise<ReadonlyMap<string, Totals>>
  /** Stops the system's use of the machine while the other one is measured. */
  rest(): void
  wake(): Promise<void>
  stop(): Promise<void>
}

export const startDaybook = async (): Promise<Rival> => {
  const system = await RunningSystem.start({ LOG_LEVEL: 'error' })
  const signalAll = (name: NodeJS.Signals) => system.processes().forEach((pid) => signal(pid, name))
  const isReady = async (url: string) => (await fetch(`${url}/readyz`)).status === 200 || undefined
  return {
    name: 'Daybook',
    ingestUrl: system.ingest,
    token: system.token,
    register: (sales) => registerAll(system, sales),
    counted: (sales) => countedDays(system, sales),
    rest: () => signalAll('SIGSTOP'),
    async wake() {
      signalAll('SIGCONT')
      for (const url of [system.ingest, system.query]) await eventually(() => isReady(url), { timeoutMs: 20_000 })
    },
    async stop() {
      signalAll('SIGCONT')
      await system.stop()
      await system.remove()
    },
  }
}

export const startPostgresRival = async (connections: number): Promise<Rival> => {
  const postgres = await startPostgres()
  const client = new Client(postgres.connection)
  await client.connect()
  await createTables(client)
  const front = fork(fileURLToPath(new URL('front.server.ts', import.meta.url)), {
    // The local supervisor starts ingest with the same options.
    env: { ...process.env, NODE_OPTIONS: '--max-semi-space-size=16', MALLOC_ARENA_MAX: '2' },
  })
  front.send({ connection: postgres.connection, connections })
  const [{ port, token }] = (await once(front, 'message')) as [{ port: number; token: string }]
  const ingestUrl = `http://127.0.0.1:${port}`
  return {
    name: `PostgreSQL ${postgres.version}`,
    ingestUrl,
    token,
    async register(sales) {
      for (const merchantId of merchantsOf(sales)) {
        const merchant = { name: merchantId, currency: 'BRL', timeZone: 'UTC' }
        await request({ token }, `${ingestUrl}/v1/merchants/${merchantId}`, 'PUT', merchant)
      }
    },
    counted: (sales) => readTotals(client, merchantsOf(sales)),
    // PostgreSQL does nothing by itself.
    rest() {},
    async wake() {},
    async stop() {
      front.disconnect()
      await client.end()
      await postgres.stop()
    },
  }
}

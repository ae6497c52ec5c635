/**
 * npm run bench:live -- [clients]
 *
 * A thousand clients follow their merchants' days and mostly get no events. Measures their memory in the query API, and
 * checks that all of them get a change and that they do not keep the API from stopping. Exit code 1 when a check fails.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isRunning } from '#infra/local/process-table'
import { eventually } from '#infra/local/retry'
import { aSale, post } from '#test/flows/client'
import { wholeNumber } from '#test/script-arguments'
import { RunningSystem, signal } from '#test/flows/running-system'
import { registerAll } from '../rig/load/counted.ts'
import { listen, type Listener } from '../rig/load/listener.ts'
import { printFigure, printMachine } from '../rig/load/print-figures.ts'
import { memoryMiB } from '../rig/load/process-usage.ts'
import { merchantsOf } from '../rig/load/sales.ts'

const clients = wholeNumber('The number of clients', process.argv[2] ?? '1000', 'npm run bench:live -- [CLIENTS]')
const sales = { name: 'followed', merchants: 100 }
const merchants = merchantsOf(sales)
/** This is long enough for a heartbeat, which comes every 15 s. */
const IDLE_MS = 16_000

printMachine()
const system = await RunningSystem.start({ LOG_LEVEL: 'warn' })
try {
  await registerAll(system, sales)
  const queryApi = await system.pidOf('query-api')
  await measureMemory(queryApi)
  await measureStop(queryApi)
  await system.stop()
} finally {
  await system.remove()
}

async function measureMemory(queryApi: number): Promise<void> {
  const before = memoryMiB(queryApi).now
  // The API reads a merchant's books from its first client on. Later clients do not add to that memory.
  const listeners = await listenAll(merchants.length)
  await sleep(IDLE_MS)
  const withFirst = memoryMiB(queryApi).now
  listeners.push(...(await listenAll(clients - merchants.length)))
  await sleep(IDLE_MS)
  const during = memoryMiB(queryApi).now
  await measureChange(listeners)
  listeners.forEach((listener) => listener.leave())
  await sleep(5_000)
  const after = memoryMiB(queryApi).now
  printFigure({ what: 'memory of the query API before', value: before, unit: 'MiB' })
  printFigure({ what: `with one idle client for each of ${merchants.length} merchants`, value: withFirst, unit: 'MiB' })
  printFigure({ what: `with ${clients.toLocaleString('en')} idle clients`, value: during, unit: 'MiB' })
  printFigure({ what: 'five seconds after they left', value: after, unit: 'MiB' })
  const perClient = ((during - withFirst) * 1_024) / (clients - merchants.length)
  printFigure({ what: 'for each further client', value: perClient, unit: 'KiB' })
}

/** Sends one entry for every merchant; each client of the merchant must get the change. */
async function measureChange(listeners: readonly Listener[]): Promise<void> {
  const heardBefore = listeners.map((listener) => listener.events())
  const startedAtMs = performance.now()
  for (const merchantId of merchants) await post(system, aSale({ merchantId, occurredAt: new Date().toISOString() }))
  const deaf = () => listeners.filter((listener, index) => listener.events() === heardBefore[index]).length
  await eventually(async () => deaf() === 0 || undefined, { timeoutMs: 15_000 }).catch(() => {})
  const seconds = (performance.now() - startedAtMs) / 1_000
  printFigure({ what: 'clients that did not hear of a change', value: deaf(), unit: 'clients', target: { atMost: 0 } })
  printFigure({ what: `until all had heard of changes of ${merchants.length} merchants`, value: seconds, unit: 's' })
}

async function measureStop(queryApi: number): Promise<void> {
  const listeners = await listenAll(clients)
  const startedAtMs = performance.now()
  signal(queryApi, 'SIGTERM')
  const hasEnded = async () => !isRunning(queryApi) || undefined
  await eventually(hasEnded, { timeoutMs: 15_000 }).catch(() => {})
  const seconds = (performance.now() - startedAtMs) / 1_000
  printFigure({ what: 'from SIGTERM to the end of the process', value: seconds, unit: 's', target: { below: 10 } })
  const open = () => listeners.filter((listener) => !listener.isEnded()).length
  await eventually(async () => open() === 0 || undefined, { timeoutMs: 2_000 }).catch(() => {})
  printFigure({ what: 'clients still connected', value: open(), unit: 'clients', target: { atMost: 0 } })
  const cut = listeners.filter((listener) => listener.isCutOff()).length
  printFigure({
    what: 'clients whose stream broke off instead of ending',
    value: cut,
    unit: 'clients',
    target: { atMost: 0 },
  })
}

/** Connects the clients, spread over the merchants. Each gets the current business day as its first event. */
async function listenAll(count: number): Promise<Listener[]> {
  const listeners: Listener[] = []
  while (listeners.length < count) {
    const next = Array.from({ length: Math.min(50, count - listeners.length) }, (_, index) =>
      listen(
        `${system.query}/v1/merchants/${merchants[(listeners.length + index) % merchants.length]}/live`,
        system.token,
      ),
    )
    listeners.push(...(await Promise.all(next)))
  }
  const allBegun = async () => listeners.every((listener) => listener.events() > 0) || undefined
  await eventually(allBegun, { timeoutMs: 15_000 })
  return listeners
}

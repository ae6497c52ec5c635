/** The loads of `npm run bench:load`, each with its figures. */
import { YESTERDAY } from '#test/flows/client'
import type { RunningSystem } from '#test/flows/running-system'
import type { Figure } from '../figure.ts'
import { countedDays, difference, expectedAfter, registerAll } from './counted.ts'
import { generate } from './generator.ts'
import { percentile } from './percentile.ts'
import { cpuMicros } from './process-usage.ts'
import { readUnitsOfADay } from './read-units.ts'
import { merchantsOf } from './sales.ts'
import type { Writes, Written } from './writes.ts'

/** A platform of a hundred shops, whose sales come mixed. */
const MERCHANTS = 100

export const steadyLoad = async (system: RunningSystem): Promise<Figure[]> => {
  const load = { sales: { name: 'steady', merchants: MERCHANTS }, batchSize: 50, pace: { entriesPerSecond: 6_000 } }
  await registerAll(system, load.sales)
  const written = await generate({ ...writes(system), ...load, forMs: 15_000, readBackFrom: system.query })
  const what = 'batches of 50, 6,000 entries/s'
  return [
    latency(`acknowledged, p50: ${what}`, written.acknowledgedMs, 0.5),
    { ...latency(`acknowledged, p99: ${what}`, written.acknowledgedMs, 0.99), target: { below: 100 } },
    latency('from 202 to readable, p50', written.readableMs, 0.5),
    { ...latency('from 202 to readable, p99', written.readableMs, 0.99), target: { below: 1_000 } },
    ...(await exactness(system, load, written)),
  ]
}

export const readsBesideWrites = async (system: RunningSystem): Promise<Figure[]> => {
  const load = { sales: { name: 'beside', merchants: MERCHANTS }, batchSize: 50, pace: { entriesPerSecond: 2_000 } }
  await registerAll(system, load.sales)
  const merchants = merchantsOf(load.sales).map((merchantId) => `/v1/merchants/${merchantId}`)
  const reads = { kind: 'reads', queryUrl: system.query, token: system.token, warmUpMs: 3_000, forMs: 12_000 } as const
  const [written, days, balances] = await Promise.all([
    generate({ ...writes(system), ...load, forMs: 13_000 }),
    generate({ ...reads, perSecond: 50, paths: merchants.map((merchant) => `${merchant}/days/${YESTERDAY}`) }),
    generate({ ...reads, perSecond: 10, paths: merchants.map((merchant) => `${merchant}/balance`) }),
  ])
  return [
    latency('daily consolidated, p50: 50/s beside 2,000 entries/s', days.answeredMs, 0.5),
    { ...latency('daily consolidated, p99', days.answeredMs, 0.99), target: { below: 20 } },
    { what: 'daily consolidated, not answered 200', value: days.errors, unit: 'requests', target: { atMost: 0 } },
    { ...latency('balance, p99: 10/s in the same run', balances.answeredMs, 0.99), target: { below: 100 } },
    { what: 'balance, not answered 200', value: balances.errors, unit: 'requests', target: { atMost: 0 } },
    await readUnitsOfADay(system, merchantsOf(load.sales)),
    ...(await exactness(system, load, written)),
  ]
}

export const singleEntries = async (system: RunningSystem): Promise<Figure[]> => {
  const load = { sales: { name: 'single', merchants: MERCHANTS }, batchSize: 1, pace: { clients: 32 } }
  await registerAll(system, load.sales)
  const ingest = await system.pidOf('ingest')
  const before = cpuMicros(ingest)
  const written = await generate({ ...writes(system), ...load, forMs: 8_000 })
  const perEntry = (cpuMicros(ingest) - before) / written.acknowledged.length
  return [
    { what: 'single entries, 32 clients', value: written.entriesInTime / written.seconds, unit: 'entries/s' },
    latency('acknowledged, p50: single entries, 32 clients', written.acknowledgedMs, 0.5),
    latency('acknowledged, p99: single entries, 32 clients', written.acknowledgedMs, 0.99),
    { what: 'CPU of ingest: single entries, Kinesis client included', value: perEntry, unit: 'µs/entry' },
    ...(await exactness(system, load, written)),
  ]
}

export const hotMerchant = async (system: RunningSystem): Promise<Figure[]> => {
  const load = { sales: { name: 'hot', merchants: 1 }, batchSize: 500, pace: { clients: 8 } }
  await registerAll(system, load.sales)
  const startedAtMs = performance.now()
  const written = await generate({ ...writes(system), ...load, warmUpMs: 0, forMs: 10_000 })
  const exact = await exactness(system, load, written)
  const countedSeconds = (performance.now() - startedAtMs) / 1_000
  return [
    {
      what: 'one merchant, batches of 500: accepted',
      value: written.entriesInTime / written.seconds,
      unit: 'entries/s',
    },
    {
      what: 'one merchant, batches of 500: counted',
      value: written.entriesInTime / countedSeconds,
      unit: 'entries/s',
      note: `${written.entriesInTime.toLocaleString('en')} entries, from the first request until the last was readable`,
    },
    latency('acknowledged, p99: one merchant, 8 clients', written.acknowledgedMs, 0.99),
    ...exact,
  ]
}

const writes = (system: RunningSystem) =>
  ({ kind: 'writes', ingestUrl: system.ingest, token: system.token, firstSale: 0, warmUpMs: 3_000 }) as const

const latency = (what: string, valuesMs: readonly number[], share: number): Figure => ({
  what,
  value: percentile(valuesMs, share),
  unit: 'ms',
})

/** Checks that every answer was 202, and that exactly these entries are counted. */
const exactness = async (
  system: RunningSystem,
  { sales, batchSize }: Pick<Writes, 'sales' | 'batchSize'>,
  written: Written,
): Promise<Figure[]> => {
  const others = written.refused.length + written.unsure.length
  const counted = await countedDays(system, sales)
  const value = difference(counted, expectedAfter(sales, written, batchSize))
  const total = (written.acknowledged.length * batchSize).toLocaleString('en')
  const statuses = JSON.stringify(written.statuses)
  return [
    {
      what: `${sales.name}: requests not answered 202`,
      value: others,
      unit: 'requests',
      target: { atMost: 0 },
      note: statuses,
    },
    { what: `${sales.name}: lost or doubled of ${total} acknowledged`, value, unit: 'entries', target: { atMost: 0 } },
  ]
}

/**
 * npm run bench:overload
 *
 * Sends four times the load that ingest takes, in two ways: above the limit of entries per second, and above the room for
 * requests while the stream stands still. Ingest must answer only 202, 429 and 503, every entry answered 202 and none
 * answered 429 must be counted, memory must stay bounded, and a normal load must be accepted again within ten seconds.
 * Exit code 1 otherwise.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { RunningSystem, signal } from '#test/flows/running-system'
import type { Figure } from '../rig/figure.ts'
import { registerAll } from '../rig/load/counted.ts'
import { countedIds, idsOf, type CountedIds } from '../rig/load/counted-ids.ts'
import { generate } from '../rig/load/generator.ts'
import { percentile } from '../rig/load/percentile.ts'
import { printFigure, printMachine } from '../rig/load/print-figures.ts'
import { memoryMiB } from '../rig/load/process-usage.ts'
import type { Writes, Written } from '../rig/load/writes.ts'

const CAP_PER_SECOND = 1_000
const OFFERED_PER_SECOND = 4 * CAP_PER_SECOND
const NORMAL_PER_SECOND = CAP_PER_SECOND / 2
const BATCH = 50

type Overload = {
  readonly title: string
  readonly name: string
  readonly env: NodeJS.ProcessEnv
  readonly forMs: number
  /** Entries a second that must be answered 202 even so. Refusing every entry would be too easy. */
  readonly takesAtLeast: number
  /** The disturbance of the system during the load. */
  readonly meanwhile?: (system: RunningSystem) => Promise<void>
}

const CAPPED: Overload = {
  title: `${OFFERED_PER_SECOND} entries/s for 60 s at a cap of ${CAP_PER_SECOND} entries/s`,
  name: 'capped',
  env: { INGEST_MAX_ENTRIES_PER_SECOND: String(CAP_PER_SECOND) },
  forMs: 60_000,
  takesAtLeast: 0.9 * CAP_PER_SECOND,
}

const STALLED: Overload = {
  title: `${OFFERED_PER_SECOND} entries/s for 20 s, room for 2 MiB of requests, the stream standing still for the last 12 s`,
  name: 'stalled',
  env: { INGEST_MAX_BYTES_IN_FLIGHT: String(4 * 1024 * 1024) },
  forMs: 20_000,
  // The stream works for the first eight seconds. The last answers come up to five seconds after the twenty.
  takesAtLeast: 0.9 * OFFERED_PER_SECOND * (8 / 25),
  async meanwhile(system) {
    await sleep(8_000)
    const stream = await system.pidOf('kinesis')
    signal(stream, 'SIGSTOP')
    await sleep(12_000)
    signal(stream, 'SIGCONT')
  },
}

printMachine()
for (const scenario of [CAPPED, STALLED]) {
  console.log(scenario.title)
  ;(await play(scenario)).forEach(printFigure)
  console.log()
}

async function play({ name, env, forMs, takesAtLeast, meanwhile }: Overload): Promise<Figure[]> {
  const system = await RunningSystem.start({ ...env, LOG_LEVEL: 'silent' })
  try {
    const load: Writes = {
      kind: 'writes',
      ingestUrl: system.ingest,
      token: system.token,
      sales: { name, merchants: 20 },
      firstSale: 0,
      batchSize: BATCH,
      pace: { entriesPerSecond: OFFERED_PER_SECOND },
      forMs,
      warmUpMs: 0,
    }
    await registerAll(system, load.sales)
    const ingest = await system.pidOf('ingest')
    const [written] = await Promise.all([generate(load), meanwhile?.(system)])
    const normal = await untilNormal(load)
    const peakMiB = memoryMiB(ingest).peak
    const counted = await countedIds(system, load.sales)
    await system.stop()
    return [
      ...answers(written, takesAtLeast),
      ...recovery(normal, peakMiB),
      ...exactness(load, [written, ...normal.rounds], counted),
    ]
  } finally {
    await system.remove()
  }
}

type Recovery = { readonly seconds: number; readonly rounds: readonly Written[] }

/** Sends a normal load, second by second, until all of it is answered 202 for three seconds in a row. */
async function untilNormal(load: Writes): Promise<Recovery> {
  const rounds: Written[] = []
  const startedAtMs = performance.now()
  for (let quietRounds = 0, normalSinceMs = startedAtMs; quietRounds < 3;) {
    const roundAtMs = performance.now()
    const firstSale = 10_000_000 + rounds.length * 1_000_000
    const round = await generate({ ...load, firstSale, pace: { entriesPerSecond: NORMAL_PER_SECOND }, forMs: 1_000 })
    rounds.push(round)
    const isQuiet = round.refused.length + round.unsure.length === 0
    if (isQuiet && quietRounds === 0) normalSinceMs = roundAtMs
    quietRounds = isQuiet ? quietRounds + 1 : 0
    if (quietRounds === 3) return { seconds: (normalSinceMs - startedAtMs) / 1_000, rounds }
    if (performance.now() - startedAtMs > 60_000) break
  }
  return { seconds: 60, rounds }
}

function answers(written: Written, takesAtLeast: number): Figure[] {
  const stray = Object.entries(written.statuses).filter(([status]) => !['202', '429', '503'].includes(status))
  return [
    {
      what: 'answered 202',
      value: written.entriesInTime / written.seconds,
      unit: 'entries/s',
      target: { atLeast: takesAtLeast },
      note: Object.entries(written.statuses)
        .map(([status, count]) => `${status}: ${count.toLocaleString('en')} requests`)
        .join(', '),
    },
    {
      what: 'answered anything but 202, 429, 503, or not at all',
      value: stray.reduce((sum, [, count]) => sum + count, 0),
      unit: 'requests',
      target: { atMost: 0 },
    },
    { what: 'acknowledged, p99 of those answered 202', value: percentile(written.acknowledgedMs, 0.99), unit: 'ms' },
  ]
}

function recovery({ seconds }: Recovery, peakMiB: number): Figure[] {
  return [
    {
      what: `until ${NORMAL_PER_SECOND} entries/s are all answered 202, for 3 s`,
      value: seconds,
      unit: 's',
      target: { below: 10 },
    },
    { what: 'most memory of ingest', value: peakMiB, unit: 'MiB', target: { below: 250 } },
  ]
}

function exactness({ sales }: Writes, written: readonly Written[], { times, wrongDays }: CountedIds): Figure[] {
  const ids = (ofRound: (round: Written) => readonly number[]) => idsOf(sales, written.flatMap(ofRound), BATCH)
  const acknowledged = ids((round) => round.acknowledged)
  const known = new Set([...acknowledged, ...ids((round) => round.unsure)])
  const lost = acknowledged.filter((id) => !times.has(id))
  const doubled = [...times].filter(([, count]) => count > 1)
  // Entries that were answered 429 or never sent.
  const strangers = [...times.keys()].filter((id) => !known.has(id))
  const count = (what: string, value: number, unit = 'entries'): Figure => ({
    what,
    value,
    unit,
    target: { atMost: 0 },
  })
  return [
    count(`lost of ${acknowledged.length.toLocaleString('en')} acknowledged`, lost.length),
    count('counted twice', doubled.length),
    count('counted though refused', strangers.length),
    count('days that are not the sum of their entries', wrongDays, 'days'),
    { what: 'counted though answered 503', value: times.size - acknowledged.length + lost.length, unit: 'entries' },
  ]
}

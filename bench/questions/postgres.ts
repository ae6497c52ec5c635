/**
 * npm run bench:postgres -- [--rounds N] [--seconds S] [--connections C]
 *
 * Compares Daybook end to end (HTTP, stream, processor, store) with the same HTTP face over one PostgreSQL that
 * deduplicates and adds up in the same transaction. Both take turns with the same loads, on the same cores, in the same
 * run. The rate is of counted entries, not of accepted ones: the clock stops when the last entry can be read.
 */
import { parseArgs } from 'node:util'
import type { Figure } from '../rig/figure.ts'
import { difference, expectedAfter } from '../rig/load/counted.ts'
import { generate } from '../rig/load/generator.ts'
import { printFigure, printMachine } from '../rig/load/print-figures.ts'
import type { Sales } from '../rig/load/sales.ts'
import { startDaybook, startPostgresRival, type Rival } from '../rig/postgres/rivals.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    connections: { type: 'string', default: '2' },
  },
})
const rounds = Number(values.rounds)
const forMs = Number(values.seconds) * 1_000

type Shape = { readonly name: string; readonly batchSize: number; readonly clients: number; readonly atLeast: number }

const SHAPES: readonly Shape[] = [
  { name: 'batches of 500', batchSize: 500, clients: 8, atLeast: 0.65 },
  { name: 'single entries', batchSize: 1, clients: 64, atLeast: 0.5 },
]

type Round = { readonly entriesPerSecond: number; readonly wrong: number }

printMachine()
const rivals: Rival[] = []
try {
  const daybook = await startDaybook()
  rivals.push(daybook)
  daybook.rest()
  const postgres = await startPostgresRival(Number(values.connections))
  rivals.push(postgres)
  for (const shape of SHAPES) (await compare(shape, daybook, postgres)).forEach(printFigure)
} finally {
  for (const rival of rivals) await rival.stop()
}

async function compare(shape: Shape, daybook: Rival, postgres: Rival): Promise<Figure[]> {
  const measured = new Map<Rival, Round[]>([
    [daybook, []],
    [postgres, []],
  ])
  // The first round warms both up. Only its counts are checked.
  for (let number = 0; number <= rounds; number += 1) {
    // They take turns to begin, so that neither always has the quieter moment.
    for (const rival of number % 2 === 0 ? [daybook, postgres] : [postgres, daybook]) {
      const sales = { name: `${shape.batchSize === 1 ? 'single' : 'batch'}-${number}`, merchants: 100 }
      const round = await playRound(rival, shape, sales)
      measured.get(rival)?.push(round)
      const speed = Math.round(round.entriesPerSecond).toLocaleString('en')
      console.log(
        `  ${shape.name}, ${number === 0 ? 'warming up' : `round ${number}`}: ${rival.name} ${speed} entries/s`,
      )
    }
  }
  const speeds = (rival: Rival) => (measured.get(rival) ?? []).slice(1).map((round) => round.entriesPerSecond)
  // The two runs of a round follow each other, so other work on the machine affects both.
  const ratios = speeds(daybook).map((speed, round) => speed / (speeds(postgres)[round] ?? Number.NaN))
  const wrong = [...measured.values()].flat().reduce((sum, round) => sum + round.wrong, 0)
  return [
    ...[daybook, postgres].map((rival) => ({
      what: `${shape.name}: ${rival.name}, median of ${rounds}`,
      value: median(speeds(rival)),
      unit: 'entries/s',
    })),
    {
      what: `${shape.name}: Daybook ÷ PostgreSQL`,
      value: median(ratios),
      unit: '×',
      target: { atLeast: shape.atLeast },
      note: `round by round: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
    },
    { what: `${shape.name}: lost or doubled, both`, value: wrong, unit: 'entries', target: { atMost: 0 } },
  ]
}

async function playRound(rival: Rival, { batchSize, clients }: Shape, sales: Sales): Promise<Round> {
  await rival.wake()
  await rival.register(sales)
  const { ingestUrl, token } = rival
  const load = {
    kind: 'writes',
    ingestUrl,
    token,
    sales,
    firstSale: 0,
    batchSize,
    pace: { clients },
    forMs,
    warmUpMs: 0,
  } as const
  const written = await generate(load)
  const answeredAtMs = performance.now()
  const counted = await rival.counted(sales)
  const seconds = written.seconds + (performance.now() - answeredAtMs) / 1_000
  rival.rest()
  if (written.refused.length + written.unsure.length > 0) throw new Error(JSON.stringify(written.statuses))
  return {
    entriesPerSecond: written.entriesInTime / seconds,
    wrong: difference(counted, expectedAfter(sales, written, batchSize)),
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

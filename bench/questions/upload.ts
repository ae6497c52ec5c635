/**
 * npm run bench:upload -- [lines]
 *
 * An offline till sends a million lines in one request, and then all of them again. They must be counted once, and ingest
 * must not hold them: its memory stays under 250 MB. Exit code 1 otherwise.
 */
import { wholeNumber } from '#test/script-arguments'
import { RunningSystem } from '#test/flows/running-system'
import { answered } from '#test/flows/client'
import type { Figure } from '../rig/figure.ts'
import { countedDays, difference, registerAll } from '../rig/load/counted.ts'
import { generate } from '../rig/load/generator.ts'
import { printFigure, printMachine } from '../rig/load/print-figures.ts'
import { cpuMicros, memoryMiB } from '../rig/load/process-usage.ts'
import { totalsOf } from '../rig/load/sales.ts'

const lines = wholeNumber('The number of lines', process.argv[2] ?? '1000000', 'npm run bench:upload -- [LINES]')
const sales = { name: 'offline', merchants: 1 }
// 250 MB, as Linux counts in KiB.
const MOST_MIB = 250e6 / 2 ** 20

printMachine()
const system = await RunningSystem.start({ LOG_LEVEL: 'warn' })
try {
  await registerAll(system, sales)
  const expected = totalsOf(sales, [0], lines)
  for (const turn of ['first', 'second']) (await measureUpload(turn, expected)).forEach(printFigure)
  await system.stop()
} finally {
  await system.remove()
}

async function measureUpload(turn: string, expected: ReturnType<typeof totalsOf>): Promise<Figure[]> {
  const ingest = await system.pidOf('ingest')
  const cpuBefore = cpuMicros(ingest)
  const sent = await generate({ kind: 'upload', ingestUrl: system.ingest, token: system.token, sales, lines })
  const drainingSinceMs = performance.now()
  const cpuPerLine = (cpuMicros(ingest) - cpuBefore) / lines
  const counted = await countedDays(system, sales)
  const drainSeconds = (performance.now() - drainingSinceMs) / 1_000
  const quarantine = await answered(system, `${system.query}/v1/quarantine?merchant=offline-0`, 'GET')
  const none = (what: string, value: number, unit = 'entries'): Figure => ({
    what: `${turn}: ${what}`,
    value,
    unit,
    target: { atMost: 0 },
  })
  return [
    {
      what: `${turn}: ${lines.toLocaleString('en')} lines, ${(sent.bytes / 1e6).toFixed(0)} MB`,
      value: sent.seconds,
      unit: 's',
      note: `all readable ${drainSeconds.toFixed(1)} s later`,
    },
    none('lines not answered as accepted', lines - (sent.done ? sent.accepted : 0), 'lines'),
    none('lost or doubled', difference(counted, expected)),
    none('set aside', (quarantine.body['data'] as unknown[]).length),
    { what: `${turn}: CPU of ingest, Kinesis client included`, value: cpuPerLine, unit: 'µs/line' },
    {
      what: `${turn}: most memory of ingest so far`,
      value: memoryMiB(ingest).peak,
      unit: 'MiB',
      target: { below: MOST_MIB },
    },
  ]
}

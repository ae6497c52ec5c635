/**
 * npm run bench:load
 *
 * Measures latencies and rates that clients see. The whole system runs as `npm start` starts it, on free ports with its
 * own data, and the load comes from a separate process, all on the cores of this machine. After each load every day is
 * compared with the acknowledged entries.
 */
import { fileURLToPath } from 'node:url'
import { RunningSystem } from '#test/flows/running-system'
import type { Figure } from '../rig/figure.ts'
import { hotMerchant, readsBesideWrites, singleEntries, steadyLoad } from '../rig/load/measurements.ts'
import { printFigure, printMachine } from '../rig/load/print-figures.ts'

/** Takes about 70 seconds. Reports each figure as it comes, and returns all of them. */
export const measureLoad = async (onFigure: (figure: Figure) => void = () => {}): Promise<readonly Figure[]> => {
  const figures: Figure[] = []
  const system = await RunningSystem.start({ LOG_LEVEL: 'warn' })
  try {
    for (const measure of [steadyLoad, readsBesideWrites, singleEntries, hotMerchant]) {
      const measured = await measure(system)
      figures.push(...measured)
      measured.forEach(onFigure)
    }
    await system.stop()
    return figures
  } finally {
    await system.remove()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  printMachine()
  await measureLoad(printFigure)
}

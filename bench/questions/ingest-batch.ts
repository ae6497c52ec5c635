/** Measures ingest's CPU per entry: batches of 500 over HTTP, each with a token, acknowledged by a stream in memory. */
import type { Figure } from '../rig/figure.ts'
import { batchBodies, startIngest } from '../rig/ingest-server.ts'
import { median } from '../rig/rounds.ts'

const BATCH = 500
const MERCHANTS = 20
const WARM_UP_MS = 3_000
const ROUND_MS = 2_000
const ROUNDS = 5

export const measureIngest = async (): Promise<readonly Figure[]> => {
  const server = await startIngest(MERCHANTS)
  const load = { path: '/v1/entries/batch', bodies: batchBodies(MERCHANTS) }
  await server.send({ ...load, forMs: WARM_UP_MS })
  const costs: number[] = []
  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const { requests, seconds, cpuMicros } = await server.send({ ...load, forMs: ROUND_MS })
    rates.push((requests * BATCH) / seconds)
    costs.push(cpuMicros / BATCH)
  }
  server.stop()
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

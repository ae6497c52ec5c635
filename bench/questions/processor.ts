/**
 * Measures the journal processor's CPU per entry, from the bytes of a stream record to a packed and sealed segment:
 * large batches of few merchants, over a store in memory.
 */
import { memoryBooks } from '#adapters/transactions/memory-books'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { recordEntries } from '#processors/journal/record-entries'
import type { ShardBatch } from '#processors/shard-batch'
import type { Figure } from '../rig/figure.ts'
import { cpuMicros, median } from '../rig/rounds.ts'
import { recordedStream } from '../rig/stream.ts'
import { merchantOf, trade } from '../rig/trade.ts'

const BATCH = 10_000
const WARM_UP_ROUNDS = 5
const ROUNDS = 15

export const measureProcessor = async (): Promise<readonly Figure[]> => {
  const { shops, requests } = trade({ merchantCount: 4, ids: 'till', perRequest: 500 })
  const stream = recordedStream(1)
  const process = recordEntries(
    {
      ...memoryBooks(),
      progress: memoryProgress(),
      auditTrail: memoryAuditTrail(),
      merchants: memoryMerchants(shops.map(({ merchantId }) => merchantOf(merchantId))),
      clock: Date.now,
      log: console,
    },
    { booksAtOnce: 32, cacheBytes: 128 * 1024 * 1024 },
  )
  const costs: number[] = []
  // The records are made before, so that only the processor's garbage is collected during the measurement.
  const rounds: (readonly ShardBatch[])[] = []
  while (rounds.length < WARM_UP_ROUNDS + ROUNDS) rounds.push(await stream.send(requests(BATCH)))
  for (const [round, batches] of rounds.entries()) {
    const before = cpuMicros()
    for (const batch of batches) await process(batch)
    if (round >= WARM_UP_ROUNDS) costs.push((cpuMicros() - before) / BATCH)
  }
  return [
    {
      what: 'processor, stream record to packed segment, batches of 10,000 of 4 merchants',
      value: median(costs),
      unit: 'µs of CPU an entry',
      target: { atMost: 5 },
      note: `stretch 3.3; from ${Math.min(...costs).toFixed(1)} to ${Math.max(...costs).toFixed(1)} in ${ROUNDS} rounds`,
    },
  ]
}

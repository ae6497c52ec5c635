/** The production processor over a billed store, for a platform of shops late in their day. */
import { memoryBooks } from '#adapters/transactions/memory-books'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { recordEntries } from '#processors/journal/record-entries'
import type { BatchOutcome, ShardBatch } from '#processors/shard-batch'
import { billedStore, type Bill } from './billed-store.ts'
import { fullDay } from './full-day.ts'
import { bookOf, merchantOf, type Shop } from './trade.ts'

export type Worker = (batch: ShardBatch) => Promise<BatchOutcome>

export type BilledWorkers = { readonly workers: readonly Worker[]; takeBill(): Bill }

export const billedWorkers = async (shops: readonly Shop[], workerCount = 1): Promise<BilledWorkers> => {
  const store = billedStore()
  for (const shop of shops) {
    await store.heads.open(bookOf(shop.merchantId))
    await store.journal.append(fullDay(shop))
  }
  store.takeBill()
  const world = {
    // No day is closed, so nothing but the store is written.
    ...memoryBooks(),
    ...store,
    merchants: memoryMerchants(shops.map(({ merchantId }) => merchantOf(merchantId))),
    auditTrail: memoryAuditTrail(),
    clock: Date.now,
    log: { warn: refuseToGoOn, error: refuseToGoOn },
  }
  // Each worker has its own cache, as each Lambda environment has.
  const workers = Array.from({ length: workerCount }, () =>
    recordEntries(world, { booksAtOnce: 32, cacheBytes: 128 * 1024 * 1024 }),
  )
  return { workers, takeBill: () => store.takeBill() }
}

const refuseToGoOn = (facts: object, message: string): never => {
  throw new Error(`${message}: ${JSON.stringify(facts)}`)
}

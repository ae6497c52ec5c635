import type { MerchantId } from '#ledger/identifiers'
import { BOTH_CLOCKS, momentOf, shortMemory } from '#ledger/memory/short-memory'
import type { Merchant } from '#ledger/merchant'
import type { Clock, Merchants } from '#ledger/ports'

export type KnownMerchants = {
  /**
   * The merchant as it was within the last KNOWN_FOR_MS; undefined when there was no such merchant within the last
   * UNKNOWN_FOR_MS. A remembered answer is returned at once, without a promise. Rejects when the register is out of
   * reach.
   */
  find(merchantId: MerchantId): Merchant | undefined | Promise<Merchant | undefined>
  /** Saves as the register's port says. After that, `find` answers no older state. */
  save: Merchants['save']
}

/**
 * A quarter less than the minute for which a change of calendar waits for this cache (CALENDAR_CACHE_MS). That minute
 * starts before the change is saved, and on another machine's clock. The quarter allows for slow saves and clocks that
 * differ.
 */
export const KNOWN_FOR_MS = 45_000

/**
 * Long enough to spare reads when a client repeats a batch of an unknown merchant; too short to delay a new merchant
 * noticeably.
 */
export const UNKNOWN_FOR_MS = 1_000

type Options = {
  /** A value expires when any of the clocks says so. */
  readonly clocks?: readonly Clock[]
  readonly maxCount?: number
}

/**
 * Remembers up to `maxCount` merchants, and as many ids that no merchant has. Requests for the same merchant share one
 * read.
 */
export const knownMerchants = (
  merchants: Pick<Merchants, 'find' | 'save'>,
  { clocks = BOTH_CLOCKS, maxCount = 10_000 }: Options = {},
): KnownMerchants => {
  const known = shortMemory<MerchantId, Merchant>({ lifetimeMs: KNOWN_FOR_MS, maxCount, clocks })
  const unknown = shortMemory<MerchantId, true>({ lifetimeMs: UNKNOWN_FOR_MS, maxCount, clocks })
  const reads = new Map<MerchantId, Promise<Merchant | undefined>>()

  const read = (merchantId: MerchantId): Promise<Merchant | undefined> => {
    const underWay = reads.get(merchantId)
    if (underWay !== undefined) return underWay
    // Taken before the read: a change may be saved while its answer is on the way.
    const readAt = momentOf(clocks)
    // False when the merchant was saved meanwhile, because the read may have missed that.
    const isCurrent = () => reads.get(merchantId) === answer
    const readAndRemember = async () => {
      const merchant = await merchants.find(merchantId)
      if (isCurrent() && merchant === undefined) unknown.keep(merchantId, true, readAt)
      if (isCurrent() && merchant !== undefined) known.keep(merchantId, merchant, readAt)
      return merchant
    }
    const answer = readAndRemember().finally(() => isCurrent() && reads.delete(merchantId))
    reads.set(merchantId, answer)
    return answer
  }

  const forget = (merchantId: MerchantId): void => {
    for (const memory of [known, unknown, reads]) memory.delete(merchantId)
  }

  return {
    find(merchantId) {
      const merchant = known.get(merchantId)
      if (merchant !== undefined || unknown.get(merchantId)) return merchant
      return read(merchantId)
    },
    async save(merchant) {
      try {
        return await merchants.save(merchant)
      } finally {
        // Also after a failure: the merchant may be saved all the same.
        forget(merchant.merchantId)
      }
    },
  }
}

import type { MerchantId } from '#ledger/identifiers'
import { CALENDAR_CACHE_MS, type Merchant } from '#ledger/merchant'
import type { Clock, Merchants } from '#ledger/ports'

export type KnownMerchants = {
  /**
   * The merchant, as it was within the last CALENDAR_CACHE_MS; undefined when it is not registered now. What is at hand
   * is answered at once, without a promise. Rejects when the register is out of reach.
   */
  find(merchantId: MerchantId): Merchant | Promise<Merchant | undefined>
}

/**
 * Remembers merchants for as long as the calendar's rules allow, up to `maxCount` of them. Whoever asks for one that is
 * being read shares that read. That a merchant does not exist is not remembered: it may be registered the next moment.
 */
export const knownMerchants = (
  merchants: Pick<Merchants, 'find'>,
  { clock = () => performance.now(), maxCount = 10_000 }: { clock?: Clock; maxCount?: number } = {},
): KnownMerchants => {
  const known = new Map<MerchantId, { readonly merchant: Merchant; readonly untilMs: number }>()
  const reads = new Map<MerchantId, Promise<Merchant | undefined>>()

  const read = async (merchantId: MerchantId): Promise<Merchant | undefined> => {
    // Counted from before the read, for a change may be saved while its answer is on the way.
    const untilMs = clock() + CALENDAR_CACHE_MS
    const merchant = await merchants.find(merchantId)
    known.delete(merchantId)
    if (merchant !== undefined) known.set(merchantId, { merchant, untilMs })
    // A Map keeps the order of insertion, so its first is the one that was read longest ago.
    for (const oldest of known.keys()) {
      if (known.size <= maxCount) break
      known.delete(oldest)
    }
    return merchant
  }

  const readShared = (merchantId: MerchantId): Promise<Merchant | undefined> => {
    const underWay = reads.get(merchantId)
    if (underWay !== undefined) return underWay
    const started = read(merchantId).finally(() => reads.delete(merchantId))
    reads.set(merchantId, started)
    return started
  }

  const find = async (merchantId: MerchantId): Promise<Merchant | undefined> => {
    const earlier = reads.get(merchantId)
    // A read that began before we were asked may have missed a registration that our caller knows of.
    return (await earlier) ?? (await readShared(merchantId))
  }

  return {
    find(merchantId) {
      const cached = known.get(merchantId)
      return cached !== undefined && clock() < cached.untilMs ? cached.merchant : find(merchantId)
    },
  }
}

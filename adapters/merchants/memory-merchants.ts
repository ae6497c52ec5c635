import type { MerchantId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { Merchants } from '#ledger/ports'
import { ok } from '#ledger/result'
import { idsBeginningOf, pageOf } from '#adapters/page-of'

export const memoryMerchants = (registered: readonly Merchant[] = []): Merchants => {
  const merchants = new Map<MerchantId, Merchant>(registered.map((merchant) => [merchant.merchantId, merchant]))
  return {
    async find(merchantId) {
      return merchants.get(merchantId)
    },
    async save(merchant) {
      const stored = merchants.get(merchant.merchantId)
      if ((stored?.revision ?? 0) !== merchant.revision - 1) return 'moved'
      merchants.set(merchant.merchantId, merchant)
      return 'saved'
    },
    async list(page) {
      return pageOf(merchants.values(), ({ merchantId }) => merchantId, page)
    },
    async items(page) {
      const { items, ...more } = pageOf(merchants.values(), ({ merchantId }) => merchantId, page)
      return { items: items.map((merchant) => ({ merchantId: merchant.merchantId, merchant: ok(merchant) })), ...more }
    },
    async idsBeginning(beginning, page) {
      return idsBeginningOf(merchants.keys(), beginning, page)
    },
  }
}

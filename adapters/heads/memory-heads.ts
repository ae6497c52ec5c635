import { pageOf } from '#adapters/page-of'
import { emptyHead, openDay, openDaysBefore, type Head } from '#ledger/head'
import type { MerchantId } from '#ledger/identifiers'
import type { Heads, OpenDays } from '#ledger/ports'

/** Heads that changes of several items share, or some that are known at the beginning. */
export const memoryHeads = (known: Map<MerchantId, Head> | Iterable<readonly [MerchantId, Head]> = []): Heads => {
  const heads = known instanceof Map ? known : new Map(known)
  const headOf = (merchantId: MerchantId): Head => heads.get(merchantId) ?? emptyHead
  return {
    async read(merchantId) {
      return headOf(merchantId)
    },
    async open({ merchantId, day }) {
      const opened = openDay(headOf(merchantId), day)
      if (!opened.ok) return 'closed'
      heads.set(merchantId, opened.value)
      return 'open'
    },
  }
}

export const memoryOpenDays = (heads: ReadonlyMap<MerchantId, Head>): OpenDays => ({
  async since(through, page) {
    const found = [...heads].flatMap(([merchantId, head]) => {
      const oldest = openDaysBefore(head)[0]
      return oldest !== undefined && oldest <= through ? [{ merchantId, oldestOpen: oldest }] : []
    })
    return pageOf(found, ({ merchantId, oldestOpen }) => `${oldestOpen}/${merchantId}`, page)
  },
})

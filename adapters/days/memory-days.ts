import type { ClosedDay, Restatement } from '#ledger/close'
import { bookKey, type MerchantId } from '#ledger/identifiers'
import type { Days } from '#ledger/ports'

/** The closed days by the keys of their books, and the restatements of each merchant in their order. */
export type MemoryDays = {
  readonly closed: Map<string, ClosedDay>
  readonly restatements: Map<MerchantId, readonly Restatement[]>
}

export const noDays = (): MemoryDays => ({ closed: new Map(), restatements: new Map() })

export const memoryDays = ({ closed, restatements }: MemoryDays = noDays()): Days => {
  const closedOf = (merchantId: MerchantId): ClosedDay[] =>
    [...closed.values()]
      .filter(({ book }) => book.merchantId === merchantId)
      .toSorted((a, b) => (bookKey(a.book) < bookKey(b.book) ? -1 : 1))
  return {
    async newestClosed({ merchantId, day }) {
      return closedOf(merchantId).findLast(({ book }) => book.day <= day)
    },
    async closed(merchantId, from, to) {
      return closedOf(merchantId).filter(({ book }) => from <= book.day && book.day <= to)
    },
    async restatements(merchantId, after, upTo) {
      return (restatements.get(merchantId) ?? []).slice(after, upTo)
    },
  }
}

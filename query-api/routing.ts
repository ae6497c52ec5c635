import type { ServiceContext } from '#http/context'
import type { MerchantId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { Positions } from '#ledger/positions'
import type { AsOf } from './conditional.ts'
import type { FreshEnough } from './fresh-enough.ts'
import type { RememberingStore } from './memory.ts'
import { merchantIdOf, merchantOf } from './parameters.ts'

/** What every route needs. */
export type RouteParts = { readonly store: RememberingStore; readonly fresh: FreshEnough }

/**
 * The merchant of the path, and what `read` reads of its books once they are fresh enough. Both are read at the same
 * time, since neither needs the other.
 */
export const readFresh = async <T>(
  { store, fresh }: RouteParts,
  c: ServiceContext,
  after: Positions | undefined,
  read: (merchantId: MerchantId) => Promise<T>,
): Promise<{ merchant: Merchant; asOf: AsOf; read: T }> => {
  const merchantId = merchantIdOf(c)
  const freshly = async () => {
    const asOf = await fresh(c, after, merchantId)
    return { asOf, read: await read(merchantId) }
  }
  const [merchant, books] = await Promise.all([merchantOf(c, store.merchants), freshly()])
  return { merchant, ...books }
}

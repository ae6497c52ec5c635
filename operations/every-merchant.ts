import type { Merchant } from '#ledger/merchant'
import type { Merchants } from '#ledger/ports'

/** All registered merchants, in the order of their ids, read a page at a time. */
export async function* everyMerchant({ list }: Pick<Merchants, 'list'>): AsyncGenerator<Merchant> {
  for (let after: string | undefined, isLast = false; !isLast;) {
    const page = await list({ limit: 100, ...(after !== undefined && { after }) })
    yield* page.items
    after = page.next
    isLast = after === undefined
  }
}

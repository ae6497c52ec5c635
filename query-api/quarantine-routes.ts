import { noSuchItem, quarantineKeyOf } from '#http/hidden'
import type { ServiceContext } from '#http/context'
import { queryOf } from '#http/query'
import type { GrantedMerchants } from '#ledger/access'
import type { MerchantId } from '#ledger/identifiers'
import type { Listed } from '#ledger/ports'
import { coversScope, quarantinePlace, type Quarantined, type QuarantineFilter } from '#ledger/quarantine'
import { listResponse } from '#wire/http/cursor'
import { parseQuarantineParams, parseQueryParams } from '#wire/http/requests/query-params'
import { quarantineResponse } from '#wire/http/responses/quarantine'
import { answer } from './conditional.ts'
import { listGrantedItems, type ItemsPage } from './granted-lists.ts'
import { listFor, requestedItems } from './parameters.ts'
import type { RouteParts } from './routing.ts'
import type { Store } from './store.ts'

export const quarantineHandlers = ({ store, fresh }: RouteParts) => ({
  listQuarantine: async (c: ServiceContext) => {
    const { after, merchant, reason, status, ...paging } = queryOf(c, parseQuarantineParams)
    const ofWhat = `quarantine ${merchant ?? ''} ${reason ?? ''} ${status ?? ''}`
    const list = merchant === undefined ? listFor(c, ofWhat) : ofWhat
    const page = requestedItems(list, paging, merchant)
    const asOf = await fresh(c, after)
    const filter = { ...(reason && { reason }), ...(status && { status }) }
    const granted = c.get('merchants')
    const { items, next } = await listItems(store.quarantine, granted, { ...filter, merchant }, page)
    const data = items.map((item) => quarantineResponse(item, granted))
    return answer(c, { content: listResponse(list, data, next), asOf })
  },

  readQuarantined: async (c: ServiceContext) => {
    const { after } = queryOf(c, parseQueryParams)
    const key = quarantineKeyOf(c)
    const asOf = await fresh(c, after)
    // The door has looked at this already, but the request may have waited since then.
    const granted = c.get('merchants')
    const item = coversScope(granted, key.scope) ? await store.quarantine.find(key) : undefined
    if (item === undefined) throw noSuchItem()
    return answer(c, { content: quarantineResponse(item, granted), asOf })
  },
})

type ItemsWanted = Omit<QuarantineFilter, 'merchantId'> & { readonly merchant: MerchantId | undefined }

const listItems = async (
  quarantine: Store['quarantine'],
  granted: GrantedMerchants,
  { merchant, ...filter }: ItemsWanted,
  page: ItemsPage,
): Promise<Listed<Quarantined>> => {
  if (merchant === undefined && !granted.coversAll) return await listGrantedItems(quarantine, granted, filter, page)
  // As of a merchant that does not exist, and without a look at the store that would take time.
  if (merchant !== undefined && !granted.covers(merchant)) return { items: [] }
  const { limit, after } = page
  return await quarantine.list(
    { ...filter, ...(merchant !== undefined && { merchantId: merchant }) },
    { limit, ...(after !== undefined && { after: quarantinePlace(after) }) },
  )
}

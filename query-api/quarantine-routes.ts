import { noSuchItem } from '#http/access'
import type { ServiceContext } from '#http/context'
import { queryOf } from '#http/query'
import { coversScope } from '#ledger/quarantine'
import { listResponse } from '#wire/http/cursor'
import { parseQuarantineParams, parseQueryParams } from '#wire/http/requests/query-params'
import { quarantineResponse } from '#wire/http/responses/quarantine'
import { answer } from './conditional.ts'
import { quarantineKeyOf, requestedPage } from './parameters.ts'
import type { RouteParts } from './routing.ts'

export const quarantineHandlers = ({ store, fresh }: RouteParts) => ({
  listQuarantine: async (c: ServiceContext) => {
    const { after, merchant, reason, status, ...paging } = queryOf(c, parseQuarantineParams)
    const list = `quarantine ${merchant ?? ''} ${reason ?? ''} ${status ?? ''}`
    const page = requestedPage(list, paging)
    const asOf = await fresh(c, after)
    const filter = { ...(merchant && { merchantId: merchant }), ...(reason && { reason }), ...(status && { status }) }
    const { items, next } = await store.quarantine.list(filter, page)
    return answer(c, { content: listResponse(list, items.map(quarantineResponse), next), asOf })
  },

  readQuarantined: async (c: ServiceContext) => {
    const { after } = queryOf(c, parseQueryParams)
    const key = quarantineKeyOf(c)
    const asOf = await fresh(c, after)
    // The door has looked at this already, but the request may have waited since then.
    const item = coversScope(c.get('merchants'), key.scope) ? await store.quarantine.find(key) : undefined
    if (item === undefined) throw noSuchItem()
    return answer(c, { content: quarantineResponse(item), asOf })
  },
})

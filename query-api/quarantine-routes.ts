import { queryOf } from '#http/query'
import { listResponse } from '#wire/http/cursor'
import { parseQuarantineParams, parseQueryParams } from '#wire/http/requests/query-params'
import { quarantineResponse } from '#wire/http/responses/quarantine'
import { answer } from './conditional.ts'
import { notFound, quarantineKeyOf, requestedPage } from './parameters.ts'
import type { Get, RouteParts } from './routing.ts'

export const addQuarantineRoutes = (get: Get, { store, fresh }: RouteParts): void => {
  get('/v1/quarantine', async (c) => {
    const { after, merchant, reason, status, ...paging } = queryOf(c, parseQuarantineParams)
    const list = `quarantine ${merchant ?? ''} ${reason ?? ''} ${status ?? ''}`
    const page = requestedPage(list, paging)
    const asOf = await fresh(c, after)
    const filter = { ...(merchant && { merchantId: merchant }), ...(reason && { reason }), ...(status && { status }) }
    const { items, next } = await store.quarantine.list(filter, page)
    return answer(c, { content: listResponse(list, items.map(quarantineResponse), next), asOf })
  })

  get('/v1/quarantine/:quarantineId', async (c) => {
    const { after } = queryOf(c, parseQueryParams)
    const key = quarantineKeyOf(c)
    const asOf = await fresh(c, after)
    const item = await store.quarantine.find(key)
    if (item === undefined) throw notFound('No item in quarantine has this id.')
    return answer(c, { content: quarantineResponse(item), asOf })
  })
}

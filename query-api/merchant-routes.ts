import { orProblem } from '#http/problem-error'
import type { ServiceContext } from '#http/context'
import { queryOf } from '#http/query'
import { listResponse } from '#wire/http/cursor'
import { merchantResponse, merchantTag } from '#wire/http/merchant'
import { parsePageParams, parseQueryParams } from '#wire/http/requests/query-params'
import { balanceResponse } from '#wire/http/responses/balance'
import { readBalance } from './books.ts'
import { answer, answerFresh } from './conditional.ts'
import { listGrantedMerchants } from './granted-lists.ts'
import { listFor, merchantOf, requestedMerchants } from './parameters.ts'
import { readFresh, type RouteParts } from './routing.ts'

export const merchantHandlers = (parts: RouteParts) => {
  const { store, fresh } = parts

  return {
    listMerchants: async (c: ServiceContext) => {
      const query = queryOf(c, parsePageParams)
      const list = listFor(c, 'merchants')
      const page = requestedMerchants(list, query)
      const asOf = await fresh(c, query.after)
      const granted = c.get('merchants')
      const { items, next } = granted.coversAll
        ? await store.merchants.list(page)
        : await listGrantedMerchants(store.merchants, granted, page)
      return answer(c, { content: listResponse(list, items.map(merchantResponse), next), asOf })
    },

    readMerchant: async (c: ServiceContext) => {
      const { after } = queryOf(c, parseQueryParams)
      const asOf = await fresh(c, after)
      const merchant = await merchantOf(c, store.merchants)
      return answer(c, { content: merchantResponse(merchant), etag: merchantTag(merchant), asOf })
    },

    readBalance: async (c: ServiceContext) => {
      const { after } = queryOf(c, parseQueryParams)
      const { merchant, asOf, read } = await readFresh(parts, c, after, (merchantId) => readBalance(store, merchantId))
      return answerFresh(c, { content: orProblem(balanceResponse(merchant, read)), asOf })
    },
  }
}

import { orProblem } from '#http/problem-error'
import type { ServiceContext } from '#http/context'
import { queryOf } from '#http/query'
import type { ServiceParts } from '#http/service'
import { businessDayOf } from '#ledger/calendar'
import type { Merchant } from '#ledger/merchant'
import type { RegisterItem } from '#ledger/ports'
import { listResponse } from '#wire/http/cursor'
import { merchantResponse, merchantTag } from '#wire/http/merchant'
import { parseBalanceParams, parsePageParams, parseQueryParams } from '#wire/http/requests/query-params'
import { balanceResponse } from '#wire/http/responses/balance'
import { readBalance, readBalanceAt, readBalanceOf } from './books.ts'
import { answer, answerFresh } from './conditional.ts'
import { listGrantedMerchants } from './granted-lists.ts'
import { listFor, merchantOf, requestedMerchants } from './parameters.ts'
import { readFresh, type RouteParts } from './routing.ts'

export const merchantHandlers = (parts: RouteParts & { readonly log: Pick<ServiceParts['log'], 'error'> }) => {
  const { store, fresh, log } = parts

  /** One merchant that cannot be read does not hide the others. */
  const readable = (items: readonly RegisterItem[]): Merchant[] =>
    items.flatMap(({ merchantId, merchant }) => {
      if (merchant.ok) return [merchant.value]
      log.error({ merchantId, reason: merchant.error }, 'a merchant cannot be read, and the list leaves it out')
      return []
    })

  return {
    listMerchants: async (c: ServiceContext) => {
      const query = queryOf(c, parsePageParams)
      const list = listFor(c, 'merchants')
      const page = requestedMerchants(list, query)
      const asOf = await fresh(c, query.after)
      const granted = c.get('merchants')
      const { items, next } = granted.coversAll
        ? await store.merchants.items(page)
        : await listGrantedMerchants(store.merchants, granted, page)
      return answer(c, { content: listResponse(list, readable(items).map(merchantResponse), next), asOf })
    },

    readMerchant: async (c: ServiceContext) => {
      const { after } = queryOf(c, parseQueryParams)
      const asOf = await fresh(c, after)
      const merchant = await merchantOf(c, store.merchants)
      return answer(c, { content: merchantResponse(merchant), etag: merchantTag(merchant), asOf })
    },

    readBalance: async (c: ServiceContext) => {
      const { after, day, at } = queryOf(c, parseBalanceParams)
      // The day of an instant is a matter of the merchant's calendar.
      const ofInstant =
        at === undefined ? undefined : businessDayOf((await merchantOf(c, store.merchants)).calendar, at)
      const { merchant, asOf, read } = await readFresh(parts, c, after, async (merchantId) => {
        if (at !== undefined && ofInstant !== undefined) {
          return await readBalanceAt(store, { merchantId, day: ofInstant }, at)
        }
        return day === undefined
          ? await readBalance(store, merchantId)
          : await readBalanceOf(store, { merchantId, day })
      })
      return answerFresh(c, { content: orProblem(balanceResponse(merchant, read)), asOf })
    },
  }
}

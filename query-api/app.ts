/** The query API over HTTP: which path answers what. */
import type { Handler, Hono } from 'hono'
import { onlyMethods } from '#http/methods'
import { service, type ServiceEnv, type ServiceParts } from '#http/service'
import { bookKey } from '#ledger/identifiers'
import type { Clock, EntryStream } from '#ledger/ports'
import { balanceResponse } from '#wire/balance-response'
import { listResponse } from '#wire/cursor'
import { dayResponse, openDayTag } from '#wire/day-response'
import { entryResponse } from '#wire/entry'
import { merchantResponse } from '#wire/merchant'
import { quarantineResponse } from '#wire/quarantine-response'
import { parsePageParams, parseQuarantineParams, parseQueryParams } from '#wire/query-params'
import { readBalance, readDay } from './books.ts'
import { answer, answerFresh } from './conditional.ts'
import { findEntry, placeText, readEntries } from './entries.ts'
import { freshEnough } from './fresh-enough.ts'
import { journalFreshness } from './freshness.ts'
import { dayOf, entriesPageOf, entryIdOf, merchantOf, notFound, pageOf, queryOf } from './parameters.ts'
import { shardMap } from './shard-map.ts'
import { loggingStoreFailures, tellingFailures, type Store } from './store.ts'
import type { Timer } from './timer.ts'

export type QueryApiParts = ServiceParts & {
  readonly store: Store
  readonly openShards: EntryStream['openShards']
  readonly clock: Clock
  readonly timer: Timer
}

export const queryApi = (parts: QueryApiParts): Hono<ServiceEnv> => {
  const store = tellingFailures(parts.store)
  const freshness = journalFreshness({ progress: store.progress, shardFor: shardMap(parts), timer: parts.timer })
  const fresh = freshEnough({ freshness, clock: parts.clock })

  const app = service(parts)
  app.use(loggingStoreFailures(parts.log))
  const get = (path: string, handler: Handler<ServiceEnv>) =>
    app.get(path, handler).all(path, onlyMethods('GET', 'HEAD'))

  get('/v1/merchants', async (c) => {
    const query = queryOf(c, parsePageParams)
    const page = pageOf('merchants', query)
    const asOf = await fresh(c, query.after)
    const { items, next } = await store.merchants.list(page)
    return answer(c, { content: listResponse('merchants', items.map(merchantResponse), next), asOf })
  })

  get('/v1/merchants/:merchant', async (c) => {
    const { after } = queryOf(c, parseQueryParams)
    const asOf = await fresh(c, after)
    const merchant = await merchantOf(c, store.merchants)
    return answer(c, { content: merchantResponse(merchant), asOf })
  })

  get('/v1/merchants/:merchant/balance', async (c) => {
    const { after } = queryOf(c, parseQueryParams)
    const merchant = await merchantOf(c, store.merchants)
    const asOf = await fresh(c, after, merchant.merchantId)
    const read = await readBalance(store, merchant.merchantId)
    return answerFresh(c, { content: balanceResponse(merchant, read), asOf })
  })

  get('/v1/merchants/:merchant/days/:day', async (c) => {
    const { after } = queryOf(c, parseQueryParams)
    const day = dayOf(c)
    const merchant = await merchantOf(c, store.merchants)
    const asOf = await fresh(c, after, merchant.merchantId)
    const read = await readDay(store, { merchantId: merchant.merchantId, day })
    return answerFresh(c, { content: dayResponse(merchant, read), etag: openDayTag(merchant, read), asOf })
  })

  get('/v1/merchants/:merchant/days/:day/entries', async (c) => {
    const query = queryOf(c, parsePageParams)
    const day = dayOf(c)
    const { merchantId } = await merchantOf(c, store.merchants)
    const list = `entries ${bookKey({ merchantId, day })}`
    const page = entriesPageOf(list, query)
    const asOf = await fresh(c, query.after, merchantId)
    const { rows, next } = await readEntries(store.journal, { merchantId, day }, page)
    const data = rows.map(({ entry, segment }) => ({ ...entryResponse(entry), segment }))
    return answer(c, { content: listResponse(list, data, next && placeText(next)), asOf })
  })

  get('/v1/merchants/:merchant/days/:day/entries/:entry', async (c) => {
    const { after } = queryOf(c, parseQueryParams)
    const day = dayOf(c)
    const entryId = entryIdOf(c)
    const { merchantId } = await merchantOf(c, store.merchants)
    const asOf = await fresh(c, after, merchantId)
    const found = await findEntry(store, { merchantId, day }, entryId)
    if (found === undefined) throw notFound('This book has no such entry, at least not yet.')
    return answer(c, { content: { ...found, entry: entryResponse(found.entry) }, asOf })
  })

  get('/v1/quarantine', async (c) => {
    const { after, merchant, reason, ...paging } = queryOf(c, parseQuarantineParams)
    const list = `quarantine ${merchant ?? ''} ${reason ?? ''}`
    const page = pageOf(list, paging)
    const asOf = await fresh(c, after)
    const filter = { ...(merchant && { merchantId: merchant }), ...(reason && { reason }) }
    const { items, next } = await store.quarantine.list(filter, page)
    return answer(c, { content: listResponse(list, items.map(quarantineResponse), next), asOf })
  })

  return app
}

/** The query API over HTTP: which path answers what. */
import type { Handler, Hono } from 'hono'
import { publishDocs } from '#http/docs'
import { onlyMethods } from '#http/methods'
import { metricsRegistry } from '#http/metrics'
import { queryOf } from '#http/query'
import { ProblemError, service, type ServiceContext, type ServiceEnv, type ServiceParts } from '#http/service'
import { bookKey, type MerchantId } from '#ledger/identifiers'
import type { Clock, EntryStream } from '#ledger/ports'
import type { Positions } from '#ledger/positions'
import type { Result } from '#ledger/result'
import { balanceResponse } from '#wire/http/responses/balance'
import { listResponse } from '#wire/http/cursor'
import { dayResponse, openDayTag } from '#wire/http/responses/day'
import { entryResponse } from '#wire/entry/schema'
import { tagInEventId } from '#wire/http/event-stream'
import { merchantResponse, merchantTag } from '#wire/http/merchant'
import { queryDocument } from '#wire/http/openapi/query-document'
import { periodResponse } from '#wire/http/responses/period'
import type { Problem } from '#wire/http/problem'
import { conflictResponse, quarantineResponse } from '#wire/http/responses/quarantine'
import {
  parseLiveParams,
  parsePageParams,
  parsePeriodParams,
  parseQuarantineParams,
  parseQueryParams,
  parseWindowsParams,
} from '#wire/http/requests/query-params'
import { WINDOW_MS, windowsResponse, windowsTag } from '#wire/http/responses/windows'
import { readBalance, readDay, readPeriod } from './books.ts'
import { answer, answerFresh, answerKnown } from './conditional.ts'
import { findEntry, placeText, readEntries } from './entries.ts'
import { freshEnough, freshNow } from './fresh-enough.ts'
import { journalFreshness } from './freshness.ts'
import { liveDays } from './live.ts'
import { remembering } from './memory.ts'
import { queryMetrics } from './metrics.ts'
import {
  dayOf,
  daysPageOf,
  entriesPageOf,
  entryIdOf,
  merchantIdOf,
  merchantOf,
  notFound,
  pageOf,
  quarantineKeyOf,
} from './parameters.ts'
import { knownShards } from './known-shards.ts'
import { sharingReads } from './shared-reads.ts'
import { loggingStoreFailures, tellingFailures, timingReads, type Store } from './store.ts'
import type { Every, Timer } from './timer.ts'
import { foldWindows } from './windows.ts'

export type QueryApiParts = ServiceParts & {
  readonly store: Store
  readonly openShards: EntryStream['openShards']
  readonly clock: Clock
  readonly timer: Timer
  readonly every: Every
  /** Aborted when the service is about to stop: then the streams of live days end, which never would by themselves. */
  readonly stopping: AbortSignal
}

export const queryApi = ({ registry = metricsRegistry(), ...parts }: QueryApiParts): Hono<ServiceEnv> => {
  const { onRead, onJoin, onWait, onEventSent, watch } = queryMetrics(registry)
  const store = remembering(tellingFailures(sharingReads(timingReads(parts.store, onRead), onJoin)))
  const freshness = journalFreshness({ progress: store.progress, shards: knownShards(parts), timer: parts.timer, onWait })
  const fresh = freshEnough({ freshness, clock: parts.clock })
  const asOf = (merchantId: MerchantId) => freshNow({ freshness, clock: parts.clock }, merchantId)
  const live = liveDays({ ...parts, store, asOf, onEventSent })
  watch({ live, freshness })

  /** The merchant of the path, and what is read of its books once that is fresh; side by side, as neither needs the other. */
  const readOf = async <T>(
    c: ServiceContext,
    after: Positions | undefined,
    read: (merchantId: MerchantId) => Promise<T>,
  ) => {
    const merchantId = merchantIdOf(c)
    const freshly = async () => {
      const asOf = await fresh(c, after, merchantId)
      return { asOf, read: await read(merchantId) }
    }
    const [merchant, books] = await Promise.all([merchantOf(c, store.merchants), freshly()])
    return { merchant, ...books }
  }

  const app = service({ ...parts, registry })
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
    return answer(c, { content: merchantResponse(merchant), etag: merchantTag(merchant), asOf })
  })

  get('/v1/merchants/:merchant/balance', async (c) => {
    const { after } = queryOf(c, parseQueryParams)
    const { merchant, asOf, read } = await readOf(c, after, (merchantId) => readBalance(store, merchantId))
    return answerFresh(c, { content: orProblem(balanceResponse(merchant, read)), asOf })
  })

  get('/v1/merchants/:merchant/days', async (c) => {
    const query = queryOf(c, parsePeriodParams)
    const { from, to } = query
    const list = `days ${merchantIdOf(c)} ${from} ${to}`
    const page = daysPageOf(list, query)
    const { asOf, read } = await readOf(c, query.after, (merchantId) => readPeriod(store, merchantId, { from, to }))
    const left = read.days.filter(({ day }) => day >= page.from)
    const { data: rows, totals } = orProblem(periodResponse(read, left.slice(0, page.limit)))
    const { data, nextCursor } = listResponse(list, rows, left[page.limit]?.day)
    return answer(c, { content: { data, totals, nextCursor }, asOf })
  })

  get('/v1/merchants/:merchant/live', async (c) => {
    const { after, lastEventId } = queryOf(c, parseLiveParams)
    const merchant = await merchantOf(c, store.merchants)
    await fresh(c, after, merchant.merchantId)
    // A client that asks for the headers alone would never read the stream, nor leave it.
    if (c.req.method === 'HEAD') return eventStream(null)
    // A browser that comes back sends the header with its newest id, and the URL as it was at first.
    const seenTag = tagInEventId(c.req.header('last-event-id') || lastEventId)
    return eventStream(await live.follow(merchant, seenTag))
  })

  get('/v1/merchants/:merchant/days/:day', async (c) => {
    const { after } = queryOf(c, parseQueryParams)
    const day = dayOf(c)
    const { merchant, asOf, read } = await readOf(c, after, (merchantId) => readDay(store, { merchantId, day }))
    const content = orProblem(dayResponse(merchant, read))
    return answerFresh(c, { content, etag: openDayTag(merchant, read), asOf })
  })

  get('/v1/merchants/:merchant/days/:day/windows', async (c) => {
    const { after, size } = queryOf(c, parseWindowsParams)
    const day = dayOf(c)
    const { merchant, asOf, read: end } = await readOf(c, after, (merchantId) => store.journal.end({ merchantId, day }))
    const etag = windowsTag(merchant, end?.number ?? 0, size)
    const known = answerKnown(c, { etag, asOf })
    if (known !== undefined) return known
    const totals = await foldWindows(store.journal, end, WINDOW_MS[size])
    return answer(c, { content: windowsResponse(merchant, day, size, totals), etag, asOf })
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
    const { conflicts, ...became } = found
    const content = {
      ...became,
      entry: entryResponse(became.entry),
      ...(conflicts.length > 0 && { conflicts: conflicts.map(conflictResponse) }),
    }
    return answer(c, { content, asOf })
  })

  get('/v1/quarantine', async (c) => {
    const { after, merchant, reason, status, ...paging } = queryOf(c, parseQuarantineParams)
    const list = `quarantine ${merchant ?? ''} ${reason ?? ''} ${status ?? ''}`
    const page = pageOf(list, paging)
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
    if (item === undefined) throw notFound('There is no such item in quarantine.')
    return answer(c, { content: quarantineResponse(item), asOf })
  })

  publishDocs(app, queryDocument)
  return app
}

/** What an answer can say; throws the problem when it cannot. */
const orProblem = <T>(answer: Result<T, Problem>): T => {
  if (answer.ok) return answer.value
  throw new ProblemError(answer.error)
}

const eventStream = (body: ReadableStream<Uint8Array> | null): Response =>
  new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      // nginx, and those who learnt from it, would otherwise hold events back until a buffer is full.
      'x-accel-buffering': 'no',
    },
  })

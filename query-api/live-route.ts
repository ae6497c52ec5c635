import type { ServiceContext, ServiceEnv } from '#http/context'
import { ProblemError } from '#http/problem-error'
import { queryOf } from '#http/query'
import { tagInEventId } from '#wire/http/event-stream'
import { parseLiveParams } from '#wire/http/requests/query-params'
import type { Live } from './live.ts'
import { merchantOf } from './parameters.ts'
import type { RouteParts } from './routing.ts'

export const liveHandlers = ({ store, fresh, live }: RouteParts & { readonly live: Live }) => ({
  followDays: async (c: ServiceContext) => {
    const { after, lastEventId } = queryOf(c, parseLiveParams)
    const merchant = await merchantOf(c, store.merchants)
    await fresh(c, after, merchant.merchantId)
    // A client that asks for the headers alone would never read the stream, nor leave it.
    if (c.req.method === 'HEAD') return eventStream(null)
    // A browser that reconnects sends its newest id in the header, and the URL as it was at first.
    const seenTag = tagInEventId(c.req.header('last-event-id') || lastEventId)
    return eventStream(await live.follow(merchant, seenTag, c.get('access'), hasHungUpOf(c)))
  },
})

// Hono types the bindings as given, and a request that came through no socket has none.
const hasHungUpOf = (c: ServiceContext) => (c.env as ServiceEnv['Bindings'] | undefined)?.hasHungUp

/** Where no stream can be held open. */
export const noLiveHandlers = {
  followDays: async (): Promise<never> => {
    throw new ProblemError({ code: 'not-found', detail: NO_LIVE_STREAMS })
  },
}

const NO_LIVE_STREAMS =
  'Live streams are not served here. Read the day again with If-None-Match: 304 says that it has not changed.'

const eventStream = (body: ReadableStream<Uint8Array> | null): Response =>
  new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      // Without this, nginx and proxies like it hold events back until a buffer is full.
      'x-accel-buffering': 'no',
    },
  })

import type { Hono } from 'hono'
import type { ServiceEnv } from '#http/context'
import { metricsRegistry } from '#http/metrics'
import { service, type ServiceParts } from '#http/service'
import type { MerchantId } from '#ledger/identifiers'
import type { Clock, EntryStream } from '#ledger/ports'
import { queryDocument } from '#wire/http/openapi/query-document'
import { QUERY_ROUTES } from '#wire/http/routes'
import { dayHandlers } from './day-routes.ts'
import { freshEnough, freshNow } from './fresh-enough.ts'
import { journalFreshness } from './freshness.ts'
import { knownShards } from './known-shards.ts'
import { liveHandlers, noLiveHandlers } from './live-route.ts'
import { liveDays } from './live.ts'
import { remembering } from './memory.ts'
import { merchantHandlers } from './merchant-routes.ts'
import { queryMetrics } from './metrics.ts'
import { quarantineHandlers } from './quarantine-routes.ts'
import { sharingReads } from './shared-reads.ts'
import { tellingFailures, timingReads, type Store } from './store.ts'
import type { Every, Timer } from './timer.ts'

export type QueryApiParts = ServiceParts & {
  readonly store: Store
  readonly openShards: EntryStream['openShards']
  readonly clock: Clock
  readonly timer: Timer
  readonly every: Every
  /** Aborted when the service is about to stop. That ends the streams of live days, which never end by themselves. */
  readonly stopping: AbortSignal
  /** Whether `/live` is served; by default it is. */
  readonly liveStreams?: boolean
}

export const queryApi = ({
  registry = metricsRegistry(),
  liveStreams = true,
  ...parts
}: QueryApiParts): Hono<ServiceEnv> => {
  const { onRead, onJoin, onWait, onEventSent, watch } = queryMetrics(registry)

  // Each store wraps the one before it. Timing is innermost: it measures every read that reaches the store once, and
  // not the time for which sharing holds a request back.
  const timing = timingReads(parts.store, onRead)
  const sharing = sharingReads(timing, onJoin)
  // Failures are told apart outside sharing, so that requests that share a failed read each throw an error of their
  // own.
  const telling = tellingFailures(sharing)
  // The memory is outermost: the others pass on nothing but the ports, and only what a request was answered is
  // remembered.
  const store = remembering(telling)

  const freshness = journalFreshness({
    progress: store.progress,
    shards: knownShards(parts),
    timer: parts.timer,
    onWait,
  })
  const fresh = freshEnough({ freshness, clock: parts.clock })
  const asOf = (merchantId: MerchantId) => freshNow({ freshness, clock: parts.clock }, merchantId)
  const live = liveDays({ ...parts, store, asOf, onEventSent })
  watch({ live, freshness })

  return service(
    { ...parts, registry },
    {
      routes: QUERY_ROUTES,
      handlers: {
        ...merchantHandlers({ store, fresh, log: parts.log }),
        ...dayHandlers({ store, fresh }),
        ...(liveStreams ? liveHandlers({ store, fresh, live }) : noLiveHandlers),
        ...quarantineHandlers({ store, fresh }),
      },
      document: queryDocument,
    },
  )
}

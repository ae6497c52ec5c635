/**
 * The metrics of every service. Only this file and the two other metrics.ts, in ingest and query-api, know the library.
 * All other files have hooks that take plain values. They are called once for each request or call to another system,
 * never once for each entry.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type { Registry }

/** The metrics of one service. Each service has its own, so that several can live in a process. */
export const metricsRegistry = (): Registry => new Registry()

/**
 * The same, and the metrics of the process, for a service that has a process of its own: CPU, memory, event loop,
 * garbage collection.
 */
export const processRegistry = (): Registry => {
  const registry = metricsRegistry()
  collectDefaultMetrics({ register: registry })
  for (const name of LISTS_OF_HANDLES) registry.removeSingleMetric(name)
  return registry
}

// A server's handles are its connections. Listing them one by one at each scrape would be costly and tell only their
// number.
const LISTS_OF_HANDLES = ['resources', 'handles', 'requests'].flatMap((what) => [
  `nodejs_active_${what}`,
  `nodejs_active_${what}_total`,
])

/** From the time of a cached answer to a time that few clients wait. */
export const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Middleware that measures each request until its answer begins. */
export const measuringRequests = (registry: Registry): MiddlewareHandler => {
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the head of a request to the head of its answer; the body of a long answer comes after that.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [registry],
  })
  let inFlight = 0
  gaugeAtScrape(registry, {
    name: 'http_requests_in_flight',
    help: 'Requests whose answer has not begun.',
    look: (gauge) => gauge.set(inFlight),
  })

  return async (c, next) => {
    const startedMs = performance.now()
    inFlight += 1
    try {
      await next()
    } finally {
      inFlight -= 1
    }
    const labels = { method: methodOf(c), route: routeOf(c), status: c.res.status }
    duration.observe(labels, (performance.now() - startedMs) / 1_000)
  }
}

// Clients can invent methods and paths, so a label may only have values from our own lists.
const methodOf = (c: Context): string => (METHODS.has(c.req.method) ? c.req.method : 'other')
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** The pattern of the route. Patterns that match every path belong to middleware. */
const routeOf = (c: Context): string => matchedRoutes(c).findLast(({ path }) => path !== '/*')?.path ?? 'none'

/** A gauge that `look` sets at each scrape. */
export const gaugeAtScrape = (registry: Registry, { look, ...declared }: GaugeAtScrape): void => {
  const gauge: Gauge = new Gauge({ ...declared, registers: [], collect: async () => await look(gauge) })
  registry.registerMetric(gauge)
}

type GaugeAtScrape = {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly string[]
  readonly look: (gauge: Gauge) => void | Promise<void>
}

/** The answer to a scrape. */
export const metricsResponse = async (registry: Registry): Promise<Response> =>
  new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } })

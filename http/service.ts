/** The base of both services: request ids, problems instead of stack traces, probes and metrics. */
import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import { jsonResponse, problemResponse, type Problem } from '#wire/http/problem'
import type { ServiceContext, ServiceEnv } from './context.ts'
import { onlyMethods } from './methods.ts'
import { measuringRequests, metricsRegistry, metricsResponse, type Registry } from './metrics.ts'
import { ProblemError } from './problem-error.ts'
import { Unavailable } from './unavailable.ts'

export type ServiceParts = {
  readonly log: Pick<Logger, 'error'>
  /** Whether requests can be served now. `/readyz` answers 503 until they can. */
  readonly isReady: () => Promise<boolean>
  /** The metrics that `/metrics` answers. */
  readonly registry?: Registry
}

/** A Hono app that answers every request as the contract says, failed ones included. */
export const service = ({ log, isReady, registry = metricsRegistry() }: ServiceParts): Hono<ServiceEnv> => {
  const app = new Hono<ServiceEnv>()
  app.use(measuringRequests(registry))
  app.use(async (c, next) => {
    c.set('requestId', requestIdOf(c.req.header('x-request-id')))
    await next()
    c.res.headers.set('x-request-id', c.get('requestId'))
  })
  app.get('/healthz', () => jsonResponse({ status: 'ok' }))
  app.all('/healthz', onlyMethods('GET', 'HEAD'))
  app.get('/readyz', async () => {
    const ready = await isReady().catch(() => false)
    return jsonResponse({ status: ready ? 'ready' : 'starting' }, ready ? 200 : 503)
  })
  app.all('/readyz', onlyMethods('GET', 'HEAD'))
  app.get('/metrics', async () => await metricsResponse(registry))
  app.all('/metrics', onlyMethods('GET', 'HEAD'))
  app.notFound((c) => problem(c, { code: 'not-found', detail: `No route ${c.req.method} ${c.req.path}` }))
  app.onError((error, c) => {
    const request = { requestId: c.get('requestId'), method: c.req.method, path: c.req.path }
    // pino writes the stack of an error only under the name `err`.
    if (error instanceof Unavailable) {
      log.error({ err: error.cause, ...request }, `${error.dependency.name} does not answer`)
    }
    if (error instanceof ProblemError) return problem(c, error.problem)
    log.error({ err: error, ...request }, 'request failed')
    const detail = 'It is logged under this requestId. Sending the same request again is safe.'
    return problem(c, { code: 'unexpected-error', detail })
  })
  return app
}

const problem = (c: ServiceContext, problem: Problem): Response => problemResponse(problem, c.get('requestId'))

// A client's own id is kept, so that its log and ours name the same request, unless it is unsafe in a log line or a
// header.
const requestIdOf = (given: string | undefined): string =>
  given !== undefined && /^[A-Za-z0-9._:-]{1,64}$/.test(given) ? given : randomUUID()

/** What both services share: request ids, problems instead of stack traces, the probes, and metrics. */
import { randomUUID } from 'node:crypto'
import { Hono, type Context } from 'hono'
import type { Logger } from 'pino'
import { jsonResponse, problemResponse, type Problem } from '#wire/http/problem'
import { onlyMethods } from './methods.ts'
import { measuringRequests, metricsRegistry, metricsResponse, type Registry } from './metrics.ts'

export type ServiceEnv = { Variables: { requestId: string } }
export type ServiceContext = Context<ServiceEnv>

export type ServiceParts = {
  readonly log: Pick<Logger, 'error'>
  /** Whether requests can be served now; `/readyz` says 503 until it does. */
  readonly isReady: () => Promise<boolean>
  /** What `/metrics` tells. */
  readonly registry?: Registry
}

/** A Hono app that answers every request, whatever happens to it, in the contract's manner. */
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
    if (error instanceof ProblemError) return problem(c, error.problem)
    // Under the name `err`, because that is the one that pino writes with its stack.
    log.error({ err: error, requestId: c.get('requestId'), method: c.req.method, path: c.req.path }, 'request failed')
    const detail = 'It is logged under this requestId. Sending the same request again is safe.'
    return problem(c, { code: 'unexpected-error', detail })
  })
  return app
}

export const problem = (c: ServiceContext, problem: Problem): Response => problemResponse(problem, c.get('requestId'))

/** A problem found where no Response can be returned, such as while reading a body. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

// A caller's own id is kept, so that both sides' logs meet, unless it could not stand in a log line or a header.
const requestIdOf = (given: string | undefined): string =>
  given !== undefined && /^[A-Za-z0-9._:-]{1,64}$/.test(given) ? given : randomUUID()

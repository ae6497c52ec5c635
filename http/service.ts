/** The base of both services: request ids, problems instead of stack traces, who may come in, probes and metrics. */
import { Hono } from 'hono'
import type { Logger } from 'pino'
import type { Subject } from '#ledger/access'
import type { OpenApiDocument } from '#wire/http/openapi/document'
import { jsonResponse, problemResponse, type Problem } from '#wire/http/problem'
import { SERVICE_ROUTES, type Routes } from '#wire/http/routes'
import { accessDoor, type AccessParts } from './access.ts'
import type { ServiceContext, ServiceEnv } from './context.ts'
import { crossOrigin } from './cors.ts'
import { docsHandlers, leadingTo } from './docs.ts'
import { measuringRequests, metricsRegistry, metricsResponse, type Registry } from './metrics.ts'
import { ProblemError } from './problem-error.ts'
import { readiness, type Need } from './readiness.ts'
import { requestIdOf } from './request-id.ts'
import { addRoutes, type Handlers } from './routes.ts'
import { isOverTls, secure } from './security-headers.ts'
import { Unavailable } from './unavailable.ts'

export type ServiceParts = AccessParts & {
  readonly log: Pick<Logger, 'error'>
  /** What requests need, beside what tells who sends them. `/readyz` answers 503 while one of these cannot be used. */
  readonly needs: readonly Need[]
  /** The metrics that `/metrics` answers. */
  readonly registry?: Registry
  /** The origins of the pages that may call the API from a browser; none by default. */
  readonly corsOrigins?: readonly string[]
}

/** What makes a service of its routes. */
export type Service<Table extends Routes> = {
  readonly routes: Table
  readonly handlers: Handlers<Table>
  readonly document: () => OpenApiDocument
  /** Where the routes that every service has are answered once more, such as `/ingest`. */
  readonly prefix?: string
}

/** A Hono app that answers every request as the contract says, failed ones included. */
export const service = <Table extends Routes>(
  { log, needs, registry = metricsRegistry(), corsOrigins = [], ...access }: ServiceParts,
  { routes, handlers, document, prefix }: Service<Table>,
): Hono<ServiceEnv> => {
  const app = new Hono<ServiceEnv>()
  app.use(measuringRequests(registry))
  app.use(async (c, next) => {
    c.set('requestId', requestIdOf(c.req.header('x-request-id')))
    await next()
    const { headers } = c.res
    headers.set('x-request-id', c.get('requestId'))
    if (c.get('isGuarded')) keepForItsCaller(headers)
    secure(headers, isOverTls(c.req.url, c.req.header('x-forwarded-proto')))
  })
  if (corsOrigins.length > 0) app.use(crossOrigin(corsOrigins))
  const door = accessDoor(access)
  addRoutes(app, door, routes, handlers)
  const serviceHandlers = {
    isAlive: () => jsonResponse({ status: 'ok' }),
    isReady: readiness([...needs, ...needsOfAccess(access)], log),
    readMetrics: async () => await metricsResponse(registry),
    ...docsHandlers(document),
  }
  addRoutes(app, door, SERVICE_ROUTES, serviceHandlers)
  if (prefix !== undefined) {
    addRoutes(app, door, below(prefix, SERVICE_ROUTES), serviceHandlers)
    const atPrefix = { readRoot: { method: 'GET', path: prefix, access: 'open' } } as const
    addRoutes(app, door, atPrefix, { readRoot: leadingTo(`${prefix.slice(1)}/docs`) })
  }
  app.notFound((c) => problem(c, { code: 'not-found', detail: `No route ${c.req.method} ${c.req.path}` }))
  app.onError((error, c) => {
    const request = { requestId: c.get('requestId'), method: c.req.method, path: c.req.path }
    // pino writes the stack of an error only under the name `err`.
    if (error instanceof Unavailable) {
      const facts = { err: error.cause, dependency: error.dependency.name, ...request }
      log.error(facts, 'what a request depends on does not answer, so the request was answered 503')
    }
    if (error instanceof ProblemError) return problem(c, error.problem)
    log.error({ err: error, ...request }, 'our own code failed on a request, which was answered 500')
    const detail = 'It is logged under this requestId. Sending the same request again is safe.'
    return problem(c, { code: 'unexpected-error', detail })
  })
  return app
}

// A service that cannot tell who sends a request can serve none.
const needsOfAccess = ({ tokens, grants }: AccessParts): readonly Need[] => [
  { name: 'issuer', cannot: 'check tokens', ask: () => tokens.ready() },
  { name: 'grants', cannot: 'tell which merchants a caller may act for', ask: () => grants.find(NO_SUBJECT) },
]

// No token is of this subject. So the lookup finds no grant, and shows that the table answers.
const NO_SUBJECT = '~' as Subject

const below = <Table extends Routes>(prefix: string, table: Table): Table =>
  Object.fromEntries(
    Object.entries(table).map(([name, route]) => [name, { ...route, path: `${prefix}${route.path}` }]),
  ) as Table

/**
 * An answer that depends on who asks: a cache that several callers share neither keeps it nor gives it to another one
 * (RFC 9111, sections 4.1 and 5.2.2.7).
 */
const keepForItsCaller = (headers: Headers): void => {
  const others = headers.get('cache-control')
  headers.set('cache-control', others === null ? 'private' : `private, ${others}`)
  headers.append('vary', 'Authorization')
}

const problem = (c: ServiceContext, problem: Problem): Response => problemResponse(problem, c.get('requestId'))

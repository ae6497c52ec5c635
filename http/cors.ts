/**
 * Which pages may call the API from a browser (Fetch standard, "CORS protocol"). None may, unless the setting CORS_ORIGINS
 * names their origin. Tokens travel in a header that the page sets, so cookies are never asked for.
 *
 * The middleware of Hono answers every OPTIONS request by itself and does not know the methods of a path. Here the route
 * answers OPTIONS as always, and a preflight is told the same in the words of the protocol.
 */
import type { MiddlewareHandler } from 'hono'
import type { ServiceEnv } from './context.ts'

export const crossOrigin = (origins: readonly string[]): MiddlewareHandler<ServiceEnv> => {
  const allowed = new Set(origins)
  return async (c, next) => {
    await next()
    const { headers } = c.res
    // Also when the origin is not allowed: a cache must not give its answer to one that is.
    headers.append('vary', 'Origin')
    const origin = c.req.header('origin')
    if (origin === undefined || !allowed.has(origin)) return
    headers.set('access-control-allow-origin', origin)
    const isPreflight = c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined
    if (!isPreflight) {
      headers.set('access-control-expose-headers', ANSWER_HEADERS.join(', '))
      return
    }
    headers.set('access-control-allow-methods', headers.get('allow') ?? '')
    headers.set('access-control-allow-headers', REQUEST_HEADERS.join(', '))
    headers.set('access-control-max-age', String(PREFLIGHT_KNOWN_FOR_SECONDS))
  }
}

// A browser keeps it for two hours at most.
const PREFLIGHT_KNOWN_FOR_SECONDS = 7_200

/** The headers that a page may send. */
const REQUEST_HEADERS = [
  'authorization',
  'content-encoding',
  'content-type',
  'if-match',
  'if-none-match',
  'last-event-id',
  'prefer',
  'x-request-id',
]

/** The headers that a page may read, besides those that every page may. */
const ANSWER_HEADERS = [
  'accept-patch',
  'allow',
  'daybook-applied-through',
  'daybook-as-of',
  'etag',
  'location',
  'preference-applied',
  'retry-after',
  'www-authenticate',
  'x-request-id',
]

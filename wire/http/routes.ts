/**
 * Every route of both services, and who may use it. Handlers, the `security` of the OpenAPI documents and the tests of
 * access follow from this table, so a route without a row answers nothing.
 */
import type { Scope } from '#ledger/access'

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  /** As OpenAPI writes it: `/v1/merchants/{merchantId}`. */
  readonly path: string
  readonly access: Access
}

export type Access =
  /** No token is asked for. */
  | 'open'
  | {
      /** What the token has to allow. */
      readonly scope: Scope
      readonly merchants: MerchantRule
      /** The setting that makes the route open. */
      readonly openBy?: 'METRICS_OPEN'
    }

/** How the grant of the caller counts. */
export type MerchantRule =
  /** The first parameter of the path is a merchant. One that is not granted is answered like an unknown one. */
  | 'in-path'
  /** Each entry of the body names its merchant. One that is not granted is refused like an unknown one. */
  | 'of-entries'
  /**
   * The answer lists what belongs to granted merchants, and nothing else. The door cannot see to that: the handler walks
   * through the granted merchants (`query-api/granted-lists.ts`) and reads nothing of others. It never filters a list of
   * all: the time and the cursor of a page would then tell of merchants that it does not show.
   */
  | 'listed'
  /** The item of the path belongs to a merchant. An item of one that is not granted is answered like a missing one. */
  | 'of-item'
  /** The answer is about all merchants together, so all of them have to be granted. */
  | 'all'

const entries = { scope: 'entries:write', merchants: 'of-entries' } as const
const register = { scope: 'merchants:admin', merchants: 'in-path' } as const
const books = { scope: 'ledger:read', merchants: 'in-path' } as const
const items = { scope: 'operations', merchants: 'of-item' } as const
const closing = { scope: 'operations', merchants: 'in-path' } as const

export const INGEST_ROUTES = {
  registerMerchant: { method: 'PUT', path: '/v1/merchants/{merchantId}', access: register },
  changeMerchant: { method: 'PATCH', path: '/v1/merchants/{merchantId}', access: register },
  sendEntry: { method: 'POST', path: '/v1/entries', access: entries },
  sendBatch: { method: 'POST', path: '/v1/entries/batch', access: entries },
  streamEntries: { method: 'POST', path: '/v1/entries/stream', access: entries },
  closeDays: { method: 'POST', path: '/v1/merchants/{merchantId}/days/{day}/close', access: closing },
  replayQuarantined: { method: 'POST', path: '/v1/quarantine/{quarantineId}/replay', access: items },
  discardQuarantined: { method: 'POST', path: '/v1/quarantine/{quarantineId}/discard', access: items },
} as const satisfies Routes

export const QUERY_ROUTES = {
  listMerchants: { method: 'GET', path: '/v1/merchants', access: { scope: 'ledger:read', merchants: 'listed' } },
  readMerchant: { method: 'GET', path: '/v1/merchants/{merchant}', access: books },
  readBalance: { method: 'GET', path: '/v1/merchants/{merchant}/balance', access: books },
  readPeriod: { method: 'GET', path: '/v1/merchants/{merchant}/days', access: books },
  readDay: { method: 'GET', path: '/v1/merchants/{merchant}/days/{day}', access: books },
  readWindows: { method: 'GET', path: '/v1/merchants/{merchant}/days/{day}/windows', access: books },
  followDays: { method: 'GET', path: '/v1/merchants/{merchant}/live', access: books },
  listEntries: { method: 'GET', path: '/v1/merchants/{merchant}/days/{day}/entries', access: books },
  readEntry: { method: 'GET', path: '/v1/merchants/{merchant}/days/{day}/entries/{entry}', access: books },
  listQuarantine: { method: 'GET', path: '/v1/quarantine', access: { scope: 'operations', merchants: 'listed' } },
  readQuarantined: { method: 'GET', path: '/v1/quarantine/{quarantineId}', access: items },
} as const satisfies Routes

/** The routes that every service has. */
export const SERVICE_ROUTES = {
  isAlive: { method: 'GET', path: '/healthz', access: 'open' },
  isReady: { method: 'GET', path: '/readyz', access: 'open' },
  readMetrics: {
    method: 'GET',
    path: '/metrics',
    access: { scope: 'operations', merchants: 'all', openBy: 'METRICS_OPEN' },
  },
  readDocument: { method: 'GET', path: '/openapi.json', access: 'open' },
  readDocs: { method: 'GET', path: '/docs', access: 'open' },
  readRoot: { method: 'GET', path: '/', access: 'open' },
  readDocsFolder: { method: 'GET', path: '/docs/', access: 'open' },
  readProblems: { method: 'GET', path: '/docs/problems', access: 'open' },
  readAsset: { method: 'GET', path: '/docs/assets/{name}', access: 'open' },
} as const satisfies Routes

/**
 * Both services have the routes above. Where one host stands before both, these are the query API's, and ingest answers
 * its own below this prefix.
 */
export const SERVICE_PREFIX = '/ingest'

export type Routes = Readonly<Record<string, Route>>

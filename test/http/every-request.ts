/** A request for each route of both services, from the tables of routes. */
import { quarantineKey } from '#ledger/quarantine'
import { aSetAside } from '#test/builders'
import { quarantineId } from '#wire/http/quarantine-id'
import { INGEST_ROUTES, QUERY_ROUTES, SERVICE_ROUTES, type Route, type Routes } from '#wire/http/routes'
import { SALE } from './ingest-fixtures.ts'

/** The item that the requests about quarantine name. */
export const ITEM = aSetAside()

const MERCHANT = { name: 'Corner Shop', currency: 'BRL', timeZone: 'America/Sao_Paulo' }

/** What the routes of ingest take. */
const BODIES: { readonly [Name in Exclude<keyof typeof INGEST_ROUTES, 'closeDays'>]: object } = {
  registerMerchant: MERCHANT,
  changeMerchant: MERCHANT,
  sendEntry: SALE,
  sendBatch: { entries: [SALE, { ...SALE, entryId: 'e2' }] },
  streamEntries: SALE,
  replayQuarantined: {},
  discardQuarantined: { reason: 'a test' },
}

const PARAMETERS: Readonly<Record<string, string>> = {
  merchantId: 'm1',
  merchant: 'm1',
  day: '2026-11-20',
  entry: 'e1',
  name: 'page.css',
  quarantineId: quarantineId(quarantineKey(ITEM)),
}

export type NamedRequest = {
  readonly name: string
  readonly path: string
  readonly init: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> }
}

const requestsOf = (routes: Routes, bodies: Readonly<Record<string, object>> = {}): readonly NamedRequest[] =>
  Object.entries(routes).map(([name, route]) => {
    const body = bodies[name]
    const contentType = route.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    return {
      name,
      path: pathOf(route),
      init: {
        method: route.method,
        ...(body !== undefined && { headers: { 'content-type': contentType }, body: `${JSON.stringify(body)}\n` }),
      },
    }
  })

const pathOf = ({ path }: Route): string =>
  path.replaceAll(/\{(\w+)\}/g, (_parameter, name: string) => {
    const value = PARAMETERS[name]
    if (value === undefined) throw new Error(`a new parameter of a path needs a value here: ${name}`)
    return encodeURIComponent(value)
  })

export const INGEST_REQUESTS = [...requestsOf(INGEST_ROUTES, BODIES), ...requestsOf(SERVICE_ROUTES)]
export const QUERY_REQUESTS = [...requestsOf(QUERY_ROUTES), ...requestsOf(SERVICE_ROUTES)]

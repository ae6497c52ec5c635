/** What an integrator's compiler has to refuse. Each mistake stands alone: one that compiles fails `npm run types`. */
import createClient from 'openapi-fetch'
import type { components as Ingest, paths as IngestPaths } from './generated/ingest-api.ts'
import type { components as Query, paths as QueryPaths } from './generated/query-api.ts'

const ingest = createClient<IngestPaths>()
const query = createClient<QueryPaths>()

type Entry = Ingest['schemas']['Entry']

const sale: Entry = {
  entryId: 'e1',
  merchantId: 'm1',
  direction: 'credit',
  amount: 1250,
  currency: 'BRL',
  occurredAt: '2026-11-20T09:30:00Z',
}

export const mistakes = {
  // @ts-expect-error a field that no entry has
  misspelt: (): Entry => ({ ...sale, methd: 'pix' }),
  // @ts-expect-error instead of a field that has to be there
  renamed: () => ingest.PUT('/v1/merchants/{merchantId}', { body: { name: 'B', currency: 'BRL', timezone: 'UTC' } }),
  // @ts-expect-error neither in nor out
  direction: () => ingest.POST('/v1/entries', { body: { ...sale, direction: 'sideways' } }),
  // @ts-expect-error an amount in text
  amount: () => ingest.POST('/v1/entries', { body: { ...sale, amount: '12.50' } }),
  // @ts-expect-error a merchant without a time zone
  missing: () => ingest.PUT('/v1/merchants/{merchantId}', { body: { name: 'Bakery', currency: 'BRL' } }),
  emptied: () =>
    // @ts-expect-error a name that a merge patch takes away
    ingest.PATCH('/v1/merchants/{merchantId}', { params: { path: { merchantId: 'm1' } }, body: { name: null } }),
  // @ts-expect-error a route of the other service
  route: () => query.POST('/v1/entries', { body: sale }),
  // @ts-expect-error a parameter that no query has
  parameter: () => query.GET('/v1/merchants', { params: { query: { since: 'today' } } }),
  // @ts-expect-error a sum that no day has
  answer: (day: Query['schemas']['Day']) => day.total,
}

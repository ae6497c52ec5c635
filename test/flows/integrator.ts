/**
 * What an integrator writes against clients made from the published documents: a shop registers, sends what it sold, and
 * reads its day. It is compiled with the generated types, and run.
 */
import createClient from 'openapi-fetch'
import type { components as Sent, paths as IngestPaths } from './generated/ingest-api.ts'
import type { components as Read, paths as QueryPaths } from './generated/query-api.ts'

type Entry = Sent['schemas']['Entry']

/** Where the two services are, and the token to send along. */
export type Daybook = { readonly ingest: string; readonly query: string; readonly token: string }

export type Shop = {
  readonly merchantId: string
  readonly day: string
  readonly sales: readonly { readonly entryId: string; readonly amount: number }[]
}

export type Evening = {
  readonly day: Read['schemas']['Day']
  readonly entryIds: readonly string[]
}

/** Through a day of trade, from the registration to what the books say of it. */
export const aDayOfTrade = async (daybook: Daybook, shop: Shop): Promise<Evening> => {
  const headers = { authorization: `Bearer ${daybook.token}` }
  const ingest = createClient<IngestPaths>({ baseUrl: daybook.ingest, headers })
  const query = createClient<QueryPaths>({ baseUrl: daybook.query, headers })

  const registered = await ingest.PUT('/v1/merchants/{merchantId}', {
    params: { path: { merchantId: shop.merchantId } },
    body: { name: 'Corner Shop', currency: 'BRL', timeZone: 'America/Sao_Paulo' },
  })
  if (registered.error !== undefined) throw new Error(`${registered.error.code}: ${registered.error.detail}`)

  const sent = await ingest.POST('/v1/entries/batch', {
    body: {
      entries: shop.sales.map(({ entryId, amount }): Entry => ({
        entryId,
        merchantId: registered.data.merchantId,
        direction: 'credit',
        amount,
        currency: registered.data.currency,
        method: 'pix',
        occurredAt: `${shop.day}T12:00:00Z`,
      })),
    },
  })
  if (sent.error !== undefined) throw new Error(`${sent.error.code}: ${sent.error.detail}`)
  const last = sent.data.results.at(-1)
  if (last?.status !== 'accepted') throw new Error(`not accepted: ${last?.problem.detail}`)

  const path = { merchant: shop.merchantId, day: last.businessDay }
  const day = await query.GET('/v1/merchants/{merchant}/days/{day}', {
    params: { path, query: { after: last.position }, header: { prefer: 'wait=20' } },
  })
  if (day.error !== undefined) throw new Error(`${day.error.code}: ${day.error.detail}`)

  const entryIds: string[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await query.GET('/v1/merchants/{merchant}/days/{day}/entries', {
      params: { path, query: { limit: 2, ...(cursor !== undefined && { cursor }) } },
    })
    if (page.error !== undefined) throw new Error(`${page.error.code}: ${page.error.detail}`)
    entryIds.push(...page.data.data.map(({ entryId }) => entryId))
    cursor = page.data.nextCursor
  }
  return { day: day.data, entryIds }
}

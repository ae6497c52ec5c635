/**
 * Measures the share of a request's CPU that goes into the question who may do what: on the hot path, where token and
 * grant are known, and at the first request of a token. Requests and the door take turns, so that other work on the
 * machine affects both.
 */
import { Hono } from 'hono'
import { accessDoor, type AccessParts, type Door } from '#http/access'
import type { ServiceContext, ServiceEnv } from '#http/context'
import { serve } from '#http/serve'
import { INGEST_ROUTES, type Route } from '#wire/http/routes'
import type { MerchantId } from '#ledger/identifiers'
import { measuredAccess } from '../rig/access.ts'
import type { Figure } from '../rig/figure.ts'
import { batchBodies, startIngest, tillEntries } from '../rig/ingest-server.ts'
import { cpuMicros, median } from '../rig/rounds.ts'

const MERCHANTS = 20
const BATCH = 500
const ROUNDS = 5
const ROUND_MS = 1_500
const DOOR_MS = 300
/** So many requests are kept and shown to the door again and again. */
const KEPT = 200

export const measureAccess = async (): Promise<readonly Figure[]> => {
  const server = await startIngest(MERCHANTS)
  const singles = tillEntries(0, BATCH, MERCHANTS).map((entry) => Buffer.from(JSON.stringify(entry)))
  const batches = batchBodies(MERCHANTS)
  const merchants = Array.from({ length: MERCHANTS }, (_, index) => `shop-${index}`)
  const { access, token } = await measuredAccess(...merchants)
  const sameToken = token()
  const known = await contextsOf(Array.from({ length: KEPT }, () => sameToken))
  const door = accessDoor(access)
  const sold = Array.from({ length: BATCH }, (_, index) => merchants[index % MERCHANTS] as MerchantId)

  const costs = { single: [], batch: [], ofSingle: [], ofBatch: [], first: [] } as Record<Cost, number[]>
  for (let round = -1; round < ROUNDS; round += 1) {
    const measured: Record<Cost, number> = {
      single: (await server.send({ path: INGEST_ROUTES.sendEntry.path, bodies: singles, forMs: ROUND_MS })).cpuMicros,
      batch: (await server.send({ path: INGEST_ROUTES.sendBatch.path, bodies: batches, forMs: ROUND_MS })).cpuMicros,
      ofSingle: await costAt(door, { route: INGEST_ROUTES.sendEntry, contexts: known, merchants: sold.slice(0, 1) }),
      ofBatch: await costAt(door, { route: INGEST_ROUTES.sendBatch, contexts: known, merchants: sold }),
      first: await costOfFirst(access, await contextsOf(Array.from({ length: KEPT }, token))),
    }
    // The first round warms up.
    if (round >= 0) for (const [cost, micros] of Object.entries(measured)) costs[cost as Cost].push(micros)
  }
  server.stop()

  const share = (part: Cost, whole: Cost) =>
    100 * median(costs[part].map((micros, round) => micros / (costs[whole][round] ?? Number.NaN)))
  const of = (part: Cost, whole: Cost) =>
    `${median(costs[part]).toFixed(2)} of ${median(costs[whole]).toFixed(0)} µs of CPU`
  return [
    {
      what: 'access, of a single-entry request over HTTP',
      value: share('ofSingle', 'single'),
      unit: '%',
      target: { atMost: 10 },
      note: `${of('ofSingle', 'single')}; token and grant known`,
    },
    {
      what: 'access, of a batch of 500 over HTTP',
      value: share('ofBatch', 'batch'),
      unit: '%',
      target: { atMost: 2 },
      note: `${of('ofBatch', 'batch')}; the merchant of each entry compared with a grant of ${MERCHANTS}`,
    },
    {
      what: 'access, the first request of a token',
      value: median(costs.first),
      unit: 'µs of CPU',
      note: 'its signature (RS256); once in five minutes for each token and process',
    },
  ]
}

type Cost = 'single' | 'batch' | 'ofSingle' | 'ofBatch' | 'first'

type Passing = {
  readonly route: Route
  readonly contexts: readonly ServiceContext[]
  /** The merchants that the entries of a request name. */
  readonly merchants: readonly MerchantId[]
}

/** The CPU of letting one request through, as its route does, for each of its entries too. */
const costAt = async (door: Door, { route, contexts, merchants }: Passing): Promise<number> => {
  for (const c of contexts) await door.enter(c, route)
  const untilMs = performance.now() + DOOR_MS
  const before = cpuMicros()
  let passed = 0
  while (performance.now() < untilMs) {
    for (const c of contexts) {
      await door.enter(c, route)
      const granted = c.get('merchants')
      if (!merchants.every((merchantId) => granted.covers(merchantId))) throw new Error('a merchant is not granted')
    }
    passed += contexts.length
  }
  return (cpuMicros() - before) / passed
}

/** The same at a door that knows the issuer's keys, and none of the tokens. */
const costOfFirst = async (access: AccessParts, [first, ...contexts]: readonly ServiceContext[]): Promise<number> => {
  const door = accessDoor(access)
  if (first !== undefined) await door.enter(first, INGEST_ROUTES.sendEntry)
  const before = cpuMicros()
  for (const c of contexts) await door.enter(c, INGEST_ROUTES.sendEntry)
  return (cpuMicros() - before) / contexts.length
}

/** Requests with these tokens as they come over HTTP, kept at the place where they meet the door. */
const contextsOf = async (tokens: readonly string[]): Promise<readonly ServiceContext[]> => {
  const contexts: ServiceContext[] = []
  const app = new Hono<ServiceEnv>().all('*', (c) => {
    // The service has read this header and named the request before it asks the door.
    c.set('requestId', c.req.header('x-request-id') ?? 'none')
    contexts.push(c)
    return c.body(null, 204)
  })
  const serving = await serve(app, { host: '127.0.0.1', port: 0 })
  for (const token of tokens) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    await fetch(`http://127.0.0.1:${serving.port}/v1/entries`, { method: 'POST', headers, body: '{}' })
  }
  await serving.stop()
  return contexts
}

/** A load of entries, as the generator's process sends it. */
import { connectionsTo, type Answer, type Connections } from './connection.ts'
import { asFastAsTaken, atConstantRate } from './pace.ts'
import { batchOf, saleOf, type Sales } from './sales.ts'

export type Writes = {
  readonly kind: 'writes'
  readonly ingestUrl: string
  readonly token: string
  readonly sales: Sales
  /** The number of the first sale; loads of the same sales begin where the last one ended. */
  readonly firstSale: number
  /** 1 sends single entries to their own route. */
  readonly batchSize: number
  readonly pace: { readonly entriesPerSecond: number } | { readonly clients: number }
  readonly forMs: number
  /** The warm-up, at the same pace. Its latencies are left out; its entries count. */
  readonly warmUpMs: number
  /** The query API that is asked, ten times a second, when a just acknowledged entry can be read. */
  readonly readBackFrom?: string
}

export type Written = {
  /** From the scheduled moment to the answer 202, after the warm-up. */
  readonly acknowledgedMs: readonly number[]
  /** From the answer 202 to a daily consolidated that holds the entry. */
  readonly readableMs: readonly number[]
  /** The number of answers by status; 'no answer' counts failed requests, by their reason. */
  readonly statuses: Readonly<Record<string, number>>
  /** The first sale of every batch that was answered 202, of every one refused (4xx), and of all others. */
  readonly acknowledged: readonly number[]
  readonly refused: readonly number[]
  readonly unsure: readonly number[]
  /** The duration of the load from the warm-up to the last answer, and the entries acknowledged in it. */
  readonly seconds: number
  readonly entriesInTime: number
}

export const write = async (load: Writes): Promise<Written> => {
  const ingest = connectionsTo(load.ingestUrl, load.token)
  const outcome = {
    acknowledgedMs: [] as number[],
    statuses: {} as Record<string, number>,
    acknowledged: [] as number[],
    refused: [] as number[],
    unsure: [] as number[],
  }
  const readBack = reader(load)
  let next = load.firstSale
  let measuringSinceMs = Number.POSITIVE_INFINITY

  const send = async (scheduledAtMs: number): Promise<void> => {
    const first = next
    next += load.batchSize
    const answer = await ingest.send(requestOf(load, first)).catch(noAnswer)
    const answeredAtMs = performance.now()
    const status = answer.status === 0 ? `no answer: ${answer.body}` : String(answer.status)
    outcome.statuses[status] = (outcome.statuses[status] ?? 0) + 1
    if (answer.status >= 400 && answer.status < 500) outcome.refused.push(first)
    else if (answer.status !== 202) outcome.unsure.push(first)
    else {
      outcome.acknowledged.push(first)
      if (scheduledAtMs < measuringSinceMs) return
      outcome.acknowledgedMs.push(answeredAtMs - scheduledAtMs)
      readBack.maybe(first, answer, answeredAtMs)
    }
  }

  if (load.warmUpMs > 0) await offer(load, load.warmUpMs, send)
  measuringSinceMs = performance.now()
  await offer(load, load.forMs, send)
  const seconds = (performance.now() - measuringSinceMs) / 1_000
  const readableMs = await readBack.end()
  ingest.close()
  return { ...outcome, readableMs, seconds, entriesInTime: outcome.acknowledgedMs.length * load.batchSize }
}

const offer = ({ pace, batchSize }: Writes, forMs: number, send: (scheduledAtMs: number) => Promise<void>) =>
  'clients' in pace
    ? asFastAsTaken({ clients: pace.clients, forMs }, send)
    : atConstantRate({ perSecond: pace.entriesPerSecond / batchSize, forMs }, send)

const requestOf = ({ sales, batchSize }: Writes, first: number) =>
  batchSize === 1
    ? ({ method: 'POST', path: '/v1/entries', body: JSON.stringify(saleOf(sales, first)) } as const)
    : ({ method: 'POST', path: '/v1/entries/batch', body: batchOf(sales, first, batchSize) } as const)

const noAnswer = (error: Error): Answer => ({ status: 0, body: error.message })

const READ_BACK_EVERY_MS = 100
const MAX_TRIES = 20

/** Asks for the day of an entry just acknowledged, `after` its position. */
const reader = ({ readBackFrom, token, sales, batchSize }: Writes) => {
  const query: Connections | undefined = readBackFrom === undefined ? undefined : connectionsTo(readBackFrom, token)
  const readableMs: number[] = []
  const underWay: Promise<void>[] = []
  let lastMs = 0

  const read = async (query: Connections, first: number, answer: Answer, answeredAtMs: number) => {
    const sale = saleOf(sales, first)
    const path = `/v1/merchants/${sale.merchantId}/days/${sale.occurredAt.slice(0, 10)}?after=${positionIn(answer)}`
    // When the entry is not applied within the five seconds of a query, ask again. The whole time counts.
    for (let tries = 1; (await query.send({ method: 'GET', path })).status !== 200; tries += 1) {
      if (tries === MAX_TRIES) throw new Error(`${sale.entryId} was answered 202 and cannot be read`)
    }
    readableMs.push(performance.now() - answeredAtMs)
  }

  const positionIn = ({ body }: Answer): string => {
    const parsed = JSON.parse(body) as { position?: string; results?: { position: string }[] }
    return (batchSize === 1 ? parsed.position : parsed.results?.[0]?.position) ?? ''
  }

  return {
    maybe(first: number, answer: Answer, answeredAtMs: number): void {
      if (query === undefined || answeredAtMs - lastMs < READ_BACK_EVERY_MS) return
      lastMs = answeredAtMs
      underWay.push(read(query, first, answer, answeredAtMs))
    },
    async end(): Promise<readonly number[]> {
      await Promise.all(underWay)
      query?.close()
      return readableMs
    },
  }
}

/**
 * Computes the price on AWS of a million entries, at 6,000 a second of 1,000 merchants, in requests of 50: counted calls
 * and measured CPU, times published prices. Compares it with the design of one transaction per entry.
 *
 * The price leaves out the archive, the way in from the internet, logs, metrics and long-term storage, because they are
 * not built yet or depend on where ingest runs.
 */
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { ianaZones } from '#adapters/zones/iana-zones'
import { ingest } from '#ingest/ingest'
import { HOUR_MS } from '#ledger/calendar'
import type { ShardBatch } from '#processors/shard-batch'
import { allWriteUnits } from '../rig/billed-store.ts'
import { billedWorkers, type Worker } from '../rig/billed-workers.ts'
import { measuredAccess } from '../rig/access.ts'
import type { Figure } from '../rig/figure.ts'
import { measureNaive, type Naive } from '../rig/naive.ts'
import { ASSUMED_WAIT_SECONDS, billedRecordGB, dollars, lambdaGBSeconds, type Usage } from '../rig/prices.ts'
import { cpuMicros } from '../rig/rounds.ts'
import { recordedStream } from '../rig/stream.ts'
import { asSent, merchantOf, terms, trade } from '../rig/trade.ts'

const MERCHANTS = 1_000
const PER_SECOND = 6_000
const PER_REQUEST = 50
/** An on-demand stream begins with this number of shards. */
const SHARDS = 4
const AT_ONCE = 32
const MILLION = 1_000_000
/** A stream keeps records for a day; we keep them for seven. */
const MONTHS_KEPT = 6 / 30

export const measureCost = async (): Promise<readonly Figure[]> => {
  const front = await usageOfIngest()
  return [
    ours('1 s', 0.12, front, await usageOfBooks({ windowSeconds: 1, windows: 5 })),
    ours('10 s', 0.045, front, await usageOfBooks({ windowSeconds: 10, windows: 1 })),
    ...naives(front, await measureNaive()),
  ]
}

/** The usage of a million entries. */
type Used = Partial<Usage>
type BooksUsage = { readonly stream: Used; readonly processor: Used; readonly store: Used }

const ours = (window: string, target: number, front: Used, { stream, processor, store }: BooksUsage): Figure => ({
  what: `a million entries to the books on AWS, ${window} window`,
  value: dollars(front) + dollars(stream) + dollars(processor) + dollars(store),
  unit: '$',
  target: { atMost: target },
  note: `DynamoDB ${price(store)}, stream ${price(stream)}, processor ${price(processor)}, ingest ${price(front)}; no archive`,
})

const price = (used: Used): string => `$${dollars(used).toFixed(4)}`

/** The usage of the processor and the services around it, when a shard's entries of a window come as one batch. */
const usageOfBooks = async ({
  windowSeconds,
  windows,
}: Record<'windowSeconds' | 'windows', number>): Promise<BooksUsage> => {
  const { shops, requests } = trade({ merchantCount: MERCHANTS, ids: 'till', entriesPerSecond: PER_SECOND })
  const stream = recordedStream(SHARDS)
  const { workers, takeBill } = await billedWorkers(shops)
  const [worker] = workers as [Worker]
  const perWindow = PER_SECOND * windowSeconds
  // The first window makes the writer know the shards and the worker know the books.
  for (const batch of await stream.send(requests(30_000))) await worker(batch)
  takeBill()

  const batches: ShardBatch[] = []
  let micros = 0
  for (let window = 0; window < windows; window += 1) {
    const ofWindow = await stream.send(requests(perWindow))
    const before = cpuMicros()
    for (const batch of ofWindow) await worker(batch)
    micros += cpuMicros() - before
    batches.push(...ofWindow)
  }
  const bill = takeBill()
  const perMillion = MILLION / (perWindow * windows)
  const gigabytes = batches.flatMap(({ records }) => records).reduce((sum, { data }) => sum + billedRecordGB(data), 0)
  const waitSeconds = (bill.appends / AT_ONCE) * ASSUMED_WAIT_SECONDS.dynamodbPut
  return {
    stream: streamUsage(gigabytes * perMillion),
    processor: {
      lambdaRequests: batches.length * perMillion,
      lambdaGBSeconds: lambdaGBSeconds({ cpuSeconds: micros / 1e6, waitSeconds }) * perMillion,
    },
    store: {
      dynamodbWriteUnits: allWriteUnits(bill) * perMillion,
      dynamodbReadUnits: bill.readUnits * perMillion,
    },
  }
}

/** One consumer reads all records; a second one, for the archive, would read them once more. */
const streamUsage = (gigabytes: number): Used => ({
  kinesisGBIn: gigabytes,
  kinesisGBOut: gigabytes,
  kinesisGBMonths: gigabytes * MONTHS_KEPT,
  kinesisStreamHours: MILLION / PER_SECOND / 3_600,
})

/** The usage of ingest as a Lambda function: a call per request, its CPU, and the wait for the stream. */
const usageOfIngest = async (): Promise<Used> => {
  const { shops, requests } = trade({ merchantCount: MERCHANTS, ids: 'till' })
  const { access, token } = await measuredAccess()
  const app = ingest({
    access,
    zones: ianaZones,
    quarantine: memoryQuarantine(),
    stream: recordedStream(SHARDS).stream,
    merchants: memoryMerchants(shops.map(({ merchantId }) => merchantOf(merchantId))),
    log: console,
    clock: () => terms.startsAtMs + 24 * HOUR_MS,
  })
  const headers = { authorization: `Bearer ${token()}` }
  const bodies = requests(20_000).map((request) => JSON.stringify({ entries: request.map(asSent) }))
  const send = async (body: string): Promise<void> => {
    const { status } = await app.request('/v1/entries/batch', { method: 'POST', headers, body })
    if (status !== 202) throw new Error(`ingest answered ${status}`)
  }
  const warmUp = bodies.splice(0, bodies.length / 2)
  for (const body of warmUp) await send(body)
  const before = cpuMicros()
  for (const body of bodies) await send(body)
  const cpuSeconds = (cpuMicros() - before) / 1e6 / bodies.length
  const calls = MILLION / PER_REQUEST
  return {
    lambdaRequests: calls,
    lambdaGBSeconds: calls * lambdaGBSeconds({ cpuSeconds, waitSeconds: ASSUMED_WAIT_SECONDS.kinesisPut }),
  }
}

/** One record and one transaction per entry, behind the same ingest. */
const naives = (front: Used, naive: Naive): Figure[] => {
  const stream = streamUsage(naive.recordGB * MILLION)
  const invocations = MILLION / (PER_SECOND / SHARDS)
  const waitSeconds = ASSUMED_WAIT_SECONDS.dynamodbTransaction / AT_ONCE
  const processor = {
    lambdaRequests: invocations,
    lambdaGBSeconds: MILLION * lambdaGBSeconds({ cpuSeconds: naive.cpuMicros / 1e6, waitSeconds }),
  }
  const store = { dynamodbWriteUnits: naive.writeUnits * MILLION }
  const bare = { dynamodbWriteUnits: naive.bareWriteUnits * MILLION }
  return [
    {
      what: 'the same with one transaction per entry',
      value: dollars(front) + dollars(stream) + dollars(processor) + dollars(store),
      unit: '$',
      note: `DynamoDB ${price(store)} (${price(bare)} with the day's totals alone), processor ${price(processor)}`,
    },
    {
      what: '— its write units',
      value: naive.writeUnits,
      unit: 'write units an entry',
      note: 'billed by the local DynamoDB',
    },
    {
      what: '— its speed on the local DynamoDB, 1,000 merchants',
      value: naive.mixedPerSecond,
      unit: 'entries/s',
      note: `${naive.cpuMicros.toFixed(0)} µs of CPU an entry in the worker alone`,
    },
    {
      what: '— its speed on the local DynamoDB, one merchant',
      value: naive.hotPerSecond,
      unit: 'entries/s',
      note: 'on AWS an item takes 1,000 write units a second, so at most 250 of these',
    },
  ]
}

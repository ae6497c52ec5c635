import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { aMerchant } from '#test/builders'
import { anIngest, MEBIBYTE, putAfter, saleNow as sale } from './ingest-fixtures.ts'
import { scrape } from './metrics-text.ts'

const start = (given: Parameters<typeof anIngest>[0] = {}) => {
  const { app, ...rest } = anIngest(given)
  return { ...rest, metrics: () => scrape(app) }
}

describe('entries', () => {
  test('are counted by the way they came in, and the refused ones by their problem', async () => {
    const { post, metrics } = start()
    await post('/v1/entries', sale('e1'))
    await post('/v1/entries', sale('e2', { merchantId: 'nobody' }))
    await post('/v1/entries/batch', { entries: [sale('e3'), sale('e4'), sale('e5', { amount: 0 })] })
    const upload = [JSON.stringify(sale('e6')), '{', '', JSON.stringify(sale('e7', { currency: 'USD' }))].join('\n')
    await (await post('/v1/entries/stream', upload)).text()

    const told = await metrics()
    expect(told.get('daybook_ingest_entries_accepted_total{via="single"}')).toBe(1)
    expect(told.get('daybook_ingest_entries_accepted_total{via="batch"}')).toBe(2)
    expect(told.get('daybook_ingest_entries_accepted_total{via="upload"}')).toBe(1)
    expect(told.get('daybook_ingest_entries_rejected_total{via="single",code="invalid"}')).toBe(1)
    expect(told.get('daybook_ingest_entries_rejected_total{via="batch",code="invalid"}')).toBe(1)
    expect(told.get('daybook_ingest_entries_rejected_total{via="upload",code="not-json"}')).toBe(1)
    expect(told.get('daybook_ingest_entries_rejected_total{via="upload",code="invalid"}')).toBe(1)
  })

  test('are zero before the first one arrives', async () => {
    const told = await start().metrics()
    expect(told.get('daybook_ingest_entries_accepted_total{via="single"}')).toBe(0)
    expect(told.get('daybook_ingest_stream_records_total{outcome="failed"}')).toBe(0)
    expect(told.get('daybook_ingest_requests_shed_total{reason="no-room"}')).toBe(0)
  })
})

describe('calls to the stream', () => {
  test('are counted with what they carried and what the stream refused', async () => {
    let isFirst = true
    const {
      post,
      metrics,
      records: onStream,
    } = start({
      streamWith: (memory) => ({
        put: async (records) => {
          if (!isFirst) return await memory.put(records)
          isFirst = false
          return records.map(() => ({ status: 'refused', reason: 'throttled' }))
        },
      }),
    })
    expect((await post('/v1/entries/batch', { entries: [sale('e1'), sale('e2'), sale('e3')] })).status).toBe(202)

    const told = await metrics()
    const [stored] = onStream
    expect(told.get('daybook_ingest_stream_put_duration_seconds_count{outcome="answered"}')).toBe(2)
    expect(told.get('daybook_ingest_stream_put_records_sum')).toBe(2)
    expect(told.get('daybook_ingest_stream_put_entries_sum')).toBe(6)
    expect(told.get('daybook_ingest_stream_put_bytes_sum')).toBe(2 * (stored?.data.byteLength ?? 0))
    expect(told.get('daybook_ingest_stream_records_total{outcome="stored"}')).toBe(1)
    expect(told.get('daybook_ingest_stream_records_total{outcome="refused"}')).toBe(1)
    expect(told.get('daybook_ingest_stream_records_total{outcome="failed"}')).toBe(0)
  })

  test('report their entries as waiting and the bytes of their requests as held while they are under way', async () => {
    const gate = Promise.withResolvers<void>()
    const { post, metrics } = start({ streamWith: putAfter(gate) })
    const answered = post('/v1/entries/batch', { entries: [sale('e1'), sale('e2')] })
    await vi.waitUntil(async () => (await metrics()).get('daybook_ingest_backlog_entries') === 2)
    const during = await metrics()
    expect(during.get('daybook_ingest_backlog_bytes')).toBeGreaterThan(100)
    expect(during.get('daybook_ingest_backlog_oldest_seconds')).toBeGreaterThan(0)
    expect(during.get('daybook_ingest_held_bytes{room="requests"}')).toBeGreaterThan(0)
    // The scrape itself is the other one.
    expect(during.get('http_requests_in_flight')).toBe(2)

    gate.resolve()
    expect((await answered).status).toBe(202)
    const after = await metrics()
    expect(after.get('daybook_ingest_backlog_entries')).toBe(0)
    expect(after.get('daybook_ingest_backlog_bytes')).toBe(0)
    expect(after.get('daybook_ingest_backlog_oldest_seconds')).toBe(0)
    expect(after.get('daybook_ingest_held_bytes{room="requests"}')).toBe(0)
    expect(after.get('http_requests_in_flight')).toBe(1)
  })
})

describe('the circuit breaker', () => {
  /** Lets time pass until there is an answer. */
  const answerTo = async (request: Promise<Response>): Promise<number> => {
    let status: number | undefined
    void request.then((response) => (status = response.status))
    while (status === undefined) await vi.advanceTimersByTimeAsync(10)
    return status
  }

  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('is reported in each of its states, and a call that it forbids is not counted', async () => {
    let isDown = true
    let probed: Promise<void> = Promise.resolve()
    const { post, metrics } = start({
      streamWith: (memory) => ({
        put: async (records) => {
          if (isDown) throw new Error('no route to host')
          await probed
          return await memory.put(records)
        },
      }),
    })
    const state = async () => {
      const told = await metrics()
      const states = ['closed', 'half-open', 'open']
      return states.filter((name) => told.get(`daybook_ingest_stream_breaker_state{state="${name}"}`) === 1)
    }
    expect(await state()).toEqual(['closed'])

    expect(await answerTo(post('/v1/entries', sale('e1')))).toBe(503)
    expect(await answerTo(post('/v1/entries', sale('e2')))).toBe(503)
    expect(await state()).toEqual(['open'])
    const told = await metrics()
    expect(told.get('daybook_ingest_stream_put_duration_seconds_count{outcome="failed"}')).toBe(5)
    expect(told.get('daybook_ingest_stream_records_total{outcome="failed"}')).toBe(5)
    expect(told.get('daybook_ingest_entries_rejected_total{via="single",code="stream-unavailable"}')).toBe(2)

    isDown = false
    const gate = Promise.withResolvers<void>()
    probed = gate.promise
    await vi.advanceTimersByTimeAsync(1_000)
    const probe = post('/v1/entries', sale('e3'))
    await vi.waitUntil(async () => (await state())[0] === 'half-open')
    gate.resolve()
    expect(await answerTo(probe)).toBe(202)
    expect(await state()).toEqual(['closed'])
  })
})

describe('requests that are not let in are counted', () => {
  const shed = (reason: string) => `daybook_ingest_requests_shed_total{reason="${reason}"}`

  test('when there is no room for a request or an upload', async () => {
    const { post, metrics } = start({ limits: { maxBytesInFlight: 2 * MEBIBYTE } })
    const { promise: never } = Promise.withResolvers<void>()
    const endless = () => new ReadableStream({ pull: () => never })
    void post('/v1/entries', endless())
    expect((await post('/v1/entries', endless())).status).toBe(503)
    const uploads = await Promise.all(Array.from({ length: 5 }, () => post('/v1/entries/stream', endless())))
    const refusedUploads = uploads.filter(({ status }) => status === 503).length
    expect(refusedUploads).toBeGreaterThan(0)

    const told = await metrics()
    expect(told.get(shed('no-room'))).toBe(1 + refusedUploads)
    expect(told.get('http_request_duration_seconds_count{method="POST",route="/v1/entries",status="503"}')).toBe(1)
    expect(told.get('daybook_ingest_held_bytes{room="uploads"}')).toBeGreaterThan(0)
    for (const upload of uploads) await upload.body?.cancel()
    expect((await metrics()).get('daybook_ingest_held_bytes{room="uploads"}')).toBe(0)
  })

  test('when they exceed the cap, before and after the body is read', async () => {
    const { post, metrics } = start({ limits: { maxBytesInFlight: 64 * MEBIBYTE, maxEntriesPerSecond: 1 } })
    // Both pass the check; once their bodies are read, one is taken, which is more than there was.
    const both = await Promise.all([
      post('/v1/entries/batch', { entries: [sale('e1'), sale('e2'), sale('e3')] }),
      post('/v1/entries/batch', { entries: [sale('e4'), sale('e5'), sale('e6')] }),
    ])
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 429])
    expect((await post('/v1/entries', sale('e7'))).status).toBe(429)
    expect((await metrics()).get(shed('rate-limited'))).toBe(2)
  })

  test('when others wait for the stream', async () => {
    vi.useFakeTimers()
    try {
      const gate = Promise.withResolvers<void>()
      const { post, metrics } = start({ streamWith: putAfter(gate) })
      const early = post('/v1/entries', sale('e1'))
      await vi.advanceTimersByTimeAsync(1_500)
      expect((await post('/v1/entries', sale('e2'))).status).toBe(503)
      expect((await metrics()).get(shed('stream-slow'))).toBe(1)
      gate.resolve()
      await early
    } finally {
      vi.useRealTimers()
    }
  })
})

test('reads of the register are counted only for merchants that are not cached', async () => {
  let isAway = true
  const merchants = memoryMerchants([aMerchant()])
  const { post, metrics } = start({
    merchants: {
      ...merchants,
      find: async (merchantId) => {
        if (isAway) throw new Error('no route to host')
        return await merchants.find(merchantId)
      },
    },
  })
  const reads = (outcome: string) => `daybook_ingest_register_read_duration_seconds_count{outcome="${outcome}"}`
  expect((await post('/v1/entries', sale('e1'))).status).toBe(503)
  isAway = false
  for (const id of ['e1', 'e2', 'e3']) expect((await post('/v1/entries', sale(id))).status).toBe(202)
  const told = await metrics()
  expect([told.get(reads('failed')), told.get(reads('answered'))]).toEqual([1, 1])
})

test('two ingests in one process count apart', async () => {
  const [one, other] = [start(), start()]
  await one.post('/v1/entries', sale('e1'))
  expect((await one.metrics()).get('daybook_ingest_entries_accepted_total{via="single"}')).toBe(1)
  expect((await other.metrics()).get('daybook_ingest_entries_accepted_total{via="single"}')).toBe(0)
})

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { admission } from '#ingest/admission'
import { rateLimit } from '#ingest/rate-limit'
import { anIngest, MEBIBYTE, putAfter, saleNow as sale } from './ingest-fixtures.ts'

describe('admission', () => {
  const start = () => {
    let waitingMs = 0
    const { enter } = admission({ maxBytes: MEBIBYTE, waitingMs: () => waitingMs })
    return { enter, wait: (ms: number) => (waitingMs = ms) }
  }
  const busy = { ok: false, error: { code: 'too-busy', retryAfterSeconds: expect.any(Number) } }

  test('lets in what there is room for, and more when a request has left', () => {
    const { enter } = start()
    const half = enter(MEBIBYTE / 2)
    expect(half.ok && enter(MEBIBYTE / 2).ok).toBe(true)
    expect(enter(1)).toMatchObject(busy)
    if (half.ok) half.value.leave()
    expect(enter(MEBIBYTE / 2).ok).toBe(true)
    expect(enter(1)).toMatchObject(busy)
  })

  test('counts a request that leaves several times once', () => {
    const { enter } = start()
    const half = enter(MEBIBYTE / 2)
    if (half.ok) for (const _ of [1, 2, 3]) half.value.leave()
    expect(enter(MEBIBYTE).ok).toBe(true)
    expect(enter(1)).toMatchObject(busy)
  })

  test('bounds the number of requests that hold no bytes', () => {
    const { enter } = start()
    const entered = Array.from({ length: 1_000 }, () => enter(0).ok)
    expect(entered.filter(Boolean)).toHaveLength(64)
  })

  test('refuses all while others have waited for more than a second', () => {
    const { enter, wait } = start()
    wait(1_000)
    expect(enter(1).ok).toBe(true)
    wait(1_001)
    expect(enter(1)).toMatchObject(busy)
    wait(0)
    expect(enter(1).ok).toBe(true)
  })
})

describe('a cap on entries per second', () => {
  const start = (perSecond: number) => {
    let nowMs = 0
    const pass = (ms: number) => (nowMs += ms)
    const sleep = async (ms: number) => void pass(ms)
    return { limit: rateLimit(perSecond, { clock: () => nowMs, sleep }), pass, now: () => nowMs }
  }

  test('takes a second’s worth at once, and then as much as time gives', () => {
    const { limit, pass } = start(100)
    const takes = () => Array.from({ length: 200 }, () => limit.take(1).ok).filter(Boolean).length
    expect(takes()).toBe(100)
    pass(500)
    expect(takes()).toBe(50)
    pass(60_000)
    expect(takes()).toBe(100)
  })

  test('takes a batch that is larger than the cap, and has it paid back', () => {
    const { limit, pass } = start(100)
    expect(limit.take(500).ok).toBe(true)
    expect(limit.check()).toMatchObject({ ok: false, error: { code: 'rate-limited', retryAfterSeconds: 4 } })
    pass(4_000)
    expect(limit.check().ok).toBe(false)
    pass(1)
    expect(limit.check().ok).toBe(true)
  })

  test('takes what it is set to on average, from requests that wait and requests that do not', async () => {
    const { limit, now } = start(1_000)
    let taken = 0
    while (now() < 60_000) {
      await limit.wait(250)
      taken += 250
      if (limit.take(50).ok) taken += 50
    }
    expect(taken / 60).toBeGreaterThan(990)
    expect(taken / 60).toBeLessThan(1_030)
  })
})

const batch = (name: string, count: number) =>
  JSON.stringify({ entries: Array.from({ length: count }, (_, index) => sale(`${name}-${index}`)) })

/** A body that notes whether it is read. */
const watchedBody = (text: string) => {
  let isRead = false
  const body = new ReadableStream(
    {
      pull(controller) {
        isRead = true
        controller.enqueue(Buffer.from(text))
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return { body, isRead: () => isRead }
}

describe('a stream that takes entries too slowly', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('has new requests refused before they are read, and let in again when it is quick again', async () => {
    const gate = Promise.withResolvers<void>()
    const { post } = anIngest({ streamWith: putAfter(gate) })
    const early = post('/v1/entries', sale('early'))
    await vi.advanceTimersByTimeAsync(1_500)

    for (const path of ['/v1/entries', '/v1/entries/batch', '/v1/entries/stream']) {
      const { body, isRead } = watchedBody('{}')
      const refused = await post(path, body)
      expect([refused.status, refused.headers.get('retry-after'), isRead()]).toEqual([503, '2', false])
      expect(await refused.json()).toMatchObject({ code: 'too-busy' })
    }

    gate.resolve()
    expect((await early).status).toBe(202)
    expect((await post('/v1/entries', sale('late'))).status).toBe(202)
  })
})

describe('more requests than there is room for', () => {
  test('are refused before they are read, and let in again when the others have gone', async () => {
    const { post } = anIngest({ limits: { maxBytesInFlight: 4 * MEBIBYTE } })
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>()
    const slow = Array.from({ length: 2 }, (_, index) => {
      let isSent = false
      return new ReadableStream({
        async pull(controller) {
          await mayGoOn
          if (isSent) return controller.close()
          isSent = true
          controller.enqueue(Buffer.from(JSON.stringify(sale(`slow-${index}`))))
        },
      })
    })
    const under = slow.map((body) => post('/v1/entries', body))
    const { body, isRead } = watchedBody(JSON.stringify(sale('more')))
    const refused = await post('/v1/entries', body)
    expect([refused.status, refused.headers.get('retry-after'), isRead()]).toEqual([503, '1', false])

    goOn()
    expect((await Promise.all(under)).map(({ status }) => status)).toEqual([202, 202])
    expect((await post('/v1/entries', sale('more'))).status).toBe(202)
  })

  test('are refused apart from uploads, which have room of their own', async () => {
    const { post } = anIngest({ limits: { maxBytesInFlight: 4 * MEBIBYTE } })
    const { promise: never } = Promise.withResolvers<void>()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post('/v1/entries/stream', new ReadableStream({ pull: () => never }))),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      ...Array.from({ length: 4 }, () => 200),
      ...Array.from({ length: 6 }, () => 503),
    ])
    expect((await post('/v1/entries', sale('quick'))).status).toBe(202)
    for (const answer of answers) await answer.body?.cancel()
    expect((await post('/v1/entries/stream', '')).status).toBe(200)
  })
})

describe('four times what is let in', () => {
  const PER_SECOND = 2_000
  const BATCH = 50
  // A machine that stands still for a moment makes up for it. Without this bound it would send more at once than 64 MiB hold.
  const MOST_UNDER_WAY = 32

  test('is answered 202 or 429 without waiting, every 202 is on the stream, and afterwards all is accepted again', async () => {
    const { post, onStream, log } = anIngest({
      limits: { maxBytesInFlight: 64 * MEBIBYTE, maxEntriesPerSecond: PER_SECOND },
    })
    const statuses = new Map<number, number>()
    let slowestMs = 0
    let underWay = 0
    const send = async (name: string) => {
      const startedMs = performance.now()
      underWay += 1
      const { status, headers } = await post('/v1/entries/batch', batch(name, BATCH))
      underWay -= 1
      slowestMs = Math.max(slowestMs, performance.now() - startedMs)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status !== 202) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      return status
    }

    const startedMs = performance.now()
    const sent: Promise<number>[] = []
    while (performance.now() - startedMs < 3_000) {
      const due = ((performance.now() - startedMs) / 1_000) * ((4 * PER_SECOND) / BATCH)
      while (sent.length < due && underWay < MOST_UNDER_WAY) sent.push(send(`b${sent.length}`))
      await new Promise((wake) => setTimeout(wake, 5))
    }
    await Promise.all(sent)
    const seconds = (performance.now() - startedMs) / 1_000

    expect([...statuses.keys()].toSorted((a, b) => a - b)).toEqual([202, 429])
    const accepted = (statuses.get(202) ?? 0) * BATCH
    expect(onStream()).toHaveLength(accepted)
    // A second's worth was saved up at the start.
    expect(accepted).toBeGreaterThan(PER_SECOND * seconds * 0.9)
    expect(accepted).toBeLessThanOrEqual(PER_SECOND * (seconds + 1) + BATCH)
    expect(slowestMs).toBeLessThan(2_000)

    await new Promise((wake) => setTimeout(wake, 500))
    for (let turn = 0; turn < 10; turn += 1) {
      expect(await send(`after-${turn}`)).toBe(202)
      await new Promise((wake) => setTimeout(wake, (1_000 * BATCH) / PER_SECOND))
    }
    expect(log.error).not.toHaveBeenCalled()
  })

  test('makes an upload wait until the cap allows its entries', async () => {
    const { post } = anIngest({ limits: { maxBytesInFlight: 64 * MEBIBYTE, maxEntriesPerSecond: PER_SECOND } })
    const lines = Array.from({ length: 2 * PER_SECOND }, (_, index) => JSON.stringify(sale(`e${index}`))).join('\n')
    const startedMs = performance.now()
    const response = await post('/v1/entries/stream', lines)
    expect(await response.text()).toContain(`{"done":true,"accepted":${2 * PER_SECOND},"rejected":0}`)
    // The first second's worth is free, and the last block is not waited for.
    expect(performance.now() - startedMs).toBeGreaterThan(700)
  })
})

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { positionToken } from '#wire/http/position-token'
import { scrape } from './metrics-text.ts'
import { aQueryApi, moved, NOW_MS, SHARD_ID } from './query-fixtures.ts'

const DAY = '/v1/merchants/m1/days/2026-11-20'
const reads = (port: string, operation: string, outcome = 'answered') =>
  `daybook_query_store_read_duration_seconds_count{port="${port}",operation="${operation}",outcome="${outcome}"}`
const shared = (port: string, operation: string) =>
  `daybook_query_store_reads_shared_total{port="${port}",operation="${operation}"}`

describe('reads of the store', () => {
  test('are counted by port and operation, apart from those that were shared', async () => {
    const { app, get } = aQueryApi()
    await Promise.all(Array.from({ length: 10 }, () => get('/v1/merchants/m1')))
    const told = await scrape(app)
    expect(told.get(reads('merchants', 'find'))).toBe(1)
    expect(told.get(shared('merchants', 'find'))).toBe(9)
    await get(`${DAY}/entries`)
    await get('/v1/quarantine')
    const later = await scrape(app)
    expect(later.get(reads('merchants', 'find'))).toBe(2)
    expect(later.get(reads('journal', 'read'))).toBe(1)
    expect(later.get(reads('quarantine', 'list'))).toBe(1)
  })

  test('that fail are counted as failed', async () => {
    const { app, get } = aQueryApi({
      storeWith: () => ({ heads: { read: async () => Promise.reject(new Error('throttled')) } }),
    })
    expect((await get('/v1/merchants/m1/balance')).status).toBe(503)
    const told = await scrape(app)
    expect(told.get(reads('heads', 'read', 'failed'))).toBe(1)
    expect(told.get(reads('merchants', 'find'))).toBe(1)
    const answers =
      'http_request_duration_seconds_count{method="GET",route="/v1/merchants/:merchant/balance",status="503"}'
    expect(told.get(answers)).toBe(1)
  })
})

describe('the journal', () => {
  const reached = (sequenceNumber: string, shardId = SHARD_ID, appliedThroughMs = NOW_MS - 2_000) => ({
    shardId,
    sequenceNumber,
    appliedThroughMs,
  })
  const through = `daybook_query_journal_applied_through_timestamp_seconds{shard="${SHARD_ID}"}`

  test('reports waits for a position by how they ended', async () => {
    const { app, get, progress } = aQueryApi()
    const after = positionToken({ shardId: SHARD_ID, sequenceNumber: '10', index: 0 })
    expect((await get(`${DAY}?after=${after}`, { prefer: 'wait=2' })).status).toBe(409)
    await progress.advance('journal', reached('10'))
    expect((await get(`${DAY}?after=${after}`)).status).toBe(200)
    const told = await scrape(app)
    expect(told.get('daybook_query_after_wait_duration_seconds_count{outcome="timed-out"}')).toBe(1)
    expect(told.get('daybook_query_after_wait_duration_seconds_sum{outcome="timed-out"}')).toBe(2)
    expect(told.get('daybook_query_after_wait_duration_seconds_count{outcome="applied"}')).toBe(1)
  })

  test('reports its progress for the shards that are open, without a question about a book', async () => {
    const { app, progress, elapse } = aQueryApi()
    await progress.advance('journal', reached('10'))
    await progress.advance('journal', reached('10', 'shardId-of-long-ago', 0))
    const told = await scrape(app)
    expect(told.get(through)).toBe((NOW_MS - 2_000) / 1_000)
    expect([...told.keys()].filter((series) => series.includes('applied_through'))).toEqual([through])

    elapse(10_000)
    await progress.advance('journal', reached('20', SHARD_ID, NOW_MS + 9_000))
    expect((await scrape(app)).get(through)).toBe((NOW_MS + 9_000) / 1_000)
  })

  test('and the archive report how far they have come apart from each other', async () => {
    const { app, progress } = aQueryApi()
    await progress.advance('journal', reached('20', SHARD_ID, NOW_MS - 1_000))
    await progress.advance('archive', reached('10', SHARD_ID, NOW_MS - 61_000))
    const told = await scrape(app)
    const archived = `daybook_query_archive_handed_over_through_timestamp_seconds{shard="${SHARD_ID}"}`
    expect([told.get(through), told.get(archived)]).toEqual([NOW_MS / 1_000 - 1, NOW_MS / 1_000 - 61])
  })

  test('costs one read of progress of each consumer for many scrapes', async () => {
    const { app } = aQueryApi()
    for (let scrapes = 0; scrapes < 20; scrapes += 1) await scrape(app)
    expect((await scrape(app)).get(reads('progress', 'read'))).toBe(2)
  })

  describe('when the store', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())

    test.each([
      { what: 'fails', read: async () => Promise.reject(new Error('no route to host')) },
      { what: 'does not answer', read: async () => await new Promise<never>(() => {}) },
    ])('$what still reports the last progress and all other metrics', async ({ read }) => {
      let isAway = false
      const { app, progress, elapse } = aQueryApi({
        storeWith: (store) => ({
          progress: { read: async (consumer) => (isAway ? await read() : await store.progress.read(consumer)) },
        }),
      })
      await progress.advance('journal', reached('10'))
      await scrape(app)
      isAway = true
      elapse(60_000)
      const scraped = scrape(app)
      await vi.advanceTimersByTimeAsync(1_000)
      expect((await scraped).get(through)).toBe((NOW_MS - 2_000) / 1_000)
      expect((await scraped).get('daybook_query_live_clients')).toBe(0)
    })
  })
})

test('live clients are counted until they leave, and so are the events they were sent', async () => {
  const { app, append, tick, stop } = aQueryApi()
  const clients = async () => (await scrape(app)).get('daybook_query_live_clients')
  const events = async () => (await scrape(app)).get('daybook_query_live_events_sent_total')
  const follow = async () => {
    const reader = ((await app.request('/v1/merchants/m1/live')).body as ReadableStream<Uint8Array>).getReader()
    const drain = async (): Promise<void> => {
      while (!(await reader.read()).done);
    }
    void drain()
    return reader
  }
  const one = await follow()
  await follow()
  await tick(250)
  expect([await clients(), await events()]).toEqual([2, 2])
  await append(moved('e1', '2026-11-20T12:00:00Z', 5n))
  await tick(250)
  expect(await events()).toBe(4)

  await one.cancel()
  expect(await clients()).toBe(1)
  stop()
  expect(await clients()).toBe(0)
})

describe('requests', () => {
  test('are counted by method, route and status, never by path', async () => {
    const { app, get } = aQueryApi()
    await get(DAY)
    await get('/v1/merchants/m1/days/2026-11-19')
    await get('/v1/merchants/unknown/days/2026-11-19')
    await app.request(DAY, { method: 'HEAD' })
    await app.request(DAY, { method: 'POST' })
    await get('/nowhere')
    const told = await scrape(app)
    const count = (method: string, route: string, status: number) =>
      told.get(`http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`)
    const route = '/v1/merchants/:merchant/days/:day'
    expect([count('GET', route, 200), count('GET', route, 404)]).toEqual([2, 1])
    expect([count('HEAD', route, 200), count('POST', route, 405)]).toEqual([1, 1])
    expect(count('GET', 'none', 404)).toBe(1)
  })

  test('make no new series however many paths and methods clients make up', async () => {
    const { app, get } = aQueryApi()
    const makeUp = async (from: number) => {
      for (let number = from; number < from + 1_000; number += 1) {
        await app.request(`/made/up/${number}`, { method: `MADEUP${number}` })
        await app.request(`/v1/merchants/m${number}/days/2026-11-20`, { method: `MADEUP${number}` })
        await get(`/v1/merchants/m${number}/days/2026-11-20?size=${number}`)
      }
      return [...(await scrape(app)).keys()]
    }
    await makeUp(0)
    const series = await makeUp(1_000)
    expect(await makeUp(2_000)).toEqual(series)
    expect(series.length).toBeLessThan(200)
    expect(series.filter((name) => /MADEUP|made|m\d{3}/.test(name))).toEqual([])
  })
})

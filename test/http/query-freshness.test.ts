import { describe, expect, test } from 'vitest'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { journalFreshness } from '#query-api/freshness'
import { knownShards } from '#query-api/known-shards'
import { hashKeyOf } from '#ledger/lanes'
import { merchantId } from '#test/builders'
import { positionsToken, positionToken } from '#wire/http/position-token'
import { quarantineId } from '#wire/http/quarantine-id'
import { aQueryApi, moved, NOW_MS, SHARD_ID } from './query-fixtures.ts'

const BALANCE = '/v1/merchants/m1/balance'
const after = (sequenceNumber: string, shardId = SHARD_ID) =>
  `after=${positionToken({ shardId, sequenceNumber, index: 0 })}`
const reached = (sequenceNumber: string, appliedThroughMs = NOW_MS) => ({
  shardId: SHARD_ID,
  sequenceNumber,
  appliedThroughMs,
})

describe('the freshness of an answer', () => {
  test('is null until the journal consumer has reported progress of the shard', async () => {
    const { get, progress } = aQueryApi()
    await progress.advance('journal', { ...reached('7'), shardId: 'shardId-000000000099' })
    await progress.advance('archive', reached('7'))
    const { body, headers } = await get(BALANCE)
    expect(body['appliedThrough']).toBeNull()
    expect(headers.has('daybook-applied-through')).toBe(false)
  })

  test('is in the body and in the headers', async () => {
    const { get, progress } = aQueryApi()
    await progress.advance('journal', reached('7', NOW_MS - 1_000))
    const { body, headers } = await get(BALANCE)
    expect(body).toMatchObject({ asOf: '2026-11-20T15:00:00.000Z', appliedThrough: '2026-11-20T14:59:59.000Z' })
    expect(headers.get('daybook-as-of')).toBe('2026-11-20T15:00:00.000Z')
    expect(headers.get('daybook-applied-through')).toBe('2026-11-20T14:59:59.000Z')
  })

  test('is read before the book, so that the book holds at least what is claimed', async () => {
    const order: string[] = []
    const { get } = aQueryApi({
      storeWith: (store) => ({
        progress: { read: async (consumer) => (order.push('progress'), store.progress.read(consumer)) },
        heads: { read: async (id) => (order.push('head'), store.heads.read(id)) },
      }),
    })
    await get(BALANCE)
    expect(order).toEqual(['progress', 'head'])
  })

  test('costs one read of progress for all requests within 200 ms', async () => {
    let reads = 0
    const { get, elapse } = aQueryApi({
      storeWith: (store) => ({
        progress: { read: async (consumer) => ((reads += 1), store.progress.read(consumer)) },
      }),
    })
    await Promise.all([get(BALANCE), get(BALANCE), get(BALANCE)])
    elapse(199)
    await get(BALANCE)
    expect(reads).toBe(1)
    elapse(1)
    await get(BALANCE)
    expect(reads).toBe(2)
  })
})

describe('?after=', () => {
  test.each(['7', '6'])('with position %s answers at once when progress stands at 7', async (sequenceNumber) => {
    let slept = false
    const { get, progress } = aQueryApi({ onSleep: async () => void (slept = true) })
    await progress.advance('journal', reached('7'))
    expect((await get(`${BALANCE}?${after(sequenceNumber)}`)).status).toBe(200)
    expect(slept).toBe(false)
  })

  test('waits until the position is applied, and then reads the book', async () => {
    const progress = memoryProgress()
    const system = aQueryApi({
      storeWith: () => ({ progress }),
      onSleep: async (nowMs) => {
        if (nowMs !== 1_000) return
        await system.append(moved('e1', '2026-11-20T12:00:00Z', 5n))
        await progress.advance('journal', reached('10'))
      },
    })
    await progress.advance('journal', reached('9'))
    const { status, body } = await system.get(`${BALANCE}?${after('10')}`)
    expect({ status, balance: body['balance'] }).toEqual({ status: 200, balance: 5 })
  })

  test.each([
    { prefer: {}, seconds: 5, applied: null },
    { prefer: { prefer: 'wait=2' }, seconds: 2, applied: 'wait=2' },
    { prefer: { prefer: 'respond-async, wait=0' }, seconds: 0, applied: 'wait=0' },
    { prefer: { prefer: 'wait=100' }, seconds: 20, applied: 'wait=20' },
    { prefer: { prefer: 'wait=soon' }, seconds: 5, applied: null },
  ])('answers 409 after $seconds s with $prefer', async ({ prefer, seconds, applied }) => {
    let waitedMs = 0
    const { get } = aQueryApi({ onSleep: async (nowMs) => void (waitedMs = nowMs) })
    const { status, headers, body } = await get(`${BALANCE}?${after('10')}`, prefer)
    expect({ status, code: body['code'] }).toEqual({ status: 409, code: 'not-applied-yet' })
    expect(headers.get('retry-after')).toBe('1')
    expect(headers.get('preference-applied')).toBe(applied)
    expect(waitedMs).toBe(seconds * 1_000)
  })

  test('with a position on another shard waits for that shard', async () => {
    const { get, progress } = aQueryApi()
    await progress.advance('journal', reached('99'))
    expect((await get(`${BALANCE}?${after('1', 'shardId-000000000001')}`, { prefer: 'wait=0' })).status).toBe(409)
  })

  test('with a position on several shards waits until the last of them is applied', async () => {
    const order: number[] = []
    const progress = memoryProgress()
    const shards = ['a', 'b', 'c'].map((shardId, index) => ({ shardId, sequenceNumber: String(9 + index), index }))
    const { get } = aQueryApi({
      storeWith: () => ({ progress }),
      // Each time it has waited, one more of them is applied.
      onSleep: async (nowMs) => {
        const [shard] = shards.slice(order.length)
        if (shard !== undefined) await progress.advance('journal', { ...shard, appliedThroughMs: NOW_MS })
        order.push(nowMs)
      },
    })
    const { status } = await get(`${BALANCE}?after=${positionsToken(shards)}`)
    expect({ status, waits: order.length }).toEqual({ status: 200, waits: shards.length })
  })

  test.each([
    { applied: ['9', '9'], status: 200 },
    { applied: ['9', '8'], status: 409 },
    { applied: ['8', '9'], status: 409 },
    { applied: ['9'], status: 409 },
  ])('with position 9 on two shards, where $applied are applied, answers $status', async ({ applied, status }) => {
    const { get, progress } = aQueryApi()
    for (const [index, sequenceNumber] of applied.entries()) {
      await progress.advance('journal', { shardId: `s${index}`, sequenceNumber, appliedThroughMs: NOW_MS })
    }
    const positions = ['s0', 's1'].map((shardId) => ({ shardId, sequenceNumber: '9', index: 0 }))
    expect(await get(`${BALANCE}?after=${positionsToken(positions)}`, { prefer: 'wait=0' })).toMatchObject({ status })
  })

  test('costs the same polls of progress for 50 waiting requests as for one', async () => {
    let reads = 0
    const { get } = aQueryApi({
      storeWith: (store) => ({
        progress: { read: async (consumer) => ((reads += 1), store.progress.read(consumer)) },
      }),
    })
    const waiting = Array.from({ length: 50 }, () => get(`${BALANCE}?${after('10')}`, { prefer: 'wait=1' }))
    await Promise.all(waiting)
    expect(reads).toBeLessThanOrEqual(1_000 / 25 + 1)
  })

  test.each([
    '/v1/merchants',
    '/v1/merchants/m1',
    '/v1/merchants/m1/balance',
    '/v1/merchants/m1/days?from=2026-11-01&to=2026-11-30',
    '/v1/merchants/m1/days/2026-11-20',
    '/v1/merchants/m1/days/2026-11-20/windows?size=5m',
    '/v1/merchants/m1/days/2026-11-20/entries',
    '/v1/merchants/m1/days/2026-11-20/entries/e1',
    '/v1/quarantine',
    `/v1/quarantine/${quarantineId({ scope: 'm1', item: 'x' })}`,
  ])('is taken by %s', async (path) => {
    const { get, progress } = aQueryApi()
    const query = `${path}${path.includes('?') ? '&' : '?'}${after('10')}`
    expect((await get(query, { prefer: 'wait=0' })).status).toBe(409)
    await progress.advance('journal', reached('10'))
    expect((await get(query, { prefer: 'wait=1' })).status).not.toBe(409)
  })
})

describe('the map of shards', () => {
  const halves = [
    { shardId: 'low', firstHashKey: 0n, lastHashKey: hashKeyOf(512) - 1n },
    { shardId: 'high', firstHashKey: hashKeyOf(512), lastHashKey: hashKeyOf(1024) - 1n },
  ]
  const whole = [{ shardId: 'whole', firstHashKey: 0n, lastHashKey: hashKeyOf(1024) - 1n }]
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  const aMap = (answers: (() => Promise<typeof whole>)[]) => {
    const timer = { at: 0, nowMs: () => timer.at, sleep: settled }
    const errors: unknown[] = []
    const shards = knownShards({
      openShards: async () => (await answers.shift()?.()) ?? [],
      timer,
      log: { error: (...line: unknown[]) => void errors.push(line) },
    })
    const ask = async (atMs: number) => {
      timer.at = atMs
      const shardIds = await shards.shardsOf(merchantId('m1'))
      await settled()
      return shardIds
    }
    return { timer, errors, shards, ask }
  }
  const lowOrHigh = expect.stringMatching(/low|high/) as string

  test('is refreshed in the background, and kept when that fails', async () => {
    const answers = [async () => whole, async () => Promise.reject(new Error('throttled')), async () => halves]
    const { ask, errors } = aMap(answers)
    expect(await ask(0)).toEqual(['whole'])
    await ask(29_999)
    expect(answers).toHaveLength(2)
    expect(await ask(30_000)).toEqual(['whole'])
    expect(errors).toHaveLength(1)
    expect([await ask(60_000), await ask(60_000)]).toEqual([['whole'], [lowOrHigh, 'whole']])
  })

  test('keeps shards that have ended, each once, the latest first', async () => {
    const again = whole.map((shard) => ({ ...shard, shardId: 'merged' }))
    const { ask } = aMap([async () => whole, async () => halves, async () => halves, async () => again])
    for (const atMs of [0, 30_000, 60_000, 90_000]) await ask(atMs)
    expect(await ask(90_000)).toEqual(['merged', lowOrHigh, 'whole'])
  })

  test('gives the progress of the parent after a reshard until the child has progress of its own', async () => {
    const { ask, shards, timer } = aMap([async () => whole, async () => halves])
    const progress = memoryProgress()
    const freshness = journalFreshness({ progress, shards, timer })
    const appliedThroughMs = async () => {
      timer.at += 1_000
      return await freshness.appliedThroughMs(merchantId('m1'))
    }
    await progress.advance('journal', { shardId: 'whole', sequenceNumber: '1', appliedThroughMs: 5 })
    await ask(0)
    const [child = ''] = (await ask(30_000), await ask(30_000))
    expect(child).toEqual(lowOrHigh)
    expect(await appliedThroughMs()).toBe(5)
    await progress.advance('journal', { shardId: 'whole', sequenceNumber: '2', appliedThroughMs: 6 })
    expect(await appliedThroughMs()).toBe(6)
    await progress.advance('journal', { shardId: child, sequenceNumber: '3', appliedThroughMs: 8 })
    await progress.advance('journal', { shardId: 'another', sequenceNumber: '9', appliedThroughMs: 9 })
    expect(await appliedThroughMs()).toBe(8)
  })
})

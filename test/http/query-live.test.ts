import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import type { Store } from '#query-api/store'
import { aMerchant, aRule, day, merchantId } from '#test/builders'
import { positionToken } from '#wire/position-token'
import { aQueryApi, moved, NOW_MS, SHARD_ID } from './query-fixtures.ts'

const LOOK_MS = 250
const HEARTBEAT_MS = 15_000
const TODAY = '2026-11-20'
const YESTERDAY = '2026-11-19'
const LIVE = '/v1/merchants/m1/live'

const onDay = (id: string, date: string, signedMinor = 1n) => moved(id, `${date}T12:00:00Z`, signedMinor)
const today = (id: string, signedMinor = 1n) => onDay(id, TODAY, signedMinor)

type DayView = { businessDay: string; segment: number; opening: number; credits: number; closing: number }
type Message = { event?: string; id?: string; data?: DayView; retry?: string; comment?: string }

/** A client that reads whatever comes, or, told to `pause`, nothing until it resumes. */
const listen = async ({ app }: ReturnType<typeof aQueryApi>, { lastEventId = '', path = LIVE } = {}) => {
  const response = await app.request(path, { headers: lastEventId === '' ? {} : { 'last-event-id': lastEventId } })
  expect(response.status).toBe(200)
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  let text = ''
  let isEnded = false
  let paused = Promise.withResolvers<void>()
  paused.resolve()
  const pump = async (): Promise<void> => {
    for (;;) {
      await paused.promise
      const { done, value } = await reader.read()
      if (done) break
      text += new TextDecoder().decode(value)
    }
    isEnded = true
  }
  void pump()
  await setImmediate()
  return {
    headers: response.headers,
    /** What came since the last time, but for the hint with which every stream begins. */
    received: async (): Promise<Message[]> => {
      await setImmediate()
      const messages = parseMessages(text).filter(({ retry }) => retry === undefined)
      text = ''
      return messages
    },
    raw: () => text,
    isEnded: () => isEnded,
    pause: () => void (paused = Promise.withResolvers<void>()),
    resume: () => paused.resolve(),
    leave: () => reader.cancel(),
  }
}

const parseMessages = (text: string): Message[] =>
  text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) =>
      Object.fromEntries(
        block.split('\n').map((line) => {
          const [, name = '', value = ''] = /^(\w*): (.*)$/.exec(line) ?? []
          return [name || 'comment', name === 'data' ? (JSON.parse(value) as unknown) : value]
        }),
      ),
    )

const idsOf = (messages: readonly Message[]) => messages.map(({ id }) => id)

/** Counts the reads of heads and of ends. */
const counting = (counts: { heads: number; ends: number }) => (store: Store) =>
  ({
    ...store,
    heads: { read: async (id) => ((counts.heads += 1), store.heads.read(id)) },
    journal: { ...store.journal, end: async (book) => ((counts.ends += 1), store.journal.end(book)) },
  }) satisfies Store as Store

describe('GET /v1/merchants/{m}/live', () => {
  test('begins with the current business day, as its own route answers it', async () => {
    const system = aQueryApi()
    await system.append(onDay('e1', YESTERDAY, 7n))
    await system.append(today('e1', 5n))
    const client = await listen(system)
    expect(Object.fromEntries(client.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    })
    expect(client.raw()).toMatch(/^retry: 2000\n\nevent: day\nid: 2026-11-20\.1\ndata: \{.*\}\n\n$/)
    const [{ data } = {}] = await client.received()
    expect(data).toEqual((await system.get(`/v1/merchants/m1/days/${TODAY}`)).body)
    await client.leave()
  })

  test('a day without entries, too', async () => {
    const client = await listen(aQueryApi())
    expect(await client.received()).toMatchObject([{ id: `${TODAY}.0`, data: { closing: 0 } }])
  })

  test('tells a change of the current day, once, with its freshness', async () => {
    const progress = memoryProgress()
    const system = aQueryApi({ storeWith: (store) => ({ ...store, progress }) })
    const client = await listen(system)
    await client.received()
    await system.tick(LOOK_MS)
    expect(await client.received()).toEqual([])

    await progress.advance('journal', { shardId: SHARD_ID, sequenceNumber: '1', appliedThroughMs: NOW_MS })
    system.elapse(200)
    await system.append(today('e1', 5n))
    await system.tick(LOOK_MS)
    expect(await client.received()).toMatchObject([
      {
        event: 'day',
        id: `${TODAY}.1`,
        data: { closing: 5, asOf: '2026-11-20T15:00:00.200Z', appliedThrough: '2026-11-20T15:00:00.000Z' },
      },
    ])
    await system.tick(LOOK_MS)
    expect(await client.received()).toEqual([])
  })

  test('a change of an earlier day is told with the opening that it moves; a later day only of itself', async () => {
    const system = aQueryApi()
    await system.append(onDay('e1', '2026-11-18', 100n))
    await system.append(onDay('e1', YESTERDAY, 7n))
    await system.append(today('e1', 5n))
    const client = await listen(system)
    expect(await client.received()).toMatchObject([{ id: `${TODAY}.1`, data: { opening: 107 } }])

    await system.append(onDay('e2', YESTERDAY, 1n))
    await system.tick(LOOK_MS)
    expect(await client.received()).toMatchObject([
      { id: `${YESTERDAY}.2`, data: { opening: 100, closing: 108 } },
      { id: `${TODAY}.1`, data: { opening: 108, closing: 113 } },
    ])
    await system.append(onDay('e1', '2026-11-21', 1n))
    await system.tick(LOOK_MS)
    expect(idsOf(await client.received())).toEqual(['2026-11-21.1'])
  })

  test('follows the business day when the next one begins', async () => {
    const system = aQueryApi()
    await system.append(today('e1', 5n))
    const client = await listen(system)
    await client.received()
    system.elapse(Date.parse('2026-11-21T00:00:00-03:00') - NOW_MS - 1)
    await system.tick(LOOK_MS)
    expect(await client.received()).toEqual([])
    system.elapse(1)
    await system.tick(LOOK_MS)
    expect(await client.received()).toMatchObject([{ id: '2026-11-21.0', data: { opening: 5, closing: 5 } }])
  })

  test('a day with a sum that JSON cannot say is told as a problem, and as a day again once it can', async () => {
    // Each book stays within 2^53 − 1, both together do not.
    const large = 9_000_000_000_000_000n
    const system = aQueryApi()
    await system.append(onDay('e1', YESTERDAY, large))
    const client = await listen(system)
    expect(await client.received()).toMatchObject([
      { event: 'day', id: `${TODAY}.0`, data: { opening: Number(large) } },
    ])

    await system.append(today('e1', large))
    await system.tick(LOOK_MS)
    expect(await client.received()).toMatchObject([
      {
        event: 'problem',
        id: `${TODAY}.1`,
        data: { code: 'not-exact-in-json', businessDay: TODAY, days: [YESTERDAY, TODAY] },
      },
    ])
    const second = await listen(system)
    expect(await second.received()).toMatchObject([{ event: 'problem', id: `${TODAY}.1` }])

    await system.append(today('e2', -large))
    await system.tick(LOOK_MS)
    for (const one of [client, second]) {
      expect(await one.received()).toMatchObject([{ event: 'day', id: `${TODAY}.2`, data: { closing: Number(large) } }])
    }
    expect(system.logged).toEqual([])
  })

  test('a change of the merchant is seen within a minute', async () => {
    const merchants = memoryMerchants([aMerchant()])
    const system = aQueryApi({ storeWith: (store) => ({ ...store, merchants }) })
    const client = await listen(system)
    await client.received()
    const calendar = [aRule(), aRule({ from: day(TODAY), dayStartsAt: '06:00' })] as const
    await merchants.save(aMerchant({ calendar, revision: 2 }))
    system.elapse(60_000)
    await system.tick(LOOK_MS)
    expect(await client.received()).toMatchObject([{ data: { startsAt: '2026-11-20T09:00:00.000Z' } }])
  })

  test('after=<position>: waits for it, so that the first event holds its entry', async () => {
    const progress = memoryProgress()
    const system = aQueryApi({
      storeWith: (store) => ({ ...store, progress }),
      onSleep: async () => {
        await system.append(today('e1', 5n))
        await progress.advance('journal', { shardId: SHARD_ID, sequenceNumber: '9', appliedThroughMs: NOW_MS })
      },
    })
    const after = positionToken({ shardId: SHARD_ID, sequenceNumber: '9', index: 0 })
    const client = await listen(system, { path: `${LIVE}?after=${after}` })
    expect(await client.received()).toMatchObject([{ data: { closing: 5 } }])
    await client.leave()
    const never = positionToken({ shardId: 'elsewhere', sequenceNumber: '9', index: 0 })
    expect((await system.app.request(`${LIVE}?after=${never}`, { headers: { prefer: 'wait=0' } })).status).toBe(409)
    expect(system.periods()).toEqual([])
  })

  test.each([
    { path: `${LIVE}?from=x`, status: 422 },
    { path: `${LIVE}?after=x`, status: 422 },
    { path: '/v1/merchants/nobody/live', status: 404 },
  ])('$path: $status', async ({ path, status }) => {
    const system = aQueryApi()
    expect(await system.get(path)).toMatchObject({ status })
    expect(system.periods()).toEqual([])
  })

  test('HEAD has the headers and follows nothing', async () => {
    const system = aQueryApi()
    const response = await system.app.request(LIVE, { method: 'HEAD' })
    expect({ status: response.status, type: response.headers.get('content-type') }).toEqual({
      status: 200,
      type: 'text/event-stream',
    })
    expect(system.periods()).toEqual([])
  })
})

describe('a client that comes back', () => {
  test.each([
    { has: 'the current day as it is', lastEventId: `${TODAY}.2`, gets: [] },
    { has: 'an older segment', lastEventId: `${TODAY}.1`, gets: [`${TODAY}.2`] },
    { has: 'a segment that never was', lastEventId: `${TODAY}.9`, gets: [`${TODAY}.2`] },
    { has: 'yesterday as it is', lastEventId: `${YESTERDAY}.1`, gets: [`${TODAY}.2`] },
    { has: 'yesterday before its last entry', lastEventId: `${YESTERDAY}.0`, gets: [`${YESTERDAY}.1`, `${TODAY}.2`] },
    { has: 'a day without a book', lastEventId: '2026-11-01.3', gets: [`${TODAY}.2`] },
    { has: 'no id of ours', lastEventId: 'seven', gets: [`${TODAY}.2`] },
    { has: 'no day at all', lastEventId: '2026-02-30.1', gets: [`${TODAY}.2`] },
  ])('with $has ($lastEventId) gets $gets', async ({ lastEventId, gets }) => {
    const system = aQueryApi()
    await system.append(onDay('e1', YESTERDAY))
    await system.append(today('e1'))
    await system.append(today('e2'))
    const client = await listen(system, { lastEventId })
    expect(idsOf(await client.received())).toEqual(gets)
    await system.append(today('e3'))
    await system.tick(LOOK_MS)
    expect(idsOf(await client.received())).toEqual([`${TODAY}.3`])
  })

  test('finds out what changed while others listened, and they are not told again', async () => {
    const system = aQueryApi()
    await system.append(onDay('e1', YESTERDAY))
    const other = await listen(system)
    await system.append(onDay('e2', YESTERDAY))
    await system.tick(LOOK_MS)
    await other.received()
    const back = await listen(system, { lastEventId: `${YESTERDAY}.1` })
    expect(await back.received()).toMatchObject([
      { id: `${YESTERDAY}.2`, data: { closing: 2 } },
      { id: `${TODAY}.0`, data: { opening: 2 } },
    ])
    expect(await other.received()).toEqual([])
  })

  test('sees what was there before it came, though a look was under way', async () => {
    const gate = { isShut: false, opened: Promise.withResolvers<void>() }
    const system = aQueryApi({
      storeWith: (store) => ({
        ...store,
        heads: {
          read: async (id) => {
            const head = await store.heads.read(id)
            if (gate.isShut) await gate.opened.promise
            return head
          },
        },
      }),
    })
    const first = await listen(system)
    await first.received()
    gate.isShut = true
    await system.tick(LOOK_MS)
    await system.append(today('e1', 5n))
    const joining = listen(system)
    gate.isShut = false
    gate.opened.resolve()
    expect(await (await joining).received()).toMatchObject([{ id: `${TODAY}.1`, data: { closing: 5 } }])
  })
})

describe('a client that reads slowly', () => {
  test('gets the newest view of each day when it reads again, however much happened', async () => {
    const system = aQueryApi()
    const [slow, quick] = [await listen(system), await listen(system)]
    await slow.received()
    slow.pause()
    for (let index = 1; index <= 20; index += 1) {
      await system.append(onDay(`e${index}`, index % 2 ? TODAY : YESTERDAY))
      await system.tick(LOOK_MS)
      await system.tick(HEARTBEAT_MS)
    }
    expect((await quick.received()).length).toBeGreaterThanOrEqual(20)
    slow.resume()
    await setImmediate()
    const late = await slow.received()
    expect(late.length).toBeLessThanOrEqual(4)
    const newest = new Map(late.flatMap(({ data }) => (data ? [[data.businessDay, data.segment]] : [])))
    expect(newest).toEqual(
      new Map([
        [YESTERDAY, 10],
        [TODAY, 10],
      ]),
    )
  })
})

describe('many clients', () => {
  test('1,000 of them: two timers, one look for all, one heartbeat each; nothing left when they are gone', async () => {
    const counts = { heads: 0, ends: 0 }
    const system = aQueryApi({ storeWith: counting(counts) })
    await system.append(onDay('e1', YESTERDAY))
    await system.append(today('e1'))
    const clients = await Promise.all(Array.from({ length: 1_000 }, () => listen(system)))
    for (const client of clients) expect(idsOf(await client.received())).toEqual([`${TODAY}.1`])
    expect(system.periods()).toEqual([LOOK_MS, HEARTBEAT_MS])
    // Looking, and reading the day that each is told of at first.
    expect(counts.heads + counts.ends).toBeLessThan(20)

    Object.assign(counts, { heads: 0, ends: 0 })
    await system.tick(LOOK_MS)
    expect(counts).toEqual({ heads: 1, ends: 2 })

    await system.tick(HEARTBEAT_MS)
    for (const client of clients) expect(await client.received()).toEqual([{ comment: 'heartbeat' }])

    const [last, ...others] = clients
    await Promise.all(others.map(({ leave }) => leave()))
    expect(system.periods()).toHaveLength(2)
    await last?.leave()
    expect(system.periods()).toEqual([])
  })

  test('of many merchants share the timers, and each merchant is told of its own', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `m${index}`)
    const merchants = ids.map((id) => aMerchant({ merchantId: merchantId(id) }))
    const system = aQueryApi({ merchants })
    const clients = await Promise.all(ids.map((id) => listen(system, { path: `/v1/merchants/${id}/live` })))
    for (const client of clients) await client.received()
    expect(system.periods()).toHaveLength(2)
    await system.append(moved('e1', `${TODAY}T12:00:00Z`, 5n, {}, merchants[7]))
    await system.tick(LOOK_MS)
    const told = await Promise.all(clients.map(async ({ received }) => (await received()).length))
    expect(told).toEqual(ids.map((id) => (id === 'm7' ? 1 : 0)))
  })

  test('a look that takes long is not joined by another', async () => {
    let heads = 0
    const gate = Promise.withResolvers<void>()
    const system = aQueryApi({
      storeWith: (store) => ({
        ...store,
        heads: { read: async (id) => ((heads += 1) > 2 && (await gate.promise), store.heads.read(id)) },
      }),
    })
    await listen(system)
    const before = heads
    for (let index = 0; index < 10; index += 1) await system.tick(LOOK_MS)
    expect(heads - before).toBe(1)
    gate.resolve()
  })
})

describe('a store that does not answer', () => {
  const failing = (isDown: () => boolean) => (store: Store) => ({
    ...store,
    heads: {
      read: async (id: Parameters<Store['heads']['read']>[0]) => {
        if (isDown()) throw new Error('throttled')
        return await store.heads.read(id)
      },
    },
  })

  test('at the beginning: 503, and nothing is followed', async () => {
    const system = aQueryApi({ storeWith: failing(() => true) })
    expect(await system.get(LIVE)).toMatchObject({ status: 503, body: { code: 'store-unavailable' } })
    expect(system.periods()).toEqual([])
  })

  test('later: clients stay, it is logged once, and they are told when it is back', async () => {
    let isDown = false
    const system = aQueryApi({ storeWith: failing(() => isDown) })
    const client = await listen(system)
    await client.received()
    isDown = true
    await system.append(today('e1', 5n))
    for (let index = 0; index < 3; index += 1) await system.tick(LOOK_MS)
    expect(await client.received()).toEqual([])
    expect(system.logged).toHaveLength(1)
    isDown = false
    await system.tick(LOOK_MS)
    expect(await client.received()).toMatchObject([{ id: `${TODAY}.1` }])
  })
})

describe('when the service stops', () => {
  test('all streams end, the timers with them', async () => {
    const system = aQueryApi()
    const clients = await Promise.all(Array.from({ length: 10 }, () => listen(system)))
    system.stop()
    await setImmediate()
    expect(clients.every(({ isEnded }) => isEnded())).toBe(true)
    expect(system.periods()).toEqual([])
  })

  test('a stream that is asked for then ends at once', async () => {
    const system = aQueryApi()
    system.stop()
    const client = await listen(system)
    await setImmediate()
    expect(client.isEnded()).toBe(true)
    expect(system.periods()).toEqual([])
  })
})

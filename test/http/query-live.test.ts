import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import type { Store } from '#query-api/store'
import { aMerchant, aRule, day, merchantId } from '#test/builders'
import { positionToken } from '#wire/http/position-token'
import { aQueryApi, moved, NOW_MS, SHARD_ID, type StoreCalls } from './query-fixtures.ts'

const LOOK_MS = 250
const HEARTBEAT_MS = 15_000
const TODAY = '2026-11-20'
const YESTERDAY = '2026-11-19'
const LIVE = '/v1/merchants/m1/live'

const onDay = (id: string, date: string, signedMinor = 1n) => moved(id, `${date}T12:00:00Z`, signedMinor)
const today = (id: string, signedMinor = 1n) => onDay(id, TODAY, signedMinor)

type DayView = { businessDay: string; segment: number; opening: number; credits: number; closing: number }
type Message = { event?: string; id?: string; tag?: string; data?: DayView; retry?: string; comment?: string }

/** A client that reads whatever comes, or, told to `pause`, nothing until it resumes. */
const listen = async ({ app }: Pick<ReturnType<typeof aQueryApi>, 'app'>, { lastEventId = '', path = LIVE } = {}) => {
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

/** The id without its tag, which has a field of its own. */
const parseMessages = (text: string): Message[] =>
  text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) =>
      Object.fromEntries(
        block.split('\n').flatMap((line): [string, unknown][] => {
          const [, name = '', value = ''] = /^(\w*): (.*)$/.exec(line) ?? []
          if (name === 'data') return [[name, JSON.parse(value)]]
          if (name !== 'id') return [[name || 'comment', value]]
          const [day = '', segment = '', tag = ''] = value.split('.')
          return [
            ['id', `${day}.${segment}`],
            ['tag', tag],
          ]
        }),
      ),
    )

const idsOf = (messages: readonly Message[]) => messages.map(({ id }) => id)

/** The id with which a client comes back that has read these events. */
const lastEventIdOf = (messages: readonly Message[]): string => {
  const { id = '', tag = '' } = messages.findLast((message) => message.id !== undefined) ?? {}
  return `${id}.${tag}`
}

/** Counts the reads of heads and of ends. */
const counting =
  (counts: { heads: number; ends: number }) =>
  (store: Store): StoreCalls => ({
    heads: { read: async (id) => ((counts.heads += 1), store.heads.read(id)) },
    journal: { end: async (book) => ((counts.ends += 1), store.journal.end(book)) },
  })

describe('GET /v1/merchants/{m}/live', () => {
  test('begins with the current business day, as its own route answers it', async () => {
    const system = aQueryApi()
    await system.append(today('e1', 5n))
    const client = await listen(system)
    expect(Object.fromEntries(client.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'private, no-cache',
      'x-accel-buffering': 'no',
    })
    expect(client.raw()).toMatch(/^retry: 2000\n\nevent: day\nid: 2026-11-20\.1\.[\w-]{16}\ndata: \{.*\}\n\n$/)
    const [{ data } = {}] = await client.received()
    expect(data).toEqual((await system.get(`/v1/merchants/m1/days/${TODAY}`)).body)
    await client.leave()
  })

  test('begins with every open day and the current one, newest first, each as its own route answers it', async () => {
    const system = aQueryApi()
    for (const date of ['2026-11-18', '2026-11-21', YESTERDAY]) await system.append(onDay('e1', date, 7n))
    const client = await listen(system)
    const messages = await client.received()
    expect(idsOf(messages)).toEqual(['2026-11-21.1', `${TODAY}.0`, `${YESTERDAY}.1`, '2026-11-18.1'])
    for (const { data } of messages) {
      expect(data).toEqual((await system.get(`/v1/merchants/m1/days/${data?.businessDay}`)).body)
    }
    expect(
      messages.map(({ tag = '' }) => tag.length),
      'only the last one says that this is all',
    ).toEqual([1, 1, 1, 16])
  })

  test('begins with the current day though it has no entries', async () => {
    const client = await listen(aQueryApi())
    expect(await client.received()).toMatchObject([{ id: `${TODAY}.0`, data: { closing: 0 } }])
  })

  test('tells a change of the current day once, with its freshness', async () => {
    const progress = memoryProgress()
    const system = aQueryApi({ storeWith: () => ({ progress }) })
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

  test('tells a change of an earlier day with every opening that it moves, and one of a later day alone', async () => {
    const system = aQueryApi()
    await system.append(onDay('e1', '2026-11-17', 100n))
    await system.append(onDay('e1', '2026-11-18', 7n))
    await system.append(onDay('e1', YESTERDAY, 3n))
    await system.append(today('e1', 5n))
    const client = await listen(system)
    await client.received()

    await system.append(onDay('e2', '2026-11-18', 1n))
    await system.tick(LOOK_MS)
    expect(await client.received()).toMatchObject([
      { id: `${TODAY}.1`, data: { opening: 111, closing: 116 } },
      { id: `${YESTERDAY}.1`, data: { opening: 108, closing: 111 } },
      { id: '2026-11-18.2', data: { opening: 100, closing: 108 } },
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

  test('a day between others whose closing JSON cannot say is told as a problem that names each of its days once', async () => {
    const large = 9_000_000_000_000_000n
    const system = aQueryApi()
    await system.append(onDay('e1', '2026-11-18', large))
    await system.append(onDay('e1', YESTERDAY, large))
    await system.append(today('e1', -large))
    const client = await listen(system)
    expect(await client.received()).toMatchObject([
      { event: 'problem', data: { businessDay: TODAY, days: ['2026-11-18', YESTERDAY] } },
      { event: 'problem', data: { businessDay: YESTERDAY, days: ['2026-11-18', YESTERDAY] } },
      { event: 'day', data: { businessDay: '2026-11-18', closing: Number(large) } },
    ])
  })

  test('tells a day whose sum is not exact in JSON as a problem, and as a day once it is exact again', async () => {
    // Each book stays within 2^53 − 1, both together do not.
    const large = 9_000_000_000_000_000n
    const system = aQueryApi()
    await system.append(onDay('e1', YESTERDAY, large))
    const client = await listen(system)
    expect(await client.received()).toMatchObject([
      { event: 'day', data: { businessDay: TODAY, segment: 0, opening: Number(large) } },
      { event: 'day', data: { businessDay: YESTERDAY, closing: Number(large) } },
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
    expect(await second.received()).toMatchObject([
      { event: 'problem', data: { businessDay: TODAY } },
      { event: 'day', data: { businessDay: YESTERDAY } },
    ])

    await system.append(today('e2', -large))
    await system.tick(LOOK_MS)
    for (const one of [client, second]) {
      expect(await one.received()).toMatchObject([{ event: 'day', data: { segment: 2, closing: Number(large) } }])
    }
    expect(system.logged).toEqual([])
  })

  test('tells a change of the merchant within a minute', async () => {
    const merchants = memoryMerchants([aMerchant()])
    const system = aQueryApi({ storeWith: () => ({ merchants }) })
    const client = await listen(system)
    await client.received()
    const calendar = [aRule(), aRule({ from: day(TODAY), dayStartsAt: '06:00' })] as const
    await merchants.save(aMerchant({ calendar, revision: 2 }))
    system.elapse(60_000)
    await system.tick(LOOK_MS)
    expect(await client.received()).toMatchObject([{ data: { startsAt: '2026-11-20T09:00:00.000Z' } }])
  })

  test('with ?after= waits for the position, so that the first event holds its entry', async () => {
    const progress = memoryProgress()
    const system = aQueryApi({
      storeWith: () => ({ progress }),
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
  ])('asked as $path answers $status', async ({ path, status }) => {
    const system = aQueryApi()
    expect(await system.get(path)).toMatchObject({ status })
    expect(system.periods()).toEqual([])
  })

  test('answers HEAD with the headers and starts no timers', async () => {
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
  /** Two entries yesterday, one today, and the id with which a client left that was told of them. */
  const aSystemLeft = async () => {
    const merchants = memoryMerchants([aMerchant()])
    const system = aQueryApi({ storeWith: () => ({ merchants }) })
    await system.append(onDay('e1', YESTERDAY))
    await system.append(onDay('e2', YESTERDAY))
    await system.append(today('e1'))
    const client = await listen(system)
    const lastEventId = lastEventIdOf(await client.received())
    await client.leave()
    return { ...system, merchants, lastEventId }
  }
  const ALL = [`${TODAY}.1`, `${YESTERDAY}.2`]

  type Left = Awaited<ReturnType<typeof aSystemLeft>>
  test.each<{ meanwhile: string; happens: (left: Left) => unknown; gets: string[] }>([
    { meanwhile: 'nothing', happens: () => {}, gets: [] },
    { meanwhile: 'some hours of the same day', happens: ({ elapse }) => elapse(6 * 3_600_000), gets: [] },
    {
      meanwhile: 'an entry of today',
      happens: ({ append }) => append(today('e2')),
      gets: [`${TODAY}.2`, `${YESTERDAY}.2`],
    },
    {
      meanwhile: 'an entry of yesterday, which moves the opening of today',
      happens: ({ append }) => append(onDay('e3', YESTERDAY)),
      gets: [`${TODAY}.1`, `${YESTERDAY}.3`],
    },
    {
      meanwhile: 'an entry of a day that was not open before',
      happens: ({ append }) => append(onDay('e1', '2026-11-01')),
      gets: [...ALL, '2026-11-01.1'],
    },
    {
      meanwhile: 'an entry of tomorrow',
      happens: ({ append }) => append(onDay('e1', '2026-11-21')),
      gets: ['2026-11-21.1', ...ALL],
    },
    {
      meanwhile: 'the beginning of the next day',
      happens: ({ elapse }) => elapse(12 * 3_600_000),
      gets: ['2026-11-21.0', ...ALL],
    },
    {
      meanwhile: 'a change of the calendar',
      happens: ({ merchants }) =>
        merchants.save(
          aMerchant({ calendar: [aRule(), aRule({ from: day(TODAY), dayStartsAt: '06:00' })], revision: 2 }),
        ),
      gets: ALL,
    },
  ])('after $meanwhile gets $gets', async ({ happens, gets }) => {
    const left = await aSystemLeft()
    await happens(left)
    const client = await listen(left, { lastEventId: left.lastEventId })
    expect(idsOf(await client.received())).toEqual(gets)
    await left.append(today('e9'))
    await left.tick(LOOK_MS)
    const [last] = (await client.received()).filter(({ data }) => data?.businessDay === TODAY)
    expect(last?.data?.segment, 'and hears of what comes').toBeGreaterThan(1)
  })

  test.each([
    { has: 'a tag of another state', lastEventId: `${TODAY}.1.AAAAAAAAAAAAAAAA` },
    { has: 'no tag', lastEventId: `${TODAY}.1` },
    { has: 'an event of a change that it did not get whole', lastEventId: `${TODAY}.1.0` },
    { has: 'no id of ours', lastEventId: 'seven' },
    { has: 'something endless', lastEventId: 'a.'.repeat(4_000) },
  ])('with $has gets everything', async ({ lastEventId }) => {
    const left = await aSystemLeft()
    expect(idsOf(await (await listen(left, { lastEventId })).received())).toEqual(ALL)
  })

  test('with the right tag behind no day at all gets everything', async () => {
    const left = await aSystemLeft()
    const lastEventId = left.lastEventId.replace(/^[\d-]*/, '2026-02-30')
    expect(idsOf(await (await listen(left, { lastEventId })).received())).toEqual(ALL)
  })

  test.each([
    { header: 'the newest', query: undefined, gets: [] },
    { header: undefined, query: 'the newest', gets: [] },
    { header: undefined, query: 'an old one', gets: ALL },
    { header: 'the newest', query: 'an old one', gets: [] },
    { header: 'an old one', query: 'the newest', gets: ALL },
    { header: undefined, query: '', gets: ALL },
  ])('with $header in the header and $query in ?lastEventId= gets $gets', async ({ header, query, gets }) => {
    const left = await aSystemLeft()
    const idOf = (which: string) => (which === 'the newest' ? left.lastEventId : which && `${TODAY}.0.AAAAAAAAAAAAAAAA`)
    const client = await listen(left, {
      ...(header !== undefined && { lastEventId: idOf(header) }),
      ...(query !== undefined && { path: `${LIVE}?lastEventId=${idOf(query)}` }),
    })
    expect(idsOf(await client.received())).toEqual(gets)
  })

  test('to another process gets nothing that it knows', async () => {
    const stores: Store[] = []
    const system = aQueryApi({ storeWith: (store) => (stores.push(store), store) })
    await system.append(onDay('e1', YESTERDAY))
    await system.append(today('e1'))
    const lastEventId = lastEventIdOf(await (await listen(system)).received())
    const [store] = stores
    const restarted = aQueryApi({ storeWith: (own) => store ?? own })
    expect(await (await listen(restarted, { lastEventId })).received()).toEqual([])
  })

  test.each([1, 2, 3])('after %i of four events of one change gets the rest', async (count) => {
    const system = aQueryApi()
    const dates = ['2026-11-17', '2026-11-18', YESTERDAY, TODAY]
    for (const date of dates) await system.append(onDay('e1', date))
    const first = await listen(system)
    await first.received()
    for (const date of dates) await system.append(onDay('e2', date))
    await system.tick(LOOK_MS)
    const got = (await first.received()).slice(0, count)
    expect(got).toHaveLength(count)
    await first.leave()
    const back = await listen(system, { lastEventId: lastEventIdOf(got) })
    expect(idsOf(await back.received())).toEqual(dates.map((date) => `${date}.2`).toReversed())
  })

  test('finds out what changed while others listened, and they are not told again', async () => {
    const system = aQueryApi()
    await system.append(onDay('e1', YESTERDAY))
    const other = await listen(system)
    const lastEventId = lastEventIdOf(await other.received())
    await system.append(onDay('e2', YESTERDAY))
    await system.tick(LOOK_MS)
    await other.received()
    const back = await listen(system, { lastEventId })
    expect(await back.received()).toMatchObject([
      { id: `${TODAY}.0`, data: { opening: 2 } },
      { id: `${YESTERDAY}.2`, data: { closing: 2 } },
    ])
    expect(await other.received()).toEqual([])
  })

  test('sees what was there before it came, though a look at the books was under way', async () => {
    const gate = { isShut: false, opened: Promise.withResolvers<void>() }
    const system = aQueryApi({
      storeWith: (store) => ({
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

describe('a client that reads slowly and loses its connection', () => {
  test('comes back for what it has not read, though a newer view took the place of one that waited', async () => {
    const system = aQueryApi()
    const dates = ['2026-11-18', YESTERDAY, TODAY]
    for (const date of dates) await system.append(onDay('e1', date))
    const slow = await listen(system)
    await slow.received()
    slow.pause()
    // One piece for the read that is under way, and one that is ready for the next.
    for (const id of ['e2', 'e3']) {
      await system.append(onDay(id, '2026-11-21'))
      await system.tick(LOOK_MS)
    }
    for (const date of dates) await system.append(onDay('e2', date))
    await system.tick(LOOK_MS)
    await system.append(onDay('e3', YESTERDAY))
    await system.tick(LOOK_MS)
    slow.resume()
    await setImmediate()
    const late = (await slow.received()).slice(2)
    expect(late.length).toBeGreaterThanOrEqual(dates.length)

    const everything = ['2026-11-21.2', `${TODAY}.2`, `${YESTERDAY}.3`, '2026-11-18.2']
    for (let read = 1; read <= late.length; read += 1) {
      const back = await listen(system, { lastEventId: lastEventIdOf(late.slice(0, read)) })
      expect(idsOf(await back.received()), `after ${read} events`).toEqual(read < late.length ? everything : [])
    }
  })
})

describe('many clients', () => {
  test('cost two timers and one look at the books in all, and leave no timer behind', async () => {
    const counts = { heads: 0, ends: 0 }
    const system = aQueryApi({ storeWith: counting(counts) })
    await system.append(onDay('e1', YESTERDAY))
    await system.append(today('e1'))
    const clients = await Promise.all(Array.from({ length: 1_000 }, () => listen(system)))
    for (const client of clients) expect(idsOf(await client.received())).toEqual([`${TODAY}.1`, `${YESTERDAY}.1`])
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

  test('wait for a slow look at the books instead of starting another', async () => {
    let heads = 0
    const gate = Promise.withResolvers<void>()
    const system = aQueryApi({
      storeWith: (store) => ({
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
  const failing =
    (isDown: () => boolean) =>
    ({ heads }: Store): StoreCalls => ({
      heads: { read: async (id) => (isDown() ? Promise.reject(new Error('throttled')) : await heads.read(id)) },
    })

  test('is answered 503 when a client connects, and no timer is started', async () => {
    const system = aQueryApi({ storeWith: failing(() => true) })
    expect(await system.get(LIVE)).toMatchObject({ status: 503, body: { code: 'store-unavailable' } })
    expect(system.periods()).toEqual([])
  })

  test('keeps connected clients, is logged once, and they are told when it is back', async () => {
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

describe('when the service stops,', () => {
  test('all live streams and their timers end', async () => {
    const system = aQueryApi()
    const clients = await Promise.all(Array.from({ length: 10 }, () => listen(system)))
    system.stop()
    await setImmediate()
    expect(clients.every(({ isEnded }) => isEnded())).toBe(true)
    expect(system.periods()).toEqual([])
  })

  test('a live stream that is asked for afterwards ends at once', async () => {
    const system = aQueryApi()
    system.stop()
    const client = await listen(system)
    await setImmediate()
    expect(client.isEnded()).toBe(true)
    expect(system.periods()).toEqual([])
  })
})

import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { aMerchant, aRule, day } from '#test/builders'
import { afterEachEnd, aQueryApi, moved, NOW_MS } from './query-fixtures.ts'

type Window = { start: string; end: string; credits: number; debits: number; entryCount: number }

describe('GET /v1/merchants/{m}/days/{day}', () => {
  test('a day without entries is a day with zeros', async () => {
    const { get } = aQueryApi()
    const { status, body, headers } = await get('/v1/merchants/m1/days/2026-11-20')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('cache-control')).toBe('private, no-cache')
    const { windows, ...rest } = body
    expect(windows).toHaveLength(24)
    expect(rest).toEqual({
      merchantId: 'm1',
      businessDay: '2026-11-20',
      currency: 'BRL',
      timeZone: 'America/Sao_Paulo',
      zoneData: '2026f',
      status: 'open',
      version: 0,
      segment: 0,
      opening: 0,
      credits: 0,
      debits: 0,
      net: 0,
      closing: 0,
      entryCount: 0,
      byMethod: {},
      lateEntries: 0,
      hash: null,
      digest: null,
      exact: true,
      startsAt: '2026-11-20T03:00:00.000Z',
      endsAt: '2026-11-21T03:00:00.000Z',
      asOf: new Date(NOW_MS).toISOString(),
      appliedThrough: null,
    })
  })

  test('a day is what its segments add up to', async () => {
    const { get, append } = aQueryApi()
    await append(
      moved('e1', '2026-11-20T09:30:00-03:00', 500n, { method: 'pix' }),
      moved('e2', '2026-11-20T09:59:00-03:00', -200n),
    )
    await append(moved('e3', '2026-11-20T23:00:00-03:00', 1_000n, { method: 'pix' }))
    const { body } = await get('/v1/merchants/m1/days/2026-11-20')
    expect(body).toMatchObject({
      segment: 2,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      credits: 1_500,
      debits: 200,
      net: 1_300,
      closing: 1_300,
      entryCount: 3,
      byMethod: {
        pix: { credits: 1_500, debits: 0, entryCount: 2 },
        other: { credits: 0, debits: 200, entryCount: 1 },
      },
    })
    const windows = body['windows'] as Window[]
    expect(windows.filter(({ entryCount }) => entryCount > 0)).toEqual([
      {
        start: '2026-11-20T12:00:00.000Z',
        end: '2026-11-20T13:00:00.000Z',
        credits: 500,
        debits: 200,
        entryCount: 2,
      },
      { start: '2026-11-21T02:00:00.000Z', end: '2026-11-21T03:00:00.000Z', credits: 1_000, debits: 0, entryCount: 1 },
    ])
  })

  test('an amount keeps all its digits', async () => {
    const { get, append } = aQueryApi()
    const million = Array.from({ length: 9 }, (_, index) =>
      moved(`e${index}`, '2026-11-20T12:00:00Z', 999_999_999_999n),
    )
    await append(...million)
    expect((await get('/v1/merchants/m1/days/2026-11-20')).text).toContain('"credits":8999999999991,')
  })

  test.each([
    { change: 'clocks go forward', date: '2026-03-29', hours: 23, ends: '2026-03-29T22:00:00.000Z' },
    { change: 'no change of clocks', date: '2026-03-30', hours: 24, ends: '2026-03-30T22:00:00.000Z' },
    { change: 'clocks go back', date: '2026-10-25', hours: 25, ends: '2026-10-25T23:00:00.000Z' },
  ])('a day has $hours windows: $change', async ({ date, hours, ends }) => {
    const merchant = aMerchant({ calendar: [aRule({ timeZone: 'Europe/Berlin' })] })
    const { get, append } = aQueryApi({ merchants: [merchant] })
    const lastMinute = new Date(Date.parse(ends) - 60_000).toISOString()
    await append(moved('e1', lastMinute, 5n, {}, merchant))
    const { body } = await get(`/v1/merchants/m1/days/${date}`)
    const windows = body['windows'] as Window[]
    expect(windows).toHaveLength(hours)
    expect(windows.at(-1)).toMatchObject({ end: ends, credits: 5, entryCount: 1 })
    expect(body).toMatchObject({ endsAt: ends, timeZone: 'Europe/Berlin' })
  })

  test('entries beyond the last hour count in it, so that the windows add up to the day', async () => {
    const { get, append } = aQueryApi()
    await append(
      moved('e1', '2026-11-20T23:30:00-03:00', 1n),
      moved('e2', '2026-11-21T00:30:00-03:00', 2n, { businessDay: day('2026-11-20') }),
    )
    const windows = (await get('/v1/merchants/m1/days/2026-11-20')).body['windows'] as Window[]
    expect(windows.at(-1)).toMatchObject({ credits: 3, entryCount: 2 })
  })

  test('the calendar rule of a day gives its zone and its bounds', async () => {
    const rules = [aRule(), aRule({ from: day('2026-12-01'), timeZone: 'Asia/Tokyo', dayStartsAt: '06:00' })] as const
    const { get } = aQueryApi({ merchants: [aMerchant({ calendar: rules })] })
    expect((await get('/v1/merchants/m1/days/2026-11-29')).body).toMatchObject({ timeZone: 'America/Sao_Paulo' })
    expect((await get('/v1/merchants/m1/days/2026-12-01')).body).toMatchObject({
      timeZone: 'Asia/Tokyo',
      startsAt: '2026-11-30T21:00:00.000Z',
    })
  })

  test('the opening of a day is the sum of the merchant’s earlier open books', async () => {
    const other = aMerchant({ merchantId: 'm2' as never })
    const { get, append } = aQueryApi({ merchants: [aMerchant(), other] })
    await append(moved('e1', '2026-11-18T12:00:00Z', 700n))
    await append(moved('e1', '2026-11-19T12:00:00Z', -1_000n))
    await append(moved('e1', '2026-11-20T12:00:00Z', 50n))
    await append(moved('e1', '2026-11-21T12:00:00Z', 9_999n))
    await append(moved('e1', '2026-11-18T12:00:00Z', 5_555n, {}, other))
    expect((await get('/v1/merchants/m1/days/2026-11-20')).body).toMatchObject({
      opening: -300,
      net: 50,
      closing: -250,
    })
    expect((await get('/v1/merchants/m1/days/2026-12-25')).body).toMatchObject({ opening: 9_749, closing: 9_749 })
  })

  test.each([
    { when: 'before', first: '2026-11-19', second: '2026-11-20', opening: 3, net: -1 },
    { when: 'after', first: '2026-11-20', second: '2026-11-19', opening: 1, net: 1 },
  ])('the opening and the day are of one moment when books move $when the day is read', async (moves) => {
    const { when, first, second, opening, net } = moves
    let isMoving = false
    const system = aQueryApi({
      storeWith: (store) => ({
        journal: {
          end: async (book) => {
            const isNow = isMoving && book.day === '2026-11-20'
            if (isNow) isMoving = false
            if (isNow && when === 'before') await move()
            const end = await store.journal.end(book)
            if (isNow && when === 'after') await move()
            return end
          },
        },
      }),
    })
    // One more comes in, and then goes out on another day: at no instant is there less than there was.
    const move = async () => {
      await system.append(moved('in', `${first}T12:00:00Z`, 1n))
      await system.append(moved('out', `${second}T12:00:00Z`, -1n))
    }
    await system.append(moved('e1', '2026-11-19T12:00:00Z', 2n))
    await system.get('/v1/merchants/m1/balance')
    isMoving = true
    expect((await system.get('/v1/merchants/m1/days/2026-11-20')).body).toMatchObject({ opening, net, closing: 2 })
  })

  test('a day is answered though earlier books move at every read', async () => {
    let reads = 0
    const { get, append } = aQueryApi({
      storeWith: (store) => ({
        journal: {
          end: async (book) => {
            const end = await store.journal.end(book)
            if (book.day === '2026-11-20') return end
            reads += 1
            return end && { ...end, number: end.number + reads }
          },
        },
      }),
    })
    await append(moved('e1', '2026-11-19T12:00:00Z', 2n))
    await append(moved('e1', '2026-11-20T12:00:00Z', 5n))
    expect((await get('/v1/merchants/m1/days/2026-11-20')).body).toMatchObject({ opening: 2, net: 5, closing: 7 })
    expect(reads).toBe(7)
  })

  test.each(['0001-01-01', '9998-12-31'])('%s is answered as a day like any other', async (date) => {
    const { get } = aQueryApi()
    expect(await get(`/v1/merchants/m1/days/${date}`)).toMatchObject({ status: 200, body: { businessDay: date } })
  })
})

describe('GET /v1/merchants/{m}/balance', () => {
  test('the balance without any entry is zero and exact', async () => {
    const { get } = aQueryApi()
    expect((await get('/v1/merchants/m1/balance')).body).toEqual({
      merchantId: 'm1',
      currency: 'BRL',
      balance: 0,
      exact: true,
      closedThrough: null,
      openDays: [],
      asOf: new Date(NOW_MS).toISOString(),
      appliedThrough: null,
    })
  })

  test('the balance is the net of all open books', async () => {
    const { get, append } = aQueryApi()
    await append(moved('e1', '2026-11-20T12:00:00Z', 500n))
    await append(moved('e1', '2026-11-19T12:00:00Z', -700n))
    expect((await get('/v1/merchants/m1/balance')).body).toMatchObject({
      balance: -200,
      exact: true,
      openDays: ['2026-11-19', '2026-11-20'],
    })
  })

  test.each([
    { moves: 1, exact: true },
    { moves: 5, exact: true },
    { moves: 6, exact: false },
    { moves: Number.POSITIVE_INFINITY, exact: false },
  ])('the balance of a book that moves $moves times while it is read says exact: $exact', async ({ moves, exact }) => {
    let reads = 0
    const { get, append } = aQueryApi({
      storeWith: (store) => ({
        journal: {
          end: async (book) => {
            const end = await store.journal.end(book)
            reads += 1
            // The first read sees the book before it moves.
            return end && { ...end, number: end.number + Math.min(reads - 1, moves) }
          },
        },
      }),
    })
    await append(moved('e1', '2026-11-20T12:00:00Z', 500n))
    expect((await get('/v1/merchants/m1/balance')).body).toMatchObject({ balance: 500, exact })
    expect(reads).toBeLessThanOrEqual(7)
  })

  test('a balance includes a day that is opened between two reads', async () => {
    let ends = 0
    const system = aQueryApi({
      storeWith: afterEachEnd(async () => {
        ends += 1
        if (ends === 1) await system.append(moved('e1', '2026-11-21T12:00:00Z', 40n))
      }),
    })
    await system.append(moved('e1', '2026-11-20T12:00:00Z', 2n))
    expect((await system.get('/v1/merchants/m1/balance')).body).toMatchObject({ balance: 42, exact: true })
  })

  test('an exact balance at an instant is one that the merchant really had, though entries come in before its day is read', async () => {
    let reads = 0
    const system = aQueryApi({
      storeWith: ({ journal }) => ({
        journal: {
          read: async (...asked) => {
            reads += 1
            if (reads === 1) {
              await system.append(moved('e2', '2026-11-19T13:00:00Z', 100n))
              await system.append(moved('e2', '2026-11-20T13:00:00Z', 1n))
            }
            return await journal.read(...asked)
          },
        },
      }),
    })
    await system.append(moved('e1', '2026-11-19T12:00:00Z', 2n))
    await system.append(moved('e1', '2026-11-20T12:00:00Z', 40n))
    const balanceNow = async () => (await system.get('/v1/merchants/m1/balance?at=2026-11-20T14:00:00Z')).body
    // It never was 43.
    expect(await balanceNow()).toMatchObject({ balance: 42, exact: true })
    expect(await balanceNow()).toMatchObject({ balance: 143, exact: true })
  })

  test('an exact balance is one that the merchant really had while books moved', async () => {
    const delays = [0, 7, 1, 12, 0, 3, 9, 2, 0, 15, 5]
    let reads = 0
    const turns = async (count: number) => {
      for (let turn = 0; turn < count; turn += 1) await setImmediate()
    }
    const later = async <T>(read: () => Promise<T>): Promise<T> => {
      await turns(delays[(reads += 1) % delays.length] ?? 0)
      return await read()
    }
    const system = aQueryApi({
      storeWith: (store) => ({
        heads: { read: async (id) => await later(() => store.heads.read(id)) },
        journal: { end: async (book) => await later(() => store.journal.end(book)) },
      }),
    })
    // One comes in on a day, then goes out on another: at no instant are there more than one, or fewer than none.
    let isMoving = true
    const moving = async () => {
      for (let count = 1; count <= 150; count += 1) {
        const [into, outOf] = [1 + (count % 3), 4 + (count % 4)]
        await system.append(moved(`in${count}`, `2026-11-0${into}T12:00:00Z`, 1n))
        // In bursts: between them readers find the books at rest.
        await turns(count % 7 === 0 ? 60 : 1)
        await system.append(moved(`out${count}`, `2026-11-0${outOf}T12:00:00Z`, -1n))
        await turns(count % 10 === 0 ? 60 : 1)
      }
      isMoving = false
    }
    const seen: unknown[] = []
    const reading = async () => {
      while (isMoving) {
        const { body } = await system.get('/v1/merchants/m1/balance')
        if (body['exact'] === true) seen.push(body['balance'])
      }
    }
    await Promise.all([moving(), ...Array.from({ length: 8 }, reading)])
    expect(seen.length).toBeGreaterThan(100)
    expect(new Set(seen)).toEqual(new Set([0, 1]))
  })
})

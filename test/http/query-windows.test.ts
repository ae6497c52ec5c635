import { describe, expect, test } from 'vitest'
import { aMerchant, aRule, day } from '#test/builders'
import { afterEachEnd, aQueryApi, moved } from './query-fixtures.ts'

type Window = { start: string; end: string; credits: number; debits: number; entryCount: number }

const DAY = '/v1/merchants/m1/days/2026-11-20'
const SIZES = ['5m', '15m', '1h'] as const

const windowsOf = async ({ get }: ReturnType<typeof aQueryApi>, path: string): Promise<Window[]> =>
  (await get(path)).body['windows'] as Window[]

const sumOf = (windows: readonly Window[]) => ({
  credits: windows.reduce((sum, { credits }) => sum + credits, 0),
  debits: windows.reduce((sum, { debits }) => sum + debits, 0),
  entryCount: windows.reduce((sum, { entryCount }) => sum + entryCount, 0),
})

describe('GET /v1/merchants/{m}/days/{day}/windows', () => {
  test('the windows are hours unless ?size= says otherwise', async () => {
    const { get } = aQueryApi()
    const { body } = await get(`${DAY}/windows`)
    expect({ ...body, windows: (body['windows'] as Window[]).length }).toEqual({
      merchantId: 'm1',
      businessDay: '2026-11-20',
      size: '1h',
      windows: 24,
    })
    expect((body['windows'] as Window[])[0]).toEqual({
      start: '2026-11-20T03:00:00.000Z',
      end: '2026-11-20T04:00:00.000Z',
      credits: 0,
      debits: 0,
      entryCount: 0,
    })
  })

  test.each([
    {
      size: '5m',
      count: 288,
      filled: [
        { start: '2026-11-20T12:30:00.000Z', end: '2026-11-20T12:35:00.000Z', credits: 3, entryCount: 2 },
        { start: '2026-11-20T12:35:00.000Z', end: '2026-11-20T12:40:00.000Z', debits: 4, entryCount: 1 },
      ],
    },
    {
      size: '15m',
      count: 96,
      filled: [
        { start: '2026-11-20T12:30:00.000Z', end: '2026-11-20T12:45:00.000Z', credits: 3, debits: 4, entryCount: 3 },
      ],
    },
    {
      size: '1h',
      count: 24,
      filled: [
        { start: '2026-11-20T12:00:00.000Z', end: '2026-11-20T13:00:00.000Z', credits: 3, debits: 4, entryCount: 3 },
      ],
    },
  ])('a day has $count windows of $size, whichever segments its entries are in', async ({ size, count, filled }) => {
    const system = aQueryApi()
    await system.append(moved('e1', '2026-11-20T09:30:00-03:00', 1n), moved('e2', '2026-11-20T09:35:00-03:00', -4n))
    await system.append(moved('e3', '2026-11-20T09:34:59.999-03:00', 2n))
    const windows = await windowsOf(system, `${DAY}/windows?size=${size}`)
    expect(windows).toHaveLength(count)
    expect(windows.filter(({ entryCount }) => entryCount > 0)).toMatchObject(filled)
  })

  test.each([
    { what: 'clocks go forward', date: '2026-03-29', timeZone: 'Europe/Berlin', dayStartsAt: '00:00', hours: 23 },
    { what: 'clocks go back', date: '2026-10-25', timeZone: 'Europe/Berlin', dayStartsAt: '00:00', hours: 25 },
    {
      what: 'a day that starts at 04:30',
      date: '2026-10-25',
      timeZone: 'Europe/Berlin',
      dayStartsAt: '04:30',
      hours: 24,
    },
    {
      what: 'clocks go back half an hour',
      date: '2026-04-05',
      timeZone: 'Australia/Lord_Howe',
      dayStartsAt: '00:07',
      hours: 24.5,
    },
    {
      what: 'a zone off by three quarters',
      date: '2026-11-20',
      timeZone: 'Asia/Kathmandu',
      dayStartsAt: '06:10',
      hours: 24,
    },
  ])(
    'the windows of every size are without gaps and add up to the day: $what',
    async ({ date, timeZone, dayStartsAt, hours }) => {
      const merchant = aMerchant({ calendar: [aRule({ timeZone, dayStartsAt })] })
      const system = aQueryApi({ merchants: [merchant] })
      const { body } = await system.get(`/v1/merchants/m1/days/${date}`)
      const [startsAt, endsAt] = [Date.parse(String(body['startsAt'])), Date.parse(String(body['endsAt']))]
      const everyTenMinutes = Array.from({ length: hours * 6 }, (_, index) =>
        moved(
          `e${index}`,
          new Date(startsAt + index * 600_000 + 1).toISOString(),
          BigInt(index % 3 ? index : -index - 1),
          {},
          merchant,
        ),
      )
      const last = moved('last', new Date(endsAt - 1).toISOString(), 7n, {}, merchant)
      for (let index = 0; index < everyTenMinutes.length; index += 25) {
        await system.append(...everyTenMinutes.slice(index, index + 25))
      }
      await system.append(last)
      const dayNow = (await system.get(`/v1/merchants/m1/days/${date}`)).body

      const hourly = await windowsOf(system, `/v1/merchants/m1/days/${date}/windows?size=1h`)
      expect(hourly).toEqual(dayNow['windows'])
      for (const [size, perHour] of [
        ['5m', 12],
        ['15m', 4],
        ['1h', 1],
      ] as const) {
        const windows = await windowsOf(system, `/v1/merchants/m1/days/${date}/windows?size=${size}`)
        expect(windows).toHaveLength(Math.ceil(hours * perHour))
        expect(windows.map(({ start }) => Date.parse(start)).slice(1)).toEqual(
          windows.map(({ end }) => Date.parse(end)).slice(0, -1),
        )
        expect([windows[0]?.start, windows.at(-1)?.end]).toEqual([body['startsAt'], body['endsAt']])
        expect(dayNow).toMatchObject(sumOf(windows))
        expect(hourly).toMatchObject(
          hourly.map((_, hour) => sumOf(windows.slice(hour * perHour, (hour + 1) * perHour))),
        )
      }
    },
  )

  test.each(SIZES)('entries outside the day count in its first or last window of %s', async (size) => {
    const system = aQueryApi()
    const onThe20th = { businessDay: day('2026-11-20') }
    await system.append(
      moved('e1', '2026-11-19T22:00:00-03:00', 1n, onThe20th),
      moved('e2', '2026-11-21T00:30:00-03:00', 2n, onThe20th),
    )
    const windows = await windowsOf(system, `${DAY}/windows?size=${size}`)
    expect([windows[0]?.credits, windows.at(-1)?.credits]).toEqual([1, 2])
  })

  test('a long chain is read in bounded pieces, and other requests are served in between', async () => {
    const asked: number[] = []
    const system = aQueryApi({
      storeWith: (store) => ({
        journal: {
          read: async (book, after, limit) => {
            asked.push(limit ?? Infinity)
            return store.journal.read(book, after, limit)
          },
        },
      }),
    })
    for (let index = 0; index < 150; index += 1) await system.append(moved(`e${index}`, '2026-11-20T12:00:00Z', 1n))
    let isFolded = false
    let turns = 0
    const folding = windowsOf(system, `${DAY}/windows?size=5m`).finally(() => (isFolded = true))
    while (!isFolded) {
      await new Promise((resolve) => setImmediate(resolve))
      turns += 1
    }
    expect(sumOf(await folding)).toEqual({ credits: 150, debits: 0, entryCount: 150 })
    expect(Math.max(...asked)).toBe(32)
    expect(turns).toBeGreaterThan(100)
  })

  test('an entry that arrives while windows are computed is left out, and the ETag says so', async () => {
    let isLate = false
    const system = aQueryApi({
      storeWith: afterEachEnd(async () => {
        if (isLate) await system.append(moved('e2', '2026-11-20T12:00:00Z', 40n))
      }),
    })
    await system.append(moved('e1', '2026-11-20T12:00:00Z', 2n))
    isLate = true
    const { headers, body } = await system.get(`${DAY}/windows?size=15m`)
    expect(headers.get('etag')).toBe('W/"m1.2026-11-20.s1.w15m.m1"')
    expect(sumOf(body['windows'] as Window[])).toMatchObject({ credits: 2 })
  })

  test('the ETag changes with segment and size, and a client that has the answer costs no read of the chain', async () => {
    let reads = 0
    const system = aQueryApi({
      storeWith: (store) => ({
        journal: { read: async (...query) => ((reads += 1), store.journal.read(...query)) },
      }),
    })
    const tagOf = async (size: string) => (await system.get(`${DAY}/windows?size=${size}`)).headers.get('etag') ?? ''
    await system.append(moved('e1', '2026-11-20T12:00:00Z', 2n))
    const tags = [await tagOf('5m'), await tagOf('15m'), await tagOf('1h')]
    await system.append(moved('e2', '2026-11-20T12:00:00Z', 2n))
    tags.push(await tagOf('5m'))
    expect(new Set(tags).size).toBe(4)

    reads = 0
    const again = await system.get(`${DAY}/windows?size=5m`, { 'if-none-match': tags.at(-1) ?? '' })
    expect({ status: again.status, reads }).toEqual({ status: 304, reads: 0 })
  })
})

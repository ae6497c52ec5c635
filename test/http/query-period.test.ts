import { describe, expect, test } from 'vitest'
import { aMerchant, day, merchantId } from '#test/builders'
import { afterEachEnd, aQueryApi, moved } from './query-fixtures.ts'

type Sums = { opening: number; credits: number; debits: number; net: number; closing: number; entryCount: number }
type Row = Sums & { businessDay: string; status: string; version: number; segment: number }
type Period = { data: Row[]; totals: Sums; nextCursor: string | null }

const DAYS = '/v1/merchants/m1/days'

const periodOf = async ({ get }: ReturnType<typeof aQueryApi>, query: string): Promise<Period> => {
  const { status, body } = await get(`${DAYS}?${query}`)
  expect(status).toBe(200)
  return body as Period
}

/** 700 before the period; in it 300 less on the 18th, 50 more on the 20th; 9,999 after it. */
const aFewDays = async () => {
  const system = aQueryApi()
  await system.append(moved('e1', '2026-11-10T12:00:00Z', 700n))
  await system.append(moved('e1', '2026-11-18T12:00:00Z', 200n), moved('e2', '2026-11-18T12:00:00Z', -400n))
  await system.append(moved('e3', '2026-11-18T12:00:00Z', -100n))
  await system.append(moved('e1', '2026-11-20T12:00:00Z', 50n))
  await system.append(moved('e1', '2026-11-25T12:00:00Z', 9_999n))
  return system
}

describe('GET /v1/merchants/{m}/days', () => {
  test('a period has a row for every calendar day, with or without a book, and the totals of all rows', async () => {
    const open = { status: 'open', version: 0, exact: true }
    expect((await (await aFewDays()).get(`${DAYS}?from=2026-11-17&to=2026-11-20`)).body).toEqual({
      data: [
        { businessDay: '2026-11-17', ...open, segment: 0, ...still(700) },
        {
          businessDay: '2026-11-18',
          ...open,
          segment: 2,
          opening: 700,
          credits: 200,
          debits: 500,
          net: -300,
          closing: 400,
          entryCount: 3,
        },
        { businessDay: '2026-11-19', ...open, segment: 0, ...still(400) },
        {
          businessDay: '2026-11-20',
          ...open,
          segment: 1,
          ...still(400),
          credits: 50,
          net: 50,
          closing: 450,
          entryCount: 1,
        },
      ],
      totals: { opening: 700, credits: 250, debits: 500, net: -250, closing: 450, entryCount: 4, exact: true },
      nextCursor: null,
    })
  })

  test('each row says what the route of its day says', async () => {
    const system = await aFewDays()
    for (const row of (await periodOf(system, 'from=2026-11-08&to=2026-11-27')).data) {
      expect((await system.get(`${DAYS}/${row.businessDay}`)).body).toMatchObject(row)
    }
  })

  test('each day opens with the closing of the day before, across pages, and every page has the totals of the period', async () => {
    const system = await aFewDays()
    const query = 'from=2026-11-08&to=2026-11-27'
    const whole = await periodOf(system, query)
    let opening = 0
    for (const row of whole.data) {
      expect(row).toMatchObject({ opening, closing: opening + row.net })
      opening = row.closing
    }
    expect(whole.totals).toMatchObject({ opening: 0, closing: opening })

    const rows: Row[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Period = await periodOf(system, `${query}&limit=7${cursor && `&cursor=${cursor}`}`)
      expect(page.totals).toEqual(whole.totals)
      rows.push(...page.data)
      cursor = page.nextCursor
    }
    expect(rows).toEqual(whole.data)
  })

  test.each([
    { from: '2026-11-20', to: '2026-11-20', days: 1 },
    { from: '2024-02-27', to: '2024-03-01', days: 4 },
    { from: '2025-10-17', to: '2026-11-20', days: 400 },
    { from: '9998-12-30', to: '9998-12-31', days: 2 },
    { from: '0001-01-01', to: '0001-01-02', days: 2 },
  ])('the period from $from to $to has $days rows', async ({ from, to, days }) => {
    const { data } = await periodOf(aQueryApi(), `from=${from}&to=${to}&limit=500`)
    expect(data).toHaveLength(days)
    expect([data[0]?.businessDay, data.at(-1)?.businessDay]).toEqual([from, to])
  })

  test('a period reads the books that are open up to its end and no others, 16 at a time', async () => {
    const read = new Map<string, number>()
    let [underWay, most] = [0, 0]
    const system = aQueryApi({
      storeWith: (store) => ({
        journal: {
          end: async (book) => {
            most = Math.max(most, (underWay += 1))
            await new Promise((resolve) => setTimeout(resolve, 1))
            underWay -= 1
            read.set(book.day, (read.get(book.day) ?? 0) + 1)
            return store.journal.end(book)
          },
        },
      }),
    })
    const dates = Array.from({ length: 40 }, (_, index) => new Date(Date.UTC(2026, 9, 1 + index)).toISOString())
    for (const date of dates) await system.append(moved('e1', date, 1n, { businessDay: day(date.slice(0, 10)) }))
    const { totals } = await periodOf(system, 'from=2026-10-11&to=2026-10-31')
    expect(totals).toMatchObject({ opening: 10, credits: 21, closing: 31 })
    expect(read).toEqual(new Map(dates.slice(0, 31).map((date) => [date.slice(0, 10), 2])))
    expect(most).toBe(16)
  })

  test('when a book moves while others are read, all are read again', async () => {
    let ends = 0
    const system = aQueryApi({
      storeWith: afterEachEnd(async () => {
        ends += 1
        if (ends === 2) await system.append(moved('e2', '2026-11-18T12:00:00Z', 40n))
      }),
    })
    await system.append(moved('e1', '2026-11-18T12:00:00Z', 1n))
    await system.append(moved('e1', '2026-11-19T12:00:00Z', 2n))
    expect((await periodOf(system, 'from=2026-11-18&to=2026-11-19')).data).toMatchObject([
      { opening: 0, closing: 41 },
      { opening: 41, closing: 43 },
    ])
    expect(ends).toBe(6)
  })

  test('a cursor of a period is refused for another merchant or another period', async () => {
    const { get } = aQueryApi({ merchants: [aMerchant(), aMerchant({ merchantId: merchantId('m2') })] })
    const { body } = await get(`${DAYS}?from=2026-11-01&to=2026-11-20&limit=5`)
    const cursor = String(body['nextCursor'])
    for (const path of [
      `/v1/merchants/m2/days?from=2026-11-01&to=2026-11-20&cursor=${cursor}`,
      `${DAYS}?from=2026-11-02&to=2026-11-20&cursor=${cursor}`,
    ]) {
      expect(await get(path)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/cursor' }] } })
    }
  })
})

const still = (balance: number): Sums => ({
  opening: balance,
  credits: 0,
  debits: 0,
  net: 0,
  closing: balance,
  entryCount: 0,
})

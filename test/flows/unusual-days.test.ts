/**
 * Days that are not 24 hours from midnight UTC: entries around their bounds, before and after the days are closed. The bounds
 * are worked out from the offsets that the IANA data publishes for these zones.
 */
import { describe, expect, test } from 'vitest'
import { businessDayOf, HOUR_MS, shiftDay, type Calendar } from '#ledger/calendar'
import { lastEndedDay } from '#ledger/close'
import { updateZones } from '#ledger/zone-update'
import { aBookId, aMerchant, aRule, day } from '../builders.ts'
import { closeAsItStands, closeRestThrough } from '../closing.ts'
import { aQueryApi, moved } from '../http/query-fixtures.ts'
import { ruleMade, zones2026c, zones2026f } from '../zone-data.ts'

/** Winnipeg by the zone data of August, with the newer data that counts from 21 November on. */
const newerData = (): Calendar => {
  const before = aMerchant({ calendar: [ruleMade(zones2026c, '2026-08-01T12:00:00Z', 'America/Winnipeg')] })
  const updated = updateZones(before, zones2026f, Date.parse('2026-11-20T18:00:00Z'))
  if (!updated.ok || updated.value === undefined) throw new Error('the newer data changes nothing')
  return updated.value.merchant.calendar
}

const zone = (timeZone: string, dayStartsAt = '00:00') => aRule({ timeZone, dayStartsAt })
const from = (first: string, timeZone: string) => aRule({ from: day(first), timeZone })

describe.each([
  {
    what: '23 hours',
    calendar: [zone('America/New_York')],
    on: '2026-03-08',
    starts: '2026-03-08T05:00:00.000Z',
    ends: '2026-03-09T04:00:00.000Z',
    hours: 23,
  },
  {
    what: '25 hours',
    calendar: [zone('America/New_York')],
    on: '2026-11-01',
    starts: '2026-11-01T04:00:00.000Z',
    ends: '2026-11-02T05:00:00.000Z',
    hours: 25,
  },
  {
    what: 'a start at 04:00',
    calendar: [zone('America/Sao_Paulo', '04:00')],
    on: '2026-11-20',
    starts: '2026-11-20T07:00:00.000Z',
    ends: '2026-11-21T07:00:00.000Z',
    hours: 24,
  },
  {
    what: 'a start at 04:00 after an hour that was shown twice',
    calendar: [zone('America/New_York', '04:00')],
    on: '2026-10-31',
    starts: '2026-10-31T08:00:00.000Z',
    ends: '2026-11-01T09:00:00.000Z',
    hours: 25,
  },
  {
    what: 'a zone 14 hours ahead of UTC',
    calendar: [zone('Pacific/Kiritimati')],
    on: '2026-11-20',
    starts: '2026-11-19T10:00:00.000Z',
    ends: '2026-11-20T10:00:00.000Z',
    hours: 24,
  },
  {
    what: 'a zone 11 hours behind UTC',
    calendar: [zone('Pacific/Pago_Pago')],
    on: '2026-11-20',
    starts: '2026-11-20T11:00:00.000Z',
    ends: '2026-11-21T11:00:00.000Z',
    hours: 24,
  },
  {
    what: 'a move to the east, before the day that it leaves out',
    calendar: [zone('Pacific/Honolulu'), from('2026-12-05', 'Pacific/Kiritimati')],
    on: '2026-12-03',
    starts: '2026-12-03T10:00:00.000Z',
    ends: '2026-12-04T10:00:00.000Z',
    hours: 24,
  },
  {
    what: 'a move to the west, before which a day is twice as long',
    calendar: [zone('Pacific/Kiritimati'), from('2026-12-05', 'Pacific/Honolulu')],
    on: '2026-12-04',
    starts: '2026-12-03T10:00:00.000Z',
    ends: '2026-12-05T10:00:00.000Z',
    hours: 48,
  },
  {
    what: 'newer zone data from the next day on',
    calendar: newerData(),
    on: '2026-11-20',
    starts: '2026-11-20T06:00:00.000Z',
    ends: '2026-11-21T05:00:00.000Z',
    hours: 23,
  },
] as { what: string; calendar: Calendar; on: string; starts: string; ends: string; hours: number }[])(
  'a day with $what',
  ({ calendar, on, starts, ends, hours }) => {
    const merchant = aMerchant({ calendar })
    const [startsAtMs, endsAtMs] = [Date.parse(starts), Date.parse(ends)]
    const entry = (id: string, atMs: number, amountMinor: bigint) =>
      moved(id, new Date(atMs).toISOString(), amountMinor, {}, merchant)
    /** Each amount is another power of two, so a sum tells which entries are in it. */
    const entries = [
      entry('before', startsAtMs - 1, 1n),
      entry('first', startsAtMs, 2n),
      entry('second-hour', startsAtMs + HOUR_MS, 4n),
      entry('last', endsAtMs - 1, 8n),
      entry('after', endsAtMs, 16n),
    ]

    test('has its entries, bounds and windows, the same before and after it is closed', async () => {
      const { append, get, books } = aQueryApi({ merchants: [merchant] })
      for (const one of entries) await append(one)
      const path = `/v1/merchants/m1/days/${on}`
      const expected = { startsAt: starts, endsAt: ends, opening: 1, credits: 14, closing: 15, entryCount: 3 }
      const open = (await get(path)).body
      expect(open).toMatchObject({ ...expected, status: 'open' })
      const windows = open['windows'] as { start: string; end: string; credits: number }[]
      expect(windows).toHaveLength(hours)
      expect([windows[0], windows[1], windows.at(-1)]).toMatchObject([
        { start: starts, credits: 2 },
        { credits: 4 },
        { end: ends, credits: 8 },
      ])

      const [before] = entries
      if (before === undefined) throw new Error('no entries')
      await closeAsItStands(books, aBookId({ day: before.businessDay }), endsAtMs)
      await closeAsItStands(books, aBookId({ day: day(on) }), endsAtMs)
      const closed = (await get(`${path}?version=1`)).body
      expect(closed).toMatchObject({ ...expected, status: 'closed', version: 1, windows })
      const next = businessDayOf(calendar, endsAtMs)
      expect((await get(`/v1/merchants/m1/days/${next}`)).body).toMatchObject({
        opening: 15,
        credits: 16,
        status: 'open',
      })
      expect((await get('/v1/merchants/m1/balance')).body).toMatchObject({ balance: 31, closedThrough: on })
    })

    test.each([
      { size: '5m', windows: hours * 12 },
      { size: '15m', windows: hours * 4 },
    ])('has $windows windows of $size that add up to it', async ({ size, windows }) => {
      const { append, get } = aQueryApi({ merchants: [merchant] })
      for (const one of entries) await append(one)
      const { body } = await get(`/v1/merchants/m1/days/${on}/windows?size=${size}`)
      const all = body['windows'] as { credits: number }[]
      expect(all).toHaveLength(windows)
      expect(all.reduce((sum, { credits }) => sum + credits, 0)).toBe(14)
    })

    test('has ended at its end, and not a millisecond earlier', () => {
      expect(lastEndedDay(calendar, endsAtMs) >= day(on)).toBe(true)
      expect(lastEndedDay(calendar, endsAtMs - 1)).toBe(shiftDay(day(on), -1))
    })
  },
)

test('a day that a change of zone leaves out is an empty closed day between its neighbours', async () => {
  const calendar: Calendar = [zone('Pacific/Honolulu'), from('2026-12-05', 'Pacific/Kiritimati')]
  const merchant = aMerchant({ calendar })
  const { append, get, books } = aQueryApi({ merchants: [merchant] })
  await append(moved('third', '2026-12-04T09:59:59.999Z', 3n, {}, merchant))
  await append(moved('fifth', '2026-12-04T10:00:00.000Z', 5n, {}, merchant))
  await closeAsItStands(books, aBookId({ day: day('2026-12-03') }), Date.parse('2026-12-06T00:00:00Z'))
  await closeRestThrough(books, aBookId().merchantId, day('2026-12-04'))
  const { body } = await get('/v1/merchants/m1/days?from=2026-12-03&to=2026-12-05')
  expect(body).toMatchObject({
    data: [
      { status: 'closed', opening: 0, credits: 3, closing: 3 },
      {
        status: 'closed',
        opening: 3,
        credits: 0,
        closing: 3,
      },
      { status: 'open', opening: 3, credits: 5, closing: 8 },
    ],
    totals: { opening: 0, credits: 8, closing: 8 },
  })
})

/** Entries at times that a merchant's calendar does not reach, and the error that is logged from a year before. */
import { expect, test } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { aMerchant, merchantId } from '#test/builders'
import { ruleMade, zones2026f } from '#test/zone-data'
import { anIngest, SALE } from './ingest-fixtures.ts'
import { scrape } from './metrics-text.ts'

// Ten years after they were made, their record of the zone ends.
const MADE = '2026-11-20T12:00:00Z'
const ENDS = '2036-11-20T12:00:00.000Z'
const MINUTE = 60_000

const start = (now: string) => {
  let nowMs = Date.parse(now)
  const calendar = [ruleMade(zones2026f, MADE, 'America/Sao_Paulo')] as const
  const ids = Array.from({ length: 200 }, (_, index) => merchantId(`m${index}`))
  const merchants = memoryMerchants(ids.map((id) => aMerchant({ merchantId: id, calendar })))
  const { app, log, post: send } = anIngest({ zones: zones2026f, merchants, clock: () => nowMs })
  const sale = (occurredAt: string, index = 0) => ({
    ...SALE,
    entryId: `e-${occurredAt}`,
    merchantId: ids[index],
    occurredAt,
  })
  const post = async (path: string, body: unknown) => {
    const answer = await send(path, body)
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> }
  }
  return { app, log, post, sale, ids, merchants, elapse: (ms: number) => void (nowMs += ms) }
}

test('the last entry that a calendar reaches is taken, and the next one is answered 503 calendar-ended', async () => {
  const { post, sale } = start(ENDS)
  expect(await post('/v1/entries', sale('2036-11-20T11:59:59.999Z'))).toMatchObject({
    status: 202,
    body: { businessDay: '2036-11-20' },
  })
  const refused = await post('/v1/entries', sale(ENDS))
  expect(refused).toMatchObject({ status: 503, body: { code: 'calendar-ended' } })
  expect(refused.headers.get('retry-after')).toBe('600')
})

test('in a batch only the entries that the calendar does not reach are refused', async () => {
  const { post, sale } = start(ENDS)
  const batch = { entries: [sale('2036-11-20T11:00:00Z'), sale('2036-11-20T12:00:01Z')] }
  expect(await post('/v1/entries/batch', batch)).toMatchObject({
    status: 207,
    body: { accepted: 1, results: [{ status: 'accepted' }, { problem: { code: 'calendar-ended', status: 503 } }] },
  })
})

test('an error is logged once an hour from a year before a calendar ends, however many entries and merchants there are', async () => {
  const { app, log, post, sale, ids, elapse } = start('2035-11-20T12:00:01Z')
  const now = '2035-11-20T12:00:00Z'
  const oneEach = { entries: ids.map((_, index) => sale(now, index)) }
  for (let times = 0; times < 3; times += 1) await post('/v1/entries/batch', oneEach)
  expect(log.error.mock.calls).toEqual([
    [{ merchantId: 'm0', endsAt: ENDS, merchants: 1 }, expect.stringContaining('npm run zones')],
  ])
  expect((await scrape(app)).get('daybook_ingest_calendars_ending')).toBe(200)

  elapse(61 * MINUTE)
  expect((await scrape(app)).get('daybook_ingest_calendars_ending')).toBe(0)
})

test('no error is logged earlier than a year before a calendar ends', async () => {
  const { app, log, post, sale } = start('2035-11-20T11:59:59Z')
  await post('/v1/entries', sale('2035-11-20T11:00:00Z'))
  expect(log.error).not.toHaveBeenCalled()
  expect((await scrape(app)).get('daybook_ingest_calendars_ending')).toBe(0)
})

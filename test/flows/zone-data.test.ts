/** One history, judged by processes with two versions of the zone data. */
import { memoryBooks } from '#adapters/transactions/memory-books'
import { beforeEach, describe, expect, test } from 'vitest'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { ALLOWED, withToken } from '#test/access'
import { ingest } from '#ingest/ingest'
import { businessDayOf, dayBounds } from '#ledger/calendar'
import type { Merchant } from '#ledger/merchant'
import type { Merchants } from '#ledger/ports'
import type { ZoneData } from '#ledger/zone'
import { USAGE, zones as zonesCommand } from '#operations/zones'
import { recordEntries } from '#processors/journal/record-entries'
import { aQueryApi, SHARD_ID } from '#test/http/query-fixtures'
import { day } from '#test/builders'
import { runIn } from '#test/operations/run'
import { ruleMade, zones2026c, zones2026f } from '#test/zone-data'
import { parseSavedMerchant, savedMerchant } from '#wire/archive/merchant'

const shop = { name: 'Bakery', currency: 'CAD', timeZone: 'America/Winnipeg' }
const REGISTERED = '2026-11-20T12:00:00Z'
// 23:30 of the 25th by the clocks that 2026c expects in Winnipeg, 00:30 of the 26th by those of 2026f.
const SOLD = '2026-11-26T05:30:00Z'
const sale = { entryId: 'e1', merchantId: 'm1', direction: 'credit', amount: 1250, currency: 'CAD', occurredAt: SOLD }

const asRead = (merchant: Merchant): Merchant => {
  const read = parseSavedMerchant(JSON.parse(JSON.stringify(savedMerchant(merchant))))
  if (!read.ok) throw new Error(read.error)
  return read.value
}

/** Register, stream and books, and processes on them that know nothing of each other. */
const aWorld = () => {
  let nowMs = Date.parse(REGISTERED)
  const clock = () => nowMs
  const log = { error() {}, warn() {} }
  const [stream, auditTrail, stored] = [memoryEntryStream(), memoryAuditTrail(), memoryMerchants()]
  const merchants: Merchants = {
    ...stored,
    // What a process reads was bytes before.
    find: async (id) => {
      const merchant = await stored.find(id)
      return merchant && asRead(merchant)
    },
  }
  const books = { ...memoryBooks(), progress: memoryProgress() }
  const { quarantine } = books
  const query = aQueryApi({ storeWith: () => ({ ...books, merchants }) })
  let recorded = 0

  return {
    auditTrail,
    find: async () => (await merchants.find('m1' as never)) as Merchant,
    /** Goes to a time. */
    at: (time: string) => void (nowMs = Date.parse(time)),
    /** A process of ingest that comes with this zone data. */
    ingestWith(zones: ZoneData) {
      const app = withToken(ingest({ access: ALLOWED, stream, merchants, zones, quarantine, auditTrail, log, clock }))
      const send = async (method: string, path: string, body: unknown) => {
        const answer = await app.request(path, { method, body: JSON.stringify(body) })
        return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
      }
      return {
        register: (body: unknown) => send('PUT', '/v1/merchants/m1', body),
        post: (body: unknown) => send('POST', '/v1/entries', body),
      }
    },
    /** Counts what has come onto the stream, and answers a day. */
    async day(date: string) {
      const records = stream.records
        .slice(recorded)
        .map(({ sequenceNumber, data }) => ({ sequenceNumber, data, arrivedAtMs: nowMs }))
      recorded += records.length
      const worker = recordEntries({ ...books, merchants, auditTrail, clock, log }, LIMITS)
      if (records.length > 0) await worker({ shardId: SHARD_ID, records })
      return (await query.get(`/v1/merchants/m1/days/${date}`)).body
    },
    updateZones: (zones: ZoneData, ...args: string[]) =>
      runIn(
        zonesCommand(() => ({ merchants, auditTrail, zones, clock, actor: { by: 'os:tester', from: 'here' } })),
        USAGE,
        args,
      ),
  }
}
const LIMITS = { booksAtOnce: 1, cacheBytes: 0 }

let world: ReturnType<typeof aWorld>
beforeEach(() => void (world = aWorld()))

describe('an entry that is sent before and after an upgrade of the zone data', () => {
  test('has one business day and counts once', async () => {
    // By the newer data alone, it would be of the day after.
    const moment = Date.parse(SOLD)
    expect(businessDayOf([ruleMade(zones2026c, REGISTERED, 'America/Winnipeg')], moment)).toBe('2026-11-25')
    expect(businessDayOf([ruleMade(zones2026f, REGISTERED, 'America/Winnipeg')], moment)).toBe('2026-11-26')

    await world.ingestWith(zones2026c).register(shop)
    world.at('2026-11-26T06:10:00Z')
    const before = await world.ingestWith(zones2026c).post(sale)
    const after = await world.ingestWith(zones2026f).post(sale)
    expect(before).toMatchObject({ status: 202, body: { businessDay: '2026-11-25' } })
    expect(after).toMatchObject({ status: 202, body: { businessDay: '2026-11-25' } })

    expect(await world.day('2026-11-25')).toMatchObject({
      entryCount: 1,
      credits: 1250,
      zoneData: '2026c',
      startsAt: '2026-11-25T06:00:00.000Z',
      endsAt: '2026-11-26T06:00:00.000Z',
    })
    expect(await world.day('2026-11-26')).toMatchObject({ entryCount: 0, opening: 1250 })
  })

  test('counts once although its merchant is sent again by a client of the upgraded process', async () => {
    const registered = await world.ingestWith(zones2026c).register(shop)
    expect(registered).toMatchObject({ status: 201, body: { zoneData: '2026c', calendar: [{ zoneData: '2026c' }] } })
    expect(await world.ingestWith(zones2026f).register(shop)).toEqual({ ...registered, status: 200 })
    world.at('2026-11-26T06:10:00Z')
    expect((await world.ingestWith(zones2026f).post(sale)).body).toMatchObject({ businessDay: '2026-11-25' })
  })

  test('counts once although npm run zones has brought the newer data in between', async () => {
    await world.ingestWith(zones2026c).register(shop)
    world.at('2026-11-26T05:40:00Z')
    await world.ingestWith(zones2026c).post(sale)
    expect((await world.updateZones(zones2026f)).exit).toBe(0)
    // The 27th is the first day that neither clock had begun by then.
    world.at('2026-11-26T06:10:00Z')
    expect((await world.ingestWith(zones2026f).post(sale)).body).toMatchObject({ businessDay: '2026-11-25' })
    expect(await world.day('2026-11-25')).toMatchObject({ entryCount: 1, zoneData: '2026c' })
    expect(await world.day('2026-11-26')).toMatchObject({
      entryCount: 0,
      zoneData: '2026c',
      endsAt: '2026-11-27T05:00:00.000Z',
    })
    expect(await world.day('2026-11-27')).toMatchObject({ zoneData: '2026f', startsAt: '2026-11-27T05:00:00.000Z' })
  })
})

test('a rebuild has the business days of the register, because the archived merchant carries its clocks', async () => {
  await world.ingestWith(zones2026c).register(shop)
  await world.updateZones(zones2026f)
  const [registered, changed] = world.auditTrail.published.map(({ body }) =>
    parseSavedMerchant(JSON.parse(JSON.stringify(body))),
  )
  expect(world.auditTrail.published).toHaveLength(2)
  expect(registered).toMatchObject({ ok: true, value: { revision: 1 } })
  expect(changed).toEqual({ ok: true, value: await world.find() })
  const { calendar } = await world.find()
  expect(dayBounds(calendar, day('2026-11-20')).startsAtMs).toBe(Date.parse('2026-11-20T06:00:00Z'))
  expect(dayBounds(calendar, day('2026-12-24')).startsAtMs).toBe(Date.parse('2026-12-24T05:00:00Z'))
})

import { describe, expect, test, vi } from 'vitest'
import { memoryDecisions } from '#adapters/decisions/memory-decisions'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { ianaZones } from '#adapters/zones/iana-zones'
import { ingest } from '#ingest/ingest'
import type { Decisions, Merchants } from '#ledger/ports'
import { aMerchant, merchantId } from '#test/builders'

const NOW = Date.parse('2026-11-20T12:30:00Z') // 09:30 in São Paulo
const bakery = { name: 'Padaria Central', currency: 'BRL', timeZone: 'America/Sao_Paulo' }

const start = (merchants: Merchants = memoryMerchants(), decisions: Decisions = memoryDecisions()) => {
  const log = { error: vi.fn(), warn: vi.fn() }
  const app = ingest({
    zones: ianaZones,
    stream: memoryEntryStream(),
    merchants,
    quarantine: memoryQuarantine(),
    decisions,
    log,
    clock: () => NOW,
  })
  const put = async (body: unknown, path = '/v1/merchants/m1') => {
    const response = await app.request(path, { method: 'PUT', body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return { app, log, merchants, put }
}

describe('registering a merchant', () => {
  test('answers 201 and the merchant, defaults filled in', async () => {
    expect(await start().put(bakery)).toEqual({
      status: 201,
      body: {
        merchantId: 'm1',
        ...bakery,
        dayStartsAt: '00:00',
        lateEntries: 'nextOpenDay',
        zoneData: '2026f',
        calendar: [{ from: null, timeZone: 'America/Sao_Paulo', dayStartsAt: '00:00', zoneData: '2026f' }],
      },
    })
  })

  test('again answers 200 and changes nothing', async () => {
    const { put, merchants } = start()
    const first = await put(bakery)
    expect(await put(bakery)).toEqual({ status: 200, body: first.body })
    expect(await merchants.find(merchantId('m1'))).toMatchObject({ revision: 1 })
  })

  test('makes it usable at once, even for an ingest that was asked about it before', async () => {
    const { app, put } = start()
    const sale = { entryId: 'e1', merchantId: 'm1', direction: 'credit', amount: 1, currency: 'BRL' }
    const body = JSON.stringify({ ...sale, occurredAt: '2026-11-20T12:00:00Z' })
    expect((await app.request('/v1/entries', { method: 'POST', body })).status).toBe(422)
    await put(bakery)
    expect((await app.request('/v1/entries', { method: 'POST', body })).status).toBe(202)
  })
})

describe('changing a merchant', () => {
  test('name and policy change at once', async () => {
    const { put } = start()
    await put(bakery)
    const changed = { name: 'Padaria Nova', lateEntries: 'quarantine' }
    expect(await put({ ...bakery, ...changed })).toMatchObject({ status: 200, body: changed })
  })

  test('a day that starts at another hour counts from the next day on', async () => {
    const { put } = start()
    await put(bakery)
    expect(await put({ ...bakery, dayStartsAt: '04:00' })).toMatchObject({
      status: 200,
      body: {
        dayStartsAt: '04:00',
        calendarFrom: '2026-11-21',
        calendar: [
          { from: null, dayStartsAt: '00:00' },
          { from: '2026-11-21', dayStartsAt: '04:00' },
        ],
      },
    })
  })

  test('what was answered can be sent back, and changes nothing', async () => {
    const { put } = start()
    await put(bakery)
    const {
      calendar,
      merchantId: _inThePath,
      ...answered
    } = (await put({ ...bakery, timeZone: 'America/Manaus', calendarFrom: '2026-12-01' })).body
    expect(await put(answered)).toMatchObject({ status: 200, body: { calendar } })
  })

  test('the currency stays', async () => {
    const { put } = start()
    await put(bakery)
    expect(await put({ ...bakery, currency: 'USD' })).toMatchObject({
      status: 409,
      body: { code: 'currency-fixed', errors: [{ pointer: '/currency', code: 'currency-fixed' }] },
    })
  })

  test.each(['2026-11-19', '2026-11-20'])(
    'the calendar cannot change from %s, which has begun',
    async (calendarFrom) => {
      const { put } = start()
      await put(bakery)
      expect(await put({ ...bakery, dayStartsAt: '04:00', calendarFrom })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/calendarFrom', code: 'calendar-from-not-future' }] },
      })
    },
  )
})

describe('the time zone of a merchant', () => {
  test.each([
    ['asia/kolkata', 'Asia/Kolkata'],
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['AMERICA/ARGENTINA/BUENOS_AIRES', 'America/Argentina/Buenos_Aires'],
  ])('%s is answered as the IANA database spells it, %s', async (timeZone, spelled) => {
    expect(await start().put({ ...bakery, timeZone })).toMatchObject({
      status: 201,
      body: { timeZone: spelled, zoneData: '2026f', calendar: [{ timeZone: spelled, zoneData: '2026f' }] },
    })
  })

  test.each(['BST', 'IST', 'AST', 'ACT', 'PST', 'SystemV/AST4ADT', 'Factory', '+03:00', ''])(
    '%j is none, and is refused',
    async (timeZone) => {
      expect(await start().put({ ...bakery, timeZone })).toMatchObject({
        status: 422,
        body: { code: 'invalid', errors: [{ pointer: '/timeZone', code: 'not-a-time-zone' }] },
      })
    },
  )

  test('in other letters is the same one, and changes nothing', async () => {
    const { put } = start()
    const { body } = await put(bakery)
    expect(await put({ ...bakery, timeZone: 'america/SAO_PAULO' })).toEqual({ status: 200, body })
  })
})

describe('a field that is wrong is pointed at', () => {
  test.each([
    [{ ...bakery, name: '' }, '/name', 'empty'],
    [{ ...bakery, name: 'x'.repeat(201) }, '/name', 'too-long'],
    [{ ...bakery, name: '\ud800' }, '/name', 'not-unicode'],
    [{ ...bakery, name: undefined }, '/name', 'missing'],
    [{ ...bakery, currency: 'real' }, '/currency', 'not-a-currency'],
    [{ ...bakery, timeZone: 'America/Gotham' }, '/timeZone', 'not-a-time-zone'],
    [{ ...bakery, timeZone: '-03:00' }, '/timeZone', 'not-a-time-zone'],
    [{ ...bakery, dayStartsAt: '24:00' }, '/dayStartsAt', 'not-a-time-of-day'],
    [{ ...bakery, dayStartsAt: [4] }, '/dayStartsAt', 'wrong-type'],
    [{ ...bakery, lateEntries: 'drop' }, '/lateEntries', 'not-allowed'],
    [{ ...bakery, calendarFrom: '2026-02-30' }, '/calendarFrom', 'not-a-calendar-date'],
    [{ ...bakery, calendarFrom: null }, '/calendarFrom', 'wrong-type'],
    [{ ...bakery, calendar: [] }, '/calendar', 'unknown-field'],
    [[], '', 'wrong-type'],
  ])('%j', async (body, pointer, code) => {
    const answer = await start().put(body)
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid', errors: [{ pointer, code }] } })
  })

  test.each(['~m1', 'a%2Fb', '%zz', '%ff', 'caf%C3%A9', 'x'.repeat(65)])('the id %s in the path', async (id) => {
    expect(await start().put(bakery, `/v1/merchants/${id}`)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/merchantId', code: 'malformed' }] },
    })
  })
})

describe('entries of a merchant that nobody has registered', () => {
  const anEntry = {
    entryId: 'e1',
    merchantId: 'm1',
    direction: 'credit',
    amount: 1,
    currency: 'BRL',
    occurredAt: '2026-11-20T09:30:00-03:00',
  }

  test('are taken as soon as it is registered', async () => {
    const { app, put } = start()
    const send = async () => {
      const response = await app.request('/v1/entries', { method: 'POST', body: JSON.stringify(anEntry) })
      return response.status
    }
    expect(await send()).toBe(422)
    await put(bakery)
    expect(await send()).toBe(202)
  })
})

describe('a register with other users', () => {
  test('somebody quicker is read again, and the change applied to what they left', async () => {
    const stored = memoryMerchants([aMerchant()])
    let interruptions = 1
    const { put } = start({
      ...stored,
      async save(merchant) {
        if (interruptions-- > 0) await stored.save(aMerchant({ revision: 2, lateEntries: 'restate' }))
        return await stored.save(merchant)
      },
    })
    expect(await put({ ...bakery, name: 'Padaria Nova' })).toMatchObject({
      status: 200,
      body: { name: 'Padaria Nova' },
    })
    expect(await stored.find(merchantId('m1'))).toMatchObject({ name: 'Padaria Nova', revision: 3 })
  })

  test('one that never holds still is given up', async () => {
    const { put } = start({ ...memoryMerchants(), save: async () => 'moved' })
    expect(await put(bakery)).toMatchObject({ status: 409, body: { code: 'changed-meanwhile' } })
  })

  test('one that is out of reach: 503, and the reason in the log', async () => {
    const { put, log } = start({ ...memoryMerchants(), find: () => Promise.reject(new Error('no route to host')) })
    expect(await put(bakery)).toMatchObject({ status: 503, body: { code: 'register-unavailable' } })
    expect(log.warn.mock.lastCall?.[0]).toMatchObject({ err: { message: 'no route to host' } })
  })

  test.each(['find', 'save'] as const)('one that fails in %s: 503', async (call) => {
    const { put } = start({ ...memoryMerchants(), [call]: () => Promise.reject(new Error('no route to host')) })
    expect(await put(bakery)).toMatchObject({ status: 503, body: { code: 'register-unavailable' } })
  })

  test('one that holds what we cannot work with is there: our fault, 500', async () => {
    const timeless = aMerchant({ calendar: [] as never })
    const { put, log } = start(memoryMerchants([timeless]))
    expect(await put(bakery)).toMatchObject({ status: 500, body: { code: 'unexpected-error' } })
    expect(log.error).toHaveBeenCalled()
  })
})

describe('a merchant that is registered', () => {
  test('is told as a decision, and so is each change of it', async () => {
    const decisions = memoryDecisions()
    const { put } = start(memoryMerchants(), decisions)
    await put(bakery)
    await put({ ...bakery, name: 'Padaria Nova' })
    expect(decisions.published).toMatchObject([
      { decisionId: 'merchant.saved/m1/1', merchantId: 'm1', decidedAtMs: NOW, body: { name: 'Padaria Central' } },
      { decisionId: 'merchant.saved/m1/2', merchantId: 'm1', decidedAtMs: NOW, body: { name: 'Padaria Nova' } },
    ])
  })

  test('is told again, under the same id, when the same is sent again', async () => {
    const decisions = memoryDecisions()
    const { put } = start(memoryMerchants(), decisions)
    await put(bakery)
    await put(bakery)
    expect(decisions.published.map(({ decisionId }) => decisionId)).toEqual(Array(2).fill('merchant.saved/m1/1'))
  })

  test('is registered also when nobody could be told, which is logged and counted', async () => {
    const outOfReach = { publish: () => Promise.reject(new Error('out of reach')) }
    const { app, log, merchants, put } = start(memoryMerchants(), outOfReach)
    expect(await put(bakery)).toMatchObject({ status: 201 })
    expect(await merchants.find(merchantId('m1'))).toMatchObject({ revision: 1 })
    expect(log.warn).toHaveBeenCalledOnce()
    const metrics = await (await app.request('/metrics')).text()
    expect(metrics).toContain('\ndaybook_ingest_decisions_unpublished_total 1\n')
  })

  test('is told of only if it was', async () => {
    const decisions = memoryDecisions()
    const { put } = start(memoryMerchants([aMerchant()]), decisions)
    expect(await put({ ...bakery, currency: 'EUR' })).toMatchObject({ status: 409 })
    expect(decisions.published).toEqual([])
  })
})

/** What clients hand back to us: cursors, positions, ids, tags. docs/security-tokens.md says what each gives access to. */
import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import type { Store } from '#query-api/store'
import { accessOf, sentBy } from '#test/access'
import { aMerchant, anEntry, aSetAside, entryId, merchantId } from '#test/builders'
import { listResponse } from '#wire/http/cursor'
import { positionToken } from '#wire/http/position-token'
import { quarantineId } from '#wire/http/quarantine-id'
import { anIngest, SALE } from './ingest-fixtures.ts'
import { aQueryApi, moved, type StoreCalls } from './query-fixtures.ts'

const GRANTED = { everything: ['*'], acme: ['acme-*'], both: ['m1', 'm2'], one: ['m1'] }
const OWNERS = ['m1', 'm2', 'acme-1', 'acme-2'].map((id) => aMerchant({ merchantId: merchantId(id) }))
const DAY = '2026-11-20'

/** Counts the calls of the store by port and operation. */
const counting =
  (calls: string[]) =>
  (store: Store): StoreCalls =>
    Object.fromEntries(
      Object.entries(store).map(([port, operations]) => [
        port,
        Object.fromEntries(
          Object.entries(operations).map(([name, operation]) => [
            name,
            (...given: unknown[]) => {
              calls.push(`${port}.${name}`)
              return (operation as (...given: unknown[]) => unknown)(...given)
            },
          ]),
        ),
      ]),
    )

const start = async () => {
  const calls: string[] = []
  const system = aQueryApi({ merchants: OWNERS, access: accessOf(GRANTED), storeWith: counting(calls) })
  for (const owner of OWNERS) {
    for (const [index, id] of ['e1', 'e2', 'e3'].entries()) {
      await system.append(moved(id, `${DAY}T12:00:00Z`, BigInt(index + 1), {}, owner))
    }
    const entries = ['q1', 'q2'].map((id) => anEntry({ merchantId: owner.merchantId, entryId: entryId(id) }))
    for (const entry of entries) await system.quarantine.setAside(aSetAside({ entry }))
  }
  const getAs = (name: keyof typeof GRANTED, path: string, headers = {}) =>
    system.get(path, { 'x-request-id': 'the-same', ...sentBy(name), ...headers })
  return { ...system, getAs, calls }
}

/** A cursor that any client can make: its checksum has no key. */
const forgedCursor = (list: string, place: string): string => String(listResponse(list, [], place).nextCursor)

const idsIn = (body: Record<string, unknown>) =>
  (body['data'] as { merchantId?: string }[]).map((row) => row.merchantId)

test('a forged cursor is what a client would make of it without our code', () => {
  const sum = hash('sha256', 'merchants\nm1', 'base64url').slice(0, 8)
  expect(forgedCursor('merchants', 'm1')).toBe(Buffer.from(`${sum}m1`).toString('base64url'))
})

describe('a cursor', () => {
  test.each(['/v1/merchants?limit=1', '/v1/quarantine?limit=1'])(
    'that was made for a client of all merchants shows a client of some nothing: %s',
    async (path) => {
      const { getAs } = await start()
      const { body } = await getAs('everything', path)
      expect(await getAs('acme', `${path}&cursor=${String(body['nextCursor'])}`)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/cursor', code: 'not-a-cursor' }] },
      })
    },
  )

  test.each([
    { list: 'merchants granted', path: '/v1/merchants?limit=1', places: ['m1', 'a', 'acme-0', 'zzz', 'ACME-1'] },
    {
      list: 'quarantine    granted',
      path: '/v1/quarantine?limit=1',
      places: ['m1\n2026', 'a\nb', 'acme-1\n~', 'zzz\nz', '#shardId-000000000000\n1', 'merchants#\na', 'parts#\n1'],
    },
  ])('that is forged starts the list of granted things elsewhere, no more: $path', async ({ list, path, places }) => {
    const { getAs } = await start()
    for (const place of places) {
      const { status, body } = await getAs('acme', `${path}&cursor=${forgedCursor(list, place)}`)
      expect(status).toBe(200)
      expect(idsIn(body).filter((id) => !id?.startsWith('acme-'))).toEqual([])
    }
  })

  test.each([
    {
      path: '/v1/merchants',
      list: 'merchants',
      good: 'm1',
      places: ['', '~', 'a b', 'x'.repeat(65), 'x'.repeat(5_000), '\n', '..'],
    },
    {
      path: '/v1/quarantine',
      list: 'quarantine   ',
      good: 'm1\n2026',
      places: ['', 'm1', '\n', 'm1\n', '\nx', 'a\nb\nc', `m1\n${'x'.repeat(2_000)}`],
    },
    {
      path: '/v1/quarantine?merchant=m1',
      list: 'quarantine m1  ',
      good: 'm1\n2026',
      places: ['m2\n2026-11-20#q1#', 'm1', ''],
    },
    {
      path: `/v1/merchants/m1/days/${DAY}/entries`,
      list: `entries m1#${DAY}`,
      good: '1.0',
      places: ['', '0.0', '-1.0', '1', 'x.y'],
    },
    {
      path: `/v1/merchants/m1/days?from=${DAY}&to=${DAY}`,
      list: `days m1 ${DAY} ${DAY}`,
      good: DAY,
      places: ['', '2026-02-30'],
    },
  ])(
    'with a place that no list gives is refused before it reaches the store: $path',
    async ({ path, list, good, places }) => {
      const { getAs, calls } = await start()
      const from = (place: string) =>
        getAs('everything', `${path}${path.includes('?') ? '&' : '?'}cursor=${forgedCursor(list, place)}`)
      expect((await from(good)).status, 'the name of the list is right').toBe(200)
      calls.length = 0
      for (const place of places) {
        const answer = await from(place)
        expect({ place, status: answer.status, errors: answer.body['errors'] }).toMatchObject({
          status: 422,
          errors: [{ pointer: '/cursor' }],
        })
      }
      expect(calls.filter((call) => /list|journal\.read$/.test(call))).toEqual([])
    },
  )

  test.each([
    { made: `/v1/merchants/m1/days/${DAY}/entries?limit=1`, used: `/v1/merchants/m2/days/${DAY}/entries?limit=1` },
    {
      made: `/v1/merchants/m1/days?from=2026-11-01&to=${DAY}&limit=1`,
      used: `/v1/merchants/m2/days?from=2026-11-01&to=${DAY}`,
    },
    {
      made: `/v1/merchants/m1/days?from=2026-11-01&to=${DAY}&limit=1`,
      used: `/v1/merchants/m1/days?from=2026-11-02&to=${DAY}`,
    },
    { made: '/v1/quarantine?merchant=m1&limit=1', used: '/v1/quarantine?merchant=m2' },
    { made: '/v1/quarantine?merchant=m1&limit=1', used: '/v1/quarantine?merchant=m1&status=waiting' },
    { made: '/v1/quarantine?limit=1', used: '/v1/quarantine?merchant=m1' },
  ])('of $made is refused by $used', async ({ made, used }) => {
    const { getAs } = await start()
    const { body } = await getAs('both', made)
    const cursor = String(body['nextCursor'])
    const answer = await getAs('both', `${used}${used.includes('?') ? '&' : '?'}cursor=${cursor}`)
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ code: 'not-a-cursor' }] } })
  })
})

describe('a position in after=', () => {
  const ofAnother = positionToken({ shardId: 'shardId-000000000000', sequenceNumber: '7', index: 3 })
  const ofNoShard = positionToken({ shardId: 'no-such-shard', sequenceNumber: '7', index: 0 })

  test('that is another’s or forged waits and says no more than that it is not applied', async () => {
    const { getAs } = await start()
    const answers = await Promise.all(
      [ofAnother, ofNoShard].map((position) =>
        getAs('one', `/v1/merchants/m1?after=${position}`, { prefer: 'wait=1' }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([409, 409])
    expect(answers[0]?.text).toBe(answers[1]?.text)
  })

  test('opens no merchant that is not granted, and is not waited for there', async () => {
    const { getAs, calls } = await start()
    calls.length = 0
    for (const id of ['m2', 'm0'])
      expect((await getAs('one', `/v1/merchants/${id}?after=${ofAnother}`)).status).toBe(404)
    expect(calls).toEqual([])
  })
})

describe('the id of an item in quarantine', () => {
  test.each([
    { of: 'an item of another', key: { scope: 'm2', item: 'KEY OF M2' } },
    { of: 'an unreadable record', key: { scope: '#shardId-000000000000', item: '1#0' } },
    { of: 'the list of merchants', key: { scope: 'merchants#', item: 'm2' } },
    { of: 'no item', key: { scope: 'm1', item: '2026-11-20#q9#00' } },
  ])('that is forged for $of is answered as of a missing one', async ({ key }) => {
    const { getAs, quarantine } = await start()
    const { items } = await quarantine.list({ merchantId: merchantId('m2') }, { limit: 1 })
    const real = items.map(({ subject }) => (subject === 'unreadable' ? '' : subject.businessDay))[0]
    expect(real).toBe(DAY)
    const [first] = (await getAs('both', '/v1/quarantine?merchant=m2')).body['data'] as { quarantineId: string }[]
    const id = key.item === 'KEY OF M2' ? String(first?.quarantineId) : quarantineId(key)
    const missing = await getAs('one', `/v1/quarantine/${quarantineId({ scope: 'm2', item: 'missing' })}`)
    const answer = await getAs('one', `/v1/quarantine/${id}`)
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 404, text: missing.text })
  })
})

describe('an ETag', () => {
  test('of one caller gets another no 304 for what it may not see', async () => {
    const { getAs } = await start()
    for (const path of ['/v1/merchants/m2', '/v1/merchants/m2/balance', `/v1/merchants/m2/days/${DAY}`]) {
      const etag = String((await getAs('both', path)).headers.get('etag'))
      for (const tag of [etag, '*']) {
        const foreign = await getAs('one', path, { 'if-none-match': tag })
        const unknown = await getAs('one', path.replace('m2', 'm0'), { 'if-none-match': tag })
        expect(foreign.status).toBe(404)
        expect(foreign.text).toBe(unknown.text)
      }
    }
  })

  test('of a list belongs to what it shows, not to the list', async () => {
    const { getAs } = await start()
    for (const path of ['/v1/merchants', '/v1/quarantine']) {
      const etag = String((await getAs('everything', path)).headers.get('etag'))
      expect((await getAs('one', path, { 'if-none-match': etag })).status).toBe(200)
      expect((await getAs('everything', path, { 'if-none-match': etag })).status).toBe(304)
    }
  })

  test.each([
    { of: `/v1/merchants/m1/days/${DAY}`, at: `/v1/merchants/m2/days/${DAY}` },
    { of: `/v1/merchants/m1/days/${DAY}/windows`, at: `/v1/merchants/m2/days/${DAY}/windows` },
    { of: '/v1/merchants/m1/days/2026-11-01', at: '/v1/merchants/m1/days/2026-11-02' },
    { of: '/v1/merchants/m1/days/2026-11-01/windows', at: '/v1/merchants/m1/days/2026-11-02/windows' },
    { of: '/v1/merchants/m1/balance', at: '/v1/merchants/m2/balance' },
  ])('of $of says nothing at $at, though their numbers are equal', async ({ of, at }) => {
    const { getAs } = await start()
    const etag = String((await getAs('both', of)).headers.get('etag'))
    expect((await getAs('both', of, { 'if-none-match': etag })).status).toBe(304)
    expect((await getAs('both', at, { 'if-none-match': etag })).status).toBe(200)
  })

  test('in If-Match changes no merchant that is not granted, and is answered as for an unknown one', async () => {
    const register = memoryMerchants(OWNERS)
    const { app } = anIngest({ merchants: register, access: accessOf(GRANTED) })
    const change = async (id: string, ifMatch: string) => {
      const headers = {
        ...sentBy('one'),
        'if-match': ifMatch,
        'x-request-id': 'the-same',
        'content-type': 'application/json',
      }
      const body = JSON.stringify({ name: 'Taken', currency: 'BRL', timeZone: 'America/Sao_Paulo' })
      const response = await app.request(`/v1/merchants/${id}`, { method: 'PUT', headers, body })
      return { status: response.status, text: await response.text() }
    }
    for (const tag of ['"1"', '"7"', '*']) {
      expect(await change('m2', tag)).toEqual(await change('m0', tag))
      expect((await change('m2', tag)).status).toBe(404)
    }
    expect(await register.find(merchantId('m2'))).toEqual(OWNERS[1])
    expect(await register.find(merchantId('m0'))).toBeUndefined()
  })
})

test('a Last-Event-ID of another merchant in the same state counts as none', async () => {
  const { app } = await start()
  const firstEvent = async (id: string, headers = {}) => {
    const response = await app.request(`/v1/merchants/${id}/live`, { headers: { ...sentBy('both'), ...headers } })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    let text = ''
    const pump = async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        text += new TextDecoder().decode(next.value)
      }
    }
    void pump()
    for (let turn = 0; turn < 5; turn += 1) await setImmediate()
    await reader.cancel()
    return text
  }
  const [, eventId = ''] = /^id: (.*)$/m.exec(await firstEvent('m1')) ?? []
  expect(await firstEvent('m1', { 'last-event-id': eventId })).not.toContain('event: day')
  expect(await firstEvent('m2', { 'last-event-id': eventId })).toContain('event: day')
})

describe('another’s merchant and an unknown one', () => {
  const PATHS = [
    '',
    '/balance',
    '/live',
    `/days?from=2026-11-01&to=${DAY}`,
    `/days/${DAY}`,
    '/days/no-day',
    `/days/${DAY}/windows`,
    `/days/${DAY}/entries`,
    `/days/${DAY}/entries/e1`,
    `/days/${DAY}?unknown=parameter`,
  ]

  test.each(PATHS)(
    'are answered alike to the byte at /v1/merchants/{m}%s, without a call of the store',
    async (path) => {
      const { getAs, calls } = await start()
      calls.length = 0
      const [foreign, unknown] = await Promise.all(['m2', 'm0'].map((id) => getAs('one', `/v1/merchants/${id}${path}`)))
      expect(foreign?.status).toBe(404)
      expect(foreign).toEqual(unknown)
      expect(calls).toEqual([])
    },
  )

  test('cost a shared read of the store nothing, and join none', async () => {
    const { getAs, calls } = await start()
    calls.length = 0
    const [own, foreign] = await Promise.all([
      getAs('both', `/v1/merchants/m2/days/${DAY}`),
      getAs('one', `/v1/merchants/m2/days/${DAY}`),
    ])
    expect([own.status, foreign.status]).toEqual([200, 404])
    const alone = await start()
    alone.calls.length = 0
    await alone.getAs('both', `/v1/merchants/m2/days/${DAY}`)
    expect(calls.toSorted()).toEqual(alone.calls.toSorted())
  })
})

describe('every answer of a route that asks for a token is for its caller alone:', () => {
  const FOR_ITS_CALLER = { vary: 'Authorization' }

  test.each([
    { path: '/v1/merchants', status: 200, keeping: 'private, no-cache' },
    { path: '/v1/merchants/m1', status: 200, keeping: 'private, no-cache' },
    { path: '/v1/merchants/m1', status: 304, keeping: 'private, no-cache', headers: { 'if-none-match': '*' } },
    {
      path: `/v1/merchants/m1/days/${DAY}`,
      status: 304,
      keeping: 'private, no-cache',
      headers: { 'if-none-match': '*' },
    },
    { path: '/v1/merchants/m1/live', status: 200, keeping: 'private, no-cache' },
    { path: '/v1/merchants/m0', status: 404, keeping: 'private, no-store' },
    { path: '/v1/merchants?limit=0', status: 422, keeping: 'private, no-store' },
    { path: '/v1/merchants', status: 401, keeping: 'private, no-store', headers: { authorization: 'Bearer none' } },
    { path: '/metrics', status: 200, keeping: 'private' },
  ])('GET $path $status', async ({ path, status, keeping, headers = {} }) => {
    const { app } = await start()
    const response = await app.request(path, { headers: { ...sentBy('everything'), ...headers } })
    expect(response.status).toBe(status)
    expect(Object.fromEntries(response.headers)).toMatchObject({ ...FOR_ITS_CALLER, 'cache-control': keeping })
    await response.body?.cancel()
  })

  test.each([
    { path: '/v1/entries', body: SALE, status: 202 },
    { path: '/v1/entries', body: {}, status: 422 },
    { path: '/v1/entries/batch', body: { entries: [SALE, {}] }, status: 207 },
    { path: '/v1/entries/stream', body: JSON.stringify(SALE), status: 200 },
  ])('POST $path $status', async ({ path, body, status }) => {
    const { post } = anIngest({ clock: () => Date.parse(SALE.occurredAt) })
    const response = await post(path, body)
    expect(response.status).toBe(status)
    expect(response.headers.get('vary')).toBe('Authorization')
    expect(response.headers.get('cache-control')).toMatch(/^private(, no-store)?$/)
  })

  test.each(['/healthz', '/readyz', '/openapi.json', '/docs'])('not so %s, which asks for none', async (path) => {
    const { app } = await start()
    const { headers } = await app.request(path)
    expect(headers.get('vary') ?? '').not.toContain('Authorization')
    expect(headers.get('cache-control') ?? '').not.toContain('private')
  })
})

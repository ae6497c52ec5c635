import { describe, expect, test } from 'vitest'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import type { AuditTrail, Merchants } from '#ledger/ports'
import { sentBy } from '#test/access'
import { aMerchant, aRule, day, merchantId } from '#test/builders'
import { anIngest, NOW_MS } from './ingest-fixtures.ts'
import { aQueryApi } from './query-fixtures.ts'

const M1 = '/v1/merchants/m1'
/** That of every client here. */
const ADDRESS = '203.0.113.7'
const MERGE_PATCH = 'application/merge-patch+json'
const bakery = { name: 'Padaria Central', currency: 'BRL', timeZone: 'America/Sao_Paulo' }

const start = (merchants: Merchants = memoryMerchants(), auditTrail: AuditTrail = memoryAuditTrail()) => {
  let nowMs = NOW_MS
  const { app, log } = anIngest({ merchants, auditTrail, clock: () => nowMs })
  const send = async (method: string, body: unknown, path: string, headers: Record<string, string>) => {
    const sent = { method, headers, body: JSON.stringify(body) }
    const response = await app.request(path, sent, { remoteAddress: ADDRESS })
    return {
      status: response.status,
      etag: response.headers.get('etag'),
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    }
  }
  const put = async (body: unknown, path = M1, headers: Record<string, string> = {}) => {
    const { status, body: answered } = await send('PUT', body, path, headers)
    return { status, body: answered }
  }
  const patch = async (body: unknown, path = M1, headers: Record<string, string> = {}) =>
    await send('PATCH', body, path, { 'content-type': MERGE_PATCH, ...headers })
  return { app, log, merchants, send, put, patch, elapse: (ms: number) => void (nowMs += ms) }
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

/** A shop that has chosen everything, with a change of its start of day still to come. */
const chosen = aMerchant({
  calendar: [aRule({ dayStartsAt: '02:00' }), aRule({ from: day('2026-12-01'), dayStartsAt: '04:00' })],
  lateEntries: 'restate',
})

describe('what a PUT leaves out of a merchant that exists', () => {
  test('stays as it is: start of day, day of the change to come, and policy', async () => {
    const { put, merchants } = start(memoryMerchants([chosen]))
    expect(await put(bakery)).toMatchObject({
      status: 200,
      body: { dayStartsAt: '04:00', lateEntries: 'restate', calendarFrom: '2026-12-01' },
    })
    expect(await merchants.find(merchantId('m1'))).toEqual(chosen)
  })

  test.each(['name', 'currency', 'timeZone'] as const)('is refused when it is the %s', async (field) => {
    const { put } = start(memoryMerchants([chosen]))
    const { [field]: _, ...others } = bakery
    expect(await put(others)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: `/${field}`, code: 'missing' }] },
    })
  })
})

describe('a PATCH', () => {
  const unchanged = {
    name: 'Padaria Central',
    dayStartsAt: '04:00',
    lateEntries: 'restate',
    calendarFrom: '2026-12-01',
  }

  test.each([
    { what: 'nothing', patch: {}, changed: {}, etag: '"1"' },
    { what: 'the name it has', patch: { name: 'Padaria Central' }, changed: {}, etag: '"1"' },
    { what: 'the currency it has', patch: { currency: 'BRL' }, changed: {}, etag: '"1"' },
    { what: 'the policy it has', patch: { lateEntries: 'restate' }, changed: {}, etag: '"1"' },
    { what: 'a name', patch: { name: 'Padaria Nova' }, changed: { name: 'Padaria Nova' }, etag: '"2"' },
    { what: 'a policy', patch: { lateEntries: 'quarantine' }, changed: { lateEntries: 'quarantine' }, etag: '"2"' },
    { what: 'no policy', patch: { lateEntries: null }, changed: { lateEntries: 'nextOpenDay' }, etag: '"2"' },
    {
      what: 'a start of day, from the day of the change that it replaces',
      patch: { dayStartsAt: '05:00' },
      changed: { dayStartsAt: '05:00', calendarFrom: '2026-12-01' },
      etag: '"2"',
    },
    {
      what: 'no start of day',
      patch: { dayStartsAt: null },
      changed: { dayStartsAt: '00:00', calendarFrom: '2026-12-01' },
      etag: '"2"',
    },
    {
      what: 'no start of day, from a day of its own',
      patch: { dayStartsAt: null, calendarFrom: '2026-11-25' },
      changed: { dayStartsAt: '00:00', calendarFrom: '2026-11-25' },
      etag: '"2"',
    },
    {
      what: 'a start of day from the first day that is far enough ahead',
      patch: { dayStartsAt: '05:00', calendarFrom: null },
      changed: { dayStartsAt: '05:00', calendarFrom: '2026-11-21' },
      etag: '"2"',
    },
    {
      what: 'another day for the change to come',
      patch: { calendarFrom: '2026-11-25' },
      changed: { calendarFrom: '2026-11-25' },
      etag: '"2"',
    },
    {
      what: 'the first day that is far enough ahead for the change to come',
      patch: { calendarFrom: null },
      changed: { calendarFrom: '2026-11-21' },
      etag: '"2"',
    },
    {
      what: 'a zone, and the start of day of the change to come stays',
      patch: { timeZone: 'America/Manaus' },
      changed: { timeZone: 'America/Manaus' },
      etag: '"2"',
    },
  ])('of $what answers 200 and leaves the rest as it is', async ({ patch: change, changed, etag }) => {
    const { patch } = start(memoryMerchants([chosen]))
    expect(await patch(change)).toMatchObject({ status: 200, etag, body: { ...unchanged, ...changed } })
  })

  test('back to the start of day that counts now calls the change to come off', async () => {
    const { patch } = start(memoryMerchants([chosen]))
    const { body } = await patch({ dayStartsAt: '02:00' })
    expect(body).toMatchObject({ calendar: [{ from: null, dayStartsAt: '02:00' }] })
    expect(body).not.toHaveProperty('calendarFrom')
  })

  test('of a merchant that does not exist is 404, and registers none', async () => {
    const { patch, merchants } = start()
    expect(await patch(bakery)).toMatchObject({ status: 404, body: { code: 'not-found' } })
    expect(await merchants.find(merchantId('m1'))).toBeUndefined()
  })

  test.each([
    [{ name: null }, '/name', 'missing'],
    [{ currency: null }, '/currency', 'missing'],
    [{ timeZone: null }, '/timeZone', 'missing'],
    [{ name: '' }, '/name', 'empty'],
    [{ name: 7 }, '/name', 'wrong-type'],
    [{ timeZone: 'America/Gotham' }, '/timeZone', 'not-a-time-zone'],
    [{ dayStartsAt: '24:00' }, '/dayStartsAt', 'not-a-time-of-day'],
    [{ lateEntries: 'drop' }, '/lateEntries', 'not-allowed'],
    [{ calendarFrom: '2026-02-30' }, '/calendarFrom', 'not-a-calendar-date'],
    [{ calendarFrom: '2026-11-20' }, '/calendarFrom', 'calendar-from-not-future'],
    [{ colour: 'red' }, '/colour', 'unknown-field'],
    [{ colour: null }, '/colour', 'unknown-field'],
    [{ merchantId: 'm1' }, '/merchantId', 'unknown-field'],
    [null, '', 'wrong-type'],
    ['name', '', 'wrong-type'],
    [[{ op: 'replace', path: '/name', value: 'x' }], '', 'wrong-type'],
  ])('of %j is refused, pointing at %j', async (change, pointer, code) => {
    const { patch, merchants } = start(memoryMerchants([chosen]))
    expect(await patch(change)).toMatchObject({ status: 422, body: { code: 'invalid', errors: [{ pointer, code }] } })
    expect(await merchants.find(merchantId('m1'))).toEqual(chosen)
  })

  test('of the currency is refused as by PUT', async () => {
    const { patch } = start(memoryMerchants([chosen]))
    expect(await patch({ currency: 'EUR' })).toMatchObject({
      status: 409,
      body: { code: 'currency-fixed', errors: [{ pointer: '/currency' }] },
    })
  })

  test.each(['application/json', 'application/json-patch+json', 'text/plain', 'merge-patch+json', ''])(
    'with the content type "%s" is refused with 415, which says what is taken',
    async (type) => {
      const { patch, merchants } = start(memoryMerchants([chosen]))
      const answer = await patch({ name: 'Padaria Nova' }, M1, { 'content-type': type })
      expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-type' } })
      expect(answer.headers.get('accept-patch')).toBe(MERGE_PATCH)
      expect(await merchants.find(merchantId('m1'))).toEqual(chosen)
    },
  )

  test.each(['application/merge-patch+json; charset=utf-8', 'Application/Merge-Patch+JSON'])(
    'with the content type "%s" is taken',
    async (type) => {
      const { patch } = start(memoryMerchants([chosen]))
      expect(await patch({}, M1, { 'content-type': type })).toMatchObject({ status: 200 })
    },
  )

  test('is offered by OPTIONS, with the media type that it takes', async () => {
    const { headers } = await start().app.request(M1, { method: 'OPTIONS' })
    expect([headers.get('allow'), headers.get('accept-patch')]).toEqual(['PUT, PATCH, OPTIONS', MERGE_PATCH])
  })
})

describe('the ETag of a merchant', () => {
  test('is its revision in quotes, the same at the command side and at the query API', async () => {
    const { send, patch, merchants } = start()
    const { get } = aQueryApi({ storeWith: () => ({ merchants }) })
    const read = async () => (await get(M1)).headers.get('etag')

    expect([(await send('PUT', bakery, M1, {})).etag, await read()]).toEqual(['"1"', '"1"'])
    expect([(await patch({ name: 'Padaria Nova' })).etag, await read()]).toEqual(['"2"', '"2"'])
    expect([(await send('PUT', { ...bakery, name: 'Padaria Nova' }, M1, {})).etag, await read()]).toEqual([
      '"2"',
      '"2"',
    ])
  })
})

describe('a merchant at revision 2', () => {
  const given = () => start(memoryMerchants([aMerchant({ revision: 2 })]))
  const change = { ...bakery, name: 'Padaria Nova' }

  describe.each(['PUT', 'PATCH'])('is changed by %s', (method) => {
    const headersOf = (conditions: Record<string, string>) => ({ 'content-type': MERGE_PATCH, ...conditions })

    test.each<Record<string, string>>([
      { 'if-match': '"2"' },
      { 'if-match': '"1", "2"' },
      { 'if-match': '"1","2",' },
      { 'if-match': 'W/"7" , "a,b", "2"' },
      { 'if-match': '*' },
      { 'if-none-match': '"1"' },
      { 'if-none-match': '"1", W/"3"' },
      { 'if-match': '"2"', 'if-none-match': '"1"' },
    ])('with %j', async (conditions) => {
      expect(await given().send(method, change, M1, headersOf(conditions))).toMatchObject({ status: 200, etag: '"3"' })
    })

    test.each<Record<string, string>>([
      { 'if-match': '"1"' },
      { 'if-match': '"3"' },
      { 'if-match': '"1", "3"' },
      { 'if-match': 'W/"2"' },
      { 'if-match': '"02"' },
      { 'if-match': '"*"' },
      { 'if-match': '"1,2"' },
      { 'if-match': '' },
      { 'if-none-match': '*' },
      { 'if-none-match': '"2"' },
      { 'if-none-match': '"1", W/"2"' },
      { 'if-match': '"2"', 'if-none-match': '*' },
    ])('not with %j, which is answered 412 and saves and publishes nothing', async (conditions) => {
      const auditTrail = memoryAuditTrail()
      const { send, merchants } = start(memoryMerchants([aMerchant({ revision: 2 })]), auditTrail)
      expect(await send(method, change, M1, headersOf(conditions))).toMatchObject({
        status: 412,
        body: { code: 'precondition-failed' },
      })
      expect(await merchants.find(merchantId('m1'))).toMatchObject({ revision: 2, name: 'Padaria Central' })
      expect(auditTrail.published).toEqual([])
    })

    test.each<[header: string, value: string]>([
      ['if-match', '2'],
      ['if-match', '"2'],
      ['if-match', '"2" "3"'],
      ['if-match', '"2";'],
      ['if-match', 'w/"2"'],
      ['if-match', '*, "2"'],
      ['if-none-match', '2'],
    ])('not with an unreadable %s: %s, which is answered 422 pointing at the header', async (header, value) => {
      const { send, merchants } = given()
      expect(await send(method, change, M1, headersOf({ [header]: value }))).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: `/${header}`, code: 'not-an-etag' }] },
      })
      expect(await merchants.find(merchantId('m1'))).toMatchObject({ revision: 2 })
    })

    test('not with the ETag of a revision that is gone, even where nothing would change', async () => {
      const answer = await given().send(method, bakery, M1, headersOf({ 'if-match': '"1"' }))
      expect(answer).toMatchObject({ status: 412 })
    })

    test('not with an old ETag and another currency, and the ETag is judged first', async () => {
      const other = { ...bakery, currency: 'EUR' }
      expect(await given().send(method, other, M1, headersOf({ 'if-match': '"1"' }))).toMatchObject({ status: 412 })
    })
  })

  test('changes once for twenty clients that send its ETag at the same time, and the others are told 412', async () => {
    const { patch, merchants } = given()
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => await patch({ name: `Name ${index}` }, M1, { 'if-match': '"2"' })),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, ...Array<number>(19).fill(412)])
    expect(await merchants.find(merchantId('m1'))).toMatchObject({
      revision: 3,
      name: `Name ${statuses.indexOf(200)}`,
    })
  })

  test('takes the changes of several clients at the same time that send no ETag, each of another field', async () => {
    const { patch, merchants } = given()
    const changes = [{ name: 'Padaria Nova' }, { lateEntries: 'restate' }, { dayStartsAt: '04:00' }]
    const answers = await Promise.all(changes.map(async (change) => await patch(change)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await merchants.find(merchantId('m1'))).toMatchObject({
      revision: 5,
      name: 'Padaria Nova',
      lateEntries: 'restate',
      calendar: [{ dayStartsAt: '00:00' }, { dayStartsAt: '04:00' }],
    })
  })
})

describe('a merchant that does not exist', () => {
  test.each(['*', '"1"'])('is not registered by a PUT with If-Match: %s', async (ifMatch) => {
    const { put, merchants } = start()
    expect(await put(bakery, M1, { 'if-match': ifMatch })).toMatchObject({ status: 412 })
    expect(await merchants.find(merchantId('m1'))).toBeUndefined()
  })

  test('is not found by a PATCH, whatever it expects', async () => {
    expect(await start().patch({}, M1, { 'if-match': '"1"' })).toMatchObject({ status: 404 })
  })

  test('is registered once for twenty clients with If-None-Match: *, and the others are told 412', async () => {
    const { put } = start()
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => await put(bakery, M1, { 'if-none-match': '*' })),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, ...Array<number>(19).fill(412)])
  })
})

describe('a preview', () => {
  const changes = { ...bakery, dayStartsAt: '04:00' }

  test.each([
    { what: 'a PUT that would register', method: 'PUT', stored: [], body: bakery, expected: { dayStartsAt: '00:00' } },
    {
      what: 'a PUT that would change',
      method: 'PUT',
      stored: [aMerchant()],
      body: changes,
      expected: { dayStartsAt: '04:00', calendarFrom: '2026-11-21' },
    },
    {
      what: 'a PATCH that would change',
      method: 'PATCH',
      stored: [aMerchant()],
      body: { dayStartsAt: '04:00' },
      expected: { dayStartsAt: '04:00', calendarFrom: '2026-11-21' },
    },
    { what: 'a PATCH that would change nothing', method: 'PATCH', stored: [aMerchant()], body: {}, expected: bakery },
  ])(
    'of $what answers 200 without an ETag, and saves and tells nothing',
    async ({ method, stored, body, expected }) => {
      const auditTrail = memoryAuditTrail()
      const { send, merchants } = start(memoryMerchants(stored), auditTrail)
      const answer = await send(method, body, `${M1}?preview=true`, { 'content-type': MERGE_PATCH })
      expect(answer).toMatchObject({ status: 200, etag: null, body: expected })
      expect((await merchants.list({ limit: 9 })).items).toEqual(stored)
      expect(auditTrail.published).toEqual([])
    },
  )

  test('is what the same request then does', async () => {
    const { put, patch } = start(memoryMerchants([chosen]))
    const previewed = await patch({ timeZone: 'America/Manaus' }, `${M1}?preview=true`)
    expect((await patch({ timeZone: 'America/Manaus' })).body).toEqual(previewed.body)
    const again = await put({ ...bakery, timeZone: 'UTC' }, `${M1}?preview=true`)
    expect(await put({ ...bakery, timeZone: 'UTC' })).toEqual(again)
  })

  test.each([
    { method: 'PUT', body: { ...bakery, currency: 'EUR' }, headers: {}, status: 409 },
    { method: 'PATCH', body: { calendarFrom: '2026-11-01', dayStartsAt: '04:00' }, headers: {}, status: 422 },
    { method: 'PUT', body: {}, headers: {}, status: 422 },
    { method: 'PATCH', body: {}, headers: { 'if-match': '"7"' }, status: 412 },
    { method: 'PUT', body: bakery, headers: { 'if-none-match': '*' }, status: 412 },
    { method: 'PATCH', body: {}, headers: { 'content-type': 'application/json' }, status: 415 },
  ])('of a $method that would be refused is refused with $status', async ({ method, body, headers, status }) => {
    const { send } = start(memoryMerchants([aMerchant()]))
    const answer = await send(method, body, `${M1}?preview=true`, { 'content-type': MERGE_PATCH, ...headers })
    expect(answer.status).toBe(status)
  })

  test('of a PATCH of a merchant that does not exist is 404', async () => {
    expect(await start().patch({}, `${M1}?preview=true`)).toMatchObject({ status: 404 })
  })

  test('is not what preview=false asks for', async () => {
    expect(await start().put(bakery, `${M1}?preview=false`)).toMatchObject({ status: 201 })
  })

  test.each([
    ['preview=yes', '/preview', 'not-allowed'],
    ['preview=TRUE', '/preview', 'not-allowed'],
    ['preview=1', '/preview', 'not-allowed'],
    ['preview=', '/preview', 'not-allowed'],
    ['preview', '/preview', 'not-allowed'],
    ['preview=true&preview=true', '/preview', 'wrong-type'],
    ['previw=true', '/previw', 'unknown-field'],
  ])('asked for by ?%s is refused rather than carried out', async (query, pointer, code) => {
    const { put, patch, merchants } = start()
    for (const answer of [await put(bakery, `${M1}?${query}`), await patch({}, `${M1}?${query}`)]) {
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer, code }] } })
    }
    expect(await merchants.find(merchantId('m1'))).toBeUndefined()
  })
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

describe('a wrong field of a merchant is pointed at', () => {
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
  ])('in %j at %j', async (body, pointer, code) => {
    const answer = await start().put(body)
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid', errors: [{ pointer, code }] } })
  })

  test.each(['~m1', 'a%2Fb', '%zz', '%ff', 'caf%C3%A9', 'x'.repeat(65)])(
    'when it is the id %s in the path',
    async (id) => {
      expect(await start().put(bakery, `/v1/merchants/${id}`)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/merchantId', code: 'malformed' }] },
      })
    },
  )
})

describe('entries of a merchant that is not registered', () => {
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
  test('is read again when another change was quicker, and the change is applied on top', async () => {
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

  test('keeps a change that came between, and answers 412 to a client that sent an ETag', async () => {
    const stored = memoryMerchants([aMerchant()])
    const { patch } = start({
      ...stored,
      async save(merchant) {
        await stored.save(aMerchant({ revision: 2, lateEntries: 'restate' }))
        return await stored.save(merchant)
      },
    })
    expect(await patch({ name: 'Padaria Nova' }, M1, { 'if-match': '"1"' })).toMatchObject({ status: 412 })
    expect(await stored.find(merchantId('m1'))).toEqual(aMerchant({ revision: 2, lateEntries: 'restate' }))
  })

  test('answers 200 to the save that an ETag allowed, though the answer of the save was lost, and publishes it', async () => {
    const stored = memoryMerchants([aMerchant()])
    const auditTrail = memoryAuditTrail()
    const { patch } = start(
      {
        ...stored,
        async save(merchant) {
          await stored.save(merchant)
          return await stored.save(merchant)
        },
      },
      auditTrail,
    )
    const answer = await patch({ name: 'Padaria Nova' }, M1, { 'if-match': '"1"' })
    expect(answer).toMatchObject({ status: 200, etag: '"2"', body: { name: 'Padaria Nova' } })
    expect(auditTrail.published).toMatchObject([{ eventId: 'merchant.saved/m1/2' }])
  })

  test('that changes at every try is answered 409', async () => {
    const { put } = start({ ...memoryMerchants(), save: async () => 'moved' })
    expect(await put(bakery)).toMatchObject({ status: 409, body: { code: 'changed-meanwhile' } })
  })

  test('that is out of reach is answered 503, with the reason in the log', async () => {
    const { put, log } = start({ ...memoryMerchants(), find: () => Promise.reject(new Error('no route to host')) })
    expect(await put(bakery)).toMatchObject({ status: 503, body: { code: 'register-unavailable' } })
    expect(log.error.mock.lastCall?.[0]).toMatchObject({ err: { message: 'no route to host' } })
  })

  test.each(['find', 'save'] as const)('that fails in %s is answered 503', async (call) => {
    const { put } = start({ ...memoryMerchants(), [call]: () => Promise.reject(new Error('no route to host')) })
    expect(await put(bakery)).toMatchObject({ status: 503, body: { code: 'register-unavailable' } })
  })

  test('that holds a merchant without a calendar is answered 500', async () => {
    const timeless = aMerchant({ calendar: [] as never })
    const { put, log } = start(memoryMerchants([timeless]))
    expect(await put(bakery)).toMatchObject({ status: 500, body: { code: 'unexpected-error' } })
    expect(log.error).toHaveBeenCalled()
  })
})

describe('a merchant that is registered', () => {
  test('is published as an audit event, and so is each change of it', async () => {
    const auditTrail = memoryAuditTrail()
    const { put } = start(memoryMerchants(), auditTrail)
    await put(bakery)
    await put({ ...bakery, name: 'Padaria Nova' })
    expect(auditTrail.published).toMatchObject([
      { eventId: 'merchant.saved/m1/1', merchantId: 'm1', decidedAtMs: NOW_MS, body: { name: 'Padaria Central' } },
      { eventId: 'merchant.saved/m1/2', merchantId: 'm1', decidedAtMs: NOW_MS, body: { name: 'Padaria Nova' } },
    ])
  })

  test('is published again after a change by PATCH', async () => {
    const auditTrail = memoryAuditTrail()
    const { patch } = start(memoryMerchants([aMerchant()]), auditTrail)
    await patch({ name: 'Padaria Nova' })
    expect(auditTrail.published).toMatchObject([
      { eventId: 'merchant.saved/m1/2', merchantId: 'm1', body: { name: 'Padaria Nova' } },
    ])
  })

  test('is published with who saved it, from where and when', async () => {
    const auditTrail = memoryAuditTrail()
    const { put, patch, elapse } = start(memoryMerchants(), auditTrail)
    await put(bakery, M1, sentBy('ana'))
    elapse(60_000)
    await patch({ name: 'Padaria Nova' }, M1, sentBy('ben'))
    expect(auditTrail.published).toMatchObject([
      { decidedAtMs: NOW_MS, body: { by: 'ana', from: ADDRESS } },
      { decidedAtMs: NOW_MS + 60_000, body: { by: 'ben', from: ADDRESS } },
    ])
  })

  test('is published as the first operator saved it when another one sends the same again', async () => {
    const auditTrail = memoryAuditTrail()
    const { put, patch, elapse } = start(memoryMerchants(), auditTrail)
    await put(bakery, M1, sentBy('ana'))
    elapse(60_000)
    await put(bakery, M1, sentBy('ben'))
    await patch({ name: bakery.name }, M1, sentBy('ben'))
    const [first, ...again] = auditTrail.published
    expect(first).toMatchObject({ decidedAtMs: NOW_MS, body: { by: 'ana' } })
    expect(again).toEqual([first, first])
  })

  test('is published again without a name when it was saved before names were recorded', async () => {
    const auditTrail = memoryAuditTrail()
    const { put } = start(memoryMerchants([aMerchant()]), auditTrail)
    expect(await put(bakery, M1, sentBy('ben'))).toMatchObject({ status: 200 })
    expect(auditTrail.published).toMatchObject([{ eventId: 'merchant.saved/m1/1', decidedAtMs: NOW_MS }])
    expect(auditTrail.published[0]?.body).not.toHaveProperty('by')
  })

  test('is answered to clients without who saved it', async () => {
    const { put, merchants } = start()
    const answer = await put(bakery, M1, sentBy('ana'))
    expect(await merchants.find(merchantId('m1'))).toMatchObject({ savedBy: { by: 'ana', from: ADDRESS } })
    const stored = await merchants.find(merchantId('m1'))
    const { get } = aQueryApi({ merchants: stored === undefined ? [] : [stored] })
    for (const { body } of [answer, await get(M1), await get('/v1/merchants')]) {
      expect(JSON.stringify(body)).not.toMatch(/ana|203|savedBy/)
    }
  })

  test('is published again under the same id when the same is sent again', async () => {
    const auditTrail = memoryAuditTrail()
    const { put } = start(memoryMerchants(), auditTrail)
    await put(bakery)
    await put(bakery)
    expect(auditTrail.published.map(({ eventId }) => eventId)).toEqual(Array(2).fill('merchant.saved/m1/1'))
  })

  test('is registered though it could not be published, which is logged and counted', async () => {
    const outOfReach = { publish: () => Promise.reject(new Error('out of reach')) }
    const { app, log, merchants, put } = start(memoryMerchants(), outOfReach)
    expect(await put(bakery)).toMatchObject({ status: 201 })
    expect(await merchants.find(merchantId('m1'))).toMatchObject({ revision: 1 })
    expect(log.warn).toHaveBeenCalledOnce()
    const metrics = await (await app.request('/metrics')).text()
    expect(metrics).toContain('\ndaybook_ingest_decisions_unpublished_total 1\n')
  })

  test('is published only if it was registered', async () => {
    const auditTrail = memoryAuditTrail()
    const { put } = start(memoryMerchants([aMerchant()]), auditTrail)
    expect(await put({ ...bakery, currency: 'EUR' })).toMatchObject({ status: 409 })
    expect(auditTrail.published).toEqual([])
  })
})

import { gzipSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import type { EntryStream, Merchants } from '#ledger/ports'
import type { IngestWorld } from '#ingest/ingest'
import { awkwardCases } from '#test/awkward-texts'
import { aMerchant, merchantId } from '#test/builders'
import { parsePositionToken } from '#wire/http/position-token'
import { anIngest, MEBIBYTE, NOW_MS as NOW, SALE as sale, type Sent } from './ingest-fixtures.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const at = (ms: number) => ({ ...sale, occurredAt: new Date(ms).toISOString() })
/** The sale as text, with a field written exactly as given. */
const written = (field: string, json: string) =>
  `{${Object.entries({ ...sale, [field]: null })
    .map(([key, value]) => `"${key}":${key === field ? json : JSON.stringify(value)}`)
    .join()}}`

const start = (world: Partial<IngestWorld> = {}) => {
  const { post, ...rest } = anIngest({ clock: () => NOW, ...world })
  return {
    ...rest,
    post: async (path: string, body: Sent | object, headers?: Record<string, string>) =>
      await answerOf(await post(path, body, headers)),
  }
}

test.each(awkwardCases())('an entry whose texts are $what is accepted as it was sent', async ({ entry }) => {
  const { post, onStream } = start()
  const { category, description, reference, metadata } = entry
  const texts = { description, metadata, ...(category !== undefined && { category, reference }) }
  expect((await post('/v1/entries', { ...sale, ...texts })).status).toBe(202)
  // As Python's json.dumps writes it: all but ASCII escaped.
  const escaped = JSON.stringify({ ...sale, ...texts }).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  expect((await post('/v1/entries', `\uFEFF${escaped}`)).status).toBe(202)
  expect(onStream()).toMatchObject([texts, texts])
})

// RFC 8259 (8.2): what a reader makes of half of a pair cannot be foretold, and strict ones refuse the whole text.
test.each([
  { what: 'as a field', entry: { ...sale, '\ud800': 1 } },
  { what: 'as the id', entry: { ...sale, entryId: 'e\udfff' } },
  { what: 'as a key of metadata', entry: { ...sale, metadata: { 'a\ud83d': 'b' } } },
])('half of a surrogate pair $what is refused in an answer that every client can read', async ({ entry }) => {
  const { app } = start()
  const answers = [
    await app.request('/v1/entries', { method: 'POST', body: JSON.stringify(entry) }),
    await app.request('/v1/entries/batch', { method: 'POST', body: JSON.stringify({ entries: [sale, entry] }) }),
    await app.request('/v1/entries/stream', { method: 'POST', body: JSON.stringify(entry) }),
  ]
  for (const answer of answers) expect(await answer.text()).not.toMatch(/\\ud[89a-f]/)
})

test('an entry is received when it came, however long the register takes to say whose it is', async () => {
  let nowMs = NOW
  const register = memoryMerchants([aMerchant()])
  const merchants: Merchants = {
    ...register,
    async find(id) {
      nowMs += MINUTE
      return await register.find(id)
    },
  }
  const { post, onStream } = start({ merchants, clock: () => nowMs })
  expect((await post('/v1/entries', sale)).status).toBe(202)
  expect(onStream()).toMatchObject([{ receivedAtMs: NOW }])
})

type Answer = { status: number; headers: Headers; type: string | null; body: Body }
type Body = {
  code?: string
  errors?: { pointer: string; code: string }[]
  accepted?: number
  rejected?: number
  results?: Record<string, unknown>[]
  [field: string]: unknown
}

const answerOf = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  expect(text).not.toMatch(/\.ts:\d|node_modules/)
  return {
    status: response.status,
    headers: response.headers,
    type: response.headers.get('content-type'),
    body: text === '' ? {} : JSON.parse(text),
  }
}

describe('one entry', () => {
  test('is answered 202 with its day and position, and stands on the stream', async () => {
    const { post, onStream } = start()
    const { status, headers, body } = await post('/v1/entries', sale)

    expect(status).toBe(202)
    expect(body).toEqual({
      entryId: 'e1',
      merchantId: 'm1',
      businessDay: '2026-11-20',
      position: expect.any(String),
    })
    expect(headers.has('location'), 'a dead link is worse than none').toBe(false)
    expect(parsePositionToken(String(body['position']))).toEqual({
      ok: true,
      value: [{ shardId: 'shardId-000000000000', sequenceNumber: '1', index: 0 }],
    })
    expect(onStream()).toEqual([
      expect.objectContaining({ entryId: 'e1', amountMinor: 1250n, businessDay: '2026-11-20', receivedAtMs: NOW }),
    ])
  })

  test.each([
    { queryUrl: 'http://127.0.0.1:8788', entryId: 'e1' },
    { queryUrl: 'https://example.com/daybook', entryId: 'till:7.sale-1_a' },
    { queryUrl: 'http://[::1]:8788', entryId: ':::' },
  ])('is answered with the URL of $entryId at the query API, $queryUrl', async ({ queryUrl, entryId }) => {
    const merchants = memoryMerchants([aMerchant({ merchantId: merchantId('shop:1') })])
    const { post } = start({ queryUrl, merchants })
    const { headers } = await post('/v1/entries', { ...sale, entryId, merchantId: 'shop:1' })
    const location = `${queryUrl}/v1/merchants/shop:1/days/2026-11-20/entries/${entryId}`
    expect(headers.get('location')).toBe(location)
    expect(new URL(location).href, 'it is a URL as it stands').toBe(location)
  })

  test('that is refused, and a batch, have no URL in their answers', async () => {
    const { post } = start({ queryUrl: 'https://example.com' })
    for (const [path, body] of [
      ['/v1/entries', { ...sale, amount: 0 }],
      ['/v1/entries/batch', { entries: [sale] }],
      ['/v1/entries/batch', { entries: [sale, {}] }],
    ] as const) {
      expect((await post(path, body)).headers.has('location')).toBe(false)
    }
  })

  test('belongs to the day of its own time, not of ours', async () => {
    const { post } = start()
    const { body } = await post('/v1/entries', { ...sale, occurredAt: '2026-11-20T02:59:59Z' })
    expect(body['businessDay']).toBe('2026-11-19')
  })

  test.each([
    { by: "Python's isoformat", time: '2026-11-20T12:00:00.123456+00:00' },
    { by: "Go's time.Now", time: '2026-11-20T09:00:00.123456789-03:00' },
    { by: "Go's time.Now, which leaves zeros at the end out", time: '2026-11-20T12:00:00.12345Z' },
    { by: '.NET\'s "o"', time: '2026-11-20T12:00:00.1234567Z' },
    { by: 'PostgreSQL in JSON', time: '2026-11-20T12:00:00.123456+00:00' },
    { by: "JavaScript's toISOString", time: '2026-11-20T12:00:00.123Z' },
    { by: 'a retry that rounded to the next microsecond', time: '2026-11-20T12:00:00.123999999Z' },
  ])('may have its time as written by $by: $time, kept to the millisecond', async ({ time }) => {
    const { post, onStream } = start()
    const unusual = { ...sale, occurredAt: time, metadata: { table: '7' } }
    expect(await post('/v1/entries', { ...sale, occurredAt: time })).toMatchObject({ status: 202 })
    expect(await post('/v1/entries/batch', { entries: [unusual] })).toMatchObject({ status: 202 })
    const kept = Date.parse('2026-11-20T12:00:00.123Z')
    expect(onStream()).toMatchObject([{ occurredAtMs: kept }, { occurredAtMs: kept }])
  })

  test('at the very end of a day stays in it, however many nines its time has', async () => {
    const { post, onStream } = start()
    const { body } = await post('/v1/entries', { ...sale, occurredAt: '2026-11-19T23:59:59.999999999-03:00' })
    expect(body['businessDay']).toBe('2026-11-19')
    expect(onStream()).toMatchObject([{ occurredAtMs: Date.parse('2026-11-19T23:59:59.999-03:00') }])
  })

  test.each([
    { which: 'five minutes ahead', entry: at(NOW + 5 * MINUTE), status: 202 },
    { which: 'a little more ahead', entry: at(NOW + 5 * MINUTE + 1), status: 422 },
    { which: '400 days old', entry: at(NOW - 400 * DAY), status: 202 },
    { which: 'a little older', entry: at(NOW - 400 * DAY - 1), status: 422 },
  ])('of a time $which is answered $status', async ({ entry, status }) => {
    expect(await start().post('/v1/entries', entry)).toMatchObject({ status })
  })

  test('may be sent compressed', async () => {
    const { post } = start()
    const body = gzipSync(JSON.stringify(sale))
    expect(await post('/v1/entries', body, { 'content-encoding': 'gzip' })).toMatchObject({ status: 202 })
  })

  test('may come in pieces, without saying how long it is', async () => {
    expect(await start().post('/v1/entries', inPieces(JSON.stringify(sale), 7))).toMatchObject({ status: 202 })
  })

  test('with a key given twice is read by the last one', async () => {
    const { post, onStream } = start()
    const twice = written('amount', '1').replace(/}$/, ',"amount":2}')
    expect(await post('/v1/entries', twice)).toMatchObject({ status: 202 })
    expect(onStream()[0]?.amountMinor).toBe(2n)
  })
})

describe('a wrong field of an entry is pointed at', () => {
  test.each<[string, string, string]>([
    ['amount', '0.1', 'not-an-integer'],
    ['amount', '1.00000000000000001', 'not-an-integer'],
    ['amount', '-0', 'out-of-range'],
    ['amount', '0', 'out-of-range'],
    ['amount', '-5', 'out-of-range'],
    ['amount', '9007199254740993', 'out-of-range'],
    ['amount', '1000000000001', 'out-of-range'],
    ['amount', '1e400', 'not-an-integer'],
    ['amount', '"1250"', 'wrong-type'],
    ['amount', 'null', 'wrong-type'],
    ['occurredAt', '"2026-11-20T09:30:00"', 'no-offset'],
    ['occurredAt', '"2026-02-30T09:30:00Z"', 'not-a-time'],
    ['occurredAt', '"2026-11-20T09:30:00.1234567890Z"', 'finer-than-nanoseconds'],
    ['occurredAt', '"+275760-09-13T00:00:00Z"', 'not-a-time'],
    ['occurredAt', '"9999-12-31T23:59:59Z"', 'too-far-ahead'],
    ['occurredAt', '"9999-12-31T23:59:59.999-23:59"', 'too-far-ahead'],
    ['occurredAt', '"9999-12-32T00:00:00Z"', 'not-a-time'],
    ['occurredAt', '"2099-12-31T23:59:59Z"', 'too-far-ahead'],
    ['occurredAt', '"0001-01-01T00:00:00Z"', 'too-old'],
    ['occurredAt', 'true', 'wrong-type'],
    ['merchantId', '"nobody"', 'unknown-merchant'],
    ['merchantId', '"__proto__"', 'unknown-merchant'],
    ['merchantId', '"~m1"', 'malformed'],
    ['merchantId', '["m1"]', 'wrong-type'],
    ['currency', '"USD"', 'wrong-currency'],
    ['currency', '"brl"', 'not-a-currency'],
    ['direction', '"sideways"', 'not-allowed'],
    ['entryId', '""', 'malformed'],
    ...['entryId', 'merchantId', 'terminalId', 'reverses'].flatMap((field) =>
      // By the short way, and by the schema.
      ['"."', '".."', '"\\u002e"', '".\\u002e"'].map((json): [string, string, string] => [field, json, 'malformed']),
    ),
    ['entryId', `"${'x'.repeat(65)}"`, 'malformed'],
    ['description', '"\\ud800"', 'not-unicode'],
    ['description', `"${'x'.repeat(201)}"`, 'too-long'],
    ['surprise', '1', 'unknown-field'],
    ['__proto__', '{"amount":1}', 'unknown-field'],
    ['constructor', '1', 'unknown-field'],
    ['metadata', '{"__proto__":"x"}', 'unknown-field'],
    ['metadata', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'wrong-type'],
  ])('when %s is %s, as %s', async (field, json, code) => {
    const { post, onStream } = start()
    const { status, type, body } = await post('/v1/entries', written(field, json))
    expect({ status, type, code: body.code }).toEqual({
      status: 422,
      type: 'application/problem+json',
      code: 'invalid',
    })
    expect(body.errors).toContainEqual({ pointer: `/${field}`, code, detail: expect.any(String) })
    expect(onStream()).toEqual([])
  })

  test('with all others that are wrong', async () => {
    const { body } = await start().post('/v1/entries', { ...at(NOW + DAY), currency: 'USD' })
    expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/currency', '/occurredAt'])
  })

  test.each(['null', '"text"', '[]', 'true'])('as the whole body when it is %s', async (body) => {
    const answer = await start().post('/v1/entries', body)
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '', code: 'wrong-type' }] } })
  })
})

describe('a body that cannot be read is refused', () => {
  const gzip = { 'content-encoding': 'gzip' }
  const brackets = '['.repeat(500_000) + ']'.repeat(500_000)

  test.each<[string, Sent, Record<string, string>, number, string]>([
    ['nothing', '', {}, 400, 'not-json'],
    ['not JSON', '{"entryId":', {}, 400, 'not-json'],
    ['not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), {}, 400, 'not-json'],
    ['numbers that JSON does not have', '{"amount":NaN}', {}, 400, 'not-json'],
    ['2 MiB', ' '.repeat(2 * MEBIBYTE), {}, 413, 'too-large'],
    ['2 MiB that say so', ' '.repeat(2 * MEBIBYTE), { 'content-length': String(2 * MEBIBYTE) }, 413, 'too-large'],
    ['a gzip bomb', gzipSync(Buffer.alloc(50 * MEBIBYTE)), gzip, 413, 'too-large'],
    ['broken gzip', gzipSync('{}').subarray(0, 15), gzip, 400, 'not-json'],
    ['JSON that is said to be gzip', '{}', gzip, 400, 'not-json'],
    ['brotli', '{}', { 'content-encoding': 'br' }, 415, 'unsupported-encoding'],
    ['gzip twice', '{}', { 'content-encoding': 'gzip, gzip' }, 415, 'unsupported-encoding'],
    ['deep nesting', brackets, {}, 422, 'invalid'],
    ['deep nesting around a fraction', brackets.replace('[]', '[0.5]'), {}, 422, 'invalid'],
  ])('when it is %s', async (_what, body, headers, status, code) => {
    const { post, log } = start()
    for (const path of ['/v1/entries', '/v1/entries/batch']) {
      expect(await post(path, body, headers)).toMatchObject({
        status,
        type: 'application/problem+json',
        body: { code },
      })
    }
    expect(log.error).not.toHaveBeenCalled()
  })

  test('without reading further than the limit when it has no end', async () => {
    let sentBytes = 0
    const endless = new ReadableStream({
      pull(controller) {
        sentBytes += 64 * 1024
        controller.enqueue(new Uint8Array(64 * 1024))
      },
    })
    expect(await start().post('/v1/entries', endless)).toMatchObject({ status: 413 })
    expect(sentBytes).toBeLessThan(2 * MEBIBYTE)
  })

  test('with 400 when its sender goes away', async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('ECONNRESET')) })
    const answer = await start().post('/v1/entries', broken)
    expect(answer).toMatchObject({ status: 400, body: { code: 'malformed-request' } })
  })
})

describe('a batch', () => {
  const entries = (count: number) => Array.from({ length: count }, (_, index) => ({ ...sale, entryId: `e${index}` }))

  test('is answered 202 when all were accepted, one result per entry, in order', async () => {
    const { post, onStream } = start()
    const { status, body } = await post('/v1/entries/batch', { entries: entries(500) })

    expect({ status, accepted: body.accepted, rejected: body.rejected }).toEqual({
      status: 202,
      accepted: 500,
      rejected: 0,
    })
    expect(body.results?.[499]).toEqual({
      index: 499,
      entryId: 'e499',
      status: 'accepted',
      businessDay: '2026-11-20',
      position: expect.any(String),
    })
    expect(onStream().map(({ entryId }) => entryId)).toEqual(entries(500).map(({ entryId }) => entryId))
  })

  test('with one bad entry accepts the others', async () => {
    const { post, onStream } = start()
    const [first, second, third] = entries(3)
    const batch = [first, { ...second, amount: 0.1 }, third, { entryId: 7 }, null]
    const { status, body } = await post('/v1/entries/batch', { entries: batch })

    expect({ status, accepted: body.accepted, rejected: body.rejected }).toEqual({
      status: 207,
      accepted: 2,
      rejected: 3,
    })
    expect(body.results?.map(({ status }) => status)).toEqual([
      'accepted',
      'rejected',
      'accepted',
      'rejected',
      'rejected',
    ])
    expect(body.results?.[1]).toEqual({
      index: 1,
      entryId: 'e1',
      status: 'rejected',
      problem: {
        type: '/docs/problems#invalid',
        title: expect.any(String),
        status: 422,
        code: 'invalid',
        detail: expect.any(String),
        errors: [{ pointer: '/amount', code: 'not-an-integer', detail: expect.any(String) }],
      },
    })
    expect(body.results?.[3]).not.toHaveProperty('entryId')
    expect(onStream()).toHaveLength(2)
  })

  test('is a problem with results when none was accepted', async () => {
    const { post } = start()
    const { status, type, body } = await post('/v1/entries/batch', { entries: [{ ...sale, currency: 'USD' }] })
    expect({ status, type, code: body.code }).toEqual({
      status: 422,
      type: 'application/problem+json',
      code: 'nothing-accepted',
    })
    expect(body).toMatchObject({ accepted: 0, rejected: 1, results: [{ index: 0, entryId: 'e1', status: 'rejected' }] })
  })

  test('may hold entries of several merchants', async () => {
    const dollars = aMerchant({ merchantId: 'm2' as never, currency: 'USD' as never })
    const { post, onStream } = start({ merchants: memoryMerchants([aMerchant(), dollars]) })
    const batch = [sale, { ...sale, merchantId: 'm2', currency: 'USD' }]
    expect(await post('/v1/entries/batch', { entries: batch })).toMatchObject({ status: 202 })
    expect(onStream().map(({ merchantId }) => merchantId)).toEqual(['m1', 'm2'])
  })

  test.each([
    { what: 'no object', body: [], pointer: '', code: 'wrong-type' },
    { what: 'no entries', body: {}, pointer: '/entries', code: 'missing' },
    { what: 'entries that are no list', body: { entries: {} }, pointer: '/entries', code: 'wrong-type' },
    { what: 'an empty list', body: { entries: [] }, pointer: '/entries', code: 'out-of-range' },
    { what: '501 entries', body: { entries: entries(501) }, pointer: '/entries', code: 'out-of-range' },
    { what: 'an unknown field', body: { entries: entries(1), a: 1 }, pointer: '/a', code: 'unknown-field' },
  ])('with $what is refused as a whole', async ({ body, pointer, code }) => {
    const { post, onStream } = start()
    const answer = await post('/v1/entries/batch', body)
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid', errors: [{ pointer, code }] } })
    expect(onStream()).toEqual([])
  })
})

describe('an entry', () => {
  const deadStream: EntryStream = {
    put: () => Promise.reject(new Error('no route to host')),
    openShards: () => Promise.reject(new Error('no route to host')),
  }
  const deadRegister: Merchants = {
    find: () => Promise.reject(new Error('no route to host')),
    save: () => Promise.reject(new Error('no route to host')),
    list: () => Promise.reject(new Error('no route to host')),
    items: () => Promise.reject(new Error('no route to host')),
    idsBeginning: () => Promise.reject(new Error('no route to host')),
  }

  test('is answered 503 with a time to retry after while the stream is out of reach', async () => {
    vi.useFakeTimers()
    try {
      const { post, app } = start({ stream: deadStream })
      const answers = Promise.all([
        post('/v1/entries', sale),
        post('/v1/entries/batch', { entries: [sale, { ...sale, amount: 0 }] }),
      ])
      await vi.advanceTimersByTimeAsync(5_000)
      for (const { status, headers, body } of await answers) {
        expect({ status, code: body.code }).toEqual({ status: 503, code: 'stream-unavailable' })
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      }
      expect(await answers.then(([, batch]) => batch.body.results)).toMatchObject([
        { problem: { code: 'stream-unavailable', status: 503 } },
        { problem: { code: 'invalid', status: 422 } },
      ])
      expect((await app.request('/readyz')).status).toBe(503)
      expect((await app.request('/healthz')).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })

  test('of a merchant that is not cached is answered 503 while the register is out of reach', async () => {
    const { post, app, onStream } = start({ merchants: deadRegister })
    const unavailable = { status: 503, body: { code: 'register-unavailable' } }
    expect(await post('/v1/entries', sale)).toMatchObject(unavailable)
    expect(await post('/v1/entries/batch', { entries: [sale] })).toMatchObject(unavailable)
    expect((await app.request('/readyz')).status).toBe(503)
    expect(onStream()).toEqual([])
  })
})

describe('a request', () => {
  test.each([
    ['GET', '/v1/entries', 405, 'POST, OPTIONS'],
    ['DELETE', '/v1/entries/batch', 405, 'POST, OPTIONS'],
    ['POST', '/healthz', 405, 'GET, HEAD, OPTIONS'],
    ['DELETE', '/readyz', 405, 'GET, HEAD, OPTIONS'],
    ['POST', '/docs', 405, 'GET, HEAD, OPTIONS'],
    ['POST', '/v1/merchants/m1', 405, 'PUT, PATCH, OPTIONS'],
    ['OPTIONS', '/v1/entries', 204, 'POST, OPTIONS'],
    ['HEAD', '/v1/entries', 405, 'POST, OPTIONS'],
    ['GET', '/v1/nothing', 404, null],
    ['POST', '/v1/entries/', 404, null],
    ['GET', '/%zz/%ff', 404, null],
  ])('for %s %s is answered %i', async (method, path, status, allow) => {
    const response = await start().app.request(path, { method })
    expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({ status, allow })
  })

  test('is answered with the request id that the caller gave, or one of ours', async () => {
    const { post } = start()
    const given = await post('/v1/entries', 'x', { 'x-request-id': 'till-7.42' })
    expect([given.headers.get('x-request-id'), given.body['requestId']]).toEqual(['till-7.42', 'till-7.42'])
    const made = await post('/v1/entries', sale, { 'x-request-id': 'no\tgood' })
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('of /healthz or /readyz is answered 200', async () => {
    const { app } = start()
    expect((await app.request('/healthz')).status).toBe(200)
    expect((await app.request('/readyz')).status).toBe(200)
  })
})

const inPieces = (text: string, size: number): ReadableStream => {
  const bytes = Buffer.from(text)
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent >= bytes.length) controller.close()
      else controller.enqueue(bytes.subarray(sent, (sent += size)))
    },
  })
}

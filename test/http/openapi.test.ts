/** What both documents promise of themselves. What the services answer is held against them in openapi-*.test.ts. */
import { Validator } from '@seriousme/openapi-schema-validator'
import type { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import type { ServiceEnv } from '#http/context'
import { readFields } from '#wire/json/fields'
import { INGEST_SCHEMAS } from '#wire/http/openapi/ingest-schemas'
import { ingestDocument } from '#wire/http/openapi/ingest-document'
import { queryDocument } from '#wire/http/openapi/query-document'
import { anIngest, SALE } from './ingest-fixtures.ts'
import { publishedDocument } from './published-document.ts'
import { aQueryApi } from './query-fixtures.ts'

describe.each([
  { service: 'ingest', app: anIngest().app, made: ingestDocument() },
  { service: 'the query API', app: aQueryApi().app, made: queryDocument() },
])('the document of $service', ({ app, made }) => {
  const published = publishedDocument(made)

  test('is valid OpenAPI 3.1, says an independent checker', async () => {
    const validator = new Validator()
    expect(await validator.validate(structuredClone(published.document))).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  test('has every route of the app, and none that the app does not have', () => {
    const documented = published.operations.map(({ method, path }) => `${method} ${path}`)
    expect(documented.toSorted()).toEqual(routesOf(app).toSorted())
  })

  test('names each operation once', () => {
    const ids = published.operations.map(({ operationId }) => operationId)
    expect(ids).toEqual([...new Set(ids)])
  })

  test('is served as it is, and answered 304 to a client that has it', async () => {
    const first = await app.request('/openapi.json')
    expect(first.headers.get('content-type')).toBe('application/json')
    expect(await first.json()).toEqual(published.document)
    const etag = first.headers.get('etag') ?? ''
    const again = await app.request('/openapi.json', { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })
})

/**
 * What an app answers, but for the rest of a path's methods, what runs before all of them, the files of pages, the ways
 * that lead to them, and the copies of ingest's own pages for a host that it shares.
 */
const routesOf = (app: Hono<ServiceEnv>): string[] =>
  app.routes
    .filter(({ method, path }) => method !== 'ALL' && !/^\/(docs\/assets\/.*|docs\/|ingest(\/.*)?)?$/.test(path))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)

describe('a field is documented as it is checked', () => {
  const published = publishedDocument(ingestDocument())

  /** Valid by the document and by the parser. */
  const VALID: Record<'Entry' | 'MerchantRegistration' | 'MerchantPatch', Record<string, unknown>> = {
    Entry: {
      ...SALE,
      method: 'pix',
      category: 'food',
      description: 'A coffee',
      reference: '4711',
      terminalId: 't1',
      terminalSeq: 7,
      reverses: 'e0',
      metadata: { table: '7' },
    },
    MerchantRegistration: {
      name: 'Bakery',
      currency: 'BRL',
      timeZone: 'America/Sao_Paulo',
      dayStartsAt: '04:00',
      lateEntries: 'restate',
      calendarFrom: '2026-12-01',
    },
    MerchantPatch: {
      name: 'Bakery',
      currency: 'BRL',
      timeZone: 'America/Sao_Paulo',
      dayStartsAt: null,
      lateEntries: null,
      calendarFrom: null,
    },
  }
  const ABSENT = Symbol('absent')
  const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))
  const VALUES: readonly unknown[] = Object.values<unknown[]>({
    nothing: [ABSENT, null, '', [], {}],
    words: [
      'a',
      'a b',
      'a\n',
      '~a',
      '.',
      '..',
      '...',
      '.a',
      '..a',
      'credit',
      'debit',
      'pix',
      'barter',
      'brl',
      'USD',
      'BRLX',
      'nextOpenDay',
      'never',
    ],
    lengths: ['a', 'é', '😀'].flatMap((text) =>
      [40, 41, 64, 65, 100, 101, 200, 201].map((times) => text.repeat(times)),
    ),
    numbers: [true, -1, 0, 1, 0.5, 1e12, 1e12 + 1, Number.MAX_SAFE_INTEGER, 2 ** 53, '1'],
    offsets: ['09:30:00', '09:30:00Z', '09:30:00-0300', '09:30:00+24:00', '09:30Z'].map((time) => `2026-11-20T${time}`),
    fractions: ['09:30:00.123Z', '09:30:00.123456789Z', '09:30:00.1234567890Z', '09:30:00.Z'].map(
      (time) => `2026-11-20T${time}`,
    ),
    times: ['2026-11-20t09:30:00+14:00', '2026-11-20 09:30:00Z', '2026-11-20T09:30:60Z', '2026-11-20T24:00:00Z'],
    days: ['2026-11-20', '2026-02-30', '20261201', '2026-13-20T09:30:00Z', '2026-02-30T09:30:00Z'],
    timesOfDay: ['00:00', '23:59', '24:00', '4:00', '04:00:00'],
    objects: [{ a: 1 }, { a: 'b' }, { ['a'.repeat(41)]: 'b' }, { a: 'b'.repeat(201) }, pairs(20), pairs(21)],
  }).flat()

  test.each(Object.keys(VALID) as (keyof typeof VALID)[])('in %s', (name) => {
    const wrongly: [field: string, value: unknown][] = []
    const counted = { valid: 0, invalid: 0 }
    for (const field of [...Object.keys(VALID[name]), 'colour']) {
      for (const value of VALUES) {
        const { [field]: _, ...others } = VALID[name]
        const body = value === ABSENT ? others : { ...others, [field]: value }
        const isTaken = readFields<unknown>(INGEST_SCHEMAS[name].schema, body).ok
        const isDocumented = published.errorsOf(name, body) === undefined
        counted[isTaken ? 'valid' : 'invalid'] += 1
        if (isTaken !== isDocumented) wrongly.push([field, value])
      }
    }
    expect(counted.valid).toBeGreaterThan(50)
    expect(counted.invalid).toBeGreaterThan(50)
    // That a zone exists is beyond a pattern.
    expect(wrongly.filter(([field]) => field !== 'timeZone')).toEqual([])
  })
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quarantineSetAside, type AnyAuditEvent } from '#ledger/audit-event'
import { ok } from '#ledger/result'
import { auditEventRow, parseAuditEventRow } from '#wire/archive/audit-row'
import { auditEventLine, parseAuditEventLine } from '#wire/stream/audit-event'
import { merchantSaved, parseSavedMerchant } from '#wire/archive/merchant'
import { decodeRecord, encodeAuditEvents } from '#wire/stream/record'
import { anyInstantMs, anyId } from '../arbitraries.ts'
import { anAuditEvent, aMerchant, anEntry, aSetAside, merchantId } from '../builders.ts'

const AT = Date.parse('2026-11-20T12:30:01Z')
const position = { shardId: 'shardId-000000000000', sequenceNumber: '7', index: 3 }

describe('an audit event', () => {
  test('about a merchant carries the whole merchant, and each revision makes another event', () => {
    const merchant = aMerchant({ revision: 3 })
    const { body, ...auditEvent } = merchantSaved(merchant, AT)
    expect(auditEvent).toEqual({
      eventId: 'merchant.saved/m1/3',
      kind: 'merchant.saved',
      merchantId: 'm1',
      decidedAtMs: AT,
    })
    expect(parseSavedMerchant(JSON.parse(JSON.stringify(body)))).toEqual(ok(merchant))
  })

  test('about a merchant says who saved it and from where, and carries the time at which it was saved', () => {
    const merchant = aMerchant({ savedBy: { by: 'ana', from: '203.0.113.7', atMs: AT } })
    const { body, ...auditEvent } = merchantSaved(merchant, AT + 60_000)
    expect(auditEvent).toMatchObject({ decidedAtMs: AT })
    expect(body).toMatchObject({ by: 'ana', from: '203.0.113.7' })
    expect(parseSavedMerchant(JSON.parse(JSON.stringify(body)))).toEqual(ok(merchant))
  })

  test('about an entry set aside names the entry, its content and its position', () => {
    const item = aSetAside({ position, setAsideAtMs: AT })
    expect(quarantineSetAside(item)).toMatchObject({
      eventId: 'quarantine.set-aside/shardId-000000000000/7/3',
      merchantId: 'm1',
      businessDay: '2026-11-20',
      decidedAtMs: AT,
      body: { reason: 'content-conflict', entryId: 'e1', position },
    })
  })

  test('about an unreadable record set aside names its position', () => {
    const item = aSetAside({ subject: 'unreadable', reason: 'undecodable-record', position })
    expect(quarantineSetAside(item).body).toEqual({ reason: 'undecodable-record', position })
    expect(quarantineSetAside(item)).not.toHaveProperty('merchantId')
  })

  test('keeps its id when it is made again later', () => {
    const [first, again] = [1, 2].map((setAsideAtMs) => quarantineSetAside(aSetAside({ setAsideAtMs })).eventId)
    expect(again).toBe(first)
  })
})

const anyAuditEvent: fc.Arbitrary<AnyAuditEvent> = fc.record(
  {
    eventId: anyId,
    kind: fc.constantFrom('merchant.saved', 'quarantine.discarded', 'day.closed'),
    merchantId: anyId.map(merchantId),
    businessDay: fc.constant(anEntry().businessDay),
    decidedAtMs: anyInstantMs,
    body: fc
      .dictionary(
        fc.string({ unit: 'grapheme' }),
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean()),
      )
      .map((body): Record<string, unknown> => ({ ...body })),
  },
  { requiredKeys: ['eventId', 'kind', 'decidedAtMs', 'body'] },
)

describe('an audit event on the stream or in the archive', () => {
  test('is one line of JSON', () => {
    const line =
      '{"decisionId":"d1","kind":"quarantine.discarded","body":{"reason":"a test"},"decidedAt":1795177801000}'
    const auditEvent = {
      eventId: 'd1',
      kind: 'quarantine.discarded',
      body: { reason: 'a test' },
      decidedAtMs: AT,
    } as const
    const data = encodeAuditEvents([auditEvent])
    expect(Buffer.from(data).toString()).toBe(`D\u0001\u0000{"kind":"decisions"}\n${line}`)
    expect(decodeRecord(data)).toEqual(ok({ kind: 'decisions', auditEvents: [{ line, auditEvent: ok(auditEvent) }] }))
  })

  test('comes back as it was, for any kind', () => {
    fc.assert(
      fc.property(anyAuditEvent, (auditEvent) => {
        expect(parseAuditEventLine(auditEventLine(auditEvent))).toEqual(ok(auditEvent))
        expect(parseAuditEventRow(JSON.parse(JSON.stringify(auditEventRow(auditEvent))))).toEqual(ok(auditEvent))
      }),
    )
  })

  test('is filed under the day on which it was made, with its body as text', () => {
    const decidedAtMs = Date.parse('2026-11-20T23:30:00-03:00')
    expect(auditEventRow(anAuditEvent({ eventId: 'd1', decidedAtMs, body: { a: 1 } }))).toEqual({
      decision_id: 'd1',
      kind: 'quarantine.set-aside',
      merchant_id: 'm1',
      business_day: '2026-11-20',
      decided_at: '2026-11-21 02:30:00.000',
      body: '{"a":1}',
      schema_version: 1,
      day: '2026-11-21',
    })
  })

  test('comes back also when absent fields are NULL', () => {
    const auditEvent: AnyAuditEvent = { eventId: 'd1', kind: 'merchant.saved', decidedAtMs: AT, body: {} }
    expect(parseAuditEventRow({ ...auditEventRow(auditEvent), merchant_id: null, business_day: null })).toEqual(
      ok(auditEvent),
    )
  })

  test('keeps a key "__proto__" of its body', () => {
    const auditEvent = anAuditEvent({ body: JSON.parse('{"__proto__":"x","note":"y"}') as Record<string, unknown> })
    const read = parseAuditEventLine(auditEventLine(auditEvent))
    expect(read.ok && JSON.stringify(read.value.body)).toBe('{"__proto__":"x","note":"y"}')
  })

  test.each([2, null])('is refused in a row of version %s', (schema_version) => {
    expect(parseAuditEventRow({ ...auditEventRow(anAuditEvent()), schema_version }).ok).toBe(false)
  })

  test('fits a Firehose record even at its largest, with escaped quotes', () => {
    const auditEvent = anAuditEvent({ body: { text: '"'.repeat(149_000) } })
    expect(parseAuditEventLine(auditEventLine(auditEvent)).ok).toBe(true)
    expect(Buffer.byteLength(JSON.stringify(auditEventRow(auditEvent)))).toBeLessThan(1_000 * 1024)
  })

  const LINE = auditEventLine(anAuditEvent({ body: { note: 'x' } }))
  test.each([
    { wrong: 'no JSON', line: '{' },
    { wrong: 'nothing', line: '' },
    { wrong: 'no id', line: LINE.replace('decisionId', 'id') },
    { wrong: 'an id without end', line: LINE.replace('quarantine.set-aside/', 'x'.repeat(301)) },
    { wrong: 'a time as text', line: LINE.replace(/"decidedAt":\d+/, '"decidedAt":"now"') },
    { wrong: 'a body that is no object', line: LINE.replace('{"note":"x"}', '7') },
    { wrong: 'a merchant that is none', line: LINE.replace('"m1"', '"~"') },
    { wrong: 'a body without end', line: LINE.replace('"x"', `"${'x'.repeat(300_000)}"`) },
    { wrong: 'a body without a bottom', line: LINE.replace('"x"', `${'['.repeat(50_000)}${']'.repeat(50_000)}`) },
  ])('is refused when it has $wrong', ({ line }) => {
    expect(parseAuditEventLine(line).ok).toBe(false)
  })
})

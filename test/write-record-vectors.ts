/**
 * `npm run vectors` writes docs/vectors/stream-record-v1.json: records of the stream in today's version, and what they
 * hold. A record that is published already keeps its bytes, because readers accept it for ever; a new version gets a file
 * of its own. docs/vectors/read_record.py, which shares no code with this, proves what is said of them.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { merchantSaved } from '#wire/archive/merchant'
import { canonicalContent, contentHash, type Entry } from '#ledger/entry'
import { hashKeyOf, laneOf } from '#ledger/lanes'
import { auditEventLine } from '#wire/stream/audit-event'
import { encodeAuditEvents, encodeEntries, encodeHeartbeat, entryLine } from '#wire/stream/record'
import { awkwardEntries } from './awkward-texts.ts'
import { aMerchant, anAuditEvent, anEntry, aRule, entryId, merchantId } from './builders.ts'

const PLAIN = 0
const GZIP = 1
const ZSTD = 2
const VERSION = encodeHeartbeat()[1] ?? 0

const everyField: Required<Entry> = {
  ...anEntry({ entryId: entryId('every-field'), direction: 'debit', amountMinor: 1_000_000_000_000n }),
  method: 'credit-card',
  category: 'padaria',
  description: 'pão "francês",\nmeia dúzia 🧾',
  reference: 'NF 0042',
  terminalId: 'till-1',
  terminalSeq: Number.MAX_SAFE_INTEGER,
  reverses: 'sale-0',
  metadata: { b: '2', a: '1', 9: 'nine', 10: 'ten', '\uFB33': 'later', '\u{1F600}': 'earlier' },
}

const longest: Required<Entry> = {
  ...everyField,
  entryId: entryId('x'.repeat(64)),
  merchantId: merchantId('m'.repeat(64)),
  category: '\u{1F600}'.repeat(64),
  description: 'é'.repeat(200),
  reference: '"'.repeat(100),
  metadata: Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`${index}`.padEnd(40, 'k'), `value ${index} `.padEnd(200, 'v')]),
  ),
}

const holding = (entry: Entry) => ({
  entry: JSON.parse(canonicalContent(entry)) as unknown,
  businessDay: entry.businessDay,
  receivedAt: entry.receivedAtMs,
  contentHash: contentHash(entry),
})

const SET_ASIDE = { refused: 'set aside' } as const
const WAIT = { refused: 'wait' } as const

const ofEntries = (name: string, entries: readonly Entry[]) => ({
  name,
  record: encodeEntries(entries.map(entryLine)),
  holds: { kind: 'entries', lines: entries.map(holding) },
})

const USUAL = entryLine(anEntry())

/** A line between two good ones. The good ones are read in any case. */
const withLine = (name: string, line: string, held: object = SET_ASIDE) => ({
  name,
  record: encodeEntries([USUAL, line, USUAL]),
  holds: { kind: 'entries', lines: [holding(anEntry()), held, holding(anEntry())] },
})

const altered = (from: string, to: string): string => {
  if (!USUAL.includes(from)) throw new Error(`no ${from} in ${USUAL}`)
  return USUAL.replace(from, to)
}

const ofAuditEvents = (name: string, events: readonly ReturnType<typeof anAuditEvent>[]) => ({
  name,
  record: encodeAuditEvents(events),
  holds: { kind: 'decisions', lines: events.map((event) => JSON.parse(auditEventLine(event)) as unknown) },
})

const withAuditLine = (name: string, line: string, held: unknown = SET_ASIDE) => ({
  name,
  record: raw(PLAIN, `{"kind":"decisions"}\n${line}`),
  holds: { kind: 'decisions', lines: [held] },
})

const raw = (codec: number, body: string | Uint8Array, version = VERSION): Uint8Array =>
  Buffer.concat([Buffer.of(68, version, codec), Buffer.from(body)])

const broken = (name: string, record: Uint8Array, holds: object = SET_ASIDE) => ({ name, record, holds })

const KIND = '{"kind":"entries"}'
const BODY = `${KIND}\n${USUAL}`
const gzip = (body: string): Buffer => gzipSync(body, { level: 1 })
const zstd = (body: string): Buffer => zstdCompressSync(body)

const saved = merchantSaved(aMerchant({ calendar: [aRule({ timeZone: 'UTC' })] }), Date.parse('2026-11-20T12:00:00Z'))
const setAside = anAuditEvent()
const unknownEvent = {
  decisionId: 'x/1',
  kind: 'till.lent',
  decidedAt: 0,
  body: { nested: [{ deep: [1, null, true] }] },
}

const VECTORS = [
  ofEntries('an entry with the required fields', [anEntry()]),
  ofEntries('an entry with every field', [everyField]),
  ofEntries(
    'entries packed by gzip',
    Array.from({ length: 8 }, (_, index) => anEntry({ entryId: entryId(`e${index}`) })),
  ),
  ofEntries('entries packed by zstd, with every field at its longest', [
    longest,
    { ...longest, entryId: entryId('y') },
  ]),
  ofEntries('entries of several merchants, one of them twice', [
    anEntry(),
    anEntry({ merchantId: merchantId('m2') }),
    anEntry(),
  ]),
  ofEntries('times before 1970, and the first and the last that can be written', [
    anEntry({ occurredAtMs: -1 }),
    anEntry({ occurredAtMs: Date.parse('0001-01-01T00:00:00Z') }),
    anEntry({ occurredAtMs: Date.parse('9999-12-31T23:59:59.999Z') }),
  ]),
  ofEntries('texts that readers are known to alter', awkwardEntries()),
  ofEntries('no entries', []),
  withLine(
    'an entry as another writer may put it: keys in another order, spaces, numbers with exponents',
    '{ "receivedAt" : 1795177800250.0, "businessDay":"2026-11-20",\t"entry":{"merchantId":"m1","entryId":"e1",' +
      '"direction":"credit","currency":"BRL","amount":1E2,"occurredAt":17951778e5,"metadata":{}}}',
    holding(anEntry()),
  ),
  withLine(
    'an entry with a key given twice: the last one counts',
    altered('"amount":100', '"amount":7,"amount":100'),
    holding(anEntry()),
  ),
  withLine('a line that is no JSON', '{"entry":'),
  withLine('an empty line', ''),
  withLine('a line that is no object', '[]'),
  withLine('a missing field', altered('"amount":100,', '')),
  withLine('an unknown field of the entry', altered('"amount"', '"colour":"red","amount"')),
  withLine('an unknown field beside the entry', altered('"businessDay"', '"colour":"red","businessDay"')),
  withLine('an amount of zero', altered('100', '0')),
  withLine('an amount of text', altered('100', '"100"')),
  withLine('an amount above the largest', altered('100', '1000000000001')),
  withLine('an amount that a double would round to a whole number', altered('100', '1.00000000000000001')),
  withLine('a null in an optional field', altered('"amount"', '"category":null,"amount"')),
  withLine('a method that is not known', altered('"occurredAt"', '"method":"shells","occurredAt"')),
  withLine('an id that only the system could make', altered('"e1"', '"~e1"')),
  withLine('an id of two dots', altered('"e1"', '".."')),
  withLine('an id of 65 characters', altered('"e1"', `"${'e'.repeat(65)}"`)),
  withLine('a description of 201 characters', altered('"direction"', `"description":"${'d'.repeat(201)}","direction"`)),
  withLine('half of a surrogate pair', altered('"direction"', '"description":"\\ud83e","direction"')),
  withLine(
    'metadata of 21 pairs',
    altered(
      '"occurredAt"',
      `"metadata":${JSON.stringify(Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`k${index}`, ''])))},"occurredAt"`,
    ),
  ),
  withLine('a metadata key __proto__', altered('"occurredAt"', '"metadata":{"__proto__":"x"},"occurredAt"')),
  withLine('a day that does not exist', altered('2026-11-20', '2026-02-30')),
  withLine('a day after which no day can be written', altered('2026-11-20', '9999-01-01')),
  withLine('a time as text', altered('1795177800000', '"2026-11-20T09:30:00-03:00"')),
  withLine('a time that no calendar has', altered('1795177800000', '9007199254740991')),
  {
    name: 'a line feed behind the last line, which makes one more, empty line',
    record: raw(PLAIN, `${BODY}\n`),
    holds: { kind: 'entries', lines: [holding(anEntry()), SET_ASIDE] },
  },
  ofAuditEvents('a decision', [setAside]),
  ofAuditEvents('decisions packed by gzip', [saved, setAside, ...Array.from({ length: 4 }, () => setAside)]),
  withAuditLine('a decision of a kind that is not known', JSON.stringify(unknownEvent), unknownEvent),
  withAuditLine('a decision without a body', JSON.stringify({ ...unknownEvent, body: undefined })),
  withAuditLine('a decision with an unknown field', JSON.stringify({ ...unknownEvent, colour: 'red' })),
  withAuditLine('a decision whose body is a list', JSON.stringify({ ...unknownEvent, body: [] })),
  { name: 'a heartbeat', record: encodeHeartbeat(), holds: { kind: 'heartbeat' } },
  { name: 'a kind that is not known', record: raw(PLAIN, '{"kind":"weather"}\nrain'), holds: { kind: 'unknown' } },
  {
    name: 'more on the first line than the kind',
    record: raw(PLAIN, `{"by":"x","kind":"entries"}\n${USUAL}`),
    holds: { kind: 'entries', lines: [holding(anEntry())] },
  },
  broken('no bytes', Buffer.of()),
  broken('text', Buffer.from('Dear Sir or Madam')),
  broken('JSON without an envelope', Buffer.from(BODY)),
  broken('the first byte alone', Buffer.of(68)),
  broken('the first two bytes of a newer version alone', Buffer.of(68, 2)),
  broken('version 0', raw(PLAIN, BODY, 0)),
  broken('version 32, which no version is', raw(PLAIN, BODY, 32)),
  broken('codec 3, which version 1 does not have', raw(3, BODY)),
  broken('codec 32 of a newer version, which no codec is', raw(32, BODY, 2)),
  broken('no body', raw(PLAIN, '')),
  broken('a first line that is no JSON', raw(PLAIN, `entries\n${USUAL}`)),
  broken('a first line without a kind', raw(PLAIN, USUAL)),
  broken('a kind that is no text', raw(PLAIN, '{"kind":1}')),
  broken('a body that is not UTF-8', raw(PLAIN, Buffer.from(`${KIND}\n\xff`, 'latin1'))),
  broken('a body that is not the gzip it claims to be', raw(GZIP, BODY)),
  broken('gzip cut short', raw(GZIP, gzip(BODY).subarray(0, -5))),
  broken(
    'gzip with a wrong checksum',
    raw(GZIP, Buffer.concat([gzip(BODY).subarray(0, -8), Buffer.alloc(4), gzip(BODY).subarray(-4)])),
  ),
  broken('gzip with bytes behind it', raw(GZIP, Buffer.concat([gzip(BODY), Buffer.from('more')]))),
  broken('gzip that expands to more than 8 MiB', raw(GZIP, gzip('\n'.repeat(8 * 1024 * 1024 + 1)))),
  broken('a body that is not the zstd it claims to be', raw(ZSTD, BODY)),
  broken('zstd cut short', raw(ZSTD, zstd(BODY).subarray(0, -5))),
  broken('zstd with bytes behind its frame', raw(ZSTD, Buffer.concat([zstd(KIND), Buffer.from(`\n${USUAL}`)]))),
  broken('zstd with a second frame', raw(ZSTD, Buffer.concat([zstd(KIND), zstd(`\n${USUAL}`)]))),
  broken('zstd that expands to more than 8 MiB', raw(ZSTD, zstd('\n'.repeat(8 * 1024 * 1024 + 1)))),
  broken('more than 20,000 lines', raw(GZIP, gzip(KIND + '\n'.repeat(20_001)))),
  broken('the next version', raw(PLAIN, BODY, VERSION + 1), WAIT),
  broken('the next version, with a codec of its own', raw(3, 'anything', VERSION + 1), WAIT),
  broken('the highest version and codec, without a body', Buffer.of(68, 31, 31), WAIT),
]

const MERCHANTS = ['m1', 'm2', 'padaria-central', 'demo-konbini-shibuya', 'A:b._-9']

const lanes = MERCHANTS.map((name) => {
  const lane = laneOf(merchantId(name))
  return { merchantId: name, lane, explicitHashKey: String(hashKeyOf(lane)) }
})

type Published = { readonly records: readonly { readonly name: string; readonly record: string }[] }

const file = new URL(`../docs/vectors/stream-record-v${VERSION}.json`, import.meta.url)
const published: Published = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Published) : { records: [] }
const kept = new Map(published.records.map(({ name, record }) => [name, record]))

const records = VECTORS.map(({ name, record, holds }) => ({
  name,
  record: kept.get(name) ?? Buffer.from(record).toString('base64'),
  holds,
}))
const text = JSON.stringify(
  { format: 'daybook stream record vectors, version 1', version: VERSION, records, lanes },
  null,
  2,
)
writeFileSync(file, `${text}\n`)

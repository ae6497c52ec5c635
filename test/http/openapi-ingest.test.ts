/** The published document of the command side, held against what it really answers. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { memoryClosings } from '#adapters/closings/memory-closings'
import { memoryHeads } from '#adapters/heads/memory-heads'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import type { IngestWorld } from '#ingest/ingest'
import { requestedRun } from '#ledger/closing-run'
import type { Closings } from '#ledger/ports'
import { quarantineKey, type Quarantined } from '#ledger/quarantine'
import { ALLOWED, REFUSED } from '#test/access'
import { aMerchant, aRule, aSetAside, day, merchantId } from '#test/builders'
import { ingestDocument } from '#wire/http/openapi/ingest-document'
import { quarantineId } from '#wire/http/quarantine-id'
import { anIngest, SALE as sale } from './ingest-fixtures.ts'
import { distinct, publishedDocument, wordsOf, type Seen } from './published-document.ts'

const published = publishedDocument(ingestDocument())

const bakery = { name: 'Bakery', currency: 'BRL', timeZone: 'America/Sao_Paulo' }

const UNREACHABLE = () => Promise.reject(new Error('no route to host'))

const ITEM = aSetAside({ position: { shardId: 'shardId-000000000000', sequenceNumber: '0', index: 0 } })
const WAITING: Quarantined = { ...ITEM, lastPosition: ITEM.position, actions: [] }

const MONDAY_CLOSES = '/v1/merchants/m1/days/2026-11-16/close'
const TUESDAY_CLOSES = '/v1/merchants/m1/days/2026-11-17/close'

/** Monday's run has ended, and that of Tuesday goes on. */
const closing = (given: Partial<Closings> = {}): Partial<IngestWorld> => {
  const monday = requestedRun(merchantId('m1'), day('2026-11-16'), Date.parse('2026-11-20T12:30:00Z'), 1)
  const closings: Closings = {
    start: async () => 'running',
    state: async (name) => (name === monday ? { status: 'ended', days: [] } : { status: 'running' }),
    ...given,
  }
  return { closing: { closings, heads: memoryHeads() } }
}

const WORLDS = {
  usual: closing(),
  'whose closings have all ended': closing({ start: async () => 'ended' }),
  'without a workflow': closing({ start: UNREACHABLE }),
  'whose workflow fails': closing({ state: async () => ({ status: 'failed', reason: 'FAILED' }) }),
  'without heads': { closing: { closings: memoryClosings(async (run) => run), heads: { read: UNREACHABLE } } },
  'with a full house': { limits: { maxBytesInFlight: 1 } },
  'that takes an entry a minute': { limits: { maxBytesInFlight: 2 ** 26, maxEntriesPerSecond: 1 / 60 } },
  'without a stream': { stream: { put: UNREACHABLE, openShards: UNREACHABLE } },
  'without a register': {
    merchants: {
      find: UNREACHABLE,
      save: UNREACHABLE,
      list: UNREACHABLE,
      items: UNREACHABLE,
      idsBeginning: UNREACHABLE,
    },
  },
  'in which others are quicker': {
    merchants: { ...memoryMerchants([aMerchant()]), save: async () => 'moved' },
    quarantine: { find: async () => WAITING, note: async () => 'moved' },
  },
  'in which it was discarded': {},
  'whose calendars have ended': {
    merchants: memoryMerchants([
      aMerchant({ calendar: [aRule({ knownUntilMs: Date.parse('2026-11-01T00:00:00Z') })] }),
    ]),
  },
  'without a quarantine': { quarantine: { find: UNREACHABLE, note: UNREACHABLE } },
  'without grants': { access: { ...ALLOWED, grants: { find: UNREACHABLE } } },
} satisfies Record<string, Partial<IngestWorld>>

type Sent = readonly [method: string, path: string, body?: unknown, headers?: Record<string, string> | undefined]

const BAKERY = '/v1/merchants/bakery'
const UPLOAD = '/v1/entries/stream'
const BATCH = '/v1/entries/batch'
const REPLAY = `/v1/quarantine/${quarantineId(quarantineKey(ITEM))}/replay`
const DISCARD = REPLAY.replace('replay', 'discard')
const DECIDING: readonly Sent[] = [
  ['POST', REPLAY],
  ['POST', DISCARD, { reason: 'test' }],
]
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' }
const ONE_EACH: readonly Sent[] = [
  ['POST', '/v1/entries', sale],
  ['POST', BATCH, { entries: [sale] }],
]
const TAKE_JSON: readonly Sent[] = [...ONE_EACH, ['PUT', BAKERY], ['PATCH', BAKERY, {}, MERGE_PATCH], ...DECIDING]
const OF_MERCHANTS: readonly Sent[] = [
  ['PUT', BAKERY, bakery],
  ['PATCH', BAKERY, {}, MERGE_PATCH],
  ['POST', MONDAY_CLOSES],
  ...DECIDING,
]
const GUARDED: readonly Sent[] = [...ONE_EACH, ['POST', UPLOAD, ''], ...OF_MERCHANTS, ['GET', '/metrics']]
const KEPT = ['/openapi.json', '/docs', '/docs/problems']

const sentWith = (more: Record<string, string>, exchanges: readonly Sent[]): Sent[] =>
  exchanges.map(([method, path, body, headers]) => [method, path, body, { ...headers, ...more }])

/** What is sent to which ingest, so that it gives every answer that it can. */
const EXCHANGES: Record<keyof typeof WORLDS, readonly Sent[]> = {
  usual: [
    ['PUT', BAKERY, bakery],
    ['PUT', BAKERY, { ...bakery, name: 'Baker', calendarFrom: '2026-12-01', dayStartsAt: '04:00' }],
    ['PUT', BAKERY, { ...bakery, currency: 'EUR' }],
    ['PUT', BAKERY, {}],
    ['PUT', BAKERY, bakery, { 'if-none-match': '*' }],
    ['PUT', `${BAKERY}?preview=true`, bakery],
    ['PUT', `${BAKERY}?previw=true`, bakery],
    ['PATCH', BAKERY, { name: 'Bakers', lateEntries: null }, { ...MERGE_PATCH, 'if-match': '"2"' }],
    ['PATCH', BAKERY, {}, { ...MERGE_PATCH, 'if-match': '"2"' }],
    ['PATCH', `${BAKERY}?preview=true`, { name: 'Baker' }, MERGE_PATCH],
    ['PATCH', BAKERY, { currency: 'EUR' }, MERGE_PATCH],
    ['PATCH', BAKERY, { name: null }, MERGE_PATCH],
    ['PATCH', BAKERY, {}, { ...MERGE_PATCH, 'if-match': 'unquoted' }],
    ['PATCH', BAKERY, {}, { 'content-type': 'application/json' }],
    ['PATCH', '/v1/merchants/unknown', {}, MERGE_PATCH],
    ...ONE_EACH,
    ['POST', '/v1/entries', { ...sale, amount: -1, method: 'barter', colour: 'red' }],
    ['POST', BATCH, { entries: [sale, { entryId: 17 }, 'no entry'] }],
    ['POST', BATCH, { entries: [{}] }],
    ['POST', BATCH, { entries: [] }],
    ['POST', UPLOAD, 'no entry'],
    ...TAKE_JSON.map(([method, path, , headers]): Sent => [method, path, '{', headers]),
    ...TAKE_JSON.map(([method, path, , headers]): Sent => [method, path, 'x'.repeat(1024 * 1024 + 1), headers]),
    ...[...TAKE_JSON, ['POST', UPLOAD] as Sent].map(([method, path, , headers]): Sent => [
      method,
      path,
      '{}',
      { ...headers, 'content-encoding': 'br' },
    ]),
    ['POST', MONDAY_CLOSES],
    ['POST', TUESDAY_CLOSES, undefined, { prefer: 'wait=0' }],
    ['POST', '/v1/merchants/m1/days/2026-11-30/close'],
    ['POST', '/v1/merchants/m1/days/Friday/close'],
    ...DECIDING,
    ['POST', '/v1/quarantine/nothing/replay'],
    ['POST', '/v1/quarantine/nothing/discard', { reason: 'test' }],
    ['POST', REPLAY, { entry: { amount: -1, colour: 'red' } }],
    ['POST', DISCARD, {}],
    ...sentWith(REFUSED.unauthenticated, GUARDED),
    ...sentWith(REFUSED.withoutScopes, GUARDED),
    ...sentWith(REFUSED.withoutGrant, OF_MERCHANTS),
    ...['/healthz', '/readyz', '/metrics', ...KEPT].map((path): Sent => ['GET', path]),
    ...KEPT.map((path): Sent => ['GET', path, undefined, { 'if-none-match': '*' }]),
  ],
  'whose closings have all ended': [['POST', MONDAY_CLOSES]],
  'without a workflow': [['POST', MONDAY_CLOSES]],
  'whose workflow fails': [['POST', MONDAY_CLOSES]],
  'without heads': [['POST', MONDAY_CLOSES]],
  'with a full house': [...ONE_EACH, ['POST', UPLOAD, ''], ...DECIDING],
  'that takes an entry a minute': [...ONE_EACH, ...ONE_EACH, ...DECIDING],
  'without a stream': [...ONE_EACH, ...DECIDING, ['GET', '/readyz']],
  'without a register': [
    ...ONE_EACH,
    ['PUT', BAKERY, bakery],
    ['PATCH', BAKERY, {}, MERGE_PATCH],
    ['POST', MONDAY_CLOSES],
    ['POST', REPLAY, { entry: { amount: 7 } }],
  ],
  'in which others are quicker': [
    ['PUT', BAKERY, bakery],
    ['PATCH', '/v1/merchants/m1', { name: 'Bakers' }, MERGE_PATCH],
    ...DECIDING,
  ],
  'in which it was discarded': [
    ['POST', DISCARD, { reason: 'test' }],
    ['POST', REPLAY],
  ],
  'whose calendars have ended': [...ONE_EACH, ['POST', REPLAY, { entry: { amount: 7 } }]],
  'without a quarantine': DECIDING,
  'without grants': GUARDED,
}

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-20T12:30:00Z') }))
afterEach(() => void vi.useRealTimers())

const start = async (world: Partial<IngestWorld> = {}) => {
  const quarantine = memoryQuarantine()
  await quarantine.setAside(ITEM)
  return anIngest({ quarantine, queryUrl: 'https://books.example', ...world }).app
}

test('ingest gives every answer that its document describes, and no other', async () => {
  const seen: Seen[] = []
  for (const [name, exchanges] of Object.entries(EXCHANGES)) {
    const app = await start(WORLDS[name as keyof typeof WORLDS])
    for (const [method, path, body, headers = {}] of exchanges) {
      const sent = typeof body === 'object' ? JSON.stringify(body) : ((body ?? null) as string | null)
      const answer = Promise.resolve(app.request(path, { method, headers, body: sent }))
      // A stream that does not answer is given up after a while.
      await vi.advanceTimersByTimeAsync(5_000)
      seen.push(await published.check(method, path, await answer))
    }
  }
  const promised = published.promised()
  expect(distinct(seen)).toEqual(distinct(promised))
  // Each example of a problem is in words that the operation really uses.
  expect(wordsOf(published.problemExamples()).filter((words) => !wordsOf(seen).includes(words))).toEqual([])
})

test('the lines of an upload’s answer are as the document says', async () => {
  const lines = async (world: Partial<IngestWorld>, text: string): Promise<unknown[]> => {
    const answer = await (await start(world)).request(UPLOAD, { method: 'POST', body: text })
    return (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
  }
  const answers = await lines({}, `${JSON.stringify(sale)}\n{}\n`)
  const brokenOff = await (
    await start()
  ).request(UPLOAD, {
    method: 'POST',
    body: 'no gzip',
    headers: { 'content-encoding': 'gzip' },
  })
  answers.push(JSON.parse(await brokenOff.text()))
  expect(answers).toMatchObject([{ from: 1 }, { line: 2 }, { done: true }, { done: false }])
  expect(answers.map((answer) => published.strayOf('StreamAnswer', answer))).toEqual(answers.map(() => undefined))
})

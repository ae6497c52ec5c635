/** What both services really answer to the requests that the OpenAPI documents give as examples. */
import { expect } from 'vitest'
import { memoryClosings } from '#adapters/closings/memory-closings'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { shiftDay } from '#ledger/calendar'
import { emptyHead } from '#ledger/head'
import type { Merchants } from '#ledger/ports'
import { quarantineKey } from '#ledger/quarantine'
import { sentBy } from '#test/access'
import { aSetAside, day as businessDay, merchantId } from '#test/builders'
import {
  EXAMPLE_DAY,
  EXAMPLE_DISCARD,
  EXAMPLE_REPLAY,
  EXAMPLE_PATCH,
  EXAMPLE_REFUND,
  EXAMPLE_REGISTRATION,
  EXAMPLE_SALE,
  EXAMPLE_SHOP,
} from '#wire/http/openapi/example-shop'
import { EXAMPLE_REQUEST_ID } from '#wire/http/openapi/problem-examples'
import { quarantineId } from '#wire/http/quarantine-id'
import { anIngest } from './ingest-fixtures.ts'
import { aQueryApi, NOW_MS, SHARD_ID } from './query-fixtures.ts'

/** A moment after the examples' entries arrived. */
const READ_AT_MS = NOW_MS + 500

export type Answers = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>

/** The body of each answer: by operation, by status, and by what tells apart several of that status. */
export const exampleAnswers = async (): Promise<Answers> => {
  const answers: Record<string, Record<string, Record<string, unknown>>> = {}
  const note = (operationId: string, answer: string, status: number, text: string) => {
    const ofStatus = ((answers[operationId] ??= {})[status] ??= {})
    ofStatus[answer] = text.startsWith('{') && !text.endsWith('\n') ? JSON.parse(text) : text
  }
  const [merchants, quarantine] = [memoryMerchants([]), memoryQuarantine()]
  let sequenceNumber = 496_738
  const ingest = anIngest({
    merchants,
    quarantine,
    clock: () => NOW_MS,
    queryUrl: 'http://127.0.0.1:8788',
    streamWith: (memory) => ({
      put: async (records) =>
        (await memory.put(records)).map((put) => {
          sequenceNumber += 1
          return put.status === 'stored' ? { ...put, sequenceNumber: String(sequenceNumber) } : put
        }),
    }),
  })
  const sent = async (name: string, method: string, path: string, body: unknown, type = 'application/json') => {
    const [operationId = '', answer = 'usual'] = name.split(' ')
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const headers = { 'content-type': type, 'x-request-id': EXAMPLE_REQUEST_ID, ...sentBy('ana') }
    const response = await ingest.app.request(path, { method, headers, body: text })
    note(operationId, answer, response.status, await response.text())
  }
  const shop = `/v1/merchants/${EXAMPLE_SHOP}`
  const patchType = 'application/merge-patch+json'
  await sent('registerMerchant', 'PUT', shop, EXAMPLE_REGISTRATION)
  await sent('registerMerchant', 'PUT', shop, EXAMPLE_REGISTRATION)
  await sent('changeMerchant', 'PATCH', shop, EXAMPLE_PATCH, patchType)
  await sent('sendEntry', 'POST', '/v1/entries', EXAMPLE_SALE)
  await sent('sendBatch', 'POST', '/v1/entries/batch', { entries: [EXAMPLE_SALE, EXAMPLE_REFUND] })
  await sent('sendBatch', 'POST', '/v1/entries/batch', { entries: [EXAMPLE_SALE, { ...EXAMPLE_REFUND, amount: 0 }] })
  await sent('sendBatch', 'POST', '/v1/entries/batch', { entries: [{ ...EXAMPLE_REFUND, amount: 0 }] })
  await sent('sendBatch empty', 'POST', '/v1/entries/batch', { entries: [] })
  const lines = [EXAMPLE_SALE, EXAMPLE_REFUND].map((entry) => `${JSON.stringify(entry)}\n`)
  await sent('streamEntries accepted', 'POST', '/v1/entries/stream', lines.join(''))
  await sent(
    'streamEntries refused',
    'POST',
    '/v1/entries/stream',
    `${lines[0]}${JSON.stringify({ ...EXAMPLE_REFUND, amount: 0 })}\n`,
  )
  await sent('sendEntry', 'POST', '/v1/entries', { ...EXAMPLE_SALE, amount: 0 })
  await sent('registerMerchant', 'PUT', shop, { ...EXAMPLE_REGISTRATION, timeZone: 'Sao Paulo' })
  await sent('changeMerchant', 'PATCH', shop, { dayStartsAt: '4 a.m.' }, patchType)

  const onStream = (id: string) => ingest.onStream().find(({ entryId }) => entryId === id) ?? expect.fail(id)
  const [sale, refund] = [onStream(EXAMPLE_SALE.entryId), onStream(EXAMPLE_REFUND.entryId)]
  const position = { shardId: SHARD_ID, sequenceNumber: '496742', index: 0 }
  const conflict = aSetAside({ entry: { ...sale, amountMinor: 1300n }, position, setAsideAtMs: NOW_MS + 200 })
  await quarantine.setAside(conflict)
  const item = quarantineId(quarantineKey(conflict))
  await sent('replayQuarantined', 'POST', `/v1/quarantine/${item}/replay`, {
    entry: { entryId: 'sale-0001-b', amount: 0 },
  })
  await sent('discardQuarantined', 'POST', `/v1/quarantine/${item}/discard`, { reason: '' })

  await noteClosing(merchants, note)

  const query = aQueryApi({ merchants: [], storeWith: () => ({ merchants, quarantine }) })
  query.elapse(READ_AT_MS - NOW_MS)
  await query.append(sale)
  await query.append(refund)
  await query.progress.advance('journal', {
    shardId: SHARD_ID,
    sequenceNumber: '496742',
    appliedThroughMs: NOW_MS + 100,
  })
  const asked = async (name: string, path: string) => {
    const [operationId = '', answer = 'usual'] = name.split(' ')
    const { status, text } = await query.get(path, { 'x-request-id': EXAMPLE_REQUEST_ID })
    note(operationId, answer, status, text)
  }
  const day = `${shop}/days/${EXAMPLE_DAY}`
  await asked('listMerchants', '/v1/merchants')
  await asked('readMerchant', shop)
  await asked('readBalance', `${shop}/balance`)
  await asked('readPeriod', `${shop}/days?from=2026-11-19&to=2026-11-20`)
  await asked('readDay', day)
  await asked('readWindows', `${day}/windows`)
  await asked('listEntries', `${day}/entries`)
  await asked('readEntry', `${day}/entries/sale-0001`)
  await asked('listQuarantine', '/v1/quarantine')
  await asked('readQuarantined waiting', `/v1/quarantine/${item}`)
  const live = await query.app.request(`${shop}/live`)
  let events = ''
  for await (const piece of (live.body ?? []) as AsyncIterable<Uint8Array>) {
    events += Buffer.from(piece).toString()
    if (events.includes('data:')) query.stop()
  }
  note('followDays', 'usual', 200, events)

  await sent('replayQuarantined', 'POST', `/v1/quarantine/${item}/replay`, EXAMPLE_REPLAY)
  const other = aSetAside({ entry: { ...sale, amountMinor: 1350n }, position, setAsideAtMs: NOW_MS + 200 })
  await quarantine.setAside(other)
  await sent(
    'discardQuarantined',
    'POST',
    `/v1/quarantine/${quarantineId(quarantineKey(other))}/discard`,
    EXAMPLE_DISCARD,
  )
  await asked('readQuarantined replayed', `/v1/quarantine/${item}`)
  return answers
}

/** On the next day: closing that goes on, then closing that has come to its end. */
const noteClosing = async (
  merchants: Merchants,
  note: (operationId: string, answer: string, status: number, text: string) => void,
): Promise<void> => {
  const day = businessDay(EXAMPLE_DAY)
  const head = { ...emptyHead, open: new Set([day]), revision: 1 }
  const closed = { ...emptyHead, closedThrough: day, revision: 2 }
  const outcome = {
    merchantId: merchantId(EXAMPLE_SHOP),
    day,
    status: 'closed',
    version: 1,
    closingMinor: 750n,
  } as const
  const { promise, resolve } = Promise.withResolvers<void>()
  const closings = memoryClosings(async (run) => {
    await promise
    return { ...run, next: 'done', days: [outcome] }
  })
  let reads = 0
  const { app } = anIngest({
    merchants,
    clock: () => NOW_MS + 24 * 3_600_000,
    // Every request reads the head before and after.
    closing: { closings, heads: { read: async () => ((reads += 1) < 4 ? head : closed) } },
  })
  const close = async (day: string, wait: number) => {
    const headers = { prefer: `wait=${wait}`, 'x-request-id': EXAMPLE_REQUEST_ID }
    const path = `/v1/merchants/${EXAMPLE_SHOP}/days/${day}/close`
    const response = await app.request(path, { method: 'POST', headers })
    note('closeDays', 'usual', response.status, await response.text())
  }
  await close(EXAMPLE_DAY, 0)
  resolve()
  await close(EXAMPLE_DAY, 30)
  await close(shiftDay(day, 30), 0)
}

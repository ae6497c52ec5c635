/** Closing over HTTP on the running local system: its own Step Functions, its archive, its books. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shiftDay } from '#ledger/calendar'
import { day } from '../builders.ts'
import { eventually } from '#infra/local/retry'
import { RunningSystem } from './running-system.ts'

let system: RunningSystem

beforeAll(async () => {
  // The day before yesterday is not due, so only a request closes it. What is due is looked for often enough for a test.
  system = await RunningSystem.start({ CLOSE_AFTER: '48h', CLOSE_EVERY: '5s', DAYBOOK_SYNC: 'never' })
}, 60_000)
afterAll(async () => {
  await system.remove()
})

const TODAY = day(new Date().toISOString().slice(0, 10))
const BEFORE = shiftDay(TODAY, -2)

const send = async (
  base: string,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
) => {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { authorization: `Bearer ${system.token}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

const register = async (id: string) =>
  await send(system.ingest, 'PUT', `/v1/merchants/${id}`, { name: 'Shop', currency: 'BRL', timeZone: 'UTC' })

const sell = async (merchantId: string, entryId: string, of: string, amount: number): Promise<string> => {
  const entry = { entryId, merchantId, direction: 'credit', amount, currency: 'BRL', occurredAt: `${of}T09:30:00Z` }
  const { status, body } = await send(system.ingest, 'POST', '/v1/entries', entry)
  expect(status).toBe(202)
  return String(body['position'])
}

const close = (merchantId: string, through: string, headers?: Record<string, string>) =>
  send(system.ingest, 'POST', `/v1/merchants/${merchantId}/days/${through}/close`, undefined, headers)

test('a day that ended is closed on request, and then says so itself', async () => {
  await register('m1')
  const after = await sell('m1', 'e1', BEFORE, 1250)
  const { status, body } = await close('m1', BEFORE)
  expect(body).toEqual({
    merchantId: 'm1',
    through: BEFORE,
    status: 'closed',
    closedThrough: BEFORE,
    days: [{ businessDay: BEFORE, status: 'closed', version: 1, closing: 1250 }],
  })
  expect(status).toBe(200)
  const { body: read } = await send(system.query, 'GET', `/v1/merchants/m1/days/${BEFORE}?after=${after}`)
  expect(read).toMatchObject({ status: 'closed', version: 1, net: 1250, closing: 1250 })
  expect((await close('m1', BEFORE)).body).toMatchObject({ status: 'closed', days: [] })
}, 60_000)

test('today stays open, and the days before it are closed', async () => {
  await register('m2')
  await sell('m2', 'e1', BEFORE, 100)
  const now = new Date(Date.now() - 1_000).toISOString()
  const today = { entryId: 'e2', merchantId: 'm2', direction: 'credit', amount: 5, currency: 'BRL', occurredAt: now }
  const { body: sent } = await send(system.ingest, 'POST', '/v1/entries', today)
  // A day without a book is not listed, so the book of today has to be there before.
  const read = await send(
    system.query,
    'GET',
    `/v1/merchants/m2/days/${now.slice(0, 10)}?after=${String(sent['position'])}`,
  )
  expect(read.body).toMatchObject({ entryCount: 1 })
  const { status, body } = await close('m2', now.slice(0, 10))
  expect(status).toBe(200)
  expect(body).toMatchObject({
    status: 'open',
    days: [
      { businessDay: BEFORE, status: 'closed' },
      { businessDay: now.slice(0, 10), status: 'waiting', reason: 'the day has not ended' },
    ],
  })
}, 60_000)

test('a client that does not wait gets 202, and the day is closed without it', async () => {
  await register('m3')
  await sell('m3', 'e1', BEFORE, 100)
  const first = await close('m3', BEFORE, { prefer: 'wait=0' })
  expect([first.status, first.headers.get('preference-applied')]).toEqual([202, 'wait=0'])
  expect(first.body).toMatchObject({ status: 'closing', closedThrough: null })
  const closedThrough = async () =>
    (await send(system.query, 'GET', '/v1/merchants/m3/balance')).body['closedThrough'] === BEFORE || undefined
  await eventually(closedThrough, { timeoutMs: 40_000, everyMs: 250 })
}, 60_000)

test('a day closes by itself once it is due', async () => {
  await register('m4')
  await sell('m4', 'e1', shiftDay(TODAY, -5), 100)
  const closedThrough = async () =>
    (await send(system.query, 'GET', '/v1/merchants/m4/balance')).body['closedThrough'] === shiftDay(TODAY, -3) ||
    undefined
  // First its open day is closed, and then the empty days after it.
  await eventually(closedThrough, { timeoutMs: 60_000, everyMs: 250 })
}, 90_000)

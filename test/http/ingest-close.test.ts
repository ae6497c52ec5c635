/** `POST /v1/merchants/{m}/days/{day}/close`: what it waits for, what it answers, and what asking again does. */
import { describe, expect, test } from 'vitest'
import { memoryClosings } from '#adapters/closings/memory-closings'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { emptyHead, type Head } from '#ledger/head'
import type { ClosingDay, ClosingRun } from '#ledger/closing-run'
import { shiftDay } from '#ledger/calendar'
import { aMerchant, day, merchantId } from '../builders.ts'
import { anIngest } from './ingest-fixtures.ts'

const [m1, THU, FRI] = [merchantId('m1'), day('2026-11-19'), day('2026-11-20')]
/** Friday noon in São Paulo. */
const NOON_MS = Date.parse('2026-11-20T12:00:00-03:00')

type Given = {
  readonly step?: (run: ClosingRun) => Promise<ClosingRun>
  /** The head when a request comes, and after the run. */
  readonly heads?: readonly [Head, Head]
  readonly now?: () => number
  readonly maxCloseWaitMs?: number
}

const open: Head = { ...emptyHead, open: new Set([THU, FRI]), revision: 2 }
const closed: Head = { ...emptyHead, closedThrough: THU, open: new Set([FRI]), revision: 3 }

const given = ({ step = ending(), heads = [open, open], now = () => NOON_MS, ...rest }: Given = {}) => {
  const runs: ClosingRun[] = []
  const closings = memoryClosings(async (run) => {
    runs.push(run)
    return await step(run)
  })
  let reads = 0
  const read = async () => heads[Math.min(reads++, 1)]!
  const { app, log } = anIngest({ clock: now, closing: { closings, heads: { read } }, ...rest })
  const close = async (of = 'm1', through: string = THU, headers: Record<string, string> = {}) => {
    const response = await app.request(`/v1/merchants/${of}/days/${through}/close`, { method: 'POST', headers })
    return { status: response.status, headers: response.headers, body: (await response.json()) as object }
  }
  return { close, runs, log, app }
}

const ending =
  (...days: ClosingDay[]) =>
  async (run: ClosingRun): Promise<ClosingRun> => ({ ...run, next: 'done', days })

const never = () => new Promise<ClosingRun>(() => {})

describe('when all days are decided, the answer is 200', () => {
  test('with version and balance of each day that was closed', async () => {
    const step = ending({ merchantId: m1, day: THU, status: 'closed', version: 1, closingMinor: -250n })
    const { close, runs } = given({ step, heads: [open, closed] })
    const { status, body } = await close()
    expect(status).toBe(200)
    expect(body).toEqual({
      merchantId: 'm1',
      through: THU,
      status: 'closed',
      closedThrough: THU,
      days: [{ businessDay: THU, status: 'closed', version: 1, closing: -250 }],
    })
    expect(runs).toMatchObject([{ order: { merchantIds: [m1], through: THU } }])
  })

  test('with the reason of each day that stays open, in their order', async () => {
    const step = ending(
      { merchantId: m1, day: FRI, status: 'waiting', reason: 'the day has not ended' },
      { merchantId: m1, day: THU, status: 'not-equal', reason: '1 entries differ' },
    )
    const { status, body } = await given({ step }).close('m1', FRI)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'open',
      closedThrough: null,
      days: [
        { businessDay: THU, status: 'not-equal', reason: '1 entries differ' },
        { businessDay: FRI, status: 'waiting', reason: 'the day has not ended' },
      ],
    })
  })

  test('without a run when the day was closed before', async () => {
    const { close, runs } = given({ heads: [closed, closed] })
    expect(await close()).toMatchObject({ status: 200, body: { status: 'closed', closedThrough: THU, days: [] } })
    expect(runs).toEqual([])
  })

  test('and a balance that JSON cannot say exactly is left out', async () => {
    const step = ending({ merchantId: m1, day: THU, status: 'closed', version: 1, closingMinor: 2n ** 53n })
    const { body } = await given({ step, heads: [open, closed] }).close()
    expect(body).toMatchObject({ days: [{ businessDay: THU, status: 'closed', version: 1 }] })
    expect(JSON.stringify(body)).not.toContain('"closing":')
  })
})

describe('when days still wait after the time that the client gives, the answer is 202', () => {
  test('with the days that are still open, and the closing goes on', async () => {
    const { close } = given({ step: never, heads: [open, open] })
    const { status, headers, body } = await close('m1', FRI, { prefer: 'wait=0' })
    expect(status).toBe(202)
    expect([headers.get('preference-applied'), headers.get('retry-after')]).toEqual(['wait=0', '10'])
    expect(body).toEqual({
      merchantId: 'm1',
      through: FRI,
      status: 'closing',
      closedThrough: null,
      days: [
        { businessDay: THU, status: 'waiting' },
        { businessDay: FRI, status: 'waiting' },
      ],
    })
  })

  test('and asking again joins the run that is under way', async () => {
    const { close, runs } = given({ step: never })
    for (let asked = 0; asked < 3; asked += 1) {
      expect(await close('m1', THU, { prefer: 'wait=0' })).toMatchObject({ status: 202 })
    }
    expect(runs).toHaveLength(1)
  })
})

test('when the last day closes just after the wait, the answer is 200, because nothing is left to wait for', async () => {
  const { close } = given({ step: never, heads: [open, closed] })
  const { status, headers, body } = await close('m1', THU, { prefer: 'wait=0' })
  expect(body).toEqual({ merchantId: 'm1', through: THU, status: 'closed', closedThrough: THU, days: [] })
  expect([status, headers.get('retry-after')]).toEqual([200, null])
})

test.each([
  { prefer: 'wait=99', applied: 'wait=30' },
  { prefer: 'respond-async, wait=7', applied: 'wait=7' },
  { prefer: 'Wait = "7" ; strict', applied: 'wait=7' },
  { prefer: 'wait=7, wait=8', applied: 'wait=7' },
  // Only the first instance of a preference counts (RFC 7240, section 2).
  { prefer: 'wait=soon, wait=8', applied: null },
  { prefer: 'wait, wait=8', applied: null },
  { prefer: 'note="later, wait=8"', applied: null },
  { prefer: 'note="later, wait=8", wait=7', applied: 'wait=7' },
  { prefer: 'note; wait=8', applied: null },
  { prefer: 'wait=soon', applied: null },
  { prefer: 'wait=-1', applied: null },
  { prefer: 'wait=1.5', applied: null },
  { prefer: 'wait=', applied: null },
  { prefer: ', ,wait=7', applied: 'wait=7' },
  { prefer: 'wait=99999999999', applied: 'wait=30' },
  { prefer: 'wait=99', applied: 'wait=20', maxCloseWaitMs: 20_000 },
])('of "Prefer: $prefer", "$applied" is applied', async ({ prefer, applied, maxCloseWaitMs = 30_000 }) => {
  const { headers } = await given({ maxCloseWaitMs }).close('m1', THU, { prefer })
  expect(headers.get('preference-applied')).toBe(applied)
})

test('without a preference, the longest wait of the setting counts', async () => {
  expect(await given({ step: never, maxCloseWaitMs: 0 }).close()).toMatchObject({ status: 202 })
})

describe('a day that stays open', () => {
  test('is looked at again when it is asked for again', async () => {
    const { close, runs } = given({ step: ending({ merchantId: m1, day: THU, status: 'not-equal', reason: 'x' }) })
    for (let asked = 0; asked < 3; asked += 1) expect((await close()).status).toBe(200)
    expect(runs).toHaveLength(3)
  })

  test('is looked at ten times within ten minutes, and again afterwards', async () => {
    let nowMs = NOON_MS
    const { close, runs } = given({ now: () => nowMs })
    for (let asked = 0; asked < 10; asked += 1) expect((await close()).status).toBe(200)
    const { status, headers, body } = await close()
    expect([status, headers.get('retry-after')]).toEqual([429, '600'])
    expect(body).toMatchObject({ code: 'rate-limited' })
    expect((await close('m1', FRI)).status).toBe(200)
    nowMs += 600_000
    expect((await close()).status).toBe(200)
    expect(runs).toHaveLength(12)
  })
})

describe('a request that makes no sense is refused', () => {
  test.each([
    { of: 'm1', through: shiftDay(FRI, 1), status: 422, code: 'not-begun' },
    { of: 'm1', through: '2026-11-31', status: 422, code: 'not-a-calendar-date' },
    { of: 'm1', through: 'today', status: 422, code: 'not-a-calendar-date' },
  ])('for the day $through', async ({ of, through, status, code }) => {
    const { close, runs } = given()
    const answer = await close(of, through)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ code: 'invalid', errors: [{ pointer: '/day', code }] })
    expect(runs).toEqual([])
  })

  test.each(['m9', '~', 'x'.repeat(65)])('with 404 for the merchant %s', async (of) => {
    expect(await given().close(of)).toMatchObject({ status: 404, body: { code: 'not-found' } })
  })

  test("the day has begun by the merchant's own calendar", async () => {
    const merchants = memoryMerchants([aMerchant()])
    // It is 02:30 of Saturday in UTC, and still Friday in São Paulo.
    const { app } = anIngest({ merchants, clock: () => Date.parse('2026-11-21T02:30:00Z') })
    const ask = async (through: string) =>
      (await app.request(`/v1/merchants/m1/days/${through}/close`, { method: 'POST' })).status
    expect([await ask(FRI), await ask('2026-11-21')]).toEqual([200, 422])
  })
})

describe('when closing is out of reach, the answer is 503 and sending it again is safe', () => {
  test('because the workflow has failed', async () => {
    const { close } = given({ step: async () => Promise.reject(new Error('no store')) })
    expect(await close()).toMatchObject({ status: 503, body: { code: 'closing-unavailable' } })
    // The next request starts another run.
    expect(await close()).toMatchObject({ status: 503 })
  })

  test('because the workflow does not answer', async () => {
    const closings = { start: async () => Promise.reject(new Error('no route')), state: never as never }
    const { app, log } = anIngest({ clock: () => NOON_MS, closing: { closings, heads: { read: async () => open } } })
    const response = await app.request(`/v1/merchants/m1/days/${THU}/close`, { method: 'POST' })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    expect(log.error).toHaveBeenCalled()
  })
})

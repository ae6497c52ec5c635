/** The steps of a run that closes days: what is due, what a step leaves for the next, and what a run tells in the end. */
import { describe, expect, test } from 'vitest'
import { MINUTE_MS, shiftDay } from '#ledger/calendar'
import { newRun, type ClosingOrder, type ClosingRun } from '#ledger/closing-run'
import type { Entry } from '#ledger/entry'
import type { BusinessDay } from '#ledger/identifiers'
import { UnknownFormat } from '#ledger/ports'
import { closeNext, type CloseNextWorld } from '#processors/close/close-next'
import { parseRun, runJson } from '#wire/closing/run'
import { aMerchant, anEntry, aRule, day, entryId, merchantId } from '../builders.ts'
import { aSystem, DELIVERY_MS, NOON_MS } from './a-system.ts'

const [m1, m2] = [merchantId('m1'), merchantId('m2')]
const [MON, TUE, THU, FRI] = ['2026-11-16', '2026-11-17', '2026-11-19', '2026-11-20'].map(day) as [
  BusinessDay,
  BusinessDay,
  BusinessDay,
  BusinessDay,
]
const SIX_HOURS = 6 * 60 * MINUTE_MS

const sale = (id: string, of: BusinessDay, given: Partial<Entry> = {}): Entry => {
  const occurredAtMs = Date.parse(`${of}T09:30:00-03:00`)
  return anEntry({
    entryId: entryId(id),
    businessDay: of,
    occurredAtMs,
    receivedAtMs: occurredAtMs,
    amountMinor: 100n,
    ...given,
  })
}

type Given = { readonly at?: string; readonly instead?: (world: CloseNextWorld) => Partial<CloseNextWorld> }

const given = async ({ at, instead = () => ({}) }: Given = {}) => {
  const system = await aSystem()
  const told: { readonly facts: object; readonly message: string }[] = []
  const log = { warn() {}, error: (facts: object, message: string) => void told.push({ facts, message }) }
  // Each run begins alone. From then on others are under way, which it does not ask about again.
  let asked = 0
  const dueRuns = { underWay: async () => (asked++ === 0 ? 1 : 2) }
  const laterMs = at === undefined ? 0 : Date.parse(at) - NOON_MS
  const clock = () => system.world.clock() + laterMs
  const whole = { ...system.books, ...system.world, auditTrail: system.auditTrail, dueRuns, log, clock }
  const world = { ...whole, ...instead(whole) }
  const step = closeNext(world, { closeAfterMs: SIX_HOURS, deliveryMs: DELIVERY_MS })
  /** Does steps as the workflow does, which writes each run down in between. */
  const run = async (order?: ClosingOrder) => {
    asked = 0
    const steps: ClosingRun[] = []
    const waits: number[] = []
    for (let state = newRun(order); state.next !== 'done';) {
      const next = parseRun(JSON.parse(JSON.stringify(runJson(await step(state)))))
      if (!next.ok) throw new Error(next.error)
      state = next.value
      steps.push(state)
      if (steps.length > 100) throw new Error('the run does not end')
      if (state.next === 'round') {
        waits.push(state.waitSeconds)
        await world.sleep(state.waitSeconds * 1_000)
      }
    }
    return { steps: steps.length, waits, end: steps.at(-1) ?? newRun() }
  }
  const closedThrough = async (of = m1) => (await system.books.heads.read(of)).closedThrough
  const register = system.world.merchants.save
  return { ...system, world, register, run, told, closedThrough }
}

test('an order closes the days of its merchants, and tells version and balance of each', async () => {
  const { send, run, closedThrough } = await given()
  await send(sale('a', MON), sale('b', TUE), sale('c', MON, { merchantId: m2 }))
  const { end, steps } = await run({ merchantIds: [m1], through: TUE })
  expect(steps).toBe(1)
  expect(end.days).toEqual([
    { merchantId: m1, day: MON, status: 'closed', version: 1, closingMinor: 100n },
    { merchantId: m1, day: TUE, status: 'closed', version: 1, closingMinor: 200n },
  ])
  expect(await closedThrough()).toBe(TUE)
  expect(await closedThrough(m2)).toBeNull()
})

describe('while another run closes what is due', () => {
  const besideAnother = async () => await given({ instead: () => ({ dueRuns: { underWay: async () => 2 } }) })

  test('the next one ends at once, and closes nothing', async () => {
    const { send, run, closedThrough } = await besideAnother()
    await send(sale('a', MON))
    expect(await run()).toMatchObject({ steps: 1, waits: [], end: { closed: 0, open: 0, days: [] } })
    expect(await closedThrough()).toBeNull()
  })

  test('an order is carried out', async () => {
    const { send, run, closedThrough } = await besideAnother()
    await send(sale('a', MON))
    await run({ merchantIds: [m1], through: MON })
    expect(await closedThrough()).toBe(MON)
  })
})

test('an order does not wait for a day that has not ended', async () => {
  const { send, run } = await given()
  await send(sale('a', FRI))
  const { end, waits } = await run({ merchantIds: [m1], through: FRI })
  expect(waits).toEqual([])
  expect(end.days).toEqual([{ merchantId: m1, day: FRI, status: 'waiting', reason: 'the day has not ended' }])
})

test('an order waits, longer each time, until the archive has the entries, and then closes the day', async () => {
  const { send, run, running, waiting } = await given()
  running.firehose = false
  await send(sale('a', THU, { receivedAtMs: Date.parse('2026-11-20T11:59:00-03:00') }))
  waiting.onWait = async () => {
    if (waiting.sleptMs > 40_000) running.firehose = true
  }
  const { end, waits } = await run({ merchantIds: [m1], through: THU })
  expect(waits).toEqual([2, 5, 10])
  expect(end.days).toMatchObject([{ day: THU, status: 'closed' }])
  expect(end).toMatchObject({ open: 0, waiting: 0 })
})

test('an order ends with a day that waits when the archive never gets its entries', async () => {
  const { send, run, running } = await given({
    instead: (world) => ({ progress: { ...world.progress, of: async () => undefined } }),
  })
  running.firehose = false
  await send(sale('a', THU))
  const { end, waits } = await run({ merchantIds: [m1], through: THU })
  expect(waits).toHaveLength(21)
  expect(end.days).toMatchObject([{ day: THU, status: 'waiting', reason: expect.stringContaining('is behind') }])
})

test.each([
  { at: '2026-11-20T05:59:59.999-03:00', closed: null },
  { at: '2026-11-20T06:00:00-03:00', closed: THU },
])('a day that ended at midnight is closed by the run at $at: $closed', async ({ at, closed }) => {
  const { send, run, closedThrough } = await given({ at })
  await send(sale('a', THU))
  await run()
  expect(await closedThrough()).toBe(closed)
})

// A day is due six hours after its end here. A run takes three minutes, so the first one is over before noon.
test.each([
  { at: '2026-11-20T11:50:00-03:00', isTold: false },
  { at: '2026-11-20T12:00:00-03:00', isTold: true },
])('a day that waits for the archive is told with an error from six hours on: $isTold at $at', async (of) => {
  const { send, run, running, told } = await given({ at: of.at })
  running.archive = false
  await send(sale('a', THU))
  expect((await run()).end).toMatchObject({ open: 1, waiting: 1 })
  expect(told.map(({ message }) => message).includes('a day stays open')).toBe(of.isTold)
})

test('a day that ends earlier by a change of calendar is closed within an hour, and until then its calendar is not read again', async () => {
  let timeZone = 'America/Sao_Paulo'
  let reads = 0
  const { send, run, world, closedThrough } = await given({
    // Nine hours before Friday is due in São Paulo, and seven hours after it was due in Auckland.
    at: '2026-11-20T21:00:00-03:00',
    instead: ({ merchants }) => ({
      merchants: {
        ...merchants,
        find: async () => {
          reads += 1
          return aMerchant({ calendar: [aRule({ timeZone })] })
        },
      },
    }),
  })
  await send(sale('a', FRI))
  await run()
  timeZone = 'Pacific/Auckland'
  await world.sleep(59 * MINUTE_MS)
  await run()
  expect([await closedThrough(), reads]).toEqual([null, 1])
  await world.sleep(MINUTE_MS)
  await run()
  expect(await closedThrough()).toBe(FRI)
})

test('a run of the schedule closes each merchant up to its own last due day', async () => {
  const { send, run, closedThrough, register } = await given({ at: '2026-11-20T06:00:00-03:00' })
  const auckland = merchantId('auckland')
  await register(aMerchant({ merchantId: auckland, calendar: [aRule({ timeZone: 'Pacific/Auckland' })] }))
  await send(sale('a', MON), sale('b', THU), sale('c', THU, { merchantId: auckland }))
  const { end } = await run()
  // At 06:00 in Brazil, Thursday has been over in Auckland for 22 hours.
  expect([await closedThrough(), await closedThrough(auckland)]).toEqual([THU, THU])
  expect(end).toMatchObject({ closed: 3, open: 0, days: [] })
})

test('a merchant without open days is left alone', async () => {
  const { send, run, closedThrough } = await given()
  await send(sale('a', THU))
  await run()
  expect(await closedThrough()).toBe(THU)
  expect(await closedThrough(m2)).toBeNull()
})

test('a run of the schedule goes through all merchants, page by page, and closes each once', async () => {
  const { send, run, closedThrough, register, auditTrail } = await given()
  const many = Array.from({ length: 205 }, (_, index) => merchantId(`shop-${index}`))
  for (const id of many) await register(aMerchant({ merchantId: id }))
  await send(...many.map((id) => sale('a', THU, { merchantId: id })))
  const { end, steps } = await run()
  expect(steps).toBe(3)
  expect(end).toMatchObject({ closed: 205, open: 0 })
  for (const id of many) expect(await closedThrough(id)).toBe(THU)
  expect(auditTrail.published).toHaveLength(205)
})

test('a day that is not equal stays open, is told with an error, and other merchants are closed', async () => {
  const { send, run, closedThrough, archive, told } = await given()
  await send(sale('lost', THU), sale('b', THU, { merchantId: m2 }))
  archive.alter = (cell) => (cell === 'lost' ? 'found' : cell)
  const { end } = await run()
  expect(end).toMatchObject({ closed: 1, open: 1, days: [{ merchantId: m1, day: THU, status: 'not-equal' }] })
  expect([await closedThrough(), await closedThrough(m2)]).toEqual([null, THU])
  expect(told).toMatchObject([
    { message: 'a day stays open', facts: { count: 1, days: [{ merchantId: m1, day: THU }] } },
  ])
})

test.each([
  {
    what: 'whose register item cannot be read',
    find: () => Promise.reject(new UnknownFormat('of another version')),
    reason: 'of another version',
    err: undefined,
  },
  {
    what: 'whose register item cannot be read for a long reason',
    find: () => Promise.reject(new UnknownFormat('x'.repeat(1_000))),
    reason: 'x'.repeat(200),
    err: undefined,
  },
  {
    what: 'on which our own code fails',
    find: () => Promise.reject(new RangeError('Invalid time value')),
    reason: 'our own code fails on it: Invalid time value',
    err: expect.any(RangeError) as RangeError,
  },
  {
    what: 'that is gone from the register',
    find: () => Promise.resolve(undefined),
    reason: 'the merchant is gone from the register',
    err: undefined,
  },
])('a merchant $what stays open and is told of, and other merchants are closed', async ({ find, reason, err }) => {
  const { send, run, closedThrough, told } = await given({
    instead: ({ merchants }) => ({
      merchants: { ...merchants, find: async (id) => (id === m1 ? await find() : await merchants.find(id)) },
    }),
  })
  await send(sale('a', THU), sale('b', THU, { merchantId: m2 }))
  const { end } = await run()
  const days = [{ merchantId: m1, day: THU, status: 'not-equal', reason }]
  expect(end).toMatchObject({ closed: 1, open: 1, days })
  expect([await closedThrough(), await closedThrough(m2)]).toEqual([null, THU])
  expect(told).toEqual([{ message: 'a day stays open', facts: { days, count: 1, ...(err !== undefined && { err }) } }])
})

test('a run of the schedule waits twice for the archive and leaves the rest to the next run', async () => {
  const { send, run, running, told } = await given({ at: '2026-11-20T11:00:00-03:00' })
  running.firehose = false
  await send(sale('a', THU, { receivedAtMs: Date.parse('2026-11-20T10:59:00-03:00') }))
  const { end, waits } = await run()
  expect(waits).toEqual([60, 60])
  expect(end).toMatchObject({ closed: 0, open: 1, waiting: 1, days: [{ day: THU, status: 'waiting' }] })
  expect(told).toEqual([])
  running.firehose = true
  expect((await run()).end).toMatchObject({ closed: 1, open: 0 })
})

test('a step that takes its time leaves the later days to the next one', async () => {
  const { send, run, closedThrough } = await given({
    instead: ({ transactions, sleep }) => ({
      transactions: {
        commit: async (changes) => {
          await sleep(2 * MINUTE_MS)
          return await transactions.commit(changes)
        },
      },
    }),
  })
  const days = [0, 1, 2, 3].map((index) => shiftDay(MON, index))
  await send(...days.map((of) => sale('a', of)))
  const { end, steps } = await run({ merchantIds: [m1], through: THU })
  expect(steps).toBeGreaterThan(1)
  expect(end.days).toMatchObject(days.map((of) => ({ day: of, status: 'closed' })))
  expect(await closedThrough()).toBe(THU)
})

describe('while the comparison of a day that stays open takes all the time of a step', () => {
  const slow = (of: BusinessDay) =>
    given({
      instead: ({ archive, sleep }) => ({
        archive: {
          ...archive,
          unreadable: async (asked) => {
            if (asked === of) await sleep(6 * MINUTE_MS)
            return asked === of ? [{ key: 'an object', reason: 'cannot be read' }] : await archive.unreadable(asked)
          },
        },
      }),
    })

  test.each([
    { what: 'a run of the schedule', order: undefined },
    { what: 'an order', order: { merchantIds: [m1, m2], through: THU } },
  ])('$what closes the later days of other merchants, and ends', async ({ order }) => {
    const { send, run, closedThrough, told } = await slow(MON)
    await send(sale('a', MON), sale('b', TUE), sale('c', THU, { merchantId: m2 }))
    const { end, steps } = await run(order)
    expect(steps).toBe(2)
    expect(await closedThrough(m2)).toBe(THU)
    expect(end).toMatchObject({ closed: 1, open: 2 })
    expect(end.days.filter(({ merchantId }) => merchantId === m1)).toMatchObject([
      { day: MON, status: 'not-equal' },
      { day: TUE, status: 'after-open-day' },
    ])
    expect(told).toHaveLength(order === undefined ? 1 : 0)
  })

  test('merchants whose last due day is another one are closed as well', async () => {
    const { send, run, closedThrough, register } = await slow(MON)
    const auckland = merchantId('auckland')
    await register(aMerchant({ merchantId: auckland, calendar: [aRule({ timeZone: 'Pacific/Auckland' })] }))
    await send(sale('a', MON), sale('c', MON, { merchantId: auckland }), sale('d', THU, { merchantId: m2 }))
    await run()
    expect(await closedThrough(m2)).toBe(THU)
  })
})

test('of two runs at the same time each day is closed once, and both end', async () => {
  const { send, run, closedThrough, books } = await given()
  await send(sale('a', MON), sale('b', THU))
  await Promise.all([run(), run({ merchantIds: [m1], through: THU })])
  expect(await closedThrough()).toBe(THU)
  expect(await books.journal.read({ merchantId: m1, day: MON }, 0)).toHaveLength(2)
})

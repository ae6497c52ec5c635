/** Late entries that wait in quarantine, and what becomes of them when an operator replays them, over HTTP. */
import { describe, expect, test } from 'vitest'
import type { Entry } from '#ledger/entry'
import type { Transactions } from '#ledger/ports'
import { recordEntries, type JournalWorld } from '#processors/journal/record-entries'
import { verifyBook } from '#processors/journal/verify-book'
import { aBookId, aMerchant, day } from '../builders.ts'
import { closeAsItStands, closeRestThrough } from '../closing.ts'
import { anIngest } from '../http/ingest-fixtures.ts'
import { aQueryApi, moved } from '../http/query-fixtures.ts'
import { aSystem, NOON_MS } from './a-system.ts'

const [THURSDAY, FRIDAY, SATURDAY] = ['2026-11-19', '2026-11-20', '2026-11-21'] as const
const thursday = aBookId({ day: day(THURSDAY) })
const late = moved('late', `${THURSDAY}T18:00:00-03:00`, 70n)

/** On Friday noon. Thursday, with one sale of 500, is closed, and the merchant's late entries wait in quarantine. */
const given = async () => {
  const system = await aSystem({ lateEntries: 'quarantine' })
  const { books, world, auditTrail } = system
  const ingest = anIngest({
    stream: world.stream,
    merchants: world.merchants,
    quarantine: books.quarantine,
    auditTrail,
    clock: () => NOON_MS,
  })
  const { journal, heads, days, quarantine } = books
  const query = aQueryApi({ storeWith: () => ({ journal, heads, days, quarantine, merchants: world.merchants }) })

  await system.send(moved('early', `${THURSDAY}T10:00:00-03:00`, 500n))
  await closeAsItStands(books, thursday, NOON_MS)

  const list = async () => {
    const { body } = await query.get('/v1/quarantine?merchant=m1')
    return body['data'] as { quarantineId: string; reason: string; status: string; movedTo?: string }[]
  }
  const only = async () => {
    const [item, ...others] = await list()
    if (item === undefined || others.length > 0) throw new Error(`${others.length + 1} items`)
    return item
  }
  const decide = async (what: 'replay' | 'discard', body?: object, id?: string) => {
    const quarantineId = id ?? (await only()).quarantineId
    const answer = await ingest.post(`/v1/quarantine/${quarantineId}/${what}`, body ?? {})
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  const read = async (path: string) => (await query.get(`/v1/merchants/m1${path}`)).body
  /** A worker of its own, which gets every record that stands on the stream each time. */
  const aWorker = (patch: Partial<JournalWorld> = {}, { cacheBytes } = { cacheBytes: 0 }) => {
    const { merchants, progress, clock, stream } = world
    const log = { warn() {}, error() {} }
    const worker = recordEntries(
      { ...books, merchants, progress, clock, auditTrail, log, ...patch },
      { booksAtOnce: 1, cacheBytes },
    )
    return async () => {
      const records = stream.records.map((record) => ({ ...record, arrivedAtMs: NOON_MS }))
      return await worker({ shardId: records[0]?.shardId ?? '', records })
    }
  }
  const redeliver = async (patch: Partial<JournalWorld> = {}) => await aWorker(patch)()
  const told = () => auditTrail.published.filter(({ kind }) => kind.startsWith('entry.')).map(({ eventId }) => eventId)
  const isEqual = async (on: string) => {
    const report = await system.reconcile({ day: day(on) })
    return report.status === 'compared' && report.isEqual
  }
  return { ...system, list, only, decide, read, aWorker, redeliver, told, isEqual }
}

/** What must be true once the late sale of 70 counts on Friday, whatever happened before. */
const mustCountOnce = async ({ read, books, isEqual, only }: Awaited<ReturnType<typeof given>>) => {
  expect(await read(`/days/${THURSDAY}/entries/late`)).toMatchObject({
    status: 'redirected',
    movedTo: FRIDAY,
    entry: { amount: 70, businessDay: THURSDAY },
  })
  expect(await read(`/days/${THURSDAY}`)).toMatchObject({ version: 1, credits: 500, closing: 500, entryCount: 1 })
  expect(await read(`/days/${FRIDAY}`)).toMatchObject({ opening: 500, credits: 70, entryCount: 1, lateEntries: 1 })
  expect(await read('/balance')).toMatchObject({ balance: 570, exact: true })
  expect(await only()).toMatchObject({ status: 'replayed', movedTo: FRIDAY })
  expect(await verifyBook(books.journal, thursday)).toMatchObject({ ok: true })
  for (const on of [THURSDAY, FRIDAY]) expect(await isEqual(on), on).toBe(true)
}

describe('a late entry that waits in quarantine', () => {
  test('counts today when an operator replays it, and its own day says where it went', async () => {
    const system = await given()
    const { send, only, decide, read, run, told } = system
    await send(late)
    expect(await only()).toMatchObject({ reason: 'day-closed', status: 'waiting' })
    expect(await read(`/days/${THURSDAY}/entries/late`)).toMatchObject({ status: 'quarantined', reason: 'day-closed' })
    expect(await read('/balance')).toMatchObject({ balance: 500 })

    const replayed = await decide('replay')
    expect(replayed).toMatchObject({ status: 202, body: { status: 'replayed', businessDay: THURSDAY } })
    await run()
    await mustCountOnce(system)
    expect(told()).toEqual(['entry.set-aside/m1/2026-11-19/late', 'entry.redirected/m1/2026-11-19/late'])

    // A second replay answers as the first one did, and a discard comes too late.
    expect(await decide('replay')).toEqual(replayed)
    expect(await decide('discard', { reason: 'a mistake' })).toMatchObject({
      status: 409,
      body: { code: 'already-decided' },
    })
    await run()
    await mustCountOnce(system)
  })

  test('counts once however often its copies come, before and after the operator decides', async () => {
    const system = await given()
    const { send, decide, redeliver } = system
    await send(late, late)
    await send(late)
    await decide('replay')
    await Promise.all([redeliver(), redeliver()])
    await redeliver()
    await send(late)
    await redeliver()
    await mustCountOnce(system)
  })

  test('counts once when two operators replay it at once', async () => {
    const system = await given()
    const { send, decide, run, redeliver } = system
    await send(late)
    const answers = await Promise.all([decide('replay'), decide('replay')])
    expect(answers.map(({ status }) => status)).toEqual([202, 202])
    await run()
    await redeliver()
    await mustCountOnce(system)
  })

  test('counts as replayed when the one operator is faster, and never when the other one discards it first', async () => {
    for (const first of ['replay', 'discard'] as const) {
      const system = await given()
      const { send, decide, run, read, only } = system
      await send(late)
      const second = first === 'replay' ? 'discard' : 'replay'
      const body = { reason: 'a mistake' }
      expect(await decide(first, first === 'discard' ? body : {})).toMatchObject({
        status: first === 'replay' ? 202 : 200,
      })
      expect(await decide(second, second === 'discard' ? body : {})).toMatchObject({ status: 409 })
      // Neither does a copy that comes later change it.
      await send(late)
      await run()
      if (first === 'replay') await mustCountOnce(system)
      else {
        expect(await only()).toMatchObject({ status: 'discarded' })
        expect(await read('/balance')).toMatchObject({ balance: 500 })
      }
    }
  })

  test('counts once when a worker dies before or after each transaction, and its decision is told', async () => {
    for (const at of ['before', 'after'] as const) {
      const system = await given()
      const { send, books, running, decide, redeliver, told } = system
      await send(late)
      running.journal = false
      await decide('replay')
      let deaths = 1
      const transactions: Transactions = {
        async commit(changes) {
          if (at === 'before' && deaths-- > 0) throw new Error('the worker died')
          const outcome = await books.transactions.commit(changes)
          if (outcome === 'committed' && deaths-- > 0) throw new Error('the worker died')
          return outcome
        },
      }
      const outcome = await redeliver({ transactions })
      expect(outcome).toHaveProperty('redeliverFrom')
      expect(await redeliver({ transactions })).toEqual({})
      running.journal = true
      await mustCountOnce(system)
      expect(told()).toContain('entry.redirected/m1/2026-11-19/late')
    }
  })

  test('is counted when a copy comes after the replay was begun, although its own record never came', async () => {
    const system = await given()
    const { send, books, redeliver, decide, run, only } = system
    await send(late)
    const [item] = (await books.quarantine.list({}, { limit: 1 })).items
    if (item === undefined) throw new Error('nothing is set aside')
    await books.quarantine.note(item, {
      action: 'replay-begun',
      entry: late,
      by: 'ana',
      from: 'unknown',
      atMs: NOON_MS,
    })
    await redeliver()
    expect(await only()).toMatchObject({ status: 'waiting', movedTo: FRIDAY })
    // The same replay goes on, and its record finds the entry counted.
    expect(await decide('replay')).toMatchObject({ status: 202 })
    await run()
    await mustCountOnce(system)
  })

  test('is counted with the fields that the operator corrected, and the first ones never count', async () => {
    const system = await given()
    const { send, decide, run, read, isEqual, only, redeliver } = system
    await send(late)
    expect(await decide('replay', { entry: { amount: 71 } })).toMatchObject({ status: 202 })
    await run()
    expect(await read(`/days/${THURSDAY}/entries/late`)).toMatchObject({
      status: 'redirected',
      movedTo: FRIDAY,
      entry: { amount: 71 },
      conflicts: [{ status: 'replayed' }],
    })
    await send(late)
    await redeliver()
    expect(await only()).toMatchObject({ status: 'replayed', movedTo: FRIDAY })
    expect(await read('/balance')).toMatchObject({ balance: 571 })
    for (const on of [THURSDAY, FRIDAY]) expect(await isEqual(on), on).toBe(true)
  })

  test.each([
    { what: 'an open day, where it counts', occurredAt: `${FRIDAY}T09:00:00-03:00`, balance: 570, items: 1 },
    { what: 'another closed day, where it waits', occurredAt: '2026-11-18T09:00:00-03:00', balance: 500, items: 2 },
  ])('follows the rules of its own day when it is corrected to $what', async ({ occurredAt, balance, items }) => {
    const { send, decide, run, read, list, isEqual } = await given()
    await send(late)
    await decide('replay', { entry: { occurredAt } })
    await run()
    expect(await read('/balance')).toMatchObject({ balance })
    expect(await list()).toHaveLength(items)
    for (const on of ['2026-11-18', THURSDAY, FRIDAY]) expect(await isEqual(on), on).toBe(true)
  })

  test('waits again, for the right reason, when its id is taken on the day where it would count', async () => {
    const system = await given()
    const { send, decide, run, read, only, isEqual, books } = system
    await send(late)
    await send(moved('late', `${FRIDAY}T09:00:00-03:00`, 5n))
    await decide('replay')
    await run()
    expect(await only()).toMatchObject({ status: 'waiting', reason: 'content-conflict' })
    expect(await read(`/days/${THURSDAY}/entries/late`)).toMatchObject({
      status: 'quarantined',
      reason: 'content-conflict',
    })
    // Copies of it change nothing.
    await send(late)
    expect(await only()).toMatchObject({ status: 'waiting', reason: 'content-conflict' })
    expect(await read('/balance')).toMatchObject({ balance: 505 })

    // Another day has room for it.
    await closeAsItStands(books, aBookId({ day: day(FRIDAY) }), NOON_MS)
    await decide('replay')
    await run()
    expect(await read(`/days/${THURSDAY}/entries/late`)).toMatchObject({ status: 'redirected', movedTo: SATURDAY })
    expect(await read('/balance')).toMatchObject({ balance: 575 })
    expect(await only()).toMatchObject({ status: 'replayed', movedTo: SATURDAY })
    for (const on of [THURSDAY, FRIDAY, SATURDAY]) expect(await isEqual(on), on).toBe(true)
  })

  test('is released by a faster worker, and a late entry of the same batch, which that worker passed on, is not set aside', async () => {
    const { put, running, decide, aWorker, redeliver, world, books, list, read, run, isEqual } = await given()
    running.journal = false
    let beforeRelease: (() => Promise<unknown>) | undefined
    const transactions: Transactions = {
      async commit(changes) {
        if (changes.some(({ change }) => change === 'release')) await beforeRelease?.()
        return await books.transactions.commit(changes)
      },
    }
    // It remembers what it set aside, so it decides about copies and new entries in one round.
    const slower = aWorker({ transactions }, { cacheBytes: 1_000_000 })
    await put(late)
    await slower()
    await world.merchants.save(aMerchant({ lateEntries: 'nextOpenDay', revision: 2 }))
    await decide('replay')
    await put(moved('second', `${THURSDAY}T19:00:00-03:00`, 5n))
    beforeRelease = async () => await redeliver()
    await slower()
    expect(await list()).toMatchObject([{ status: 'replayed', movedTo: FRIDAY }])
    expect(await read('/balance')).toMatchObject({ balance: 575, exact: true })
    running.journal = true
    await run()
    for (const on of [THURSDAY, FRIDAY]) expect(await isEqual(on), on).toBe(true)
  })

  test('that waits again is told as set aside, also when the worker that set it aside died before it told so', async () => {
    const { send, books, running, decide, redeliver, told, only } = await given()
    await send(moved('late', `${FRIDAY}T09:00:00-03:00`, 5n))
    running.journal = false
    await send(late)
    const transactions: Transactions = {
      async commit(changes) {
        await books.transactions.commit(changes)
        throw new Error('the worker died')
      },
    }
    await redeliver({ transactions })
    await decide('replay')
    expect(told()).toEqual([])
    await redeliver()
    expect(await only()).toMatchObject({ status: 'waiting', reason: 'content-conflict' })
    expect(told()).toContain('entry.set-aside/m1/2026-11-19/late')
  })

  test('counts on the day after the closed ones, whatever policy its merchant has by then', async () => {
    for (const lateEntries of ['nextOpenDay', 'restate'] as const) {
      const { send, decide, run, read, world, books } = await given()
      await send(late)
      await closeRestThrough(books, thursday.merchantId, day(FRIDAY))
      await world.merchants.save(aMerchant({ lateEntries, revision: 2 }))
      await decide('replay')
      await run()
      expect(await read(`/days/${THURSDAY}/entries/late`)).toMatchObject({ status: 'redirected', movedTo: SATURDAY })
      expect(await read(`/days/${THURSDAY}`)).toMatchObject({ version: 1, closing: 500 })
      expect(await read('/balance')).toMatchObject({ balance: 570 })
    }
  })

  test('counts with all others of its batch, however many are released at once', async () => {
    const { send, list, decide, redeliver, running, read, isEqual, books } = await given()
    const many: Entry[] = Array.from({ length: 45 }, (_, index) => ({
      ...late,
      entryId: `late-${index}` as Entry['entryId'],
    }))
    await send(...many)
    running.journal = false
    for (const { quarantineId } of await list()) await decide('replay', {}, quarantineId)
    let finds = 0
    const find: JournalWorld['quarantine']['find'] = async (key) => {
      finds += 1
      return await books.quarantine.find(key)
    }
    await redeliver({ quarantine: { ...books.quarantine, find } })
    running.journal = true
    // The records that were set aside at first stand on the stream, too. No entry is looked up again for each transaction.
    expect(finds).toBeLessThanOrEqual(2 * many.length)
    expect(await read('/balance')).toMatchObject({ balance: 500 + 45 * 70 })
    expect((await list()).every(({ status, movedTo }) => status === 'replayed' && movedTo === FRIDAY)).toBe(true)
    for (const on of [THURSDAY, FRIDAY]) expect(await isEqual(on), on).toBe(true)
  })

  test('does not count because a client sends it again, whatever the client sends', async () => {
    const { send, read, only } = await given()
    await send(late)
    await send(late, { ...late, receivedAtMs: late.receivedAtMs + 1 })
    expect(await only()).toMatchObject({ status: 'waiting' })
    expect(await read('/balance')).toMatchObject({ balance: 500 })
  })

  test('is refused by no worker that read the item before a discard: the discard holds', async () => {
    const { send, decide, books, redeliver, read, only, running } = await given()
    await send(late)
    await send(moved('late', `${FRIDAY}T09:00:00-03:00`, 5n))
    running.journal = false
    await decide('replay')
    // A slow worker has read the item as released. Meanwhile another one sets it aside again, and it is discarded.
    let isFirst = true
    const slow: Transactions = {
      async commit(changes) {
        if (isFirst) {
          isFirst = false
          await redeliver()
          await decide('discard', { reason: 'a mistake' })
        }
        return await books.transactions.commit(changes)
      },
    }
    const stale = {
      ...books.heads,
      read: async () => ({ ...(await books.heads.read(thursday.merchantId)), closedThrough: day(FRIDAY) }),
    }
    await redeliver({ transactions: slow, heads: stale })
    expect(isFirst).toBe(false)
    expect(await only()).toMatchObject({ status: 'discarded' })
    expect(await read('/balance')).toMatchObject({ balance: 505 })
  })
})

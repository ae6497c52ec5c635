/** Closing days that the archive proves, and keeping open those that it does not. */
import { describe, expect, test } from 'vitest'
import type { Entry } from '#ledger/entry'
import { emptyHead } from '#ledger/head'
import { NO_CHAIN } from '#ledger/segment'
import { closeDays, type CloseRequest, type CloseWorld } from '#processors/close/close-days'
import { verifyBook } from '#processors/journal/verify-book'
import { sealHash } from '#ledger/seal'
import { aBookId, anEntry, day, entryId, merchantId } from '../builders.ts'
import { aSystem, DELIVERY_MS } from './a-system.ts'

const [m1, m2] = [merchantId('m1'), merchantId('m2')]
const [WED, THU, FRI, SAT] = ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21'].map(day) as [
  ReturnType<typeof day>,
  ReturnType<typeof day>,
  ReturnType<typeof day>,
  ReturnType<typeof day>,
]

const sale = (id: string, of = FRI, amountMinor = 100n, given: Partial<Entry> = {}): Entry => {
  const occurredAtMs = Date.parse(`${of}T09:30:00-03:00`)
  return anEntry({
    entryId: entryId(id),
    businessDay: of,
    occurredAtMs,
    receivedAtMs: occurredAtMs,
    amountMinor,
    ...given,
  })
}

/** A system, and a closer in it. `instead` replaces ports of the closer alone. */
const given = async (
  instead: (world: CloseWorld) => Partial<CloseWorld> = () => ({}),
  late?: Parameters<typeof aSystem>[0],
) => {
  const system = await aSystem(late)
  const world: CloseWorld = { ...system.books, ...system.world, auditTrail: system.auditTrail }
  const close = async (request: Partial<CloseRequest> = {}) => {
    const outcomes = await closeDays(
      { ...world, ...instead(world) },
      { through: FRI, merchantIds: [m1, m2], deliveryMs: DELIVERY_MS, ...request },
    )
    return outcomes.map(({ merchantId, day, status }) => `${merchantId} ${day} ${status}`)
  }
  const head = (of = m1) => system.books.heads.read(of)
  return { ...system, world, close, head }
}

test('days are closed one after the other, with seals that name each other, and the days without a book with them', async () => {
  const { send, close, head, books, world } = await given()
  await send(sale('a', WED, 500n), sale('b', FRI, 30n), sale('c', THU, 7n, { merchantId: m2 }))
  expect(await close()).toEqual([`m1 ${WED} closed`, `m2 ${THU} closed`, `m1 ${FRI} closed`])

  const closed = await books.days.closed(m1, WED, FRI)
  expect(closed).toMatchObject([
    { book: { day: WED }, openingMinor: 0n, netMinor: 500n, base: 0, segment: 2, seal: { version: 1, previous: null } },
    { book: { day: FRI }, openingMinor: 500n, netMinor: 30n, segment: 2 },
  ])
  const [first, last] = closed
  expect(last?.seal.previous).toBe(first && sealHash(first.seal))
  expect(await head()).toMatchObject({
    closedThrough: FRI,
    closingMinor: 530n,
    open: new Set(),
    lastSeal: last && sealHash(last.seal),
  })
  expect(await head(m2)).toMatchObject({ closedThrough: FRI, closingMinor: 7n })
  // The seal says what anyone finds in the chain.
  const verified = await verifyBook(world.journal, aBookId({ day: FRI }))
  expect(verified).toMatchObject({
    ok: true,
    value: { segments: 2, hash: last?.seal.chainHash, digest: last?.seal.digest },
  })
})

test('closing again changes nothing and tells nothing', async () => {
  const { send, close, head, auditTrail } = await given()
  await send(sale('a', WED))
  await close()
  const [before, told] = [await head(), auditTrail.published.length]
  expect(await close()).toEqual([])
  expect(await head()).toEqual(before)
  expect(auditTrail.published).toHaveLength(told)
})

test('each close is told once it is durable, and the close before it again, which a crash may have left untold', async () => {
  const { send, close, auditTrail } = await given()
  await send(sale('a', WED, 500n), sale('b', FRI))
  await close()
  expect(auditTrail.published.map(({ eventId }) => eventId)).toEqual([
    `day.closed/m1/${WED}`,
    `day.closed/m1/${WED}`,
    `day.closed/m1/${FRI}`,
  ])
  expect(auditTrail.published[0]).toMatchObject({ businessDay: WED, body: { opening: 0, net: 500, base: 0 } })
})

test('a later day stays open', async () => {
  const { send, close, head } = await given()
  await send(sale('a', WED), sale('b', SAT))
  expect(await close()).toEqual([`m1 ${WED} closed`])
  expect(await head()).toMatchObject({ closedThrough: FRI, open: new Set([SAT]) })
})

test('a merchant that never had an entry is closed without any book', async () => {
  const { close, head } = await given()
  expect(await close()).toEqual([])
  expect(await head()).toEqual({ ...emptyHead, closedThrough: FRI, revision: 1 })
})

describe('a day that the archive does not prove stays open, with the later days of its merchant', () => {
  test('because the archive has an entry under another id, while other merchants go on', async () => {
    const { send, close, head, archive } = await given()
    await send(sale('lost', WED), sale('b', FRI), sale('c', WED, 1n, { merchantId: m2 }))
    archive.alter = (cell) => (cell === 'lost' ? 'found' : cell)
    expect(await close()).toEqual([`m1 ${WED} not-equal`, `m2 ${WED} closed`, `m1 ${FRI} after-open-day`])
    expect(await head()).toMatchObject({ closedThrough: null, open: new Set([WED, FRI]) })
    expect(await head(m2)).toMatchObject({ closedThrough: FRI })
    archive.alter = (cell) => cell
    expect(await close()).toEqual([`m1 ${WED} closed`, `m1 ${FRI} closed`])
  })

  test('because a byte of its chain was altered', async () => {
    const { send, close, head, journal, books } = await given()
    await send(sale('a', WED), sale('b', FRI), sale('c', WED, 1n, { merchantId: m2 }))
    const whole = books.journal
    journal.replace({
      ...whole,
      read: async (...asked) =>
        (await whole.read(...asked)).map((segment) =>
          segment.book.merchantId === m1 && segment.book.day === WED ? { ...segment, hash: NO_CHAIN } : segment,
        ),
    })
    expect(await close()).toEqual([`m1 ${WED} not-equal`, `m2 ${WED} closed`, `m1 ${FRI} after-open-day`])
    expect(await head()).toMatchObject({ closedThrough: null, open: new Set([WED, FRI]) })
    expect(await head(m2)).toMatchObject({ closedThrough: FRI })
  })

  test('because its entries are not delivered yet; the next run closes it', async () => {
    const { send, close, head, running } = await given()
    running.firehose = false
    await send(sale('a', WED, 100n, { receivedAtMs: Date.parse('2026-11-20T11:59:00-03:00') }), sale('b', FRI))
    expect(await close({ deliveryMs: 24 * 3_600_000 })).toEqual([`m1 ${WED} waiting`, `m1 ${FRI} after-open-day`])
    expect((await head()).closedThrough).toBeNull()
    running.firehose = true
    expect(await close()).toEqual([`m1 ${WED} closed`, `m1 ${FRI} closed`])
  })

  test('because a consumer is behind', async () => {
    const { send, close, running } = await given()
    await send(sale('a', WED))
    running.journal = false
    expect(await close()).toEqual([`m1 ${WED} waiting`])
  })
})

test('a book that grows between the comparison and the close is compared again', async () => {
  const late = [sale('b', WED, 7n)]
  let send: (...entries: Entry[]) => Promise<void> = async () => {}
  const system = await given(({ days }) => ({
    days: {
      ...days,
      // A closer asks for it when a book was found equal, and before the book is closed.
      newestClosed: async (book) => {
        if (late.length > 0) await send(...late.splice(0))
        return await days.newestClosed(book)
      },
    },
  }))
  send = system.send
  await send(sale('a', WED))
  expect(await system.close({ merchantIds: [m1] })).toEqual([`m1 ${WED} closed`])
  expect(await system.head()).toMatchObject({ closingMinor: 107n })
})

test('of two closers at the same time, one closes each day, and both say that it is closed', async () => {
  const { send, close, head, books } = await given()
  await send(sale('a', WED, 500n), sale('b', FRI, 30n))
  const outcomes = await Promise.all([close(), close()])
  for (const outcome of outcomes) {
    expect(outcome.filter((line) => !line.endsWith(' closed') && !line.endsWith(' after-open-day'))).toEqual([])
  }
  await close()
  expect(await head()).toMatchObject({ closedThrough: FRI, closingMinor: 530n })
  expect(await books.journal.read(aBookId({ day: WED }), 0)).toHaveLength(2)
})

test('a closer whose answer is lost closes each day once', async () => {
  let losses = 1
  const { send, close, head } = await given(({ transactions }) => ({
    transactions: {
      commit: async (changes) => {
        const outcome = await transactions.commit(changes)
        if (losses-- > 0) throw new Error('the answer is lost')
        return outcome
      },
    },
  }))
  await send(sale('a', WED, 500n), sale('b', FRI, 30n))
  await expect(close()).rejects.toThrow('the answer is lost')
  expect(await close()).toEqual([`m1 ${FRI} closed`])
  expect(await head()).toMatchObject({ closedThrough: FRI, closingMinor: 530n })
})

describe('after a close, the archive and the books are still equal, and the next days close', () => {
  test.each(['nextOpenDay', 'restate', 'quarantine'] as const)('with late entries under %s', async (lateEntries) => {
    const { send, close, head, world, reconcile } = await given(undefined, { lateEntries })
    await send(sale('a', WED, 500n))
    await close({ through: THU })
    await send(sale('late', WED, 70n), sale('late', WED, 71n), sale('b', FRI, 30n))
    for (const of of [WED, THU, FRI]) {
      expect(await reconcile({ day: of })).toMatchObject({ status: 'compared', isEqual: true })
    }
    expect(await close()).toEqual([`m1 ${FRI} closed`])
    const closing = { nextOpenDay: 600n, restate: 600n, quarantine: 530n }[lateEntries]
    expect(await head()).toMatchObject({ closedThrough: FRI, closingMinor: closing })
    for (const of of [WED, FRI])
      expect(await verifyBook(world.journal, aBookId({ day: of }))).toMatchObject({ ok: true })
  })
})

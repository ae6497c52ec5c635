/** Closing days that the archive proves, and keeping open those that it does not. */
import { describe, expect, test } from 'vitest'
import type { Entry } from '#ledger/entry'
import { emptyHead } from '#ledger/head'
import { NO_CHAIN } from '#ledger/segment'
import { closeDays, type CloseRequest, type CloseWorld } from '#processors/close/close-days'
import { closeComparedBook } from '#processors/close/close-book'
import { verifyBook } from '#processors/journal/verify-book'
import type { BookId } from '#ledger/identifiers'
import { UnknownFormat } from '#ledger/ports'
import { sealHash } from '#ledger/seal'
import { aBookId, anEntry, day, entryId, merchantId } from '../builders.ts'
import { aSystem, DELIVERY_MS } from './a-system.ts'

const [m1, m2] = [merchantId('m1'), merchantId('m2')]
const [SAT, SUN, MON, TUE, WED, THU] = [
  '2026-11-14',
  '2026-11-15',
  '2026-11-16',
  '2026-11-17',
  '2026-11-18',
  '2026-11-19',
].map(day) as [
  ReturnType<typeof day>,
  ReturnType<typeof day>,
  ReturnType<typeof day>,
  ReturnType<typeof day>,
  ReturnType<typeof day>,
  ReturnType<typeof day>,
]

/**
 * The patience of a closer with what does not come: an entry is looked for every two seconds. Time is not real here, but each
 * look is, and the usual patience takes 46 of them.
 */
const TWO_LOOKS_MS = 3_000

const sale = (id: string, of = WED, amountMinor = 100n, given: Partial<Entry> = {}): Entry => {
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

/** Reads for all merchants but m1, whose item is in a format that is not known here. */
const refusing =
  <Key, T>(merchant: string, read: (key: Key) => Promise<T>) =>
  (key: Key): Promise<T> =>
    merchant === 'm1' && (key === 'm1' || typeof key !== 'string')
      ? Promise.reject(new UnknownFormat('It is stored in format 9.'))
      : read(key)

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
      { through: WED, merchantIds: [m1, m2], deliveryMs: DELIVERY_MS, ...request },
    )
    return outcomes.map(({ merchantId, day, status }) => `${merchantId} ${day} ${status}`)
  }
  const head = (of = m1) => system.books.heads.read(of)
  return { ...system, world, close, head }
}

/** The seal of a closed day says what a walk through its chain finds. */
const mustBeSealedAsItStands = async ({ books, world }: Awaited<ReturnType<typeof given>>, of: typeof MON) => {
  const [closed] = await books.days.closed(m1, of, of)
  const { chainHash: hash, digest, totals } = closed?.seal ?? {}
  const found = await verifyBook(world.journal, aBookId({ day: of }))
  expect(found).toMatchObject({
    ok: true,
    value: { segments: closed?.segment, entries: totals?.entryCount, hash, digest },
  })
}

test('days are closed one after the other, with seals that name each other, and the days without a book with them', async () => {
  const { send, close, head, books, world } = await given()
  await send(sale('a', MON, 500n), sale('b', WED, 30n), sale('c', TUE, 7n, { merchantId: m2 }))
  expect(await close()).toEqual([`m1 ${MON} closed`, `m2 ${TUE} closed`, `m1 ${WED} closed`])

  const closed = await books.days.closed(m1, MON, WED)
  expect(closed).toMatchObject([
    { book: { day: MON }, openingMinor: 0n, netMinor: 500n, base: 0, segment: 2, seal: { version: 1, previous: null } },
    { book: { day: WED }, openingMinor: 500n, netMinor: 30n, segment: 2 },
  ])
  const [first, last] = closed
  expect(last?.seal.previous).toBe(first && sealHash(first.seal))
  expect(await head()).toMatchObject({
    closedThrough: WED,
    closingMinor: 530n,
    open: new Set(),
    lastSeal: last && sealHash(last.seal),
  })
  expect(await head(m2)).toMatchObject({ closedThrough: WED, closingMinor: 7n })
  // The seal says what anyone finds in the chain.
  const verified = await verifyBook(world.journal, aBookId({ day: WED }))
  expect(verified).toMatchObject({
    ok: true,
    value: { segments: 2, hash: last?.seal.chainHash, digest: last?.seal.digest },
  })
})

test('closing again changes nothing and tells nothing', async () => {
  const { send, close, head, auditTrail } = await given()
  await send(sale('a', MON))
  await close()
  const [before, told] = [await head(), auditTrail.published.length]
  expect(await close()).toEqual([])
  expect(await head()).toEqual(before)
  expect(auditTrail.published).toHaveLength(told)
})

test('each close is told once it is durable, and the close before it again, which a crash may have left untold', async () => {
  const { send, close, auditTrail } = await given()
  await send(sale('a', MON, 500n), sale('b', WED))
  await close()
  expect(auditTrail.published.map(({ eventId }) => eventId)).toEqual([
    `day.closed/m1/${MON}`,
    `day.closed/m1/${MON}`,
    `day.closed/m1/${WED}`,
    // This merchant had no book at all.
    `days.closed-through/m2/${WED}`,
  ])
  // The opening is text: over years it may leave the numbers that JSON says exactly.
  expect(auditTrail.published[0]).toMatchObject({ businessDay: MON, body: { opening: '0', net: 500, base: 0 } })
})

test('a close whose event was lost is told before the next close is made', async () => {
  const trouble = { publish: false, commit: false }
  const { send, close, auditTrail } = await given(({ auditTrail: trail, transactions }) => ({
    auditTrail: {
      publish: async (...events) => {
        if (trouble.publish && events.length > 0) throw new Error('no stream')
        await trail.publish(...events)
      },
    },
    transactions: {
      commit: async (changes) => {
        if (trouble.commit) throw new Error('no store')
        return await transactions.commit(changes)
      },
    },
  }))
  const told = () => auditTrail.published.map(({ eventId }) => eventId)
  await send(sale('a', MON), sale('b', WED))
  trouble.publish = true
  await expect(close({ through: MON })).rejects.toThrow('no stream')
  Object.assign(trouble, { publish: false, commit: true })
  await expect(close()).rejects.toThrow('no store')
  expect(told()).toEqual([`day.closed/m1/${MON}`])
  trouble.commit = false
  await close()
  const all = [`day.closed/m1/${MON}`, `day.closed/m1/${WED}`, `days.closed-through/m2/${WED}`]
  expect(new Set(told())).toEqual(new Set(all))
})

test('days without a book are told when they are closed, after the close before them, and once', async () => {
  const { send, close, auditTrail } = await given()
  await send(sale('a', MON))
  await close({ through: MON })
  const before = auditTrail.published.length
  await close({ through: WED })
  const told = () => auditTrail.published.slice(before).map(({ eventId }) => eventId)
  const all = [`day.closed/m1/${MON}`, `days.closed-through/m1/${WED}`, `days.closed-through/m2/${WED}`]
  expect(told()).toEqual(all)
  await close({ through: WED })
  expect(told()).toEqual(all)
})

test('a later day stays open', async () => {
  const { send, close, head } = await given()
  await send(sale('a', MON), sale('b', THU))
  expect(await close()).toEqual([`m1 ${MON} closed`])
  expect(await head()).toMatchObject({ closedThrough: WED, open: new Set([THU]) })
})

test('a merchant that never had an entry is closed without any book', async () => {
  const { close, head } = await given()
  expect(await close()).toEqual([])
  expect(await head()).toEqual({ ...emptyHead, closedThrough: WED, revision: 1 })
})

describe('a day that the archive does not prove stays open, with the later days of its merchant', () => {
  test('because the archive has an entry under another id, while other merchants go on', async () => {
    const { send, close, head, archive } = await given()
    await send(sale('lost', MON), sale('b', WED), sale('c', MON, 1n, { merchantId: m2 }))
    archive.alter = (cell) => (cell === 'lost' ? 'found' : cell)
    expect(await close()).toEqual([`m1 ${MON} not-equal`, `m2 ${MON} closed`, `m1 ${WED} after-open-day`])
    expect(await head()).toMatchObject({ closedThrough: null, open: new Set([MON, WED]) })
    expect(await head(m2)).toMatchObject({ closedThrough: WED })
    archive.alter = (cell) => cell
    expect(await close()).toEqual([`m1 ${MON} closed`, `m1 ${WED} closed`])
  })

  test('because a byte of its chain was altered', async () => {
    const { send, close, head, journal, books } = await given()
    await send(sale('a', MON), sale('b', WED), sale('c', MON, 1n, { merchantId: m2 }))
    const whole = books.journal
    journal.replace({
      ...whole,
      read: async (...asked) =>
        (await whole.read(...asked)).map((segment) =>
          segment.book.merchantId === m1 && segment.book.day === MON ? { ...segment, hash: NO_CHAIN } : segment,
        ),
    })
    expect(await close()).toEqual([`m1 ${MON} not-equal`, `m2 ${MON} closed`, `m1 ${WED} after-open-day`])
    expect(await head()).toMatchObject({ closedThrough: null, open: new Set([MON, WED]) })
    expect(await head(m2)).toMatchObject({ closedThrough: WED })
  })

  test('because its entries are not delivered yet; the next run closes it', async () => {
    const { send, close, head, running } = await given()
    running.firehose = false
    await send(sale('a', MON, 100n, { receivedAtMs: Date.parse('2026-11-20T11:59:00-03:00') }), sale('b', WED))
    expect(await close({ deliveryMs: 24 * 3_600_000, patienceMs: TWO_LOOKS_MS })).toEqual([
      `m1 ${MON} waiting`,
      `m1 ${WED} after-open-day`,
    ])
    expect((await head()).closedThrough).toBeNull()
    running.firehose = true
    expect(await close()).toEqual([`m1 ${MON} closed`, `m1 ${WED} closed`])
  })

  test('because a consumer is behind, whether or not the merchant has an open book', async () => {
    const { send, close, running } = await given()
    await send(sale('a', MON))
    running.journal = false
    expect(await close()).toEqual([`m2 ${WED} waiting`, `m1 ${MON} waiting`])
  })
})

describe('an entry that was acknowledged before the close began is in its day, also of a merchant without an open book', () => {
  test('while the journal is behind, and the day of another merchant waits for it', async () => {
    const { send, put, close, running, head } = await given()
    await send(sale('a', MON))
    running.journal = false
    await put(sale('b', TUE, 7n, { merchantId: m2 }))
    await close()
    expect((await head(m2)).closedThrough).toBeNull()
    running.journal = true
    expect(await close()).toEqual([`m1 ${MON} closed`, `m2 ${TUE} closed`])
    expect(await head(m2)).toMatchObject({ closedThrough: WED, closingMinor: 7n })
  })

  test('while the archive of the day of another merchant cannot be read', async () => {
    const unreadable = [{ key: 'an object', reason: 'cannot be read' }]
    const { send, put, close, head } = await given(({ archive }) => ({
      archive: { ...archive, unreadable: async (of) => (of === MON ? unreadable : await archive.unreadable(of)) },
    }))
    await send(sale('a', MON))
    await put(sale('b', TUE, 7n, { merchantId: m2 }))
    expect(await close()).toEqual([`m1 ${MON} not-equal`, `m2 ${TUE} closed`])
    expect(await head(m2)).toMatchObject({ closedThrough: WED, closingMinor: 7n })
  })
})

describe('each day has one outcome, also when closing waited for the journal first', () => {
  test('of a merchant whose head cannot be read', async () => {
    const { close } = await given(({ heads }) => ({ heads: { read: refusing('m1', heads.read) } }))
    expect(await close()).toEqual([`m1 ${WED} not-equal`])
  })

  test('and none of a merchant that was closed before', async () => {
    const { close, running } = await given()
    await close({ merchantIds: [m1] })
    running.journal = false
    expect(await close({ patienceMs: TWO_LOOKS_MS })).toEqual([`m2 ${WED} waiting`])
  })
})

test('a book that grows between the comparison and the close is compared again', async () => {
  const late = [sale('b', MON, 7n)]
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
  await send(sale('a', MON))
  expect(await system.close({ merchantIds: [m1] })).toEqual([`m1 ${MON} closed`])
  expect(await system.head()).toMatchObject({ closingMinor: 107n })
  await mustBeSealedAsItStands(system, MON)
})

test('a book that grew while it was compared stays open until the archive shows what came', async () => {
  const late = [sale('b', MON, 7n)]
  let send: (...entries: Entry[]) => Promise<void> = async () => {}
  const system = await given(({ archive, clock }) => ({
    archive: {
      ...archive,
      // The barrier is passed by then. The entry is counted, and its way into the archive takes longer.
      async *stream(sql) {
        const [now] = late.splice(0)
        if (now !== undefined) {
          system.running.firehose = false
          await send({ ...now, receivedAtMs: clock() + 1 })
        }
        yield* archive.stream(sql)
      },
    },
  }))
  send = system.send
  await send(sale('a', MON))
  expect(await system.close({ merchantIds: [m1], patienceMs: TWO_LOOKS_MS })).toEqual([`m1 ${MON} waiting`])
  expect(await system.head()).toMatchObject({ closedThrough: null, open: new Set([MON]) })
  system.running.firehose = true
  expect(await system.close({ merchantIds: [m1] })).toEqual([`m1 ${MON} closed`])
  await mustBeSealedAsItStands(system, MON)
})

test('a day on which late entries of another day count is sealed with them', async () => {
  const system = await given(() => ({ clock: () => Date.parse('2026-11-22T12:00:00-03:00') }))
  const FRI = day('2026-11-20')
  await system.send(sale('a', MON, 500n))
  await system.close({ through: TUE })
  await system.send(sale('late', MON, 70n), sale('b', FRI, 30n))
  expect(await system.close({ through: FRI })).toEqual([`m1 ${FRI} closed`])
  expect(await system.head()).toMatchObject({ closedThrough: FRI, closingMinor: 600n })
  await mustBeSealedAsItStands(system, FRI)
})

test('closing a book again says that it was closed', async () => {
  const { send, world } = await given()
  await send(sale('a', MON))
  const end = await world.journal.end(aBookId({ day: MON }))
  if (end === undefined) throw new Error('there is no book')
  const compared = { segment: end.number, hash: end.hash, digest: '' }
  const close = () => closeComparedBook(world, aBookId({ day: MON }), compared)
  expect(await close()).toMatchObject({ status: 'closed' })
  expect(await close()).toEqual({ status: 'was-closed' })
})

test('of two closers at the same time, one closes each day, and both say that it is closed', async () => {
  const { send, close, head, books } = await given()
  await send(sale('a', MON, 500n), sale('b', WED, 30n))
  const outcomes = await Promise.all([close(), close()])
  for (const outcome of outcomes) {
    expect(outcome.filter((line) => !line.endsWith(' closed') && !line.endsWith(' after-open-day'))).toEqual([])
  }
  await close()
  expect(await head()).toMatchObject({ closedThrough: WED, closingMinor: 530n })
  expect(await books.journal.read(aBookId({ day: MON }), 0)).toHaveLength(2)
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
  await send(sale('a', MON, 500n), sale('b', WED, 30n))
  await expect(close()).rejects.toThrow('the answer is lost')
  expect(await close()).toEqual([`m1 ${WED} closed`])
  expect(await head()).toMatchObject({ closedThrough: WED, closingMinor: 530n })
})

describe('after a close, the archive and the books are still equal, and the next days close', () => {
  test.each(['nextOpenDay', 'restate', 'quarantine'] as const)('with late entries under %s', async (lateEntries) => {
    const { send, close, head, world, reconcile } = await given(undefined, { lateEntries })
    await send(sale('a', MON, 500n))
    await close({ through: TUE })
    await send(sale('late', MON, 70n), sale('late', MON, 71n), sale('b', WED, 30n))
    for (const of of [MON, TUE, WED, day('2026-11-20')]) {
      expect(await reconcile({ day: of })).toMatchObject({ status: 'compared', isEqual: true })
    }
    expect(await close()).toEqual([`m1 ${WED} closed`])
    // Friday, on which late entries count under the first policy, has not ended.
    const closing = { nextOpenDay: 530n, restate: 600n, quarantine: 530n }[lateEntries]
    expect(await head()).toMatchObject({ closedThrough: WED, closingMinor: closing })
    for (const of of [MON, WED])
      expect(await verifyBook(world.journal, aBookId({ day: of }))).toMatchObject({ ok: true })
  })
})

describe('a day that has not ended', () => {
  // It is noon of Friday, the 20th, in São Paulo.
  const [FRI, NEXT] = [day('2026-11-20'), day('2026-11-21')]

  test('stays open, and the days before it are closed', async () => {
    const { send, close, head } = await given()
    await send(sale('a', MON), sale('b', FRI))
    expect(await close({ through: NEXT })).toEqual([
      `m1 ${MON} closed`,
      `m1 ${FRI} waiting`,
      `m1 ${NEXT} waiting`,
      `m2 ${NEXT} waiting`,
    ])
    expect(await head()).toMatchObject({ closedThrough: THU, open: new Set([FRI]) })
    // A merchant that has sold nothing yet today can still sell today.
    expect(await head(m2)).toMatchObject({ closedThrough: THU })
  })

  test.each([
    { atMs: Date.parse('2026-11-20T23:59:59.999-03:00'), closed: THU },
    { atMs: Date.parse('2026-11-21T00:00:00-03:00'), closed: FRI },
  ])('is the one that goes on at $atMs', async ({ atMs, closed }) => {
    const { send, close, head } = await given(() => ({ clock: () => atMs }))
    await send(sale('a', MON))
    await close({ through: NEXT })
    expect(await head()).toMatchObject({ closedThrough: closed })
  })
})

describe("what cannot be dealt with keeps its merchant's day open, and other merchants go on", () => {
  type What = 'another format' | 'our own exception'
  const errors: Record<What, () => Error> = {
    'another format': () => new UnknownFormat('It is stored in format 9.'),
    'our own exception': () => new TypeError('undefined is not iterable'),
  }
  /** The call, which fails for m1. */
  const failing =
    <Key, T>(what: What, merchantOf: (key: Key) => string, call: (key: Key) => Promise<T>) =>
    async (key: Key): Promise<T> => {
      if (merchantOf(key) === m1) throw errors[what]()
      return await call(key)
    }
  const ofBook = ({ merchantId }: BookId): string => merchantId
  const steps: Record<string, (world: CloseWorld, what: What) => Partial<CloseWorld>> = {
    'its head is read': ({ heads }, what) => ({ heads: { read: failing(what, String, heads.read) } }),
    'its newest closed day is read': ({ days }, what) => ({
      days: { ...days, newestClosed: failing(what, ofBook, days.newestClosed) },
    }),
    'its chain is read': ({ journal }, what) => ({
      journal: {
        ...journal,
        read: async (book, ...more) => failing(what, ofBook, () => journal.read(book, ...more))(book),
      },
    }),
    'its day is closed': ({ transactions }, what) => ({
      transactions: {
        commit: failing(
          what,
          (changes) => changes.flatMap((change) => (change.change === 'head' ? [change.merchantId] : []))[0] ?? '',
          transactions.commit,
        ),
      },
    }),
  }
  const cases = Object.keys(steps).flatMap((step) => Object.keys(errors).map((what) => ({ step, what: what as What })))

  test.each(cases)('because of $what when $step', async ({ step, what }) => {
    const { send, close, head, world } = await given((whole) => steps[step]?.(whole, what) ?? {})
    await send(sale('a', MON), sale('c', MON, 1n, { merchantId: m2 }))
    const outcomes = await close()
    expect(outcomes.filter((line) => line.startsWith('m1'))).toEqual([expect.stringMatching(/ not-equal$/)])
    expect(outcomes.filter((line) => line.startsWith('m2'))).toEqual([`m2 ${MON} closed`])
    expect(await head(m2)).toMatchObject({ closedThrough: WED })
    // Nothing is wrong with the book.
    expect(await world.heads.read(m1)).toMatchObject({ closedThrough: null, open: new Set([MON]), broken: new Set() })
  })

  test.each(Object.keys(errors) as What[])('because of %s when its item of the register is read', async (what) => {
    const { send, close } = await given(({ merchants }) => ({
      merchants: { ...merchants, find: failing(what, String, merchants.find) },
    }))
    // Long ago: no calendar is asked whether the day has ended.
    const longAgo = day('2026-11-09')
    await send(sale('a', longAgo), sale('c', longAgo, 1n, { merchantId: m2 }))
    expect(await close({ through: longAgo })).toContain(`m2 ${longAgo} closed`)
  })

  test('because the merchant is gone from the register', async () => {
    const { send, close, head } = await given(({ merchants }) => ({
      merchants: { ...merchants, find: async (id) => (id === m1 ? undefined : await merchants.find(id)) },
    }))
    await send(sale('a', MON), sale('c', MON, 1n, { merchantId: m2 }))
    expect(await close({ through: THU })).toEqual([`m1 ${THU} not-equal`, `m2 ${MON} closed`])
    expect(await head(m2)).toMatchObject({ closedThrough: THU })
  })

  test('because its head changes all the time, whether or not the merchant has an open book', async () => {
    const { send, close, head } = await given(({ transactions }) => ({
      transactions: { commit: onlyFor(m1, transactions) },
    }))
    await send(sale('c', MON, 1n, { merchantId: m2 }))
    expect(await close()).toEqual([`m2 ${MON} waiting`])
    expect(await head()).toMatchObject({ closedThrough: WED })
    const { close: closeNone } = await given(({ transactions }) => ({
      transactions: { commit: onlyFor(m1, transactions) },
    }))
    expect(await closeNone()).toEqual([`m2 ${WED} waiting`])
  })

  test('a failure that may heal ends the run, and the next one goes on', async () => {
    let isThrottled = true
    const { send, close } = await given(({ heads }) => ({
      heads: {
        read: async (of) => (isThrottled ? await Promise.reject(new Error('throttled')) : await heads.read(of)),
      },
    }))
    await send(sale('a', MON))
    await expect(close()).rejects.toThrow('throttled')
    isThrottled = false
    expect(await close()).toEqual([`m1 ${MON} closed`])
  })
})

/** Commits what is of one merchant. All other heads have changed each time. */
const onlyFor =
  (merchant: string, { commit }: CloseWorld['transactions']): CloseWorld['transactions']['commit'] =>
  async (changes) => {
    const isOther = changes.some((change) => change.change === 'head' && change.merchantId !== merchant)
    return isOther ? 'refused' : await commit(changes)
  }

describe('what was acknowledged before a close began is in its day', () => {
  test('also when the journal has not heard of it and no head lists the day', async () => {
    const { put, close, head } = await given()
    await put(sale('a', MON, 500n))
    expect(await close()).toEqual([`m1 ${MON} closed`])
    expect(await head()).toMatchObject({ closedThrough: WED, closingMinor: 500n })
  })

  test.each([
    { which: 'a later day than the open one', open: MON, onTheWay: TUE, closed: [MON, TUE] },
    { which: 'an earlier day than the open one', open: TUE, onTheWay: MON, closed: [MON, TUE] },
  ])('also when it comes to $which', async ({ open, onTheWay, closed }) => {
    const { put, send, close, head } = await given()
    await send(sale('a', open, 500n))
    await put(sale('b', onTheWay, 30n))
    expect(await close()).toEqual(closed.map((of) => `m1 ${of} closed`))
    expect(await head()).toMatchObject({ closedThrough: WED, closingMinor: 530n, open: new Set() })
  })

  test('and the day that has not ended has one outcome, also when its merchant is planned again', async () => {
    const { put, send, close } = await given()
    await send(sale('a', MON, 500n))
    await put(sale('b', TUE, 30n))
    // It is noon of Friday, the 20th, in São Paulo.
    expect(await close({ through: day('2026-11-20'), merchantIds: [m1] })).toEqual([
      `m1 ${MON} closed`,
      `m1 ${TUE} closed`,
      'm1 2026-11-20 waiting',
    ])
  })

  test('and what keeps coming to new days is left to a later run', async () => {
    const system = await given()
    await system.send(sale('a', WED))
    // Each time that code waits, another day is opened before all others.
    const coming = [sale('b', TUE), sale('c', MON), sale('d', SUN), sale('e', SAT)]
    system.waiting.onWait = async () => void (await system.put(...coming.splice(0, 1)))
    await system.put(...coming.splice(0, 1))
    const left = await system.close()
    expect(left.at(-1)).toBe(`m1 ${SUN} waiting`)
    system.waiting.onWait = async () => {}
    await system.run()
    await system.close()
    expect(await system.head()).toMatchObject({ closedThrough: WED, closingMinor: 500n, open: new Set() })
  })

  test('and when the time of the run is over, the new day is left to its next step', async () => {
    const system = await given()
    await system.send(sale('a', MON, 500n))
    await system.put(sale('b', TUE, 30n))
    const outcomes = await system.close({ untilMs: system.world.clock() + 1 })
    expect(outcomes).toEqual([`m1 ${MON} closed`, `m1 ${TUE} waiting`])
    expect(await system.close()).toEqual([`m1 ${TUE} closed`])
  })

  test('and while the journal is behind, no day is closed', async () => {
    const { put, close, head, running } = await given()
    running.journal = false
    await put(sale('a', MON, 500n))
    expect(await close()).toEqual([`m1 ${WED} waiting`, `m2 ${WED} waiting`])
    expect(await head()).toEqual(emptyHead)
  })
})

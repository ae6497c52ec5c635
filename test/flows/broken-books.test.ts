/** A book that was found broken is marked, and what needs it is not exact until it is found whole again. */
import { describe, expect, test } from 'vitest'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { UnknownFormat, UnreadableSegment, type Journal } from '#ledger/ports'
import { closeDays } from '#processors/close/close-days'
import { recordEntries } from '#processors/journal/record-entries'
import { withSeals } from '#processors/reconcile/compare-seals'
import { readBalance, readBalanceAt, readBalanceOf, readDay, readDayAt, readPeriod } from '#query-api/books'
import { remembering } from '#query-api/memory'
import { encodeEntries, entryLine } from '#wire/stream/record'
import { aMerchant, day } from '../builders.ts'
import { dayResponse, dayTag } from '#wire/http/responses/day'
import { periodResponse } from '#wire/http/responses/period'
import { DELIVERY_MS } from './a-system.ts'
import { m1, MON, sale, sealedDays, TUE, WED } from './sealed-days.ts'

/** A journal in which a byte of the given day's first segment was altered. */
const altered = (journal: Journal, day = WED): Journal => ({
  ...journal,
  read: async (book, ...asked) =>
    (await journal.read(book, ...asked)).map((segment) =>
      book.day === day && segment.number === 1
        ? { ...segment, entries: segment.entries.map((byte, index) => (index === 9 ? byte ^ 1 : byte)) }
        : segment,
    ),
})

const marked = async ({ books }: Pick<Awaited<ReturnType<typeof sealedDays>>, 'books'>) => [
  ...(await books.heads.read(m1)).broken,
]

describe('a broken book is marked', () => {
  test('by verify-journal, which takes the mark away when the book is whole again', async () => {
    const system = await sealedDays()
    const { verify, books } = system
    const first = await verify({ journal: altered(books.journal) })
    expect(first.exit).toBe(1)
    expect(await marked(system)).toEqual([WED])
    // A second look changes nothing.
    const { revision } = await books.heads.read(m1)
    await verify({ journal: altered(books.journal) }, ['--merchant', 'm1', '--day', WED])
    expect((await books.heads.read(m1)).revision).toBe(revision)
    // Looking at another book says nothing of this one.
    await verify({}, ['--merchant', 'm1', '--day', TUE])
    expect(await marked(system)).toEqual([WED])
    expect((await verify()).exit).toBe(0)
    expect(await marked(system)).toEqual([])
  })

  test('by verify-journal because its item in the table days is another one, and not because an object is missing', async () => {
    const system = await sealedDays()
    const { verify, books, seals, world } = system
    seals.objects.clear()
    expect((await verify({ clock: () => world.clock() + 24 * 3_600_000 })).exit).toBe(1)
    expect(await marked(system)).toEqual([])
    const closed: typeof books.days.closed = async (...asked) =>
      (await books.days.closed(...asked)).map((one) => (one.book.day === TUE ? { ...one, openingMinor: 1n } : one))
    await verify({ days: { ...books.days, closed } })
    expect(await marked(system)).toEqual([TUE])
  })

  test('and stays marked when its head changed while it was looked at, because another one may have found it broken', async () => {
    const system = await sealedDays()
    const { verify, books } = system
    await verify({ journal: altered(books.journal) })
    const end: Journal['end'] = async (book) => {
      await books.heads.open({ merchantId: m1, day: '2026-12-24' as typeof MON })
      return await books.journal.end(book)
    }
    const long: Journal['read'] = async (book, ...asked) => {
      await end(book)
      return await books.journal.read(book, ...asked)
    }
    const { complained } = await verify({ journal: { ...books.journal, read: long } }, [
      '--merchant',
      'm1',
      '--day',
      WED,
    ])
    expect(complained).toContain('m1 2026-11-18 is whole and still marked as broken')
    expect(await marked(system)).toEqual([WED])
  })

  test('by reconcile', async () => {
    const system = await sealedDays()
    const { books, world, seals, auditTrail, journal, reconcile } = system
    journal.replace(altered(books.journal))
    const report = await reconcile({ day: WED, merchantIds: [m1] })
    await withSeals({ ...books, ...world, seals, auditTrail }, report, { repair: false })
    expect(await marked(system)).toEqual([WED])
  })

  test('by a close that compares it', async () => {
    const system = await sealedDays()
    const { books, world, auditTrail, journal } = system
    journal.replace(altered(books.journal))
    const outcomes = await closeDays(
      { ...books, ...world, auditTrail },
      { through: WED, merchantIds: [m1], deliveryMs: DELIVERY_MS },
    )
    expect(outcomes).toMatchObject([
      { day: WED, status: 'not-equal', reason: expect.stringContaining('hash') as string },
    ])
    expect(await marked(system)).toEqual([WED])
  })

  const UNREADABLE = { merchantId: m1, day: WED }
  test.each([
    {
      what: 'a part of it is missing',
      error: new UnreadableSegment(UNREADABLE, 1, 'its hash is missing'),
      marks: [WED],
    },
    {
      what: 'a newer version wrote it',
      error: new UnreadableSegment(UNREADABLE, 1, 'format 9', { cause: new UnknownFormat('format 9') }),
      marks: [],
    },
    { what: 'the table does not answer', error: new Error('throttled'), marks: [] },
  ])('by the journal processor that cannot read it, when $what: $marks', async ({ error, marks }) => {
    const system = await sealedDays()
    const { books, world, auditTrail } = system
    const journal = { ...books.journal, read: () => Promise.reject(error) }
    const log = { warn() {}, error() {} }
    const processor = { ...books, ...world, journal, progress: memoryProgress(), auditTrail, log }
    const worker = recordEntries(processor, { booksAtOnce: 1, cacheBytes: 0 })
    const record = { sequenceNumber: '1', data: encodeEntries([entryLine(sale('x', WED, 1n))]), arrivedAtMs: 0 }
    expect(await worker({ shardId: 's', records: [record] })).toEqual({ redeliverFrom: '1' })
    expect(await marked(system)).toEqual(marks)
  })
})

test('a broken book is marked when a late entry of another day would count in it, and the whole book of that day is not', async () => {
  const { books, send, journal, world } = await sealedDays()
  await world.merchants.save(aMerchant({ lateEntries: 'nextOpenDay', revision: 2 }))
  const FRI = day('2026-11-20')
  await send(sale('fri', FRI, 1n))
  const read: Journal['read'] = async (book, ...asked) => {
    if (book.day === FRI) throw new UnreadableSegment(book, 1, 'its view is missing')
    return await books.journal.read(book, ...asked)
  }
  journal.replace({ ...books.journal, read })
  await send(sale('later', MON, 7n))
  expect([...(await books.heads.read(m1)).broken]).toEqual([FRI])
})

test('a marked book is not closed, though the archive proves it, until it is found whole', async () => {
  const { books, world, auditTrail, verify } = await sealedDays()
  await verify({ journal: altered(books.journal) })
  const close = async () =>
    await closeDays({ ...books, ...world, auditTrail }, { through: WED, merchantIds: [m1], deliveryMs: DELIVERY_MS })
  expect(await close()).toMatchObject([
    {
      day: WED,
      status: 'not-equal',
      reason:
        'the book was found broken: npm run verify-journal -- --merchant m1 --day 2026-11-18 says where, and whether it is whole again',
    },
  ])
  await verify()
  expect(await close()).toMatchObject([{ day: WED, status: 'closed' }])
})

describe('while Tuesday, which is closed, is marked', () => {
  const given = async () => {
    const system = await sealedDays()
    const { books, verify } = system
    await verify({ journal: altered(books.journal, TUE) })
    const store = remembering({
      ...system.world,
      ...books,
      merchants: system.world.merchants,
      progress: memoryProgress(),
    })
    return { ...system, store }
  }

  test('the days from it on are not exact, and those before it are', async () => {
    const { store } = await given()
    const exact = []
    for (const day of [MON, TUE, WED]) exact.push((await readDay(store, { merchantId: m1, day })).exact)
    expect(exact).toEqual([true, false, false])
    expect(await readDayAt(store, { merchantId: m1, day: MON }, 1)).toMatchObject({ exact: true })
    expect(await readDayAt(store, { merchantId: m1, day: TUE }, 1)).toMatchObject({ exact: false })
  })

  test('the answer says so, and its tag is another one', async () => {
    const { store } = await given()
    const read = await readDay(store, { merchantId: m1, day: WED })
    expect(dayResponse(aMerchant(), read)).toMatchObject({ ok: true, value: { exact: false } })
    expect(dayTag(aMerchant(), read)).not.toBe(dayTag(aMerchant(), { ...read, exact: true }))
  })

  test('a period is not exact when it needs the book', async () => {
    const { store } = await given()
    const of = async (from: typeof MON, to: typeof MON) => {
      const read = await readPeriod(store, m1, { from, to })
      const answer = periodResponse(read, read.days)
      if (!answer.ok) throw new Error('the period cannot be written')
      return { rows: answer.value.data.map(({ exact }) => exact), totals: answer.value.totals.exact }
    }
    expect(await of(MON, WED)).toEqual({ rows: [true, false, false], totals: false })
    expect(await of(MON, MON)).toEqual({ rows: [true], totals: true })
    expect(await of(WED, WED)).toEqual({ rows: [false], totals: false })
  })

  test('balances that need the book are not exact', async () => {
    const { store } = await given()
    const atNoon = Date.parse('2026-11-17T12:00:00-03:00')
    const balances = [
      await readBalance(store, m1),
      await readBalanceOf(store, { merchantId: m1, day: MON }),
      await readBalanceOf(store, { merchantId: m1, day: TUE }),
      await readBalanceOf(store, { merchantId: m1, day: WED }),
      await readBalanceAt(store, { merchantId: m1, day: TUE }, atNoon),
      await readBalanceAt(store, { merchantId: m1, day: MON }, atNoon),
    ]
    expect(balances.map(({ exact }) => exact)).toEqual([false, true, false, false, false, true])
  })
})

describe('a day that is restated while its merchant is looked at is no broken book', () => {
  /** A journal in which Tuesday is restated just before its chain is read for the first time. */
  const restatedMeanwhile = ({ books, send }: Awaited<ReturnType<typeof sealedDays>>): Journal => {
    let isRestated = false
    return {
      ...books.journal,
      read: async (book, ...asked) => {
        if (book.day === TUE && !isRestated) {
          isRestated = true
          await send(sale('later', TUE, 5n))
        }
        return await books.journal.read(book, ...asked)
      },
    }
  }

  test('for verify-journal, which reads the seals of a merchant once', async () => {
    const system = await sealedDays()
    const { exit, printed } = await system.verify({ journal: restatedMeanwhile(system) })
    expect(printed).toContain('seals of versions 1, 2')
    expect(exit).toBe(0)
    expect(await marked(system)).toEqual([])
  })

  test('for reconcile', async () => {
    const system = await sealedDays()
    const { books, world, seals, auditTrail, reconcile } = system
    const compared = await reconcile({ day: TUE, merchantIds: [m1] })
    const looking = { ...books, ...world, seals, auditTrail, journal: restatedMeanwhile(system) }
    expect(await withSeals(looking, compared, { repair: false })).toMatchObject({ isEqual: true })
  })
})

test('verify-journal --leave-marks marks nothing, for auditors who may only read and for restored tables', async () => {
  const system = await sealedDays()
  const { verify, books } = system
  const args = ['--merchant', 'm1', '--leave-marks']
  expect((await verify({ journal: altered(books.journal) }, args)).exit).toBe(1)
  expect(await marked(system)).toEqual([])
  await verify({ journal: altered(books.journal) })
  expect((await verify({}, args)).exit).toBe(0)
  expect(await marked(system)).toEqual([WED])
})

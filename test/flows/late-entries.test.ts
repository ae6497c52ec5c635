/** What becomes of entries whose business day was closed before they came. */
import { describe, expect, test } from 'vitest'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { memoryBooks } from '#adapters/transactions/memory-books'
import { contentHash, type Entry } from '#ledger/entry'
import type { BusinessDay } from '#ledger/identifiers'
import type { LatePolicy } from '#ledger/merchant'
import { MAX_ENTRY_MINOR } from '#ledger/money'
import { digestOf } from '#ledger/segment'
import { recordEntries, type JournalWorld } from '#processors/journal/record-entries'
import { openSegment } from '#wire/journal/segment'
import { encodeEntries, entryLine } from '#wire/stream/record'
import { aBookId, aMerchant, anEntry, day, entryId, merchantId } from '../builders.ts'
import { closeAsItStands, closeRestThrough } from '../closing.ts'

const m1 = merchantId('m1')
const FRIDAY = day('2026-11-20')
const SATURDAY = day('2026-11-21')
const SUNDAY = day('2026-11-22')
/** Noon of Sunday in São Paulo. */
const NOW_MS = Date.parse('2026-11-22T12:00:00-03:00')

const sale = (id: string, amountMinor: bigint, given: Partial<Entry> = {}): Entry =>
  anEntry({ entryId: entryId(id), amountMinor, ...given })

/** The stream refuses the first events that are published. */
const failingFirst = ({ auditTrail }: JournalWorld): Partial<JournalWorld> => {
  let failures = 1
  return {
    auditTrail: {
      publish: async (...events) => {
        if (events.length > 0 && failures-- > 0) throw new Error('no stream')
        await auditTrail.publish(...events)
      },
    },
  }
}

/** A merchant with one sale of 500 on Friday, and the books up to Saturday closed, before anything else comes. */
const given = async (policy: LatePolicy, instead: (world: JournalWorld) => Partial<JournalWorld> = () => ({})) => {
  const books = memoryBooks()
  const merchants = memoryMerchants([aMerchant({ lateEntries: policy })])
  const auditTrail = memoryAuditTrail()
  const world: JournalWorld = {
    ...books,
    merchants,
    auditTrail,
    progress: memoryProgress(),
    clock: () => NOW_MS,
    log: { warn() {}, error() {} },
  }
  let next = 100
  const deliver = async (worker: ReturnType<typeof recordEntries>, ...entries: Entry[]) => {
    next += 1
    const data = encodeEntries(entries.map(entryLine))
    return await worker({
      shardId: 'shardId-000000000000',
      records: [{ sequenceNumber: String(next), arrivedAtMs: NOW_MS, data }],
    })
  }
  const newWorker = (patch: Partial<JournalWorld> = {}) =>
    recordEntries({ ...world, ...instead(world), ...patch }, { booksAtOnce: 4, cacheBytes: 1_000_000 })
  const before = newWorker()
  await deliver(before, sale('early', 500n))
  await closeAsItStands(books, aBookId({ day: FRIDAY }), NOW_MS)
  await closeRestThrough(books, m1, SATURDAY)
  const worker = newWorker()
  const bookOn = async (on: BusinessDay) => {
    const chain = await books.journal.read(aBookId({ day: on }), 0)
    const segments = chain.map((sealed) => openSegment(sealed).segment)
    return {
      counted: segments.flatMap(({ entries }) => entries.map((entry) => `${entry.entryId} ${entry.amountMinor}`)),
      marks: segments.map(({ mark }) => mark?.kind ?? 'entries'),
      late: segments.at(-1)?.view.lateEntries ?? 0,
      segments,
      chain,
    }
  }
  const aside = async () =>
    (await books.quarantine.list({}, { limit: 100 })).items.map(({ subject, reason }) =>
      subject === 'unreadable' ? reason : `${subject.entryId} ${subject.amountMinor} ${reason}`,
    )
  // The close of the day is told along with each decision.
  const isClose = (eventId: string) => eventId === 'day.closed/m1/2026-11-20'
  const all = () => auditTrail.published.map(({ eventId }) => eventId)
  const told = () => all().filter((eventId) => !isClose(eventId))
  const firstTold = () => all()[0]
  return {
    books,
    merchants,
    worker,
    newWorker,
    send: (...entries: Entry[]) => deliver(worker, ...entries),
    sendTo: deliver,
    bookOn,
    aside,
    told,
    firstTold,
  }
}

describe('under the policy nextOpenDay, a late entry', () => {
  test('counts today, and its own day knows where it went', async () => {
    const { send, bookOn, books, aside, told, firstTold } = await given('nextOpenDay')
    const before = await books.heads.read(m1)
    expect(before).toMatchObject({ closedThrough: SATURDAY, closingMinor: 500n })
    expect(await send(sale('late', 70n))).toEqual({})

    const [friday, sunday] = [await bookOn(FRIDAY), await bookOn(SUNDAY)]
    expect(friday).toMatchObject({ counted: ['early 500'], marks: ['entries', 'closing', 'redirecting'], late: 0 })
    expect(friday.segments.at(-1)).toMatchObject({
      mark: { to: SUNDAY },
      passedOn: [sale('late', 70n)],
      view: { totals: { creditsMinor: 500n, entryCount: 1 } },
    })
    expect(sunday).toMatchObject({ counted: ['late 70'], marks: ['received'], late: 1 })
    // It keeps the day that it was accepted for.
    expect(sunday.segments[0]?.entries).toEqual([sale('late', 70n)])
    expect(await aside()).toEqual([])
    // Its closer may have died before it told of the close.
    expect(firstTold()).toBe('day.closed/m1/2026-11-20')
    expect(told()).toEqual(['entry.redirected/m1/2026-11-20/late'])
    expect(await books.heads.read(m1)).toMatchObject({ closingMinor: 500n, open: new Set([SUNDAY]) })
  })

  test('that comes again, even years later under another policy, is counted once', async () => {
    const { send, newWorker, sendTo, bookOn, merchants, aside } = await given('nextOpenDay')
    await send(sale('late', 70n))
    await merchants.save(aMerchant({ lateEntries: 'restate', revision: 2 }))
    await send(sale('late', 70n))
    await sendTo(newWorker(), sale('late', 70n))
    expect((await bookOn(FRIDAY)).counted).toEqual(['early 500'])
    expect((await bookOn(SUNDAY)).counted).toEqual(['late 70'])
    expect(await aside()).toEqual([])
  })

  test('with another content under an id that is known is set aside, whether that id was early or late', async () => {
    const { send, bookOn, aside } = await given('nextOpenDay')
    await send(sale('late', 70n), sale('late', 71n), sale('early', 501n))
    expect((await bookOn(SUNDAY)).counted).toEqual(['late 70'])
    expect((await aside()).toSorted()).toEqual(['early 501 content-conflict', 'late 71 content-conflict'])
  })

  test('whose id is taken in the day where it would count is set aside, and the others are not', async () => {
    const { send, bookOn, aside } = await given('nextOpenDay')
    const today = { occurredAtMs: NOW_MS - 1_000, businessDay: SUNDAY }
    await send(sale('taken', 5n, today))
    await send(sale('taken', 70n), sale('other', 1n))
    expect(await bookOn(FRIDAY)).toMatchObject({ marks: ['entries', 'closing', 'setting-aside', 'redirecting'] })
    expect((await bookOn(SUNDAY)).counted).toEqual(['taken 5', 'other 1'])
    expect(await aside()).toEqual(['taken 70 content-conflict'])
    await send(sale('taken', 70n))
    expect(await bookOn(FRIDAY)).toMatchObject({ marks: ['entries', 'closing', 'setting-aside', 'redirecting'] })
  })

  test('takes its id on the day where it counts, so a later sale of that day under the same id waits', async () => {
    const { send, bookOn, aside } = await given('nextOpenDay')
    await send(sale('sale-1', 70n))
    await send(sale('sale-1', 5n, { occurredAtMs: NOW_MS - 1_000, businessDay: SUNDAY }))
    expect((await bookOn(SUNDAY)).counted).toEqual(['sale-1 70'])
    expect(await aside()).toEqual(['sale-1 5 content-conflict'])
  })

  test('of a day that had no book is recorded in a book that begins closed', async () => {
    const { send, bookOn } = await given('nextOpenDay')
    const onSaturday = { occurredAtMs: Date.parse('2026-11-21T12:00:00-03:00'), businessDay: SATURDAY }
    await send(sale('late', 70n, onSaturday))
    expect(await bookOn(SATURDAY)).toMatchObject({ counted: [], marks: ['closing', 'redirecting'] })
    expect((await bookOn(SUNDAY)).counted).toEqual(['late 70'])
  })

  test('that a day has no room for is set aside', async () => {
    const { send, bookOn, aside } = await given('nextOpenDay')
    const full = Array.from({ length: 9_007 }, (_, index) =>
      sale(`full-${index}`, MAX_ENTRY_MINOR, { occurredAtMs: NOW_MS - 1, businessDay: SUNDAY }),
    )
    await send(...full)
    await send(sale('late', MAX_ENTRY_MINOR), sale('small', 1n))
    expect((await bookOn(SUNDAY)).counted.slice(9_007)).toEqual(['small 1'])
    expect(await aside()).toEqual([`late ${MAX_ENTRY_MINOR} total-out-of-bounds`])
  })

  test('counts once when the answer to its transaction is lost', async () => {
    let losses = 2
    const { send, bookOn } = await given('nextOpenDay', ({ transactions }) => ({
      transactions: {
        commit: async (changes) => {
          const outcome = await transactions.commit(changes)
          if (losses-- > 0) throw new Error('the answer is lost')
          return outcome
        },
      },
    }))
    expect(await send(sale('late', 70n))).toEqual({ redeliverFrom: '102' })
    expect(await send(sale('late', 70n), sale('late-2', 80n))).toEqual({ redeliverFrom: '103' })
    expect(await send(sale('late', 70n), sale('late-2', 80n))).toEqual({})
    expect((await bookOn(SUNDAY)).counted).toEqual(['late 70', 'late-2 80'])
  })

  test('whose decision could not be published holds up its batch, and is published with the next delivery', async () => {
    const { send, bookOn, told } = await given('nextOpenDay', failingFirst)
    expect(await send(sale('late', 70n))).toEqual({ redeliverFrom: '102' })
    expect(told()).toEqual([])
    expect(await send(sale('late', 70n))).toEqual({})
    expect(told()).toEqual(['entry.redirected/m1/2026-11-20/late'])
    expect((await bookOn(SUNDAY)).counted).toEqual(['late 70'])
  })

  test('whose id is taken there is set aside by a worker that has read only the ids of that day', async () => {
    const { send, newWorker, sendTo, bookOn, aside } = await given('nextOpenDay')
    await send(sale('taken', 5n, { occurredAtMs: NOW_MS - 1_000, businessDay: SUNDAY }))
    expect(await sendTo(newWorker(), sale('taken', 70n))).toEqual({})
    expect((await bookOn(SUNDAY)).counted).toEqual(['taken 5'])
    expect(await aside()).toEqual(['taken 70 content-conflict'])
  })

  test('counts on the next open day when today was closed after the head was read', async () => {
    let stale = 0
    const MONDAY = day('2026-11-23')
    const { send, books, bookOn } = await given('nextOpenDay', ({ heads }) => ({
      heads: {
        ...heads,
        read: async (of) => {
          const head = await heads.read(of)
          return stale-- > 0 ? { ...head, closedThrough: SATURDAY } : head
        },
      },
    }))
    await closeRestThrough(books, m1, SUNDAY)
    stale = 1
    expect(await send(sale('late', 70n))).toEqual({})
    expect((await bookOn(SUNDAY)).counted).toEqual([])
    expect((await bookOn(MONDAY)).counted).toEqual(['late 70'])
  })

  test('is counted once beside entries of the day where it counts, in one batch and by two workers', async () => {
    const { sendTo, newWorker, bookOn } = await given('nextOpenDay')
    const now = { occurredAtMs: NOW_MS - 1_000, businessDay: SUNDAY }
    const batch = [sale('late', 70n), sale('today-1', 1n, now), sale('late-2', 80n), sale('today-2', 2n, now)]
    await Promise.all([sendTo(newWorker(), ...batch), sendTo(newWorker(), ...batch.toReversed())])
    await sendTo(newWorker(), ...batch)
    expect((await bookOn(SUNDAY)).counted.toSorted()).toEqual(['late 70', 'late-2 80', 'today-1 1', 'today-2 2'])
    expect((await bookOn(FRIDAY)).counted).toEqual(['early 500'])
  })

  test('counts on the day after the closed ones when these reach into the future', async () => {
    const { send, books, bookOn } = await given('nextOpenDay')
    await closeRestThrough(books, m1, day('2026-11-30'))
    await send(sale('late', 70n))
    expect((await bookOn(day('2026-12-01'))).counted).toEqual(['late 70'])
  })
})

describe('under the policy restate, late entries', () => {
  test('count in their own day, which is issued again with a seal that names the one before', async () => {
    const { send, bookOn, books, told } = await given('restate')
    const [closed] = await books.days.closed(m1, FRIDAY, FRIDAY)
    await send(sale('late', 70n), sale('later', 30n, { direction: 'debit' }))
    await send(sale('last', 5n))
    expect(await bookOn(FRIDAY)).toMatchObject({
      counted: ['early 500', 'late 70', 'later 30', 'last 5'],
      marks: ['entries', 'closing', 'restating', 'restating'],
      late: 3,
    })
    expect(await bookOn(SUNDAY)).toMatchObject({ marks: [] })
    expect(await books.heads.read(m1)).toMatchObject({ closingMinor: 545n, restatements: 2, closedThrough: SATURDAY })
    // No closed item changes.
    expect(await books.days.closed(m1, FRIDAY, SATURDAY)).toEqual([closed])
    const restatements = await books.days.restatements(m1, 0, 2)
    expect(restatements).toMatchObject([
      {
        number: 1,
        deltaMinor: 40n,
        segment: 3,
        seal: { version: 2, totals: { creditsMinor: 570n, debitsMinor: 30n } },
      },
      { number: 2, deltaMinor: 5n, segment: 4, seal: { version: 3, totals: { creditsMinor: 575n, entryCount: 4 } } },
    ])
    const digests = restatements.map(({ seal }) => seal.digest)
    const all = [sale('early', 500n), sale('late', 70n), sale('later', 30n, { direction: 'debit' }), sale('last', 5n)]
    const digestOfFirst = (count: number) =>
      digestOf(all.slice(0, count).map((entry) => ({ entryId: entry.entryId, contentHash: contentHash(entry) })))
    expect(digests).toEqual([digestOfFirst(3), digestOfFirst(4)])
    expect(told()).toEqual([
      'day.restated/m1/1',
      'entry.restated/m1/2026-11-20/late',
      'entry.restated/m1/2026-11-20/later',
      'day.restated/m1/2',
      'entry.restated/m1/2026-11-20/last',
    ])
  })

  test('whose decision could not be published are told with the next delivery, and so is the restatement', async () => {
    const { send, told, books } = await given('restate', failingFirst)
    expect(await send(sale('late', 70n))).toEqual({ redeliverFrom: '102' })
    expect(told()).toEqual([])
    expect(await send(sale('late', 70n))).toEqual({})
    expect(told()).toEqual(['day.restated/m1/1', 'entry.restated/m1/2026-11-20/late'])
    expect(await books.heads.read(m1)).toMatchObject({ closingMinor: 570n, restatements: 1 })
  })

  test('of a day that had no book issue it for the first time with entries', async () => {
    const { send, bookOn, books } = await given('restate')
    const onSaturday = { occurredAtMs: Date.parse('2026-11-21T12:00:00-03:00'), businessDay: SATURDAY }
    await send(sale('late', 70n, onSaturday))
    expect(await bookOn(SATURDAY)).toMatchObject({ counted: ['late 70'], marks: ['closing', 'restating'] })
    expect(await books.days.restatements(m1, 0, 1)).toMatchObject([{ book: { day: SATURDAY }, seal: { version: 2 } }])
    expect(await books.heads.read(m1)).toMatchObject({ closingMinor: 570n, restatements: 1 })
  })
})

describe('under the policy quarantine, late entries', () => {
  test('wait for a person, and their day knows them', async () => {
    const { send, bookOn, books, aside, told, merchants } = await given('quarantine')
    const many = Array.from({ length: 25 }, (_, index) => sale(`late-${index}`, 1n))
    await send(...many)
    expect(await bookOn(FRIDAY)).toMatchObject({
      counted: ['early 500'],
      marks: ['entries', 'closing', 'setting-aside', 'setting-aside'],
    })
    expect(await aside()).toHaveLength(25)
    expect(new Set((await aside()).map((name) => name.split(' ')[2]))).toEqual(new Set(['day-closed']))
    // Each item of quarantine is told, and that its day knows it.
    for (const kind of ['quarantine.set-aside/', 'entry.set-aside/']) {
      expect(told().filter((id) => id.startsWith(kind))).toHaveLength(25)
    }
    expect(await books.heads.read(m1)).toMatchObject({ closingMinor: 500n, restatements: 0 })
    // What was decided stays so, under whatever policy a copy comes.
    await merchants.save(aMerchant({ lateEntries: 'restate', revision: 2 }))
    await send(...many)
    expect((await bookOn(FRIDAY)).counted).toEqual(['early 500'])
  })

  test('are all set aside in one batch, however many they are', async () => {
    const { send, bookOn } = await given('quarantine')
    const many = Array.from({ length: 450 }, (_, index) => sale(`late-${index}`, 1n))
    expect(await send(...many)).toEqual({})
    const { segments } = await bookOn(FRIDAY)
    expect(segments.flatMap(({ passedOn }) => passedOn)).toEqual(many)
  })
})

/** Seals in the table `days`, as objects, and in the chains: an alteration of one of them shows beside the other two. */
import { describe, expect, test } from 'vitest'
import type { ClosedDay, Restatement } from '#ledger/close'
import { UnknownFormat, type Days, type Journal } from '#ledger/ports'
import { sealHash, sealKey } from '#ledger/seal'
import { withSeals } from '#processors/reconcile/compare-seals'
import { KEPT_WITHIN_MS } from '#processors/seals/verify-seals'
import { NOON_MS } from './a-system.ts'
import { m1, MON, sealedDays, TUE } from './sealed-days.ts'

const objectOf = (version: number, of = MON) => sealKey({ merchantId: m1, day: of, version })

test('sound books are whole, and the versions of their seals are named', async () => {
  const { verify } = await sealedDays()
  const { exit, printed, complained } = await verify()
  expect({ exit, complained }).toEqual({ exit: 0, complained: '3 books, 6 segments, 4 entries: whole' })
  expect(printed.split('\n')).toEqual([
    expect.stringMatching(/^m1 2026-11-16 {2}whole: .*, seals of versions 1, 2$/),
    expect.stringMatching(/^m1 2026-11-17 {2}whole: .*, seals of version 1$/),
    expect.stringMatching(/^m1 2026-11-18 {2}whole: .*, digest [0-9a-f]{64}$/),
  ])
})

describe('an object', () => {
  test('that holds another text is named with both hashes', async () => {
    const { seals, verify } = await sealedDays()
    seals.objects.set(objectOf(1), (seals.objects.get(objectOf(1)) ?? '').replace('"credits":500', '"credits":501'))
    const { exit, printed } = await verify()
    expect(exit).toBe(1)
    expect(printed).toMatch(
      /^m1 2026-11-16 {2}BROKEN at segment 2:\n {4}seal: version 1: its object seals\/business_day=2026-11-16\/m1\.1\.json holds \w{64}, and the table days has \w{64}\nm1 2026-11-17 {2}whole/,
    )
  })

  test('that is missing for an hour is a fault, and the line says what tells the close again', async () => {
    const { seals, verify, world } = await sealedDays()
    seals.objects.delete(objectOf(2))
    const later = await verify({ clock: () => world.clock() + KEPT_WITHIN_MS })
    expect(later.exit).toBe(1)
    expect(later.printed).toContain('version 2: its object seals/business_day=2026-11-16/m1.2.json is missing')
    expect(later.printed).toContain('npm run reconcile -- --day 2026-11-16 --merchant m1 --repair')
  })

  test('that is missing for less than an hour is on its way, and the book is whole', async () => {
    const { seals, verify } = await sealedDays()
    seals.objects.delete(objectOf(2))
    const { exit, printed } = await verify({}, ['--merchant', 'm1', '--day', MON])
    expect(exit).toBe(0)
    expect(printed).toMatch(/whole: .*\n {4}the seal of version 2 is not kept yet, as of a close of this hour$/)
  })

  test('that is missing is there again after reconcile --repair, which tells of it', async () => {
    const { seals, keep, reconcile, books, world, auditTrail } = await sealedDays()
    seals.objects.clear()
    const told = auditTrail.published.length
    let slept = 0
    const comparing = {
      ...books,
      ...world,
      seals,
      auditTrail,
      clock: () => NOON_MS + 2 * KEPT_WITHIN_MS + slept,
      sleep: async (ms: number) => {
        slept += ms
        await keep()
      },
    }
    const compare = async (repair: boolean) => {
      const report = await withSeals(comparing, await reconcile({ day: MON, merchantIds: [m1] }), { repair })
      return report.status === 'compared' ? report.books.map(({ isEqual, faults }) => ({ isEqual, faults })) : []
    }
    expect(await compare(false)).toEqual([
      {
        isEqual: false,
        faults: [
          expect.stringMatching(/^seal of version 1: its object .* is missing/),
          expect.stringMatching(/^seal of version 2: its object .* is missing/),
        ],
      },
    ])
    expect(await compare(true)).toEqual([{ isEqual: true, faults: [] }])
    expect(auditTrail.published.slice(told).map(({ eventId }) => eventId)).toEqual([
      'day.closed/m1/2026-11-16',
      'day.restated/m1/1',
    ])
    expect([...seals.objects.keys()].toSorted()).toContain(objectOf(1))
  })
})

describe('an item of the table days', () => {
  const altering =
    (of: string, alter: (closed: ClosedDay) => ClosedDay) =>
    (days: Days): Days => ({
      ...days,
      closed: async (...asked) =>
        (await days.closed(...asked)).map((closed) => (closed.book.day === of ? alter(closed) : closed)),
    })
  const restating =
    (alter: (restatement: Restatement) => Restatement) =>
    (days: Days): Days => ({
      ...days,
      restatements: async (...asked) => (await days.restatements(...asked)).map(alter),
    })
  const removing =
    (of: string) =>
    (days: Days): Days => ({
      ...days,
      closed: async (...asked) => (await days.closed(...asked)).filter(({ book }) => book.day !== of),
    })

  test.each([
    {
      what: 'with another total in its seal',
      alter: altering(MON, (one) => ({
        ...one,
        seal: { ...one.seal, totals: { ...one.seal.totals, creditsMinor: 501n } },
      })),
      says: [
        /m1 2026-11-16 {2}BROKEN at segment 2:/,
        /version 1: it is not the newest seal of the merchant, and no later one names it/,
        /version 1: the chain has another totals at segment 2/,
        /version 1: its object .* holds/,
        /m1 2026-11-17 {2}BROKEN at segment 2:\n {4}seal: version 1: it names the seal \w{64} before it, and no closed day/,
      ],
    },
    {
      what: 'with another opening, which no seal has',
      alter: altering(TUE, (one) => ({ ...one, openingMinor: 499n })),
      says: [/m1 2026-11-17 .*\n {4}seal: version 1: its opening is not what was closed before it/],
    },
    {
      what: 'with another net, which no seal has',
      alter: altering(MON, (one) => ({ ...one, netMinor: 499n })),
      says: [/m1 2026-11-16 .*\n {4}seal: version 1: its net is not that of its seal/],
    },
    {
      what: 'with another base',
      alter: altering(TUE, (one) => ({ ...one, base: 1 })),
      says: [/version 1: its base is not the number of restatements before it/],
    },
    {
      what: 'of a restatement with another delta',
      alter: restating((one) => ({ ...one, deltaMinor: 71n })),
      says: [/m1 2026-11-16 .*\n {4}seal: version 2: its delta is not what its seal moves/],
    },
    {
      what: 'that names another segment',
      alter: altering(MON, (one) => ({ ...one, segment: 1 })),
      says: [/version 1: the book has no closing or restating segment 1/],
    },
    {
      what: 'that was removed',
      alter: removing(MON),
      says: [
        /m1 2026-11-16 .*\n(?: {4}.*\n)* {4}seal: version 0: segment 2 issues m1 2026-11-16, and the table days has no such item/,
        /m1 2026-11-17 .*\n {4}seal: version 1: it names the seal \w{64} before it/,
      ],
    },
  ])('$what is found', async ({ alter, says }) => {
    const { verify, books } = await sealedDays()
    const { exit, printed } = await verify({ days: alter(books.days) })
    expect(exit).toBe(1)
    for (const one of says) expect(printed).toMatch(one)
  })

  test('that cannot be read is named, and the books are walked all the same', async () => {
    const { verify, books } = await sealedDays()
    const closed = () => Promise.reject(new UnknownFormat('The closed day 2026-11-16 is stored in format 9.'))
    const { exit, printed } = await verify({ days: { ...books.days, closed } }, ['--merchant', 'm1', '--day', MON])
    expect(exit).toBe(1)
    expect(printed).toMatch(/^m1 {2}UNREADABLE days:\n {4}The closed day .* compared with no seals\.\nm1 2026-11-16 /)
  })
})

test.each([
  {
    what: 'another newest seal',
    alter: { lastSeal: sealHash({ ...anySeal(), version: 9 }) },
    says: /m1 {2}BROKEN seals:\n {4}the head names \w{64} as the newest seal/,
  },
  {
    what: 'another balance',
    alter: { closingMinor: 601n },
    says: /m1 {2}BROKEN seals:\n {4}the head has the balance 601, and the seals add up to 600/,
  },
])('a head with $what is found', async ({ alter, says }) => {
  const { verify, books } = await sealedDays()
  const heads = { read: async () => ({ ...(await books.heads.read(m1)), ...alter }) }
  const { exit, printed } = await verify({ heads })
  expect(exit).toBe(1)
  expect(printed).toMatch(says)
})

test('a chain whose end was cut off shows beside its seals, though it is whole by itself', async () => {
  const { verify, books } = await sealedDays()
  const cut: Pick<Journal, 'read' | 'end'> = {
    end: (book) => books.journal.end(book),
    read: async (book, ...asked) => {
      const chain = await books.journal.read(book, ...asked)
      return book.day === MON ? chain.slice(0, 1) : chain
    },
  }
  const { exit, printed } = await verify({ journal: cut }, ['--merchant', 'm1', '--day', MON])
  expect(exit).toBe(1)
  expect(printed).toMatch(/version 1: the book has no closing or restating segment 2/)
})

function anySeal() {
  return {
    merchantId: m1,
    day: MON,
    version: 1,
    totals: { creditsMinor: 0n, debitsMinor: 0n, entryCount: 0 },
    chainHash: '0'.repeat(64) as never,
    digest: '',
    previous: null,
  }
}

import { describe, expect, test } from 'vitest'
import { emptyBook, evolve, nextSegment, type Book } from '#ledger/book'
import {
  closeBook,
  closedVersion,
  closingSegment,
  dayForLate,
  lastEndedDay,
  restateBook,
  type ClosedDay,
  type Restatement,
} from '#ledger/close'
import type { Entry } from '#ledger/entry'
import { emptyHead, type Head } from '#ledger/head'
import { sealHash, type Seal, type SealHash } from '#ledger/seal'
import { NO_CHAIN, type ChainHash, type Mark } from '#ledger/segment'
import { aBookId, anEntry, aRule, day, entryId, merchantId, someTerms } from '../builders.ts'

const head = (given: Partial<Head> = {}): Head => ({ ...emptyHead, ...given })
const days = (...texts: string[]) => new Set(texts.map(day))
const [THURSDAY, FRIDAY, SATURDAY, SUNDAY] = ['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'].map(day) as [
  ReturnType<typeof day>,
  ReturnType<typeof day>,
  ReturnType<typeof day>,
  ReturnType<typeof day>,
]
const CHAIN = 'ab'.repeat(32) as ChainHash
const DIGEST = 'cd'.repeat(32)
const EARLIER = 'ef'.repeat(32) as SealHash

/** A book of segments with these entries and marks. */
const bookOf = (...segments: { entries: readonly Entry[]; mark?: Mark }[]): Book =>
  segments.reduce(
    (book, { entries, mark }) => evolve(book, { ...nextSegment(book, entries, mark), hash: NO_CHAIN }),
    emptyBook(aBookId(), someTerms),
  )

const sale = (id: string, amountMinor: bigint, direction: Entry['direction'] = 'credit') =>
  anEntry({ entryId: entryId(id), amountMinor, direction })

describe('closing a book', () => {
  const open = bookOf({ entries: [sale('a', 500n), sale('b', 120n, 'debit')] })
  const before = head({
    closedThrough: day('2026-11-18'),
    closingMinor: 1_000n,
    open: days('2026-11-20', '2026-11-21'),
    restatements: 3,
    lastSeal: EARLIER,
    broken: new Set(),
    revision: 7,
  })
  const known = { chainHash: CHAIN, digest: DIGEST, atMs: 42 }

  test('adds a segment without entries behind which the view is the same', () => {
    const segment = closingSegment(open)
    expect(segment).toEqual({ number: 2, mark: { kind: 'closing' }, entries: [], passedOn: [], view: open.view })
    expect(evolve(open, { ...segment, hash: CHAIN })).toMatchObject({ segment: 2, closedIn: 2, seenCount: 2 })
  })

  test('fixes what the day opened and closed with, and moves the head on', () => {
    const seal: Seal = {
      merchantId: merchantId('m1'),
      day: FRIDAY,
      version: 1,
      totals: { creditsMinor: 500n, debitsMinor: 120n, entryCount: 2 },
      chainHash: CHAIN,
      digest: DIGEST,
      previous: EARLIER,
    }
    expect(closeBook(before, open, known)).toEqual({
      ok: true,
      value: {
        closed: { book: aBookId(), openingMinor: 1_000n, netMinor: 380n, base: 3, segment: 2, seal, closedAtMs: 42 },
        head: {
          closedThrough: FRIDAY,
          closingMinor: 1_380n,
          open: days('2026-11-21'),
          restatements: 3,
          lastSeal: sealHash(seal),
          broken: new Set(),
          mended: new Map(),
          revision: 8,
        },
      },
    })
  })

  test('is refused while an earlier book of the merchant is open, or the book is not', () => {
    const refused = { ok: false, error: 'not-the-oldest' }
    expect(closeBook(head({ open: days('2026-11-19', '2026-11-20') }), open, known)).toEqual(refused)
    expect(closeBook(head({ open: days('2026-11-21') }), open, known)).toEqual(refused)
    expect(closeBook(head({ closedThrough: FRIDAY }), open, known)).toEqual(refused)
  })
})

describe('counting late entries in their own day', () => {
  const closed = bookOf({ entries: [sale('a', 500n)] }, { entries: [], mark: { kind: 'closing' } })
  const before = head({ closedThrough: SATURDAY, closingMinor: 500n, restatements: 4, lastSeal: EARLIER, revision: 9 })

  test('makes a restatement with the next number, and moves the balance of all later days by one addition', () => {
    const late = [sale('b', 70n), sale('c', 30n, 'debit')]
    const restated = restateBook(before, closed, late, { version: 2, chainHash: CHAIN, digest: DIGEST, atMs: 42 })
    const seal: Seal = {
      merchantId: merchantId('m1'),
      day: FRIDAY,
      version: 3,
      totals: { creditsMinor: 570n, debitsMinor: 30n, entryCount: 3 },
      chainHash: CHAIN,
      digest: DIGEST,
      previous: EARLIER,
    }
    expect(restated).toEqual({
      restatement: { book: aBookId(), number: 5, deltaMinor: 40n, segment: 3, seal, restatedAtMs: 42 },
      head: { ...before, closingMinor: 540n, restatements: 5, lastSeal: sealHash(seal), revision: 10 },
    })
  })
})

test.each([
  { closedThrough: null, today: FRIDAY, late: FRIDAY },
  { closedThrough: THURSDAY, today: FRIDAY, late: FRIDAY },
  { closedThrough: FRIDAY, today: FRIDAY, late: SATURDAY },
  { closedThrough: SATURDAY, today: FRIDAY, late: SUNDAY },
  { closedThrough: day('2026-12-31'), today: FRIDAY, late: day('2027-01-01') },
])(
  'with days closed through $closedThrough, late entries of $today count on $late',
  ({ closedThrough, today, late }) => {
    expect(dayForLate(head({ closedThrough }), today)).toBe(late)
  },
)

describe('a closed day at a version', () => {
  const aSeal = (version: number): Seal => ({
    merchantId: merchantId('m1'),
    day: FRIDAY,
    version,
    totals: { creditsMinor: 0n, debitsMinor: 0n, entryCount: 0 },
    chainHash: CHAIN,
    digest: DIGEST,
    previous: null,
  })
  /** Friday opened with 1,000 and took in 200. It was closed when two restatements had been made. */
  const friday: ClosedDay = {
    book: aBookId({ day: FRIDAY }),
    openingMinor: 1_000n,
    netMinor: 200n,
    base: 2,
    segment: 5,
    seal: aSeal(1),
    closedAtMs: 90,
  }
  const restated = (number: number, on: typeof FRIDAY, deltaMinor: bigint, segment = 10 + number): Restatement => ({
    book: aBookId({ day: on }),
    number,
    deltaMinor,
    segment,
    seal: aSeal(number),
    restatedAtMs: 100 + number,
  })
  /** Number 2 was made before Friday was closed, so its opening has it already. */
  const restatements = [
    restated(2, THURSDAY, 9_000n),
    restated(3, THURSDAY, 50n),
    restated(4, SATURDAY, 7_000n),
    restated(5, FRIDAY, -30n),
    restated(6, THURSDAY, 1n),
    restated(7, FRIDAY, 4n),
  ]

  test.each([
    { version: 1, opening: 1_000n, closing: 1_200n, segment: 5, seal: 1, at: 90 },
    { version: 2, opening: 1_050n, closing: 1_250n, segment: 5, seal: 1, at: 103 },
    { version: 3, opening: 1_050n, closing: 1_220n, segment: 15, seal: 5, at: 105 },
    { version: 4, opening: 1_051n, closing: 1_221n, segment: 15, seal: 5, at: 106 },
    { version: 5, opening: 1_051n, closing: 1_225n, segment: 17, seal: 7, at: 107 },
  ])('$version has the restatements of it and of days before it, up to that one', (of) => {
    expect(closedVersion(FRIDAY, { newest: friday, restatements }, of.version)).toEqual({
      version: of.version,
      versions: 5,
      openingMinor: of.opening,
      closingMinor: of.closing,
      segment: of.segment,
      standsIn: of.segment,
      seal: aSeal(of.seal),
      issuedAtMs: of.at,
    })
  })

  test.each([
    { version: 1, standsIn: 1_000_000_003, what: 'its closing segment' },
    { version: 3, standsIn: 1_000_000_004, what: 'the first restating segment behind it' },
    { version: 5, standsIn: 1_000_000_005, what: 'the second one' },
    { version: 6, standsIn: 1_000_000_009, what: 'the segment of a restatement that came later' },
  ])('$version of a day whose chain was superseded stands in $what', ({ version, standsIn }) => {
    const later = restated(8, FRIDAY, 1n, 1_000_000_009)
    const past = { newest: friday, restatements: [...restatements, later], mendedIn: 1_000_000_003 }
    expect(closedVersion(FRIDAY, past, version)?.standsIn).toBe(standsIn)
  })

  test('is the newest when none is asked for, and there is none beyond it', () => {
    const past = { newest: friday, restatements }
    expect(closedVersion(FRIDAY, past)).toEqual(closedVersion(FRIDAY, past, 5))
    expect(closedVersion(FRIDAY, past, 6)).toBeUndefined()
    expect(closedVersion(FRIDAY, past, 0)).toBeUndefined()
  })

  test('without a book opens and closes with the closing of the last day that had one', () => {
    const empty = closedVersion(SUNDAY, { newest: friday, restatements: restatements.slice(1, 2) })
    expect(empty).toEqual({
      version: 2,
      versions: 2,
      openingMinor: 1_250n,
      closingMinor: 1_250n,
      segment: 0,
      standsIn: 0,
      seal: null,
      issuedAtMs: 103,
    })
  })

  test('that got its first entries by a restatement closes with them', () => {
    const past = { newest: friday, restatements: [restated(3, SATURDAY, 70n)] }
    expect(closedVersion(SATURDAY, past)).toMatchObject({ openingMinor: 1_200n, closingMinor: 1_270n, segment: 13 })
    expect(closedVersion(SATURDAY, past, 1)).toMatchObject({ openingMinor: 1_200n, closingMinor: 1_200n, segment: 0 })
    expect(closedVersion(SUNDAY, past)).toMatchObject({ version: 2, openingMinor: 1_270n, closingMinor: 1_270n })
  })

  test('before any book of the merchant has nothing but its restatements', () => {
    const past = { newest: undefined, restatements: [restated(1, THURSDAY, 70n)] }
    expect(closedVersion(FRIDAY, past)).toMatchObject({ version: 2, openingMinor: 70n, closingMinor: 70n, segment: 0 })
    expect(closedVersion(day('2026-11-18'), past)).toMatchObject({ version: 1, openingMinor: 0n, closingMinor: 0n })
  })
})

describe('the last day that has ended', () => {
  const rule = (timeZone: string, dayStartsAt = '00:00') => aRule({ timeZone, dayStartsAt })
  test.each([
    { zone: rule('UTC'), at: '2026-11-21T00:00:00Z', last: FRIDAY },
    { zone: rule('UTC'), at: '2026-11-20T23:59:59.999Z', last: THURSDAY },
    { zone: rule('Pacific/Kiritimati'), at: '2026-11-20T10:00:00Z', last: FRIDAY },
    { zone: rule('Pacific/Kiritimati'), at: '2026-11-20T09:59:59Z', last: THURSDAY },
    { zone: rule('Pacific/Pago_Pago'), at: '2026-11-21T11:00:00Z', last: FRIDAY },
    { zone: rule('Pacific/Pago_Pago'), at: '2026-11-21T10:59:59Z', last: THURSDAY },
    { zone: rule('UTC', '04:00'), at: '2026-11-21T04:00:00Z', last: FRIDAY },
    { zone: rule('UTC', '04:00'), at: '2026-11-21T03:59:59Z', last: THURSDAY },
    // New York goes back to winter time at 06:00 UTC of 1 November: that day has 25 hours, and begins at 04:00 UTC.
    { zone: rule('America/New_York'), at: '2026-11-02T04:59:59Z', last: day('2026-10-31') },
    { zone: rule('America/New_York'), at: '2026-11-02T05:00:00Z', last: day('2026-11-01') },
    // And to summer time on 8 March: that day has 23 hours.
    { zone: rule('America/New_York'), at: '2026-03-09T03:59:59Z', last: day('2026-03-07') },
    { zone: rule('America/New_York'), at: '2026-03-09T04:00:00Z', last: day('2026-03-08') },
  ])('at $at in $zone.timeZone, with days from $zone.dayStartsAt, is $last', ({ zone, at, last }) => {
    expect(lastEndedDay([zone], Date.parse(at))).toBe(last)
  })
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide, emptyBook, evolve, nextSegment, type Book, type Candidate } from '#ledger/book'
import { METHODS, type Entry } from '#ledger/entry'
import type { BusinessDay, EntryId, MerchantId } from '#ledger/identifiers'
import { MAX_ENTRY_MINOR, MAX_TOTAL_MINOR, netMinor, type Currency } from '#ledger/money'
import { sealSegment } from '#wire/journal/segment'

const startsAtMs = Date.parse('2026-11-20T03:00:00Z')
// A book's ids are shared by all its states, so each chain in these tests starts from a book of its own.
const fresh = (): Book =>
  emptyBook(
    { merchantId: 'm1' as MerchantId, day: '2026-11-20' as BusinessDay },
    { currency: 'BRL' as Currency, startsAtMs },
  )

const book = fresh()

const candidate = (patch: Partial<Record<keyof Entry, unknown>> = {}): Candidate => ({
  entry: {
    entryId: 'e1' as EntryId,
    merchantId: book.id.merchantId,
    businessDay: book.id.day,
    direction: 'credit',
    amountMinor: 500n,
    currency: book.terms.currency,
    occurredAtMs: startsAtMs,
    receivedAtMs: startsAtMs + 5,
    ...patch,
  } as Entry,
})

/** The book after what it finds fresh in a batch. */
const after = (state: Book, batch: readonly Candidate[]): Book => {
  const decision = decide(state, batch)
  if (decision.fresh.length === 0) return state
  const segment = nextSegment(
    state,
    decision.fresh.map(({ entry }) => entry),
  )
  return evolve(state, { ...segment, hash: sealSegment(state, segment).hash })
}

const placesOf = (state: Book, batch: readonly Candidate[]) => {
  const decision = decide(state, batch)
  return {
    fresh: decision.fresh.length,
    duplicates: decision.duplicates.length,
    refused: decision.refused.map(({ reason }) => reason),
    waiting: decision.waiting.length,
  }
}

describe('a decision about a batch', () => {
  const one = after(fresh(), [candidate()])
  const full = after(fresh(), [candidate({ entryId: 'big', amountMinor: MAX_TOTAL_MINOR - 100n })])
  const owing = after(fresh(), [candidate({ entryId: 'big', direction: 'debit', amountMinor: MAX_TOTAL_MINOR - 100n })])
  const nothing = { fresh: 0, duplicates: 0, refused: [], waiting: 0 }

  test.each([
    { given: 'no entries', state: book, batch: [], places: nothing },
    { given: 'a first entry', state: book, batch: [candidate()], places: { ...nothing, fresh: 1 } },
    { given: 'the same again', state: one, batch: [candidate()], places: { ...nothing, duplicates: 1 } },
    {
      given: 'the same again, received later',
      state: one,
      batch: [candidate({ receivedAtMs: startsAtMs + 99 })],
      places: { ...nothing, duplicates: 1 },
    },
    {
      given: 'the id with another amount',
      state: one,
      batch: [candidate({ amountMinor: 501n })],
      places: { ...nothing, refused: ['content-conflict'] },
    },
    {
      given: 'the id with one more field',
      state: one,
      batch: [candidate({ reference: '' })],
      places: { ...nothing, refused: ['content-conflict'] },
    },
    {
      given: 'an entry twice in the batch',
      state: book,
      batch: [candidate(), candidate()],
      places: { ...nothing, fresh: 1, waiting: 1 },
    },
    {
      given: 'an id twice in the batch, with other content',
      state: book,
      batch: [candidate(), candidate({ amountMinor: 1n })],
      places: { ...nothing, fresh: 1, waiting: 1 },
    },
    {
      given: 'another currency',
      state: book,
      batch: [candidate({ currency: 'EUR' })],
      places: { ...nothing, refused: ['wrong-currency'] },
    },
    {
      given: 'a total at its bound',
      state: full,
      batch: [candidate({ amountMinor: 100n })],
      places: { ...nothing, fresh: 1 },
    },
    {
      given: 'a total past its bound',
      state: full,
      batch: [candidate({ amountMinor: 101n })],
      places: { ...nothing, refused: ['total-out-of-bounds'] },
    },
    {
      given: 'a bound that only the batch together passes',
      state: full,
      batch: [
        candidate({ amountMinor: 60n }),
        candidate({ entryId: 'e2', amountMinor: 60n }),
        candidate({ entryId: 'e3', amountMinor: 40n }),
      ],
      places: { ...nothing, fresh: 2, waiting: 1 },
    },
    {
      given: 'debits at their bound',
      state: owing,
      batch: [candidate({ direction: 'debit', amountMinor: 100n })],
      places: { ...nothing, fresh: 1 },
    },
    {
      given: 'debits past their bound',
      state: owing,
      batch: [candidate({ direction: 'debit', amountMinor: 101n })],
      places: { ...nothing, refused: ['total-out-of-bounds'] },
    },
    {
      given: 'a credit, when only the debits are at their bound',
      state: owing,
      batch: [candidate({ amountMinor: 101n })],
      places: { ...nothing, fresh: 1 },
    },
    {
      given: 'credits past their bound, though debits bring the net below it',
      state: after(after(fresh(), [candidate({ entryId: 'big', amountMinor: MAX_TOTAL_MINOR })]), [
        candidate({ entryId: 'back', direction: 'debit', amountMinor: MAX_TOTAL_MINOR }),
      ]),
      batch: [candidate({ amountMinor: 1n }), candidate({ entryId: 'e2', direction: 'debit', amountMinor: 1n })],
      places: { ...nothing, refused: ['total-out-of-bounds', 'total-out-of-bounds'] },
    },
    {
      given: 'a debit, whose bound is its own',
      state: full,
      batch: [candidate({ direction: 'debit', amountMinor: MAX_ENTRY_MINOR })],
      places: { ...nothing, fresh: 1 },
    },
  ])('places each entry where it belongs, given $given', ({ state, batch, places }) => {
    expect(placesOf(state, batch)).toEqual(places)
  })
})

test('a second content of an id waits while the first one waits for room', () => {
  const room = MAX_TOTAL_MINOR - 100n
  const full = after(fresh(), [candidate({ entryId: 'big', amountMinor: room })])
  const x = candidate({ entryId: 'x', amountMinor: 60n })
  const [first, second] = [60n, 10n].map((amountMinor) => candidate({ entryId: 'y', amountMinor }))
  // If another worker counts x with another amount, the first content of y has room and has to count.
  expect(
    placesOf(
      full,
      [x, first, second].filter((one) => one !== undefined),
    ),
  ).toMatchObject({ fresh: 1, waiting: 2 })
})

test('the room of an entry is free for the rest of its batch when the entry is set aside', () => {
  const room = MAX_TOTAL_MINOR - 100n
  const [x, y] = [candidate({ entryId: 'x', amountMinor: 60n }), candidate({ entryId: 'y', amountMinor: 60n })]
  const stale = after(fresh(), [candidate({ entryId: 'big', amountMinor: room })])
  expect(placesOf(stale, [x, y])).toMatchObject({ fresh: 1, waiting: 1, refused: [] })
  // Meanwhile another worker counted x with another amount: x is refused, and y has room.
  const moved = after(stale, [candidate({ entryId: 'x', amountMinor: 10n })])
  expect(placesOf(moved, [x, y])).toMatchObject({ fresh: 1, waiting: 0, refused: ['content-conflict'] })
})

test('a state of a book sees only its own part of the chain', () => {
  const first = after(fresh(), [candidate()])
  after(first, [candidate({ entryId: 'e2' })])
  expect(placesOf(first, [candidate({ entryId: 'e2' })])).toMatchObject({ fresh: 1, duplicates: 0 })
})

test('a chain that forks is an error', () => {
  const first = after(fresh(), [candidate()])
  after(first, [candidate({ entryId: 'e2' })])
  expect(() => after(first, [candidate({ entryId: 'e3' })])).toThrow('broken chain')
})

test('a segment out of its turn is an error', () => {
  const segment = { ...nextSegment(book, [candidate().entry]), number: 3, hash: book.hash }
  expect(() => evolve(book, segment)).toThrow('broken chain')
})

describe('in any order and any batches', () => {
  const entries = fc
    .uniqueArray(
      fc.record({
        entryId: fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), minLength: 1, maxLength: 4 }),
        direction: fc.constantFrom('credit', 'debit'),
        amountMinor: fc.bigInt(1n, MAX_ENTRY_MINOR),
        method: fc.constantFrom(...METHODS),
        occurredAtMs: fc.integer({ min: startsAtMs, max: startsAtMs + 86_399_999 }),
      }),
      { selector: ({ entryId }) => entryId, maxLength: 30 },
    )
    .map((patches) => patches.map((patch) => candidate(patch)))

  const summary = (state: Book) => ({
    totals: state.view.totals,
    byMethod: [...state.view.byMethod].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    byHour: [...state.view.byHour].toSorted(([a], [b]) => a - b),
  })

  test('shuffled, repeated and re-split entries give a day the same totals', () => {
    const chance = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 90, maxLength: 90 })
    fc.assert(
      fc.property(entries, chance, (day, draws) => {
        const inOneGo = after(fresh(), day)
        const again = [...day, ...day, ...day]
          .map((entry, index) => ({ entry, order: draws[index] ?? 0 }))
          .toSorted((a, b) => a.order - b.order)
          .map(({ entry }) => entry)
        let state = fresh()
        for (let at = 0; at < again.length; at += 7) {
          // A second copy in a batch waits for the next; here it finds it in the one after.
          state = after(state, again.slice(at, at + 7))
        }
        expect(summary(state)).toEqual(summary(inOneGo))
      }),
    )
  })

  test('methods and hours each add up to the day', () => {
    fc.assert(
      fc.property(entries, (day) => {
        const { totals, byMethod, byHour } = after(fresh(), day).view
        for (const parts of [byMethod, byHour]) {
          expect([...parts.values()].reduce((sum, part) => sum + netMinor(part), 0n)).toBe(netMinor(totals))
          expect([...parts.values()].reduce((sum, part) => sum + part.entryCount, 0)).toBe(totals.entryCount)
        }
      }),
    )
  })
})

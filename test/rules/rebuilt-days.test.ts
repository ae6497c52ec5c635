/** What follows from the events of closed days: each merchant's head, and what is refused. */
import { describe, expect, test } from 'vitest'
import {
  dayClosed,
  dayRestated,
  daysClosedThrough,
  entryRedirected,
  entrySetAside,
  type AuditEvent,
} from '#ledger/audit-event'
import type { ClosedDay, Restatement } from '#ledger/close'
import { emptyHead } from '#ledger/head'
import type { BusinessDay } from '#ledger/identifiers'
import { headAfter } from '#ledger/rebuilt-days'
import { sealHash, type Seal, type SealHash } from '#ledger/seal'
import { NO_CHAIN } from '#ledger/segment'
import { ToldDaysReader } from '#wire/archive/closed-days'
import { aBookId, anEntry, day } from '../builders.ts'

const [MON, TUE, WED, THU] = [day('2026-11-16'), day('2026-11-17'), day('2026-11-18'), day('2026-11-19')] as const

const aSeal = (of: BusinessDay, version: number, previous: SealHash | null, net: bigint): Seal => ({
  merchantId: aBookId().merchantId,
  day: of,
  version,
  totals: { creditsMinor: net, debitsMinor: 0n, entryCount: 1 },
  chainHash: NO_CHAIN,
  digest: 'ab'.repeat(32),
  previous,
})

// Monday opens with 0 and has 100. Then it is issued again with 7 more. Tuesday opens with 107 and has 20. Then Monday is
// issued once more, with 3 less. The balance is 100 + 7 + 20 − 3 = 124.
const monday: ClosedDay = {
  book: aBookId({ day: MON }),
  openingMinor: 0n,
  netMinor: 100n,
  base: 0,
  segment: 2,
  seal: aSeal(MON, 1, null, 100n),
  closedAtMs: 1_000,
}
const first: Restatement = {
  book: monday.book,
  number: 1,
  deltaMinor: 7n,
  segment: 3,
  seal: aSeal(MON, 2, sealHash(monday.seal), 107n),
  restatedAtMs: 2_000,
}
const tuesday: ClosedDay = {
  book: aBookId({ day: TUE }),
  openingMinor: 107n,
  netMinor: 20n,
  base: 1,
  segment: 2,
  seal: aSeal(TUE, 1, sealHash(first.seal), 20n),
  closedAtMs: 3_000,
}
const second: Restatement = {
  book: monday.book,
  number: 2,
  deltaMinor: -3n,
  segment: 4,
  seal: aSeal(MON, 3, sealHash(tuesday.seal), 104n),
  restatedAtMs: 4_000,
}

describe('the head after what was told', () => {
  const open = { ...emptyHead, open: new Set([MON, TUE, WED, THU]), revision: 4 }

  test.each([
    {
      what: 'nothing',
      closed: [],
      restatements: [],
      through: undefined,
      head: { closedThrough: null, closingMinor: 0n },
    },
    {
      what: 'a close',
      closed: [monday],
      restatements: [],
      through: undefined,
      head: { closedThrough: MON, closingMinor: 100n, lastSeal: sealHash(monday.seal) },
    },
    {
      what: 'a close that was issued again',
      closed: [monday],
      restatements: [first],
      through: undefined,
      head: { closingMinor: 107n, restatements: 1, lastSeal: sealHash(first.seal) },
    },
    {
      what: 'two closes with restatements before and after',
      closed: [tuesday, monday],
      restatements: [first, second],
      through: undefined,
      head: { closedThrough: TUE, closingMinor: 124n, restatements: 2, lastSeal: sealHash(second.seal) },
    },
    {
      what: 'days without a book after the last close',
      closed: [monday],
      restatements: [],
      through: WED,
      head: { closedThrough: WED, closingMinor: 100n },
    },
    {
      what: 'an older close of days without a book',
      closed: [monday, tuesday],
      restatements: [first],
      through: MON,
      head: { closedThrough: TUE, closingMinor: 127n },
    },
    {
      what: 'a restatement of a day without a book',
      closed: [],
      restatements: [{ ...first, seal: aSeal(MON, 2, null, 7n) }],
      through: TUE,
      head: { closedThrough: TUE, closingMinor: 7n },
    },
  ])('$what', ({ closed, restatements, through, head }) => {
    const after = headAfter(open, { closed, restatements, closedThrough: through })
    expect(after).toMatchObject({ ...head, revision: 5 })
    expect([...after.open]).toEqual([MON, TUE, WED, THU].filter((one) => one > (after.closedThrough ?? '')))
  })

  test('has the newest seal, however late or early the others were issued', () => {
    const { lastSeal } = headAfter(open, {
      closed: [{ ...monday, closedAtMs: 9_000 }, tuesday],
      restatements: [second, first],
      closedThrough: undefined,
    })
    expect(lastSeal).toBe(sealHash(second.seal))
  })
})

const told = (...events: readonly AuditEvent[]) => {
  const reader = new ToldDaysReader()
  const taken = events.map((event) => reader.take(event))
  return { days: reader.told(), errors: taken.flatMap((one) => (one.ok ? [] : [one.error])) }
}

describe('events of closed days', () => {
  test('are read as they were told, in any order and as often as they come', () => {
    const huge = { ...tuesday, openingMinor: 2n ** 60n + 1n }
    const events = [
      dayClosed(monday),
      dayRestated(second),
      dayClosed(huge),
      dayRestated(first),
      daysClosedThrough(aBookId({ day: WED }), 5),
    ]
    const { segment: _1, ...toldMonday } = monday
    const { segment: _2, ...toldTuesday } = huge
    const { segment: _3, ...toldSecond } = second
    const { segment: _4, ...toldFirst } = first
    for (const order of [events, events.toReversed(), [...events, ...events]]) {
      const { days, errors } = told(...order)
      expect(errors).toEqual([])
      expect(new Set(days.closed)).toEqual(new Set([toldMonday, toldTuesday]))
      expect(new Set(days.restated)).toEqual(new Set([toldFirst, toldSecond]))
      expect([...days.closedThrough]).toEqual([['m1', WED]])
    }
  })

  test('say of an entry that was set aside and released that it counts, whichever event comes first', () => {
    const entry = anEntry({ businessDay: MON })
    const events = [entrySetAside(entry, 'day-closed', 1), entryRedirected(entry, WED, 2)]
    for (const order of [events, events.toReversed()]) {
      expect(told(...order).days.late).toMatchObject([{ became: { what: 'redirected', to: WED } }])
    }
  })

  test.each([
    {
      what: 'a close in an unknown format',
      event: { ...dayClosed(monday), body: { ...dayClosed(monday).body, format: 2 } },
      says: 'a close in format 2 is not known here',
    },
    {
      what: 'a seal of another day',
      event: { ...dayClosed(monday), businessDay: TUE },
      says: 'its seal is that of another book',
    },
    {
      what: 'an altered seal',
      event: { ...dayClosed(monday), body: { ...dayClosed(monday).body, sealHash: 'ab'.repeat(32) } },
      says: 'its seal does not have the hash that it says',
    },
    {
      what: 'an opening that is no amount',
      event: { ...dayClosed(monday), body: { ...dayClosed(monday).body, opening: '1e3' } },
      says: 'opening',
    },
    {
      what: 'a restatement without a number',
      event: { ...dayRestated(first), body: { ...dayRestated(first).body, restatement: 0 } },
      says: 'restatement',
    },
  ])('are refused by name: $what', ({ event, says }) => {
    const { days, errors } = told(event)
    expect(errors).toEqual([expect.stringContaining(says) as string])
    expect(errors[0]).toContain(event.eventId)
    expect([...days.closed, ...days.restated]).toEqual([])
  })
})

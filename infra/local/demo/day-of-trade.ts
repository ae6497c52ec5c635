/**
 * A day of trade of five shops, the same in every run of the demo on the same date: sales by card, cash, Pix and
 * voucher, refunds, fees, and tills that retry. Sending it a second time therefore changes nothing.
 */
import { ianaZones } from '#adapters/zones/iana-zones'
import { businessDayOf, dayBounds, makeRule, shiftDay } from '#ledger/calendar'
import type { Direction, Method } from '#ledger/entry'
import type { BusinessDay } from '#ledger/identifiers'

/** A shop, with the clock and the habits that make its day. */
export type Shop = {
  readonly merchantId: string
  readonly name: string
  readonly currency: string
  readonly timeZone: string
  readonly dayStartsAt: string
  readonly entries: number
  readonly methods: readonly Method[]
  /** The amount of a usual sale. */
  readonly usualMinor: number
  /** A till that is offline all day and uploads in the evening, twice. */
  readonly offlineTill?: string
}

export type SentEntry = {
  readonly entryId: string
  readonly merchantId: string
  readonly direction: Direction
  readonly amount: number
  readonly currency: string
  readonly occurredAt: string
  readonly method: Method
  readonly category?: string
  readonly terminalId: string
  readonly terminalSeq: number
  readonly reverses?: string
}

/** The entries of a shop's day, separated by the way in which they are sent. */
export type DayOfTrade = {
  readonly shop: Shop
  readonly day: BusinessDay
  readonly online: readonly SentEntry[]
  readonly offline: readonly SentEntry[]
  /** An id of the day with another amount. It must end in quarantine and must not be counted. */
  readonly mistake: SentEntry
}

export const SHOPS: readonly Shop[] = [
  {
    merchantId: 'demo-padaria-central',
    name: 'Padaria Central',
    currency: 'BRL',
    timeZone: 'America/Sao_Paulo',
    dayStartsAt: '04:00',
    entries: 3_000,
    methods: ['pix', 'pix', 'debit-card', 'credit-card', 'cash', 'voucher'],
    usualMinor: 1_850,
    offlineTill: 'till-3',
  },
  {
    merchantId: 'demo-cafe-lisboa',
    name: 'Café Lisboa',
    currency: 'EUR',
    timeZone: 'Europe/Lisbon',
    dayStartsAt: '00:00',
    entries: 2_000,
    methods: ['debit-card', 'credit-card', 'cash'],
    usualMinor: 420,
  },
  {
    merchantId: 'demo-konbini-shibuya',
    name: 'Konbini Shibuya',
    currency: 'JPY',
    timeZone: 'Asia/Tokyo',
    dayStartsAt: '00:00',
    entries: 4_000,
    methods: ['credit-card', 'cash', 'cash', 'voucher'],
    usualMinor: 860,
    offlineTill: 'till-2',
  },
  {
    merchantId: 'demo-diner-brooklyn',
    name: 'Brooklyn Night Diner',
    currency: 'USD',
    timeZone: 'America/New_York',
    dayStartsAt: '06:00',
    entries: 1_500,
    methods: ['credit-card', 'credit-card', 'debit-card', 'cash'],
    usualMinor: 2_375,
  },
  {
    merchantId: 'demo-bazar-kathmandu',
    name: 'Bazar Kathmandu',
    currency: 'NPR',
    timeZone: 'Asia/Kathmandu',
    dayStartsAt: '00:00',
    entries: 800,
    methods: ['cash', 'cash', 'transfer'],
    usualMinor: 45_000,
  },
]

/** The shop's latest business day that has ended. */
export const dayOfTrade = (shop: Shop, nowMs: number): DayOfTrade => {
  const rule = makeRule(ianaZones, shop, nowMs)
  if (rule === undefined) throw new Error(`The zone data has no ${shop.timeZone}.`)
  const day = shiftDay(businessDayOf([rule], nowMs), -1)
  const { startsAtMs, endsAtMs } = dayBounds([rule], day)
  const chance = chanceOf(`${shop.merchantId} ${day}`)
  const tills = ['till-1', 'till-2', 'till-3']
  const lastSeq = new Map<string, number>()
  const entries: SentEntry[] = []

  for (let index = 0; index < shop.entries; index += 1) {
    const terminalId = tills[Math.floor(chance() * tills.length)] ?? 'till-1'
    const terminalSeq = (lastSeq.get(terminalId) ?? 0) + 1
    lastSeq.set(terminalId, terminalSeq)
    // Busy around two thirds of the day, quiet at its ends.
    const share = (chance() + chance() + chance() + 1) / 5 + index / shop.entries / 5
    const common = {
      entryId: `${FORMAT}-${day}-${terminalId}-${terminalSeq}`,
      merchantId: shop.merchantId,
      currency: shop.currency,
      occurredAt: new Date(startsAtMs + Math.floor(Math.min(share, 0.999) * (endsAtMs - startsAtMs))).toISOString(),
      terminalId,
      terminalSeq,
    }
    const amount = Math.max(1, Math.round(shop.usualMinor * (0.2 + chance() * chance() * 4)))
    const method = shop.methods[Math.floor(chance() * shop.methods.length)] ?? 'cash'
    const sold = entries[Math.floor(chance() * entries.length)]
    const kind = chance()
    if (kind < 0.02 && sold?.direction === 'credit') {
      const { amount, method, entryId } = sold
      entries.push({ ...common, direction: 'debit', amount, method, category: 'refund', reverses: entryId })
    } else if (kind < 0.03) {
      entries.push({ ...common, direction: 'debit', amount: Math.ceil(amount / 50), method: 'other', category: 'fee' })
    } else entries.push({ ...common, direction: 'credit', amount, method, category: 'sale' })
  }

  const first = entries[0]
  if (first === undefined) throw new Error(`${shop.merchantId} sells nothing`)
  return {
    shop,
    day,
    online: entries.filter(({ terminalId }) => terminalId !== shop.offlineTill),
    offline: entries.filter(({ terminalId }) => terminalId === shop.offlineTill),
    mistake: { ...first, amount: first.amount + 1 },
  }
}

// This is part of every id, so that a later demo with other numbers has other ids.
const FORMAT = 'd1'

/** Numbers from 0 to 1 that depend only on the text. */
const chanceOf = (text: string): (() => number) => {
  let state = Buffer.from(text).reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

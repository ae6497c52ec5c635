/**
 * The entries that a platform of shops sends at its peak, the same for every question. Few merchants are large and many are
 * small (Zipf). Each has about one till per entry a second. Entries come in requests of 50, a moment after they occurred.
 */
import { dayBounds } from '#ledger/calendar'
import type { BookTerms } from '#ledger/book'
import type { Entry, Method } from '#ledger/entry'
import type { BookId, BusinessDay, EntryId, MerchantId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { Currency } from '#ledger/money'
import { instantText } from '#wire/entry/instant'
import { aRule } from '#test/builders'
import { seededRandom, type Random } from '#test/simulation/random'

/** Ids as a till makes them, "till-12-004711", or random UUIDs, which nothing can shorten. */
export type IdKind = 'till' | 'uuid'

export type TradeShape = {
  readonly merchantCount: number
  readonly ids: IdKind
  readonly entriesPerSecond?: number
  readonly perRequest?: number
  /** The longest time between an entry and its request. */
  readonly spanMs?: number
}

export type Trade = {
  readonly shops: readonly Shop[]
  /** The entries of the next request. */
  request(): readonly Entry[]
  /** The requests that bring the next `count` entries. */
  requests(count: number): readonly (readonly Entry[])[]
}

export type Shop = {
  readonly merchantId: MerchantId
  /** The merchant's share of all entries. */
  readonly share: number
  readonly usualMinor: number
  readonly tills: readonly Till[]
}

type Till = { readonly terminalId: string; seq: number }

const DAY = '2026-11-19' as BusinessDay
const CURRENCY = 'BRL' as Currency
const RULE = aRule()
const { startsAtMs } = dayBounds([RULE], DAY)
// The last hour of the day, when every hour has entries.
const BEGINS_AT_MS = startsAtMs + 23.5 * 3_600_000

export const terms: BookTerms = { currency: CURRENCY, startsAtMs }
export const bookOf = (merchantId: MerchantId): BookId => ({ merchantId, day: DAY })

export const merchantOf = (merchantId: MerchantId): Merchant => ({
  merchantId,
  name: merchantId,
  currency: CURRENCY,
  calendar: [RULE],
  lateEntries: 'nextOpenDay',
  revision: 1,
})

export const trade = ({
  merchantCount,
  ids,
  entriesPerSecond = 6_000,
  perRequest = 50,
  spanMs = 2_000,
}: TradeShape): Trade => {
  const random = seededRandom(1)
  const shops = openShops(merchantCount, entriesPerSecond, random)
  const pickShop = byShare(shops, random)
  let nowMs = BEGINS_AT_MS

  const request = (): readonly Entry[] => {
    nowMs += (1_000 * perRequest) / entriesPerSecond
    const receivedAtMs = Math.floor(nowMs)
    const times = Array.from({ length: perRequest }, () => receivedAtMs - 50 - random.below(spanMs))
    return times
      .toSorted((a, b) => a - b)
      .map((occurredAtMs) => sale(pickShop(), { ids, occurredAtMs, receivedAtMs }, random))
  }
  return { shops, request, requests: (count) => Array.from({ length: Math.ceil(count / perRequest) }, request) }
}

const sale = (
  { merchantId, tills, usualMinor }: Shop,
  { ids, occurredAtMs, receivedAtMs }: { ids: IdKind; occurredAtMs: number; receivedAtMs: number },
  random: Random,
): Entry => {
  const till = random.pick(tills)
  till.seq += 1
  return {
    entryId: (ids === 'uuid' ? uuid(random) : `${till.terminalId}-${String(till.seq).padStart(6, '0')}`) as EntryId,
    merchantId,
    businessDay: DAY,
    direction: random.chance(0.04) ? 'debit' : 'credit',
    amountMinor: BigInt(Math.max(1, Math.round(usualMinor * (0.2 + random.next() * random.next() * 4)))),
    currency: CURRENCY,
    occurredAtMs,
    receivedAtMs,
    method: random.pick(METHODS_BY_USE),
    terminalId: till.terminalId,
    terminalSeq: till.seq,
  }
}

// Each method stands as often as it is used: seven of twenty payments are by Pix.
const METHODS_BY_USE: readonly Method[] = [
  ...Array.from({ length: 7 }, () => 'pix' as const),
  ...Array.from({ length: 5 }, () => 'credit-card' as const),
  ...Array.from({ length: 4 }, () => 'debit-card' as const),
  ...Array.from({ length: 2 }, () => 'cash' as const),
  'voucher',
  'other',
]

const openShops = (count: number, entriesPerSecond: number, random: Random): Shop[] => {
  const weights = Array.from({ length: count }, (_, rank) => 1 / (rank + 1))
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight, rank) => {
    const share = weight / sum
    const tillCount = Math.max(2, Math.min(50, Math.ceil(share * entriesPerSecond)))
    return {
      merchantId: `shop-${String(rank + 1).padStart(4, '0')}` as MerchantId,
      share,
      usualMinor: 400 + random.below(4_000),
      tills: Array.from({ length: tillCount }, (_, till) => ({
        terminalId: `till-${till + 1}`,
        seq: random.below(20_000),
      })),
    }
  })
}

/** Picks shops by their shares, the largest most often. */
const byShare = (shops: readonly Shop[], random: Random): (() => Shop) => {
  let sum = 0
  const upTo = shops.map(({ share }) => (sum += share))
  return () => {
    const chance = random.next() * sum
    const found = upTo.findIndex((bound) => chance < bound)
    return shops[found] as Shop
  }
}

const uuid = (random: Random): string => {
  const hex = Array.from({ length: 32 }, () => random.below(16).toString(16)).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join('-')
}

/** An entry as its client writes it. */
export const asSent = ({ amountMinor, occurredAtMs, businessDay: _day, receivedAtMs: _received, ...rest }: Entry) => ({
  ...rest,
  amount: Number(amountMinor),
  occurredAt: instantText(occurredAtMs),
})

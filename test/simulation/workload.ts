/** The entries of a history. */
import type { Direction, Entry, Method } from '#ledger/entry'
import type { BusinessDay, EntryId, MerchantId } from '#ledger/identifiers'
import type { LatePolicy, Merchant } from '#ledger/merchant'
import type { Currency } from '#ledger/money'
import { aRule } from '../builders.ts'
import { CURSES } from './curses.ts'
import type { Mix } from './mixes.ts'
import type { Random } from './random.ts'

const BRL = 'BRL' as Currency
const FIRST_DAY_MS = Date.parse('2026-11-19T00:00:00Z')
const DAY_MS = 86_400_000

/** When a history begins: after all that its clients tell of. */
export const START_MS = FIRST_DAY_MS + 5 * DAY_MS

const dayOf = (ms: number): BusinessDay => new Date(ms).toISOString().slice(0, 10) as BusinessDay

export const daysOf = ({ days }: Pick<Mix, 'days'>): BusinessDay[] =>
  Array.from({ length: days }, (_, index) => dayOf(FIRST_DAY_MS + index * DAY_MS))

/** With two or three shards, the first two of them travel on different ones. */
export const MERCHANT_IDS = ['m0', 'm4'] as MerchantId[]

export const merchantsOf = (
  mix: Pick<Mix, 'merchants'>,
  policyOf: () => LatePolicy = () => 'nextOpenDay',
): Merchant[] =>
  MERCHANT_IDS.slice(0, mix.merchants).map((merchantId, index) => ({
    merchantId,
    name: `Merchant ${index}`,
    currency: BRL,
    calendar: [aRule({ timeZone: 'UTC' })],
    lateEntries: policyOf(),
    revision: 1,
  }))

// What ingest never lets through, and the journal must not count all the same.
const STRAYS: readonly Partial<Entry>[] = [{ currency: 'EUR' as Currency }, { merchantId: 'nobody' as MerchantId }]

/** Whether an entry can be counted at all. */
export const isCountable = ({ currency, merchantId }: Entry): boolean => currency === BRL && merchantId !== 'nobody'

/** A description as long as a client may send it, of characters that take four bytes and that no compression makes fewer. */
const longText = (random: Random): string =>
  Array.from({ length: 200 }, () => String.fromCodePoint(0x20000 + random.below(40_000))).join('')

/** The entry as it is accepted when it occurs now. */
type StampToday = (entry: Entry) => Entry

/** Makes entries: fresh ones, earlier ones again, and earlier ids with other content. */
export class Clients {
  readonly #mix: Mix
  readonly #random: Random
  readonly #sent: Entry[] = []
  readonly #stampToday: StampToday | undefined

  /** Without `stampToday`, all entries are of the days before the history. */
  constructor(mix: Mix, random: Random, stampToday?: StampToday) {
    this.#mix = mix
    this.#random = random
    this.#stampToday = stampToday
  }

  next(): Entry {
    const entry = this.#make()
    this.#sent.push(entry)
    return entry
  }

  #make(): Entry {
    const { retry, conflict } = this.#mix
    const random = this.#random
    if (this.#sent.length > 0 && random.chance(retry)) {
      const earlier = random.pick(this.#sent)
      // A retry arrives later, which is no difference in content.
      return { ...earlier, receivedAtMs: earlier.receivedAtMs + 1 }
    }
    if (this.#sent.length > 0 && random.chance(conflict)) {
      const earlier = random.pick(this.#sent)
      return { ...earlier, amountMinor: earlier.amountMinor + BigInt(1 + random.below(3)) }
    }
    const stray = random.chance(this.#mix.stray) ? random.pick(STRAYS) : {}
    const description = random.chance(this.#mix.cursed)
      ? random.pick(CURSES)
      : random.chance(this.#mix.longText)
        ? longText(random)
        : undefined
    const plain = this.plain()
    const today = this.#stampToday !== undefined && random.chance(this.#mix.today) ? this.#stampToday(plain) : plain
    return { ...today, ...(description !== undefined && { description }), ...stray }
  }

  /** A good entry that was not sent before. */
  plain(): Entry {
    const random = this.#random
    const occurredAtMs = FIRST_DAY_MS + random.below(this.#mix.days) * DAY_MS + random.below(DAY_MS)
    return {
      // Every id is used twice: in another book it is another entry, in the same one a conflict.
      entryId: `e${Math.floor(this.#sent.length / 2)}` as EntryId,
      merchantId: random.pick(MERCHANT_IDS.slice(0, this.#mix.merchants)),
      businessDay: dayOf(occurredAtMs),
      direction: random.pick<Direction>(['credit', 'debit']),
      amountMinor: BigInt(1 + random.below(1000)) * 10n,
      currency: BRL,
      occurredAtMs,
      receivedAtMs: occurredAtMs + 1000,
      method: random.pick<Method>(['cash', 'pix']),
    }
  }
}

/** Tills at work: sales one by one and in batches, sent again, sent wrong, and ids that are used twice. */
import { setTimeout as sleep } from 'node:timers/promises'
import { post, postBatch, type Sale } from '#test/flows/client'
import type { RunningSystem } from '#test/flows/running-system'
import { seededRandom, type Random } from '#test/simulation/random'
import type { Witness } from './witness.ts'

/** The shops, and what becomes of entries that come after their day was closed. */
export const SHOPS = {
  baker: 'nextOpenDay',
  butcher: 'restate',
  florist: 'quarantine',
  grocer: 'nextOpenDay',
  kiosk: 'restate',
} as const
export type Shop = keyof typeof SHOPS
export const MERCHANTS = Object.keys(SHOPS) as readonly Shop[]

export type Trade = {
  readonly system: RunningSystem
  readonly witness: Witness
  readonly seed: number
  /** What is sent a second time: whatever a till thinks of, only requests that had no answer or a 5xx, or nothing. */
  readonly resends: 'anything' | 'what-failed' | 'nothing'
}

const TILLS = 6

/** Starts the tills; answers how to stop them, which takes as long as the requests in flight. */
export const startTills = (trade: Trade): (() => Promise<void>) => {
  const stopping = new AbortController()
  const tills = Array.from({ length: TILLS }, (_, index) => runTill(trade, index, stopping.signal))
  return async () => {
    stopping.abort()
    await Promise.all(tills)
  }
}

const runTill = async (trade: Trade, index: number, stopping: AbortSignal): Promise<void> => {
  const random = seededRandom(trade.seed * TILLS + index)
  const till = newTill(`till-${index}`, random)
  while (!stopping.aborted) {
    const outcomes = await Promise.all(till.next(trade.resends === 'anything').map((sales) => send(trade, sales)))
    const failed = outcomes.filter((sales) => sales !== undefined)
    // Most tills try again, sooner or later; some are switched off for the night.
    if (trade.resends !== 'nothing') till.later(failed.filter(() => random.chance(0.7)))
    await sleep(failed.length > 0 ? 250 : 10 + random.below(70))
  }
}

/** Sends one request. Gives its sales back if there was no answer, or one that says to come again. */
const send = async ({ system, witness }: Trade, sales: readonly Sale[]): Promise<readonly Sale[] | undefined> => {
  const sentAtMs = Date.now()
  const [first] = sales
  if (first === undefined) return undefined
  const sending = sales.length === 1 ? post(system, first) : postBatch(system, sales)
  const answer = await sending.catch(() => undefined)
  witness.note(sales, answer, sentAtMs)
  return answer === undefined || answer.status >= 500 ? sales : undefined
}

type Till = {
  /** The requests to send next, all at the same time. */
  next(resends: boolean): readonly (readonly Sale[])[]
  /** Requests to send again when their turn comes. */
  later(requests: readonly (readonly Sale[])[]): void
}

const newTill = (terminalId: string, random: Random): Till => {
  const startedAtMs = Date.now()
  const sent: (readonly Sale[])[] = []
  const again: (readonly Sale[])[] = []
  let terminalSeq = 0

  const sale = (): Sale => {
    terminalSeq += 1
    return {
      entryId: `${terminalId}-${terminalSeq}`,
      merchantId: random.pick(MERCHANTS),
      direction: random.chance(0.8) ? 'credit' : 'debit',
      amount: 1 + random.below(100_000),
      currency: 'BRL',
      // Some tills were offline for a day or two.
      occurredAt: new Date(
        startOfTrade(startedAtMs) - (random.chance(0.1) ? DAY_MS * (1 + random.below(2)) : 0) + random.below(DAY_MS),
      ).toISOString(),
      ...(random.chance(0.8) && { method: random.pick(['cash', 'pix', 'debit-card', 'credit-card', 'voucher']) }),
      ...(random.chance(0.2) && { description: `Mesa ${random.below(30)}, "para viagem" – ${terminalSeq}` }),
      ...(random.chance(0.7) && { terminalId, terminalSeq }),
    }
  }
  const batch = (resends: boolean): Sale[] => {
    const sales = Array.from({ length: 2 + random.below(30) }, sale)
    if (random.chance(0.3)) sales.push(invalid(random.pick(sales), random))
    if (resends && random.chance(0.2)) sales.push(random.pick(sales))
    if (resends && random.chance(0.2)) sales.push(withOtherContent(random.pick(sales)))
    return sales
  }
  const remember = (requests: readonly (readonly Sale[])[]) => {
    sent.push(...requests)
    return requests
  }

  return {
    later: (requests) => void again.push(...requests),
    next: (resends) => {
      const unfinished = random.chance(0.6) ? again.shift() : undefined
      if (unfinished !== undefined) return [unfinished]
      const chance = random.next()
      if (chance < 0.4 || sent.length === 0) return remember([[sale()]])
      if (chance < 0.7) return remember([batch(resends)])
      if (chance < 0.78 || !resends) return [[invalid({ ...sale(), entryId: `${terminalId}-wrong` }, random)]]
      if (chance < 0.9) return [random.pick(sent).map(writtenElsewhere)]
      if (chance < 0.95) return [[withOtherContent(random.pick(random.pick(sent)))]]
      // Two tills that were set up with the same name, at the same moment.
      const contested = sale()
      return remember([[contested], [withOtherContent(contested)], [contested]])
    },
  }
}

const DAY_MS = 86_400_000

/**
 * Trade moves on to the next day every few seconds: books are opened all the time, and none grows without bound. All of its
 * days have ended, so that they can be closed.
 */
const startOfTrade = (startedAtMs: number): number => {
  const today = Math.floor(startedAtMs / DAY_MS) * DAY_MS
  return today - DAY_MS * (300 - (Math.floor((Date.now() - startedAtMs) / 20_000) % 300))
}

/** The newest day that tills have left behind: most of its entries have been sent, and some are still to come. */
export const lastDayOfTrade = (startedAtMs: number): string =>
  new Date(startOfTrade(startedAtMs) - DAY_MS).toISOString().slice(0, 10)

const withOtherContent = (sale: Sale): Sale => ({ ...sale, amount: sale.amount + 1 })

/** The same content, as a till three hours west would write it. */
const writtenElsewhere = (sale: Sale): Sale => {
  const local = new Date(Date.parse(sale.occurredAt) - 3 * 3_600_000).toISOString()
  return { ...sale, occurredAt: local.replace('Z', '-03:00') }
}

/** May stand under the id of a good one, which must not suffer from it. */
const invalid = (sale: Sale, random: Random): Sale =>
  random.pick([
    { ...sale, amount: -sale.amount },
    { ...sale, amount: sale.amount + 0.5 },
    { ...sale, currency: 'USD' },
    { ...sale, merchantId: 'nobody' },
    { ...sale, terminalSeq: -1 },
  ])

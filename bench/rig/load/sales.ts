/** The sales of the loads. Each follows from its number alone, so that the acknowledged ones can be added up again. */
import { YESTERDAY, type Sale } from '#test/flows/client'

export type Sales = {
  /** The prefix of the ids of entries and merchants. It keeps the loads apart. */
  readonly name: string
  /** The merchants, which take the sales in turn. */
  readonly merchants: number
}

export const merchantsOf = ({ name, merchants }: Sales): string[] =>
  Array.from({ length: merchants }, (_, index) => `${name}-${index}`)

/** A usual till's entry: the required fields, a method and a terminal; the day between eight and eight o'clock. */
export const saleOf = ({ name, merchants }: Sales, number: number): Sale => {
  const shop = number % merchants
  return {
    entryId: `${name}-sale-${String(number).padStart(8, '0')}`,
    merchantId: `${name}-${shop}`,
    direction: number % 10 === 0 ? 'debit' : 'credit',
    amount: 100 + ((number * 7919) % 90_000),
    currency: 'BRL',
    occurredAt: new Date(OPENING_MS + ((number * 250) % OPEN_FOR_MS)).toISOString(),
    method: number % 3 === 0 ? 'pix' : 'credit-card',
    terminalId: `till-${shop % 7}`,
    terminalSeq: number,
  }
}

const OPENING_MS = Date.parse(`${YESTERDAY}T08:00:00Z`)
const OPEN_FOR_MS = 12 * 3_600_000

export const batchOf = (sales: Sales, from: number, count: number): string =>
  JSON.stringify({ entries: Array.from({ length: count }, (_, index) => saleOf(sales, from + index)) })

export type Totals = { entryCount: number; credits: number; debits: number }

/** The sums of the merchants' days when exactly the sales of these batches are counted. */
export const totalsOf = (sales: Sales, batches: readonly number[], batchSize: number): Map<string, Totals> => {
  const totals = new Map(merchantsOf(sales).map((id) => [id, { entryCount: 0, credits: 0, debits: 0 }]))
  for (const from of batches) {
    for (let number = from; number < from + batchSize; number += 1) add(totals, saleOf(sales, number))
  }
  return totals
}

const add = (totals: Map<string, Totals>, { merchantId, direction, amount }: Sale): void => {
  const ofMerchant = totals.get(merchantId)
  if (ofMerchant === undefined) throw new Error(`${merchantId} is none of these merchants`)
  ofMerchant.entryCount += 1
  ofMerchant[direction === 'credit' ? 'credits' : 'debits'] += amount
}

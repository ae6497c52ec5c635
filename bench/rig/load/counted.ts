/** Checks that the books hold exactly the acknowledged entries. */
import { day as readDay, post, register } from '#test/flows/client'
import type { RunningSystem } from '#test/flows/running-system'
import { merchantsOf, saleOf, totalsOf, type Sales, type Totals } from './sales.ts'
import type { Written } from './writes.ts'

export const registerAll = async (system: RunningSystem, sales: Sales): Promise<void> => {
  for (const merchantId of merchantsOf(sales)) await register(system, merchantId)
}

/** Waits until everything sent before this call is counted; returns each merchant's day after that. */
export const countedDays = async (system: RunningSystem, sales: Sales): Promise<Map<string, Totals>> => {
  const days = await Promise.all(
    merchantsOf(sales).map(async (merchantId, index): Promise<[string, Totals]> => {
      // Send one more entry after all others. When it is counted, all earlier ones on its shard are.
      const closing = { ...saleOf(sales, index), merchantId, entryId: `${sales.name}-last`, ...CLOSING }
      const { status, body } = await post(system, closing)
      if (status !== 202) throw new Error(`the last entry was answered ${status}`)
      const view = (await readDay(system, merchantId, body['position'] as string)) as Totals
      const { entryCount, credits, debits } = view
      return [merchantId, { entryCount: entryCount - 1, credits: credits - CLOSING.amount, debits }]
    }),
  )
  return new Map(days)
}

const CLOSING = { direction: 'credit', amount: 1 } as const

/** By how many entries the days differ from the acknowledged ones, added over all merchants; a difference in money counts as one. */
export const difference = (counted: ReadonlyMap<string, Totals>, expected: ReadonlyMap<string, Totals>): number =>
  expected.entries().reduce((sum, [merchantId, wanted]) => {
    const seen = counted.get(merchantId)
    if (seen === undefined) return sum + wanted.entryCount
    const isSameMoney = seen.credits === wanted.credits && seen.debits === wanted.debits
    return sum + Math.max(Math.abs(seen.entryCount - wanted.entryCount), isSameMoney ? 0 : 1)
  }, 0)

/** The days as they must be after a load in which every batch was answered 202 or refused. */
export const expectedAfter = (sales: Sales, written: Written, batchSize: number): Map<string, Totals> =>
  totalsOf(sales, written.acknowledged, batchSize)

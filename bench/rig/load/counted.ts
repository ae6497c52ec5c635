/** Whether the books hold exactly what was acknowledged. */
import { day as readDay, post, register } from '#test/flows/client'
import type { RunningSystem } from '#test/flows/running-system'
import { merchantsOf, saleOf, totalsOf, type Sales, type Totals } from './sales.ts'
import type { Written } from './writes.ts'

export const registerAll = async (system: RunningSystem, sales: Sales): Promise<void> => {
  for (const merchantId of merchantsOf(sales)) await register(system, merchantId)
}

/** Waits until everything sent before this call is counted; answers each merchant's day as it then is. */
export const countedDays = async (system: RunningSystem, sales: Sales): Promise<Map<string, Totals>> => {
  const days = await Promise.all(
    merchantsOf(sales).map(async (merchantId, index): Promise<[string, Totals]> => {
      // One more after all others: what is before it on its shard is counted when it is.
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

/** How many entries the days have more or less than was acknowledged, each merchant by itself; money counts as one. */
export const difference = (counted: ReadonlyMap<string, Totals>, expected: ReadonlyMap<string, Totals>): number =>
  expected.entries().reduce((sum, [merchantId, wanted]) => {
    const seen = counted.get(merchantId)
    if (seen === undefined) return sum + wanted.entryCount
    const isSameMoney = seen.credits === wanted.credits && seen.debits === wanted.debits
    return sum + Math.max(Math.abs(seen.entryCount - wanted.entryCount), isSameMoney ? 0 : 1)
  }, 0)

/** What the days must hold after a load in which every batch was answered 202 or refused. */
export const expectedAfter = (sales: Sales, written: Written, batchSize: number): Map<string, Totals> =>
  totalsOf(sales, written.acknowledged, batchSize)

/** Lists the sales that the books hold, and checks that the days add up to exactly these. */
import { answered, YESTERDAY, type Answer } from '#test/flows/client'
import type { RunningSystem } from '#test/flows/running-system'
import { countedDays } from './counted.ts'
import { merchantsOf, saleOf, type Sales } from './sales.ts'

export type CountedIds = {
  /** How often each id stands in its merchant's day. */
  readonly times: ReadonlyMap<string, number>
  /** Merchants whose day has another count, or another sum, than its entries. */
  readonly wrongDays: number
}

/** Waits until everything sent before is counted. */
export const countedIds = async (system: RunningSystem, sales: Sales): Promise<CountedIds> => {
  const days = await countedDays(system, sales)
  const times = new Map<string, number>()
  let wrongDays = 0
  for (const merchantId of merchantsOf(sales)) {
    const entries = (await entriesOf(system, merchantId)).filter(({ entryId }) => entryId !== `${sales.name}-last`)
    for (const { entryId } of entries) times.set(entryId, (times.get(entryId) ?? 0) + 1)
    const sum = (wanted: string) =>
      entries.reduce((total, { direction, amount }) => total + (direction === wanted ? amount : 0), 0)
    const day = days.get(merchantId)
    const agrees = day?.entryCount === entries.length && day.credits === sum('credit') && day.debits === sum('debit')
    if (!agrees) wrongDays += 1
  }
  return { times, wrongDays }
}

/** The ids of a load's batches, given by their first sales. */
export const idsOf = (sales: Sales, batches: readonly number[], batchSize: number): string[] =>
  batches.flatMap((first) => Array.from({ length: batchSize }, (_, index) => saleOf(sales, first + index).entryId))

type Listed = { readonly entryId: string; readonly direction: string; readonly amount: number }

const entriesOf = async (system: RunningSystem, merchantId: string): Promise<Listed[]> => {
  const url = `${system.query}/v1/merchants/${merchantId}/days/${YESTERDAY}/entries?limit=500`
  const entries: Listed[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const { status, body }: Answer = await answered(system, cursor === '' ? url : `${url}&cursor=${cursor}`, 'GET')
    if (status !== 200) throw new Error(`${url}: ${status}`)
    entries.push(...(body['data'] as Listed[]))
    cursor = body['nextCursor'] as string | null
  }
  return entries
}

import { sumMinor, type DayPart } from '#ledger/day-parts'
import { openDaysBefore, type Head } from '#ledger/head'
import type { Merchant } from '#ledger/merchant'
import { withExactSums } from './exact-sums.ts'

/** A head, and the parts of a balance; `exact` when all of it was so at one instant. */
export type BalanceRead = { readonly head: Head; readonly parts: readonly DayPart[]; readonly exact: boolean }

/** The balance as clients read it, but for how fresh it is. */
export const balanceResponse = ({ merchantId, currency }: Merchant, { head, parts, exact }: BalanceRead) => {
  const balance = sumMinor(parts)
  const { closedThrough } = head
  return withExactSums({ merchantId, currency, balance, exact, closedThrough, openDays: openDaysBefore(head) }, [
    { name: 'balance', minor: balance, parts: () => parts },
  ])
}

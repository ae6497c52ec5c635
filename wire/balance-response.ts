import { balanceMinor, openDaysBefore, type Head } from '#ledger/head'
import type { Merchant } from '#ledger/merchant'

/** What a merchant's head and open books add up to; `exact` when all of it was so at one instant. */
export type BalanceRead = { readonly head: Head; readonly netsMinor: readonly bigint[]; readonly exact: boolean }

/** The balance as clients read it, but for how fresh it is. */
export const balanceResponse = ({ merchantId, currency }: Merchant, { head, netsMinor, exact }: BalanceRead) => ({
  merchantId,
  currency,
  balance: balanceMinor(head, netsMinor),
  exact,
  closedThrough: head.closedThrough,
  openDays: openDaysBefore(head),
})

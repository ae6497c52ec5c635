import type { Totals } from '#ledger/money'

/** What a set of entries adds up to, as clients read it. */
export const totalsResponse = ({ creditsMinor, debitsMinor, entryCount }: Totals) => ({
  credits: creditsMinor,
  debits: debitsMinor,
  entryCount,
})

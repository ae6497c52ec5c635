/** What came of a request to close days. */
import type { ClosingDay } from '#ledger/closing-run'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { isExactInJson } from '#ledger/money'

export type ClosedUpTo = {
  readonly merchantId: MerchantId
  readonly through: BusinessDay
  readonly closedThrough: BusinessDay | null
  /** Whether the workflow goes on. */
  readonly isGoingOn: boolean
  /** By day. */
  readonly days: readonly ClosingDay[]
}

export const closingResponse = ({ merchantId, through, closedThrough, isGoingOn, days }: ClosedUpTo) => {
  const isClosed = closedThrough !== null && closedThrough >= through
  return {
    merchantId,
    through,
    status: isClosed ? 'closed' : isGoingOn ? 'closing' : 'open',
    closedThrough,
    days: days.map(({ merchantId: _, day: businessDay, closingMinor, ...rest }) => ({
      businessDay,
      ...rest,
      // A balance that JSON cannot say exactly is left out: the day is closed all the same.
      ...(closingMinor !== undefined && isExactInJson(closingMinor) && { closing: closingMinor }),
    })),
  }
}

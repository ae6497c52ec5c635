import type { Entry } from '#ledger/entry'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import type { Change, Heads } from '#ledger/ports'

/** Days of a merchant that changes of its head close: those after the first, up to the last. */
export type ClosedDays = {
  readonly merchantId: MerchantId
  readonly after: BusinessDay | null
  readonly through: BusinessDay
}

/** The days that changes close if they are committed now. */
export const closedBy = async (
  heads: Pick<Heads, 'read'>,
  changes: readonly Change[],
): Promise<readonly ClosedDays[]> => {
  const closed: ClosedDays[] = []
  for (const change of changes) {
    if (change.change !== 'head' || change.head.closedThrough === null) continue
    const { merchantId, head } = change
    const { closedThrough: after } = await heads.read(merchantId)
    if (head.closedThrough !== null && after !== head.closedThrough)
      closed.push({ merchantId, after, through: head.closedThrough })
  }
  return closed
}

export const isAmong = ({ merchantId, after, through }: ClosedDays, entry: Entry): boolean =>
  entry.merchantId === merchantId && entry.businessDay <= through && (after === null || entry.businessDay > after)

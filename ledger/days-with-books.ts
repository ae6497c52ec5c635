import type { BusinessDay, MerchantId } from './identifiers.ts'
import type { Days, Heads } from './ports.ts'

/**
 * The days on which some entry of a merchant counts, oldest first: the open ones, those that had a book when they were
 * closed, and those that got their first entries by a restatement.
 */
export const daysWithBooks = async (
  { heads, days }: { readonly heads: Pick<Heads, 'read'>; readonly days: Pick<Days, 'closed' | 'restatements'> },
  merchantId: MerchantId,
): Promise<BusinessDay[]> => {
  const { open, closedThrough, restatements } = await heads.read(merchantId)
  if (closedThrough === null) return [...open].toSorted()
  const closed = await days.closed(merchantId, FIRST_DAY, closedThrough)
  const restated = await days.restatements(merchantId, 0, restatements)
  return [...new Set([...open, ...[...closed, ...restated].map(({ book }) => book.day)])].toSorted()
}

/** No calendar date that we can write is before the first or after the last. */
export const FIRST_DAY = '0001-01-01' as BusinessDay
export const LAST_DAY = '9999-12-31' as BusinessDay

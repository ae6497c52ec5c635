/**
 * The parts of a request's path and query as values of the ledger. Each throws a ProblemError for a part that is wrong.
 */
import { noSuchMerchant } from '#http/hidden'
import type { ServiceContext } from '#http/context'
import { merchantIdIn } from '#http/path'
import { ProblemError } from '#http/problem-error'
import {
  parseBusinessDay,
  parseEntryId,
  parseMerchantId,
  type BusinessDay,
  type EntryId,
  type MerchantId,
} from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { Page } from '#ledger/ports'
import { parseQuarantinePlace } from '#ledger/quarantine'
import { parseCursor } from '#wire/http/cursor'
import { invalid } from '#wire/http/problem'
import type { PageParams } from '#wire/http/requests/query-params'
import type { ItemsPage } from './granted-lists.ts'
import { parsePlace, START_OF_BOOK, type Place } from './entries.ts'
import type { Store } from './store.ts'

/** The merchant in the path. */
export const merchantOf = async (c: ServiceContext, merchants: Store['merchants']): Promise<Merchant> => {
  const merchantId = merchantIdOf(c)
  // The door has looked at this already, but the request may have waited since then.
  const merchant = c.get('merchants').covers(merchantId) ? await merchants.find(merchantId) : undefined
  if (merchant === undefined) throw noSuchMerchant()
  return merchant
}

export const merchantIdOf = (c: ServiceContext): MerchantId => merchantIdIn(c, 'merchant')

export const entryIdOf = (c: ServiceContext): EntryId => {
  const entryId = parseEntryId(c.req.param('entry') ?? '')
  if (entryId.ok) return entryId.value
  throw notFound('No entry can have this id.')
}

export const notFound = (detail: string): ProblemError => new ProblemError({ code: 'not-found', detail })

/**
 * The name of a list that shows what is granted. The list of a caller of all merchants has an order of its own, so a
 * cursor of either list belongs to no page of the other.
 */
export const listFor = (c: ServiceContext, list: string): string =>
  c.get('merchants').coversAll ? list : `${list} granted`

/** The page of the register that a query asks for. */
export const requestedMerchants = (list: string, { limit, cursor }: PageParams): Page => {
  if (cursor === undefined) return { limit }
  const after = parseMerchantId(placeOf(list, cursor))
  if (!after.ok) throw cursorProblem()
  return { limit, after: after.value }
}

/** The page of items in quarantine that a query asks for; where it asks for one merchant, from a place of that one. */
export const requestedItems = (
  list: string,
  { limit, cursor }: PageParams,
  merchantId: MerchantId | undefined,
): ItemsPage => {
  if (cursor === undefined) return { limit }
  const after = parseQuarantinePlace(placeOf(list, cursor))
  if (!after.ok || (merchantId !== undefined && after.value.scope !== merchantId)) throw cursorProblem()
  return { limit, after: after.value }
}

/** The page of a book's entries that a query asks for. */
export const requestedEntries = (list: string, { limit, cursor }: PageParams): { from: Place; limit: number } => {
  if (cursor === undefined) return { from: START_OF_BOOK, limit }
  const from = parsePlace(placeOf(list, cursor))
  if (!from.ok) throw cursorProblem()
  return { from: from.value, limit }
}

/** The page of a list of days that a query asks for. */
export const requestedDays = (
  list: string,
  { from, limit, cursor }: PageParams & { from: BusinessDay },
): { from: BusinessDay; limit: number } => {
  if (cursor === undefined) return { from, limit }
  const day = parseBusinessDay(placeOf(list, cursor))
  if (!day.ok) throw cursorProblem()
  return { from: day.value, limit }
}

const placeOf = (list: string, cursor: string): string => {
  const place = parseCursor(list, cursor)
  if (!place.ok) throw cursorProblem()
  return place.value
}

const cursorProblem = (): ProblemError => {
  const detail = 'must be the nextCursor of the same list and filter'
  const error = { pointer: '/cursor', code: 'not-a-cursor', detail }
  return new ProblemError(invalid('The cursor does not belong to this list.', [error]))
}

/**
 * Lists that show only what a caller is granted. They go through the granted merchants in the order of their ids and read
 * nothing of other merchants. So neither the time nor the cost of a list depends on merchants that the caller may not know
 * of, and every place where a page ends is one that the caller has seen or may see.
 *
 * A caller of all merchants has simpler lists, in the order of the store.
 */
import type { GrantedMerchants, MerchantPattern } from '#ledger/access'
import { concurrently } from '#ledger/concurrently'
import type { MerchantId } from '#ledger/identifiers'
import { UnknownFormat, type Listed, type Page, type RegisterItem } from '#ledger/ports'
import {
  QUARANTINE_PAGE_BYTES,
  quarantineKey,
  quarantinePlace,
  type Quarantined,
  type QuarantineFilter,
  type QuarantineKey,
} from '#ledger/quarantine'
import { ok, refuse } from '#ledger/result'
import { Unavailable } from '#http/unavailable'
import type { Store } from './store.ts'

/**
 * How many merchants one request looks at. A grant may name thousands of ids that are not registered, or merchants of
 * which nothing is set aside. The page then ends early, with a place from which the next one goes on.
 */
const MOST_MERCHANTS = { find: 1_000, listItems: 100 }

const READS_AT_ONCE = 16

/** The granted merchants that are registered, in the order of their ids. A place is the id of a granted merchant. */
export const listGrantedMerchants = async (
  merchants: Pick<Store['merchants'], 'find' | 'idsBeginning'>,
  granted: GrantedMerchants,
  { limit, after }: Page,
): Promise<Listed<RegisterItem>> => {
  const ids = grantedIds(granted, merchants.idsBeginning, { limit: limit + 1, ...(after !== undefined && { after }) })
  const found: RegisterItem[] = []
  let last: MerchantId | undefined
  for (let left = MOST_MERCHANTS.find; left > 0;) {
    // One more than is shown tells whether another page follows.
    const next = await firstOf(ids, Math.min(left, limit + 1 - found.length))
    last = next.at(-1)
    if (last === undefined) return { items: found }
    const read = await concurrently(next, READS_AT_ONCE, (merchantId) => registerItem(merchants, merchantId))
    found.push(...read.filter((item) => item !== undefined))
    const shown = found.slice(0, limit)
    const lastShown = shown.at(-1)
    if (found.length > limit && lastShown !== undefined) return { items: shown, next: lastShown.merchantId }
    left -= next.length
  }
  return { items: found, ...(last !== undefined && { next: last }) }
}

/** The merchant, if it is registered, or why it cannot be read. */
const registerItem = async (
  merchants: Pick<Store['merchants'], 'find'>,
  merchantId: MerchantId,
): Promise<RegisterItem | undefined> => {
  try {
    const merchant = await merchants.find(merchantId)
    return merchant && { merchantId, merchant: ok(merchant) }
  } catch (error) {
    const cause = error instanceof Unavailable ? error.cause : error
    if (cause instanceof UnknownFormat) return { merchantId, merchant: refuse(cause.message) }
    throw error
  }
}

export type ItemsPage = { readonly limit: number; readonly after?: QuarantineKey }

/**
 * What was set aside of granted merchants, in the order of their ids. A place is the key of an item of a granted merchant,
 * or stands behind all items of one.
 */
export const listGrantedItems = async (
  quarantine: Pick<Store['quarantine'], 'list' | 'merchantsBeginning'>,
  granted: GrantedMerchants,
  filter: Omit<QuarantineFilter, 'merchantId'>,
  { limit, after }: ItemsPage,
): Promise<Listed<Quarantined>> => {
  const items: Quarantined[] = []
  let bytes = 0
  let looked = 0
  for await (const merchantId of scopesFrom(granted, quarantine.merchantsBeginning, after)) {
    let place = after?.scope === merchantId ? quarantinePlace(after) : undefined
    do {
      const page: Page = { limit: limit + 1 - items.length, ...(place !== undefined && { after: place }) }
      const listed = await quarantine.list({ ...filter, merchantId }, page)
      for (const item of listed.items) {
        const last = items.at(-1)
        bytes += item.raw.length
        if (last !== undefined && (items.length === limit || bytes > QUARANTINE_PAGE_BYTES)) {
          return { items, next: quarantinePlace(quarantineKey(last)) }
        }
        items.push(item)
      }
      place = listed.next
    } while (place !== undefined)
    looked += 1
    if (looked === MOST_MERCHANTS.listItems) return { items, next: quarantinePlace(behindAllOf(merchantId)) }
  }
  return { items }
}

/** Items begin with a day, and "~" sorts behind every digit. */
const behindAllOf = (merchantId: MerchantId): QuarantineKey => ({ scope: merchantId, item: '~' })

/** The merchants whose items come behind the place: that of the place itself, and those after it. */
async function* scopesFrom(
  granted: GrantedMerchants,
  idsBeginning: IdsBeginning,
  place: QuarantineKey | undefined,
): AsyncGenerator<MerchantId> {
  const first = place?.scope as MerchantId | undefined
  // The grant may be another one than when the page before was read.
  if (first !== undefined && granted.covers(first)) yield first
  const page = { limit: MOST_MERCHANTS.listItems, ...(first !== undefined && { after: first }) }
  yield* grantedIds(granted, idsBeginning, page)
}

type IdsBeginning = Store['merchants']['idsBeginning']

/**
 * The granted ids in their order, each once, after the given one: those that begin as the grant says, read `limit` at a
 * time, and the others that it names, whether or not there is such a merchant.
 */
export async function* grantedIds(
  granted: GrantedMerchants,
  idsBeginning: IdsBeginning,
  { limit, after }: Page,
): AsyncGenerator<MerchantId> {
  for (const pattern of inOrder(granted.patterns)) {
    if (!pattern.endsWith('*')) {
      if (after === undefined || pattern > after) yield pattern as string as MerchantId
      continue
    }
    const beginning = pattern.slice(0, -1)
    const isWithin = after?.startsWith(beginning)
    if (after !== undefined && after > beginning && !isWithin) continue
    let place = isWithin ? after : undefined
    do {
      const { items, next } = await idsBeginning(beginning, { limit, ...(place !== undefined && { after: place }) })
      for (const merchantId of items) if (granted.covers(merchantId)) yield merchantId
      place = next
    } while (place !== undefined)
  }
}

/**
 * The patterns in the order of the ids that they cover, without those that another one includes. What remains covers
 * stretches of ids that do not overlap: an id beyond the stretch of a beginning is beyond all ids of it.
 *
 * A grant may hold thousands of patterns, so each is compared with its neighbour only: in this order, a beginning stands
 * right before all that it includes.
 */
const inOrder = (patterns: readonly MerchantPattern[]): readonly MerchantPattern[] => {
  // "a*" comes before "a", which it includes.
  const sorted = [...new Set(patterns)].toSorted((a, b) => compare(textOf(a), textOf(b)) || compare(b, a))
  const kept: MerchantPattern[] = []
  for (const pattern of sorted) {
    const last = kept.at(-1)
    if (last === undefined || !includes(last, pattern)) kept.push(pattern)
  }
  return kept
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const includes = (beginning: MerchantPattern, pattern: MerchantPattern): boolean =>
  beginning.endsWith('*') && textOf(pattern).startsWith(textOf(beginning))

const textOf = (pattern: MerchantPattern): string => (pattern.endsWith('*') ? pattern.slice(0, -1) : pattern)

/** Up to `count` of the following values. */
const firstOf = async <T>(values: AsyncGenerator<T>, count: number): Promise<T[]> => {
  const taken: T[] = []
  while (taken.length < count) {
    const next = await values.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}

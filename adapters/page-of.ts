import type { MerchantId } from '#ledger/identifiers'
import type { Listed, Page } from '#ledger/ports'

/** A page of items in the order of their keys, after the last key of the page before. */
export const pageOf = <T>(items: Iterable<T>, keyOf: (item: T) => string, { limit, after }: Page): Listed<T> => {
  const following = [...items]
    .map((item) => ({ key: keyOf(item), item }))
    .filter(({ key }) => after === undefined || key > after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
  return firstPage(
    following.map(({ item }) => item),
    keyOf,
    limit,
  )
}

/** A page of the ids that begin so, in their order. */
export const idsBeginningOf = (ids: Iterable<MerchantId>, beginning: string, page: Page): Listed<MerchantId> =>
  pageOf(
    [...new Set(ids)].filter((id) => id.startsWith(beginning)),
    String,
    page,
  )

/** The first `limit` items. `next` is the key of the last of them, when more items follow. */
export const firstPage = <T>(items: readonly T[], keyOf: (item: T) => string, limit: number): Listed<T> => {
  const shown = items.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown, ...(last !== undefined && items.length > limit && { next: keyOf(last) }) }
}

import type { Listed } from '#ledger/ports'
import { quarantineKey, quarantinePlace, QUARANTINE_PAGE_BYTES, type Quarantined } from '#ledger/quarantine'

/** A page of items in their order: up to `limit` of them, as long as their bytes fit. Reads one item more than it shows. */
export const quarantinePage = async (
  items: Iterable<Quarantined> | AsyncIterable<Quarantined>,
  limit: number,
): Promise<Listed<Quarantined>> => {
  const page: Quarantined[] = []
  let bytes = 0
  for await (const item of items) {
    bytes += item.raw.length
    const last = page.at(-1)
    if (last !== undefined && (page.length === limit || bytes > QUARANTINE_PAGE_BYTES)) {
      return { items: page, next: quarantinePlace(quarantineKey(last)) }
    }
    page.push(item)
  }
  return { items: page }
}

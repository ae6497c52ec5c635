import type { NativeAttributeValue } from '@aws-sdk/lib-dynamodb'

type Item = Record<string, NativeAttributeValue>

/**
 * The items of a Query or Scan: all, or the first `limit`. One answer covers 1 MB of the table and may hold no item after
 * a filter, so only an answer without a continuation is the last.
 */
export const firstItems = async <T>(answers: AsyncIterable<{ Items?: Item[] | undefined }>, limit = Infinity) => {
  const items: Item[] = []
  for await (const { Items = [] } of answers) {
    items.push(...Items)
    if (items.length >= limit) break
  }
  // Only our adapters write to these tables, so the items have the type that they wrote.
  return items.slice(0, limit) as T[]
}

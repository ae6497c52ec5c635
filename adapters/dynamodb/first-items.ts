import type { NativeAttributeValue } from '@aws-sdk/lib-dynamodb'

type Item = Record<string, NativeAttributeValue>

/**
 * The items of a Query or Scan, all or the first `limit`. One answer holds what was found in 1 MB, and after a filter
 * perhaps nothing, so only the answer without a continuation says that there is no more.
 */
export const firstItems = async <T>(answers: AsyncIterable<{ Items?: Item[] | undefined }>, limit = Infinity) => {
  const items: Item[] = []
  for await (const { Items = [] } of answers) {
    items.push(...Items)
    if (items.length >= limit) break
  }
  // The tables are ours alone: what stands in them is what our adapters wrote.
  return items.slice(0, limit) as T[]
}

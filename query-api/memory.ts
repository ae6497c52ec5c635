import type { Head } from '#ledger/head'
import { bookKey, type BookId, type MerchantId } from '#ledger/identifiers'
import type { SegmentNumber } from '#ledger/segment'
import type { Store } from './store.ts'

/** What was read last of heads and books. It may be old: nothing may rest on it but how it compares with a new read. */
export type Memory = {
  head(merchantId: MerchantId): Head | undefined
  /** The last segment's number; 0 for a book that had none, undefined for one that is not remembered. */
  segment(book: BookId): SegmentNumber | undefined
}

/** The same store, with a memory of what it answered. */
export const remembering = (store: Store): Store & { readonly memory: Memory } => {
  const heads = new Map<MerchantId, Head>()
  const segments = new Map<string, SegmentNumber>()
  return {
    ...store,
    heads: {
      async read(merchantId) {
        const head = await store.heads.read(merchantId)
        keep(heads, merchantId, head)
        return head
      },
    },
    journal: {
      ...store.journal,
      async end(book) {
        const end = await store.journal.end(book)
        keep(segments, bookKey(book), end?.number ?? 0)
        return end
      },
    },
    memory: {
      head: (merchantId) => heads.get(merchantId),
      segment: (book) => segments.get(bookKey(book)),
    },
  }
}

// About 100 bytes each, a head a little more for each open day.
const MOST_KEPT = 50_000

// Emptied rather than aged: what is forgotten costs one more read.
const keep = <K, V>(kept: Map<K, V>, key: K, value: V): void => {
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(key, value)
}

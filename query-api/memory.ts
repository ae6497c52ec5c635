import type { Head } from '#ledger/head'
import { bookKey, type BookId, type MerchantId } from '#ledger/identifiers'
import type { SegmentNumber } from '#ledger/segment'
import type { Store } from './store.ts'

/** The heads and books as they were last read. It may be old: use it only to compare it with a new read. */
export type Memory = {
  head(merchantId: MerchantId): Head | undefined
  /** The number of the last segment; 0 for a book without segments, undefined for a book that is not remembered. */
  segment(book: BookId): SegmentNumber | undefined
}

export type RememberingStore = Store & { readonly memory: Memory }

/** The same store, with a memory of what it answered. */
export const remembering = (store: Store): RememberingStore => {
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

// An item takes about 100 bytes, a head some more for each open day.
const MOST_KEPT = 50_000

// A full memory is emptied, which is simpler than finding its oldest items: a forgotten item costs one more read.
const keep = <K, V>(kept: Map<K, V>, key: K, value: V): void => {
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(key, value)
}

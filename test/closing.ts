/** Closing books in memory as they stand, for tests of what comes after a close. */
import type { MemoryBooks } from '#adapters/transactions/memory-books'
import { emptyBook, evolve, nextSegment } from '#ledger/book'
import { closeBook, closingSegment, restateBook } from '#ledger/close'
import { contentHash, type Entry } from '#ledger/entry'
import { closeThrough } from '#ledger/head'
import type { BookId, BusinessDay, MerchantId } from '#ledger/identifiers'
import { digestOf } from '#ledger/segment'
import { openSegment, sealSegment } from '#wire/journal/segment'
import { someTerms } from './builders.ts'

/** Closes a book, which has to be the oldest of its merchant. */
export const closeAsItStands = async (
  { journal, heads, transactions }: MemoryBooks,
  id: BookId,
  atMs: number,
): Promise<void> => {
  const { book, entries } = await readBook(journal, id)
  const segment = sealSegment(book, closingSegment(book))
  const digest = digestOfEntries(entries)
  const closed = closeBook(await heads.read(id.merchantId), book, { chainHash: segment.hash, digest, atMs })
  if (!closed.ok) throw new Error(closed.error)
  const outcome = await transactions.commit([
    { change: 'append', segment },
    { change: 'close', closed: closed.value.closed },
    { change: 'head', merchantId: id.merchantId, head: closed.value.head },
  ])
  if (outcome === 'refused') throw new Error('the close was refused')
}

/** Closes the days without a book up to this one. */
export const closeRestThrough = async (
  { heads, transactions }: MemoryBooks,
  merchantId: MerchantId,
  through: BusinessDay,
): Promise<void> => {
  const after = closeThrough(await heads.read(merchantId), through)
  if (!after.ok) throw new Error(after.error)
  await transactions.commit([{ change: 'head', merchantId, head: after.value }])
}

/** Counts late entries in a day that was closed without a book. */
export const restateEmpty = async (
  { journal, heads, transactions }: MemoryBooks,
  id: BookId,
  entries: readonly Entry[],
): Promise<void> => {
  const empty = emptyBook(id, someTerms)
  await journal.append(sealSegment(empty, closingSegment(empty)))
  const { book } = await readBook(journal, id)
  const head = await heads.read(id.merchantId)
  const mark = { kind: 'restating', restatement: head.restatements + 1 } as const
  const segment = sealSegment(book, nextSegment(book, entries, mark))
  const known = { version: 1, chainHash: segment.hash, digest: digestOfEntries(entries), atMs: 0 }
  const restated = restateBook(head, book, entries, known)
  await transactions.commit([
    { change: 'append', segment },
    { change: 'restate', restatement: restated.restatement },
    { change: 'head', merchantId: id.merchantId, head: restated.head },
  ])
}

const digestOfEntries = (entries: readonly Entry[]): string =>
  digestOf(entries.map((entry) => ({ entryId: entry.entryId, contentHash: contentHash(entry) })))

const readBook = async (journal: MemoryBooks['journal'], id: BookId) => {
  const chain = await journal.read(id, 0)
  const [first] = chain
  let book = emptyBook(id, first === undefined ? someTerms : openSegment(first).terms)
  const entries: Entry[] = []
  for (const sealed of chain) {
    const { segment } = openSegment(sealed)
    book = evolve(book, segment)
    entries.push(...segment.entries)
  }
  return { book, entries }
}

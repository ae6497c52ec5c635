/** The stores of books in memory, with transactions over all of them. */
import { memoryDays, noDays } from '#adapters/days/memory-days'
import { memoryHeads, memoryOpenDays } from '#adapters/heads/memory-heads'
import { eachGeneration } from '#adapters/journal/generations'
import { addSegment, isFree, memoryJournal, memoryStored, type MemoryChains } from '#adapters/journal/memory-journal'
import {
  hasSameActions,
  keepAside,
  keepReleased,
  memoryQuarantine,
  type MemoryItems,
} from '#adapters/quarantine/memory-quarantine'
import { emptyHead, type Head } from '#ledger/head'
import { bookKey, type MerchantId } from '#ledger/identifiers'
import type { Change, Days, Generations, Heads, Journal, OpenDays, Quarantine, Transactions } from '#ledger/ports'

export type MemoryBooks = {
  readonly journal: Journal
  readonly generations: Generations
  readonly heads: Heads
  readonly days: Days
  readonly openDays: OpenDays
  readonly quarantine: Quarantine
  readonly transactions: Transactions
}

export const memoryBooks = (
  known: Iterable<readonly [MerchantId, Head]> = [],
  chains: MemoryChains = new Map(),
): MemoryBooks => {
  const heads = new Map(known)
  const days = noDays()
  const items: MemoryItems = new Map()

  const holds = (change: Change): boolean => {
    switch (change.change) {
      case 'append':
        return isFree(chains, change.segment)
      case 'head':
        return (heads.get(change.merchantId) ?? emptyHead).revision === change.head.revision - 1
      case 'close':
        return !days.closed.has(bookKey(change.closed.book))
      case 'restate': {
        const { book, number } = change.restatement
        const { length } = days.restatements.get(book.merchantId) ?? []
        if (number > length + 1) throw new Error(`restatement ${number} of ${book.merchantId} would leave a gap`)
        return number === length + 1
      }
      case 'set-aside':
        return true
      case 'release':
        return hasSameActions(items, change.item)
    }
  }

  const carryOut = (change: Change): void => {
    switch (change.change) {
      case 'append':
        addSegment(chains, change.segment)
        return
      case 'head':
        heads.set(change.merchantId, change.head)
        return
      case 'close':
        days.closed.set(bookKey(change.closed.book), change.closed)
        return
      case 'restate': {
        const { restatement } = change
        const { merchantId } = restatement.book
        days.restatements.set(merchantId, [...(days.restatements.get(merchantId) ?? []), restatement])
        return
      }
      case 'set-aside':
        keepAside(items, change.item)
        return
      case 'release':
        keepReleased(items, change.item, change.to)
    }
  }

  return {
    journal: memoryJournal(chains),
    generations: eachGeneration(memoryStored(chains)),
    heads: memoryHeads(heads),
    days: memoryDays(days),
    openDays: memoryOpenDays(heads),
    quarantine: memoryQuarantine(items),
    transactions: {
      async commit(changes) {
        if (!changes.every(holds)) return 'refused'
        changes.forEach(carryOut)
        return 'committed'
      },
    },
  }
}

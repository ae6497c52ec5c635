import { expect, test } from 'vitest'
import { memoryHeads } from '#adapters/heads/memory-heads'
import { memoryJournal } from '#adapters/journal/memory-journal'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { bookCache } from '#processors/journal/book-cache'
import { aBookId, aMerchant, day } from '../builders.ts'

/** Books of 1 to 9 November, and how often any of them was read from the journal. */
const given = (maxBytes: number) => {
  const journal = memoryJournal()
  let reads = 0
  const counted: typeof journal = {
    ...journal,
    read: (...args) => {
      reads += 1
      return journal.read(...args)
    },
  }
  const ports = { journal: counted, heads: memoryHeads(), merchants: memoryMerchants([aMerchant()]) }
  const books = bookCache(ports, maxBytes)
  const ask = async (...days: number[]) => {
    const before = reads
    for (const number of days) await books.current(aBookId({ day: day(`2026-11-0${number}`) }), { mayHaveMoved: false })
    return reads - before
  }
  return { ask }
}

// An empty book is charged 20,000 bytes and a little for its list of ids.
test('books that fit in the cache are read once', async () => {
  const { ask } = given(1_000_000)
  expect(await ask(1, 2, 3, 1, 2, 3)).toBe(3)
})

test('the least recently used book is forgotten first when the cache is full', async () => {
  const { ask } = given(65_000)
  expect(await ask(1, 2, 3)).toBe(3)
  expect(await ask(1)).toBe(0)
  expect(await ask(4)).toBe(1)
  expect(await ask(1, 3, 4)).toBe(0)
  expect(await ask(2)).toBe(1)
})

test('a cache without any room still holds each book during its batch', async () => {
  const { ask } = given(0)
  expect(await ask(1, 1, 2, 1)).toBe(3)
})

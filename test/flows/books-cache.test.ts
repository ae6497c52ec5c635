import { expect, test } from 'vitest'
import { memoryHeads } from '#adapters/heads/memory-heads'
import { memoryJournal } from '#adapters/journal/memory-journal'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { evolve, nextSegment, type Book } from '#ledger/book'
import { UnreadableSegment } from '#ledger/ports'
import { bookCache } from '#processors/journal/book-cache'
import { sealSegment } from '#wire/journal/segment'
import { aBookId, aMerchant, anEntry, aSealedSegment, day, entryId } from '../builders.ts'

const bookOf = (number: number) => aBookId({ day: day(`2026-11-0${number}`) })

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
    for (const number of days) await books.current(bookOf(number), { mayHaveMoved: false })
    return reads - before
  }
  return { ask, books, journal }
}

/** The book after a further segment with so many entries. */
const further = (book: Book, count: number): Book => {
  const entries = Array.from({ length: count }, (_, index) =>
    anEntry({ entryId: entryId(`${book.segment}-${index}`), businessDay: book.id.day }),
  )
  const segment = nextSegment(book, entries)
  return evolve(book, { ...segment, hash: sealSegment(book, segment).hash })
}

// An empty book is charged 20,000 bytes, and 256 for its list of ids: 8 places of 24 bytes, and a table of 16 numbers.
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

test.each([
  { room: 'exactly as large as three books', maxBytes: 3 * 20_256, reads: 0 },
  { room: 'one byte smaller than three books', maxBytes: 3 * 20_256 - 1, reads: 1 },
])('a cache $room reads $reads of them again', async ({ maxBytes, reads }) => {
  const { ask } = given(maxBytes)
  await ask(1, 2, 3)
  expect(await ask(1)).toBe(reads)
})

test('a book takes the room of its ids as well, 24 bytes or more for each', async () => {
  const { ask, books } = given(100_000)
  const large = await books.current(bookOf(3), { mayHaveMoved: false })
  if (!large.ok) throw new Error(large.error)
  await ask(1, 2)
  expect(await ask(1, 2)).toBe(0)
  // 72,000 bytes for ids and 20,000 for the book leave less than the 20,000 of another book.
  books.keep(further(large.value, 3_000))
  expect(await ask(1, 2)).toBe(2)
})

test('an earlier state does not replace the book that another batch has brought further', async () => {
  const { books } = given(1_000_000)
  const empty = await books.current(bookOf(1), { mayHaveMoved: false })
  if (!empty.ok) throw new Error(empty.error)
  const first = further(empty.value, 1)
  const second = further(first, 1)
  books.keep(second)
  books.keep(first)
  expect(await books.current(bookOf(1), { mayHaveMoved: false })).toEqual({ ok: true, value: second })
})

test.each([
  { what: 'an unknown book', isKnown: false },
  { what: 'a known book', isKnown: true },
])('a segment of $what that cannot be read is named, with the error of the reader', async ({ isKnown }) => {
  const { ask, books, journal } = given(1_000_000)
  if (isKnown) await ask(1)
  await journal.append({ ...aSealedSegment({ book: bookOf(1) }), entries: Uint8Array.of(99) })
  const error: unknown = await books.current(bookOf(1), { mayHaveMoved: true }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UnreadableSegment)
  const { message, segment, detail, cause } = error as UnreadableSegment
  expect({ segment, cause }).toEqual({ segment: 1, cause: expect.objectContaining({ message: detail }) as Error })
  expect(message).toBe(`Segment 1 of the book m1 2026-11-01 cannot be read: ${detail}.`)
})

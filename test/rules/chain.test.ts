import { describe, expect, test } from 'vitest'
import { segmentsAfter, wholeChain } from '#ledger/chain'
import { allListed } from '#ledger/listed'
import type { Journal, Page } from '#ledger/ports'
import { aBookId, aSealedSegment } from '../builders.ts'

const book = aBookId()
const template = aSealedSegment()

type Readable = Pick<Journal, 'read' | 'end'>

/** A journal with one book. `grow` makes its chain longer. */
const aJournalOf = (length: number): Readable & { grow(to: number): void } => {
  let end = length
  return {
    grow(to) {
      end = to
    },
    async read(_book, after, limit = Infinity) {
      return upTo(Math.min(end, after + limit), after).map((number) => ({ ...template, number }))
    },
    async end() {
      return end === 0 ? undefined : { ...template, number: end }
    },
  }
}
const numbersOf = async (segments: AsyncIterable<{ readonly number: number }>): Promise<number[]> => {
  const numbers: number[] = []
  for await (const { number } of segments) numbers.push(number)
  return numbers
}
const upTo = (last: number, after = 0) =>
  Array.from({ length: Math.max(0, last - after) }, (_, index) => after + index + 1)

describe('a chain', () => {
  // Around the sizes of its reads: 16 at a time, four of them at once; and 2, 4, 8, 16, 32.
  test.each([0, 1, 2, 3, 6, 7, 15, 16, 17, 31, 32, 33, 80, 81, 200])(
    'of %i segments is read whole and in order',
    async (length) => {
      const journal = aJournalOf(length)
      expect(await numbersOf(wholeChain(journal, book))).toEqual(upTo(length))
      expect(await numbersOf(segmentsAfter(journal, book, 0))).toEqual(upTo(length))
      const after = Math.floor(length / 2)
      expect(await numbersOf(segmentsAfter(journal, book, after))).toEqual(upTo(length, after))
    },
  )

  test('that grows while it is read is read up to the end that it had', async () => {
    const journal = aJournalOf(20)
    const growing: Readable = {
      ...journal,
      async end(of) {
        const end = await journal.end(of)
        journal.grow(60)
        return end
      },
    }
    expect(await numbersOf(wholeChain(growing, book))).toEqual(upTo(20))
  })

  test('is read in parts of at most 16 segments, or of at most 32 by a reader that may stop early', async () => {
    const journal = aJournalOf(200)
    const limits: (number | undefined)[] = []
    const watched: Readable = {
      ...journal,
      read(of, after, limit) {
        limits.push(limit)
        return journal.read(of, after, limit)
      },
    }
    await numbersOf(wholeChain(watched, book))
    expect(limits).toEqual([...Array.from({ length: 12 }, () => 16), 8])
    limits.length = 0
    await numbersOf(segmentsAfter(watched, book, 0))
    expect(limits).toEqual([2, 4, 8, 16, 32, 32, 32, 32, 32, 32])
  })
})

test('a list that comes page by page is read to its last page, each item once', async () => {
  const items = ['a', 'b', 'c', 'd', 'e']
  const pages: (string | undefined)[] = []
  const list = async ({ after }: Page) => {
    pages.push(after)
    const start = after === undefined ? 0 : items.indexOf(after) + 1
    const page = items.slice(start, start + 2)
    const last = page.at(-1)
    // A broken reader would ask for the first page for ever.
    if (pages.length > 10) throw new Error('asked too often')
    return { items: page, ...(start + 2 < items.length && last !== undefined && { next: last }) }
  }
  expect(await allListed(list)).toEqual(items)
  expect(pages).toEqual([undefined, 'b', 'd'])
})

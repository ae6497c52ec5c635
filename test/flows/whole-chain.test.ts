import { expect, test } from 'vitest'
import { memoryJournal } from '#adapters/journal/memory-journal'
import { segmentsAfter, wholeChain } from '#ledger/chain'
import { aBookId, aSealedSegment } from '../builders.ts'

const aChain = async (length: number) => {
  const journal = memoryJournal()
  for (let number = 1; number <= length; number += 1) await journal.append(aSealedSegment({ number }))
  let underWay = 0
  const most = { reads: 0, atOnce: 0 }
  const counted = {
    ...journal,
    read: async (...args: Parameters<typeof journal.read>) => {
      most.reads += 1
      most.atOnce = Math.max(most.atOnce, (underWay += 1))
      const segments = await journal.read(...args)
      underWay -= 1
      return segments
    },
  }
  return { counted, most }
}

test.each([0, 1, 15, 16, 17, 33, 100])('a chain of %i segments is read whole and in order', async (length) => {
  const { counted, most } = await aChain(length)
  const numbers: number[] = []
  for await (const { number } of wholeChain(counted, aBookId())) numbers.push(number)
  expect(numbers).toEqual(Array.from({ length }, (_, index) => index + 1))
  expect(most.atOnce).toBeLessThanOrEqual(4)
  if (length < 16) expect(most.reads).toBe(1)
})

test('a failed read of one part fails the whole chain', async () => {
  const { counted } = await aChain(100)
  const read: typeof counted.read = (book, after, limit) =>
    after === 48 ? Promise.reject(new Error('throttled')) : counted.read(book, after, limit)
  const all = async () => {
    for await (const _ of wholeChain({ ...counted, read }, aBookId()));
  }
  await expect(all()).rejects.toThrow('throttled')
})

test.each([
  { length: 0, after: 0, reads: 1 },
  { length: 1, after: 0, reads: 1 },
  { length: 100, after: 0, reads: 7 },
  { length: 100, after: 99, reads: 1 },
  { length: 100, after: 100, reads: 1 },
])(
  'a chain of $length segments is read one read after the other from segment $after on',
  async ({ length, after, reads }) => {
    const { counted, most } = await aChain(length)
    const numbers: number[] = []
    for await (const { number } of segmentsAfter(counted, aBookId(), after)) numbers.push(number)
    expect(numbers).toEqual(Array.from({ length: length - after }, (_, index) => after + index + 1))
    expect(most).toEqual({ reads, atOnce: 1 })
  },
)

test('a reader that stops after the first segment has asked for two', async () => {
  const { counted } = await aChain(100)
  const asked: unknown[] = []
  const read: typeof counted.read = (book, after, limit) => {
    asked.push([after, limit])
    return counted.read(book, after, limit)
  }
  for await (const _ of segmentsAfter({ read }, aBookId(), 10)) break
  expect(asked).toEqual([[10, 2]])
})

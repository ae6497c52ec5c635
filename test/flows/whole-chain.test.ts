import { expect, test } from 'vitest'
import { memoryJournal } from '#adapters/journal/memory-journal'
import { wholeChain } from '#processors/journal/whole-chain'
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

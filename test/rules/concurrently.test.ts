import { setImmediate as aTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { concurrently } from '#ledger/concurrently'

test.each([
  { items: 0, atOnce: 4, most: 0 },
  { items: 3, atOnce: 4, most: 3 },
  { items: 9, atOnce: 4, most: 4 },
  { items: 9, atOnce: 1, most: 1 },
])('of $items items at most $atOnce are under way, and the outcomes keep their order', async (given) => {
  let [underWay, most] = [0, 0]
  const items = Array.from({ length: given.items }, (_, index) => index)
  const outcomes = await concurrently(items.values(), given.atOnce, async (item) => {
    most = Math.max(most, (underWay += 1))
    // The later an item comes, the sooner it is done.
    for (let turns = items.length - item; turns > 0; turns -= 1) await aTurn()
    underWay -= 1
    return item * 2
  })
  expect(outcomes).toEqual(items.map((item) => item * 2))
  expect(most).toBe(given.most)
})

test('the first failure is the failure of the whole', async () => {
  const work = (item: number) => (item === 2 ? Promise.reject(new Error('throttled')) : Promise.resolve(item))
  await expect(concurrently([1, 2, 3], 2, work)).rejects.toThrow('throttled')
})

import { describe, expect, test } from 'vitest'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { shared } from '#query-api/shared-reads'
import type { Store } from '#query-api/store'
import { positionToken } from '#wire/http/position-token'
import { aQueryApi, moved, NOW_MS, SHARD_ID, type StoreCalls } from './query-fixtures.ts'

const DAY = '/v1/merchants/m1/days/2026-11-20'
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A store with one item, whose reads see it when they begin and answer when they are told to. */
const aSlowItem = () => {
  const item = { value: 1 }
  const answers: (() => void)[] = []
  const read = shared(
    async (_key: string) => {
      const seen = item.value
      await new Promise<void>((resolve) => answers.push(resolve))
      if (seen < 0) throw new Error(`read ${seen}`)
      return seen
    },
    (key) => key,
  )
  const answerNext = async () => {
    await turn()
    answers.shift()?.()
    await turn()
  }
  return { item, read, answers, answerNext }
}

describe('shared reads', () => {
  test('at the same time are one read', async () => {
    const { read, answers, answerNext } = aSlowItem()
    const all = Promise.all(Array.from({ length: 100 }, () => read('a')))
    await turn()
    expect(answers).toHaveLength(1)
    await answerNext()
    expect(await all).toEqual(Array.from({ length: 100 }, () => 1))
  })

  test('that come while one is under way share the next one, and see what was written before they asked', async () => {
    const { item, read, answers, answerNext } = aSlowItem()
    const first = read('a')
    await turn()
    item.value = 2
    const later = [read('a'), read('a')]
    await turn()
    item.value = 3
    later.push(read('a'))
    expect(answers).toHaveLength(1)
    await answerNext()
    expect(await first).toBe(1)
    expect(answers).toHaveLength(1)
    await answerNext()
    expect(await Promise.all(later)).toEqual([3, 3, 3])
  })

  test('of different things do not wait for each other', async () => {
    const { read, answers } = aSlowItem()
    void read('a')
    void read('b')
    await turn()
    expect(answers).toHaveLength(2)
  })

  test('are made again after one that failed', async () => {
    const { item, read, answerNext } = aSlowItem()
    item.value = -1
    const failing = read('a')
    await turn()
    const next = read('a')
    item.value = 4
    const failed = expect(failing).rejects.toThrow('read -1')
    await answerNext()
    await failed
    await answerNext()
    expect(await next).toBe(4)
    item.value = 5
    const last = read('a')
    await answerNext()
    expect(await last).toBe(5)
  })
})

describe('the query API', () => {
  /** Counts reads; each takes a turn of the event loop, as those of a real store do. */
  const counting =
    (counts: Record<string, number>) =>
    (store: Store): StoreCalls => {
      const counted = async <T>(name: string, read: () => Promise<T>): Promise<T> => {
        counts[name] = (counts[name] ?? 0) + 1
        const answer = await read()
        await turn()
        return answer
      }
      return {
        merchants: { find: (id) => counted('find', () => store.merchants.find(id)) },
        heads: { read: (id) => counted('head', () => store.heads.read(id)) },
        journal: { end: (book) => counted(`end ${book.day}`, () => store.journal.end(book)) },
      }
    }

  test('reads the store at most four times for a thousand readers of a day', async () => {
    const counts: Record<string, number> = {}
    const { get, append } = aQueryApi({ storeWith: counting(counts) })
    await append(moved('e1', '2026-11-19T12:00:00Z', 1n))
    await append(moved('e1', '2026-11-20T12:00:00Z', 2n))
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => get(DAY)))
    expect(answers.every(({ body }) => body['closing'] === 3)).toBe(true)
    for (const reads of Object.values(counts)) expect(reads).toBeLessThanOrEqual(4)
  })

  test('answers a day with one read of its book and of each earlier one, and with two when earlier books have moved', async () => {
    const counts: Record<string, number> = {}
    const { get, append } = aQueryApi({ storeWith: counting(counts) })
    await append(moved('e1', '2026-11-19T12:00:00Z', 1n))
    await append(moved('e1', '2026-11-20T12:00:00Z', 2n))
    const readsOf = async (path: string) => {
      for (const name of Object.keys(counts)) delete counts[name]
      await get(path)
      return { ...counts }
    }
    expect(await readsOf(DAY)).toEqual({ find: 1, head: 2, 'end 2026-11-19': 2, 'end 2026-11-20': 2 })
    expect(await readsOf(DAY)).toEqual({ find: 1, head: 1, 'end 2026-11-19': 1, 'end 2026-11-20': 1 })
    await append(moved('e2', '2026-11-20T12:00:00Z', 2n))
    expect(await readsOf(DAY)).toEqual({ find: 1, head: 1, 'end 2026-11-19': 1, 'end 2026-11-20': 1 })
    await append(moved('e2', '2026-11-19T12:00:00Z', 1n))
    expect(await readsOf(DAY)).toEqual({ find: 1, head: 2, 'end 2026-11-19': 2, 'end 2026-11-20': 2 })
    expect(await readsOf(DAY)).toEqual({ find: 1, head: 1, 'end 2026-11-19': 1, 'end 2026-11-20': 1 })
  })

  test('answers a day without earlier books with one read of the head and one of its book', async () => {
    const counts: Record<string, number> = {}
    const { get, append } = aQueryApi({ storeWith: counting(counts) })
    for (let count = 1; count <= 3; count += 1) {
      await append(moved(`e${count}`, '2026-11-20T12:00:00Z', 1n))
      await get(DAY)
      expect(counts).toEqual({ find: count, head: count, 'end 2026-11-20': count })
    }
  })

  test('reads the head again after it has changed', async () => {
    const { get, append } = aQueryApi({ storeWith: counting({}) })
    await append(moved('e1', '2026-11-18T12:00:00Z', 1n))
    expect((await get(DAY)).body).toMatchObject({ opening: 1 })
    await append(moved('e1', '2026-11-19T12:00:00Z', 40n))
    expect((await get(DAY)).body).toMatchObject({ opening: 41 })
    expect((await get('/v1/merchants/m1/balance')).body).toMatchObject({ balance: 41, exact: true })
  })

  test('shows a client that waited for a position its entry, though others read the book all the time', async () => {
    const progress = memoryProgress()
    let sequenceNumber = 0
    const system = aQueryApi({
      storeWith: (store) => ({ ...counting({})(store), progress }),
      onSleep: async () => void (await turn()),
    })
    let isDone = false
    const crowd = Array.from({ length: 5 }, async () => {
      while (!isDone) await system.get(DAY)
    })
    for (let count = 1; count <= 30; count += 1) {
      await system.append(moved(`e${count}`, '2026-11-20T12:00:00Z', 1n))
      sequenceNumber += 1
      await progress.advance('journal', {
        shardId: SHARD_ID,
        sequenceNumber: String(sequenceNumber),
        appliedThroughMs: NOW_MS,
      })
      const after = positionToken({ shardId: SHARD_ID, sequenceNumber: String(sequenceNumber), index: 0 })
      expect((await system.get(`${DAY}?after=${after}`)).body).toMatchObject({ entryCount: count, segment: count })
    }
    isDone = true
    await Promise.all(crowd)
  })
})

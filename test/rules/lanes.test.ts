import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashKeyOf, laneOf, shardOf, type Shard } from '#ledger/lanes'
import { anyId } from '../arbitraries.ts'
import { merchantId } from '../builders.ts'

const HASH_KEYS = 2n ** 128n

/** As Kinesis cuts a new stream. */
const evenShards = (count: number): Shard[] =>
  Array.from({ length: count }, (_, index) => ({
    shardId: `shardId-${String(index).padStart(12, '0')}`,
    firstHashKey: (BigInt(index) * HASH_KEYS) / BigInt(count),
    lastHashKey: (BigInt(index + 1) * HASH_KEYS) / BigInt(count) - 1n,
  }))

describe('the lane of a merchant', () => {
  // A lane that changed would carry a merchant's next entries past the ones before.
  test.each([
    { merchant: 'm1', lane: 713 },
    { merchant: 'acme-shop-17', lane: 1005 },
  ])('is always $lane for $merchant', ({ merchant, lane }) => {
    expect(laneOf(merchantId(merchant))).toBe(lane)
  })

  test('is one of 1,024 for any merchant', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        const lane = laneOf(merchantId(id))
        expect(Number.isInteger(lane) && lane >= 0 && lane < 1024).toBe(true)
      }),
    )
  })

  test('is shared by about as many merchants as any other', () => {
    const lanes = Array.from({ length: 102_400 }, (_, index) => laneOf(merchantId(`shop-${index}`)))
    const merchants = Object.values(Object.groupBy(lanes, (lane) => lane)).map((lane) => lane?.length ?? 0)
    expect(merchants).toHaveLength(1024)
    // 100 are expected; five standard deviations are 50.
    expect(Math.min(...merchants)).toBeGreaterThan(50)
    expect(Math.max(...merchants)).toBeLessThan(150)
  })
})

describe('the shard of a lane', () => {
  const allLanes = Array.from({ length: 1024 }, (_, lane) => lane)

  test('has a hash key at an even part of the whole space', () => {
    expect(hashKeyOf(0)).toBe(0n)
    expect(hashKeyOf(512)).toBe(HASH_KEYS / 2n)
    expect(hashKeyOf(1023)).toBe(HASH_KEYS - HASH_KEYS / 1024n)
  })

  test.each([1, 2, 3, 4, 7, 64, 1024])('is exactly one of %i, and each has its range of lanes', (count) => {
    const shards = evenShards(count)
    const taken = allLanes.map((lane) => shards.indexOf(shardOf(shards, lane)!))
    expect(taken).toEqual(taken.toSorted((a, b) => a - b))
    expect(new Set(taken)).toEqual(new Set(shards.keys()))
  })

  test('is found at both ends of its range of hash keys', () => {
    const shard = { shardId: 's', firstHashKey: hashKeyOf(5), lastHashKey: hashKeyOf(6) }
    expect([4, 5, 6, 7].map((lane) => shardOf([shard], lane)?.shardId)).toEqual([undefined, 's', 's', undefined])
  })

  test('is unknown while the shard map is older than a reshard', () => {
    expect(shardOf([], 0)).toBeUndefined()
    expect(shardOf(evenShards(2).slice(1), 0)).toBeUndefined()
  })
})

/**
 * Which shard a merchant's entries travel on.
 *
 * The stream's 128-bit hash space is cut into 1,024 lanes; a merchant has one lane, and a shard is a contiguous range of
 * lanes. So one record can carry the entries of all merchants of a shard, and all entries of a merchant stay in order
 * on its shard, until that shard is split or merged.
 */
import { hash } from 'node:crypto'
import type { MerchantId } from './identifiers.ts'

export type Lane = number

/** An open shard and the part of the hash space it takes, both ends included. */
export type Shard = { readonly shardId: string; readonly firstHashKey: bigint; readonly lastHashKey: bigint }

const LANES = 1024
const HASH_KEYS = 2n ** 128n

export const laneOf = (merchantId: MerchantId): Lane =>
  Number.parseInt(hash('sha256', merchantId, 'hex').slice(0, 8), 16) % LANES

/** The first hash key of a lane: the `ExplicitHashKey` that reaches its shard. */
export const hashKeyOf = (lane: Lane): bigint => (BigInt(lane) * HASH_KEYS) / BigInt(LANES)

/** The open shard that takes a lane; undefined while the map is older than a reshard. */
export const shardOf = (shards: readonly Shard[], lane: Lane): Shard | undefined =>
  shards.find((shard) => takesLane(shard, lane))

export const takesLane = ({ firstHashKey, lastHashKey }: Shard, lane: Lane): boolean => {
  const key = hashKeyOf(lane)
  return firstHashKey <= key && key <= lastHashKey
}

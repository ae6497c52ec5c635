import type { Shard } from '#ledger/lanes'
import type { DeliveredRecord } from '#processors/shard-batch'

export type SimShard = Shard & {
  readonly records: DeliveredRecord[]
  readonly parents: readonly string[]
  closed: boolean
}

/** A stream in memory that can be split and merged, as Kinesis can. */
export class SimStream {
  readonly shards: SimShard[] = []
  #changed = Promise.withResolvers<void>()
  // Starts short of a power of ten, so that a comparison of numbers as plain text goes wrong at once.
  #lastSequenceNumber = 95

  constructor(shardCount: number) {
    const size = 2n ** 128n / BigInt(shardCount)
    for (let index = 0; index < shardCount; index += 1) {
      const firstHashKey = size * BigInt(index)
      this.#open(firstHashKey, index === shardCount - 1 ? 2n ** 128n - 1n : firstHashKey + size - 1n, [])
    }
  }

  get open(): SimShard[] {
    return this.shards.filter(({ closed }) => !closed)
  }

  /** Answers the record's sequence number. */
  put(shard: SimShard, data: Uint8Array): string {
    this.#lastSequenceNumber += 1
    const sequenceNumber = String(this.#lastSequenceNumber)
    shard.records.push({ sequenceNumber, arrivedAtMs: this.#lastSequenceNumber * 1000, data })
    this.#change()
    return sequenceNumber
  }

  /** Resolves at the next record, split or merge. */
  async change(): Promise<void> {
    await this.#changed.promise
  }

  split(shard: SimShard): SimShard[] {
    const middle = (shard.firstHashKey + shard.lastHashKey) / 2n
    shard.closed = true
    this.#change()
    return [
      this.#open(shard.firstHashKey, middle, [shard.shardId]),
      this.#open(middle + 1n, shard.lastHashKey, [shard.shardId]),
    ]
  }

  merge(left: SimShard, right: SimShard): SimShard {
    left.closed = true
    right.closed = true
    this.#change()
    return this.#open(left.firstHashKey, right.lastHashKey, [left.shardId, right.shardId])
  }

  #change(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  #open(firstHashKey: bigint, lastHashKey: bigint, parents: readonly string[]): SimShard {
    const shardId = `shardId-${String(this.shards.length).padStart(12, '0')}`
    const shard: SimShard = { shardId, firstHashKey, lastHashKey, parents, records: [], closed: false }
    this.shards.push(shard)
    return shard
  }
}

import type { Shard } from '#ledger/lanes'
import type { EntryStream } from '#ledger/ports'
import type { DeliveredRecord } from '#processors/shard-batch'
import type { Machine } from './machine.ts'

export type SimShard = Shard & {
  readonly records: DeliveredRecord[]
  readonly parents: readonly string[]
  closed: boolean
}

/** A stream in memory that can be split and merged, as Kinesis can. */
export class SimStream {
  readonly shards: SimShard[] = []
  readonly #clock: () => number
  readonly #onRecord: (shardId: string, record: DeliveredRecord) => void
  #changed = Promise.withResolvers<void>()
  #lastSequenceNumber: number

  constructor(
    shardCount: number,
    clock: () => number,
    onRecord: (shardId: string, record: DeliveredRecord) => void = () => {},
    // Short of a power of ten, so that a comparison of numbers as plain text goes wrong at once.
    firstSequenceNumber = 96,
  ) {
    this.#lastSequenceNumber = firstSequenceNumber - 1
    this.#clock = clock
    this.#onRecord = onRecord
    const size = 2n ** 128n / BigInt(shardCount)
    for (let index = 0; index < shardCount; index += 1) {
      const firstHashKey = size * BigInt(index)
      this.#open(firstHashKey, index === shardCount - 1 ? 2n ** 128n - 1n : firstHashKey + size - 1n, [])
    }
  }

  get open(): SimShard[] {
    return this.shards.filter(({ closed }) => !closed)
  }

  /** The sequence number that the next record gets. */
  get nextNumber(): string {
    return String(this.#lastSequenceNumber + 1)
  }

  /** The open shard that takes a hash key. */
  shardAt(hashKey: bigint): SimShard {
    const found = this.open.find(({ firstHashKey, lastHashKey }) => firstHashKey <= hashKey && hashKey <= lastHashKey)
    if (found === undefined) throw new Error(`no shard takes ${hashKey}`)
    return found
  }

  /** Answers the record's sequence number. */
  put(shard: SimShard, data: Uint8Array): string {
    this.#lastSequenceNumber += 1
    const sequenceNumber = String(this.#lastSequenceNumber)
    const record = { sequenceNumber, arrivedAtMs: this.#clock(), data }
    shard.records.push(record)
    this.#onRecord(shard.shardId, record)
    this.#change()
    return sequenceNumber
  }

  /** Resolves at the next record, split or merge. */
  async change(): Promise<void> {
    await this.#changed.promise
  }

  split(shard: SimShard): void {
    const middle = (shard.firstHashKey + shard.lastHashKey) / 2n
    shard.closed = true
    this.#open(shard.firstHashKey, middle, [shard.shardId])
    this.#open(middle + 1n, shard.lastHashKey, [shard.shardId])
    this.#change()
  }

  merge(left: SimShard, right: SimShard): void {
    left.closed = true
    right.closed = true
    this.#open(left.firstHashKey, right.lastHashKey, [left.shardId, right.shardId])
    this.#change()
  }

  #change(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  #open(firstHashKey: bigint, lastHashKey: bigint, parents: readonly string[]): void {
    const shardId = `shardId-${String(this.shards.length).padStart(12, '0')}`
    this.shards.push({ shardId, firstHashKey, lastHashKey, parents, records: [], closed: false })
  }
}

/**
 * The stream as code on a machine sees it. `isRefused` is asked for each record of a call that is carried out in part.
 */
export const streamOn = (machine: Machine, stream: SimStream, isRefused: (index: number) => boolean): EntryStream => ({
  put: (records) =>
    // The oracle checks that an audit event on the stream tells what is so.
    machine.call({ reads: ['quarantine *'], writes: ['stream *'] }, ['in-part'], async (fault) =>
      records.map(({ hashKey, data }, index) => {
        if (fault === 'in-part' && isRefused(index)) {
          return { status: 'refused', reason: 'ProvisionedThroughputExceededException' }
        }
        const shard = stream.shardAt(hashKey)
        return { status: 'stored', shardId: shard.shardId, sequenceNumber: stream.put(shard, data) }
      }),
    ),
  openShards: () =>
    machine.call({ reads: ['stream *'] }, [], async () =>
      stream.open.map(({ shardId, firstHashKey, lastHashKey }) => ({ shardId, firstHashKey, lastHashKey })),
    ),
})

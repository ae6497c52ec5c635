/** Delivers records to the workers of a small world, as an event source mapping does. */
import type { BatchOutcome, DeliveredRecord, ShardBatch } from '#processors/shard-batch'
import { encodeEntries, entryLine } from '#wire/stream/record'
import type { Fleet } from './small-fleet.ts'
import type { SmallBatch, SmallRecord } from './small-worlds.ts'

export type Consume = (batch: ShardBatch) => Promise<BatchOutcome>

/** Delivers a batch, and what is left of it, until a worker has done it. */
export const untilDone = async (
  fleet: Fleet<Consume>,
  worker: string,
  shardId: string,
  all: readonly DeliveredRecord[],
  [first, last]: SmallBatch,
): Promise<void> => {
  let next = first
  while (next < last) {
    const records = all.slice(next, last)
    const outcome = await fleet.ask(worker, (consume) => consume({ shardId, records })).catch((): 'failed' => 'failed')
    if (outcome === 'failed' || outcome === 'died') continue
    const failedAt = records.findIndex(({ sequenceNumber }) => sequenceNumber === outcome.redeliverFrom)
    next = failedAt === -1 ? last : next + failedAt
  }
}

/** The same bytes in every history. */
export const bytesOf = (record: SmallRecord): Uint8Array => {
  const bytes =
    encoded.get(record) ?? encodeEntries(record.map((line) => (typeof line === 'string' ? line : entryLine(line))))
  encoded.set(record, bytes)
  return bytes
}

const encoded = new WeakMap<SmallRecord, Uint8Array>()

/** Records of one shard, in the order of the shard, as a consumer gets them. */
export type ShardBatch = { readonly shardId: string; readonly records: readonly DeliveredRecord[] }

export type DeliveredRecord = {
  readonly sequenceNumber: string
  readonly arrivedAtMs: number
  readonly data: Uint8Array
}

/** The record from which on the batch has to be delivered again; undefined when all of it is done. */
export type BatchOutcome = { readonly redeliverFrom?: string }

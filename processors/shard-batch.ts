/** Records of one shard, in the shard's order, as a consumer is handed them. */
export type ShardBatch = { readonly shardId: string; readonly records: readonly DeliveredRecord[] }

export type DeliveredRecord = {
  readonly sequenceNumber: string
  readonly arrivedAtMs: number
  readonly data: Uint8Array
}

/** From which record on the batch has to come again; undefined when all of it is done. */
export type BatchOutcome = { readonly redeliverFrom?: string }

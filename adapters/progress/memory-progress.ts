import { compareSequenceNumbers } from '#ledger/identifiers'
import type { Consumer, Progress, ShardProgress } from '#ledger/ports'

export const memoryProgress = (): Progress => {
  const consumers = new Map<Consumer, Map<string, ShardProgress>>()
  const shardsOf = (consumer: Consumer): Map<string, ShardProgress> => {
    const shards = consumers.get(consumer) ?? new Map<string, ShardProgress>()
    consumers.set(consumer, shards)
    return shards
  }
  return {
    async advance(consumer, progress) {
      const stored = shardsOf(consumer).get(progress.shardId)
      const rises = stored === undefined || compareSequenceNumbers(stored.sequenceNumber, progress.sequenceNumber) < 0
      if (rises) shardsOf(consumer).set(progress.shardId, progress)
    },
    async of(consumer, shardId) {
      return shardsOf(consumer).get(shardId)
    },
    async read(consumer) {
      return [...shardsOf(consumer).values()]
    },
  }
}

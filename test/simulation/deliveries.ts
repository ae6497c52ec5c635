/** Event source mappings that deliver the stream to both consumers, with all that may go wrong on the way. */
import type { Consumer } from '#ledger/ports'
import type { BatchOutcome, ShardBatch } from '#processors/shard-batch'
import { deliverAll } from './event-source.ts'
import type { Fleet } from './fleet.ts'
import type { HistoryWorld } from './history-world.ts'
import type { SimShard } from './stream.ts'
import type { Consume } from './workers.ts'

export class Deliveries {
  readonly #world: HistoryWorld
  #overlaps = 0
  /** Whole-shard replays to come; bounded, so that the history ends. */
  #replaysLeft = 4

  constructor(world: HistoryWorld) {
    this.#world = world
  }

  to(consumer: Consumer, fleet: Fleet<Consume>): Promise<never> {
    const { stream, scheduler, random } = this.#world
    return deliverAll({
      stream,
      poll: ({ shardId }) => scheduler.turn(`${consumer} mapping of ${shardId}`),
      consume: (batch) => this.#consume(fleet, consumer === 'journal' ? this.#withoutLost(batch) : batch),
      batchSize: () => 1 + random.below(6),
      isReplayed: (shard) => this.#isReplayed(consumer, shard),
    })
  }

  #withoutLost({ shardId, records }: ShardBatch): ShardBatch {
    return { shardId, records: records.filter(({ sequenceNumber }) => !this.#world.lost.has(sequenceNumber)) }
  }

  /** Hands a batch to a worker. 'failed' when it threw or died, or when the mapping did not wait for its end. */
  async #consume(fleet: Fleet<Consume>, batch: ShardBatch): Promise<BatchOutcome | 'failed'> {
    const failed = (): 'failed' => 'failed'
    const outcomes: Promise<BatchOutcome | 'failed' | 'died'>[] = [
      fleet.ask(this.#world.random, (consume) => consume(batch)).catch(failed),
    ]
    if (this.#world.misfortune('overlap')) outcomes.push(this.#patience().then(failed))
    const outcome = await Promise.race(outcomes)
    return outcome === 'died' ? 'failed' : outcome
  }

  /** How long a mapping waits for the end of a batch. */
  async #patience(): Promise<void> {
    const { coverage, random, scheduler } = this.#world
    this.#overlaps += 1
    coverage.note('a batch is given up on while it goes on')
    for (let turns = random.below(30); turns > 0; turns -= 1) await scheduler.turn(`patience ${this.#overlaps}`)
  }

  #isReplayed(consumer: Consumer, shard: SimShard): boolean {
    const { misfortune, random, oracle, coverage } = this.#world
    if (this.#replaysLeft === 0 || !misfortune('replay')) return false
    this.#replaysLeft -= 1
    const isLost = random.chance(0.5)
    if (isLost) oracle.loseProgress(consumer, shard.shardId)
    coverage.note(
      isLost ? `a shard is replayed to the ${consumer}, its progress lost` : `a shard is replayed to the ${consumer}`,
    )
    return true
  }
}

/**
 * The barrier is a record on every shard. When the progress of a consumer has passed it, the consumer has dealt with
 * everything that stood on the stream before it.
 */
import { compareSequenceNumbers, type Position } from '#ledger/identifiers'
import type { Clock, Consumer, EntryStream, Progress } from '#ledger/ports'
import { encodeHeartbeat } from '#wire/stream/record'

export type BarrierWorld = {
  readonly stream: EntryStream
  readonly progress: Pick<Progress, 'of'>
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<unknown>
}

export type Barrier = {
  /** The time by our clock before the first record of the barrier was put. */
  readonly putAtMs: number
  /** The sequence number of the barrier on each shard. */
  readonly sequenceNumbers: ReadonlyMap<string, string>
}

/** A consumer that did not reach the barrier in time. */
export type Behind = { readonly consumer: Consumer; readonly shardId: string }

export const putBarrier = async ({ stream, clock, sleep }: BarrierWorld): Promise<Barrier> => {
  const putAtMs = clock()
  const sequenceNumbers = new Map<string, string>()
  // A shard that is listed as open may have been split since. Then the record is on one of its children, which are
  // processed after it.
  let left = (await stream.openShards()).map(({ firstHashKey }) => ({
    hashKey: firstHashKey,
    data: encodeHeartbeat(),
  }))
  for (let tries = 1; left.length > 0; tries += 1) {
    const outcomes = await stream.put(left)
    for (const outcome of outcomes) {
      if (outcome.status === 'stored') sequenceNumbers.set(outcome.shardId, outcome.sequenceNumber)
    }
    left = left.filter((_, index) => outcomes[index]?.status !== 'stored')
    if (left.length === 0) break
    if (tries === MOST_TRIES)
      throw new Error(`the stream refused the barrier ${MOST_TRIES} times; run the command again later`)
    await sleep(RETRY_MS)
  }
  return { putAtMs, sequenceNumbers }
}

/**
 * Waits until the consumers, usually both, have passed the barrier, at most `patienceMs`. Returns the first that has not.
 */
export const barrierPassed = async (
  { progress, clock, sleep }: BarrierWorld,
  { sequenceNumbers }: Barrier,
  patienceMs: number,
  consumers: readonly Consumer[] = ['journal', 'archive'],
): Promise<Behind | undefined> => {
  const untilMs = clock() + patienceMs
  for (const consumer of consumers) {
    for (const [shardId, sequenceNumber] of sequenceNumbers) {
      const hasPassed = async (): Promise<boolean> => {
        const stands = await progress.of(consumer, shardId)
        return stands !== undefined && compareSequenceNumbers(stands.sequenceNumber, sequenceNumber) >= 0
      }
      while (!(await hasPassed())) {
        if (clock() >= untilMs) return { consumer, shardId }
        await sleep(LOOK_EVERY_MS)
      }
    }
  }
  return undefined
}

/** Whether a record at a position arrived before the barrier. */
export const isBeforeBarrier = (barrier: Barrier, position: Position, arrivedAtMs: number): boolean => {
  const sequenceNumber = barrier.sequenceNumbers.get(position.shardId)
  // A shard without a barrier was closed before the barrier was put, or opened after it.
  if (sequenceNumber === undefined) return arrivedAtMs < barrier.putAtMs
  return compareSequenceNumbers(position.sequenceNumber, sequenceNumber) < 0
}

const MOST_TRIES = 10
const RETRY_MS = 200
const LOOK_EVERY_MS = 250

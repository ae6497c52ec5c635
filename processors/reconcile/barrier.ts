/**
 * A record put on every shard: once a consumer's progress has passed it, all that was on the stream before it has been
 * dealt with.
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
  /** Before the first of its records was put, by our clock. */
  readonly putAtMs: number
  /** Where it stands on each shard. */
  readonly sequenceNumbers: ReadonlyMap<string, string>
}

/** A consumer that has not come to the barrier in time. */
export type Behind = { readonly consumer: Consumer; readonly shardId: string }

export const putBarrier = async ({ stream, clock, sleep }: BarrierWorld): Promise<Barrier> => {
  const putAtMs = clock()
  const sequenceNumbers = new Map<string, string>()
  // A shard that is listed open may have been split since; then its record is on one of its children, which are processed
  // after it.
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

/** Waits until both consumers have passed the barrier, at most `patienceMs`. Answers the first that has not. */
export const barrierPassed = async (
  { progress, clock, sleep }: BarrierWorld,
  { sequenceNumbers }: Barrier,
  patienceMs: number,
): Promise<Behind | undefined> => {
  const untilMs = clock() + patienceMs
  for (const consumer of ['journal', 'archive'] as const) {
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

/** Whether what arrived at a position did so before the barrier. */
export const isBeforeBarrier = (barrier: Barrier, position: Position, arrivedAtMs: number): boolean => {
  const sequenceNumber = barrier.sequenceNumbers.get(position.shardId)
  // A shard without a barrier was closed before it was put, or opened after it.
  if (sequenceNumber === undefined) return arrivedAtMs < barrier.putAtMs
  return compareSequenceNumbers(position.sequenceNumber, sequenceNumber) < 0
}

const MOST_TRIES = 10
const RETRY_MS = 200
const LOOK_EVERY_MS = 250

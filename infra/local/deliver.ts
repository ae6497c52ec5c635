/**
 * How Lambda hands a batch of a shard to a function until all of it is processed, with ReportBatchItemFailures,
 * BisectBatchOnFunctionError, and attempts and record age unlimited:
 *
 * - no failures reported: the batch is done;
 * - failures reported: everything before the lowest of them is done, the rest is delivered again;
 * - the function threw, or reported something that is not in the batch: nothing is done; the batch is halved and the
 *   halves are delivered one after the other.
 */
import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda'
import type { Logger } from 'pino'
import { kinesisEvent } from './kinesis-event.ts'
import { backoffMs, pause, type Backoff } from './retry.ts'

// To Lambda, a function that returns nothing has processed everything.
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type StreamHandler = (event: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse | void>

type Batch = readonly KinesisStreamRecord[]
type Delivery = {
  readonly handler: StreamHandler
  readonly retry: Backoff
  readonly log: Logger
  readonly stopped: AbortSignal
}

/** Returns when the whole batch is processed. When told to stop, it returns 'stopped' after the attempt in flight. */
export const deliver = async (
  batch: Batch,
  { handler, retry, log, stopped }: Delivery,
): Promise<'done' | 'stopped'> => {
  const waiting = [batch]
  let failures = 0
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const left = await attempt(next, handler, log)
    if (left.length === 0) {
      failures = 0
      continue
    }
    waiting.push(...left.toReversed())
    if (stopped.aborted) return 'stopped'
    const progressed = countOf(left) < next.length
    failures = progressed ? 1 : failures + 1
    await pause(backoffMs(retry, failures), stopped)
    if (stopped.aborted) return 'stopped'
  }
  return 'done'
}

/** Hands the batch over once and returns the rest, as the batches to hand over next. */
const attempt = async (batch: Batch, handler: StreamHandler, log: Logger): Promise<Batch[]> => {
  const where = { from: batch[0]?.eventID, records: batch.length }
  try {
    const failures = (await handler(kinesisEvent([...batch])))?.batchItemFailures ?? []
    if (failures.length === 0) return []
    const firstFailed = lowestFailed(
      batch,
      failures.map(({ itemIdentifier }) => itemIdentifier),
    )
    if (firstFailed === undefined) {
      log.error(
        { ...where, failures },
        'the consumer reported failures outside its batch; the batch is delivered again in halves',
      )
      return halves(batch)
    }
    log.warn({ ...where, resumesAt: batch[firstFailed]?.eventID }, REST_AGAIN)
    return [batch.slice(firstFailed)]
  } catch (error) {
    log.error({ ...where, err: error }, 'the consumer failed on its batch, which is delivered again in halves')
    return halves(batch)
  }
}

const REST_AGAIN = 'the consumer did not finish its batch; the rest is delivered again within 5 s'

const lowestFailed = (batch: Batch, reported: readonly string[]): number | undefined => {
  const indexes = reported.map((item) => batch.findIndex(({ kinesis }) => kinesis.sequenceNumber === item))
  return indexes.includes(-1) ? undefined : Math.min(...indexes)
}

const halves = (batch: Batch): Batch[] => {
  const middle = Math.ceil(batch.length / 2)
  return batch.length > 1 ? [batch.slice(0, middle), batch.slice(middle)] : [batch]
}

const countOf = (batches: readonly Batch[]) => batches.reduce((sum, batch) => sum + batch.length, 0)

import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetRecordsOutput,
  type KinesisClient,
} from '@aws-sdk/client-kinesis'
import type { KinesisStreamRecord } from 'aws-lambda'
import type { Logger } from 'pino'
import { eventRecord, type Shard } from './kinesis-event.ts'
import { backoffMs, pause, type Backoff } from './retry.ts'

type Reading = {
  readonly kinesis: KinesisClient
  readonly streamName: string
  readonly shard: Shard
  /** The sequence number after which to begin; undefined begins at the oldest record. */
  readonly startAfter: string | undefined
  readonly isClosed: () => boolean
  /** Called at the beginning of each turn. */
  readonly onTurn: () => void
  readonly maxRecords: number
  readonly idleMs: number
  readonly retry: Backoff
  readonly log: Logger
  readonly stopped: AbortSignal
}

/**
 * The records of one shard in order, in groups as the stream gave them, until the shard is drained (it was split or
 * merged and nothing follows) or reading is told to stop. After any failure, reading goes on after the last record that
 * was given out. The next group is given out only when the last one has been processed.
 */
export async function* readShard(reading: Reading): AsyncGenerator<KinesisStreamRecord[]> {
  const { shard, isClosed, onTurn, maxRecords, idleMs, retry, log, stopped } = reading
  let position = reading.startAfter
  let iterator: string | undefined
  let limit = cautiousLimit
  let failures = 0

  while (!stopped.aborted) {
    onTurn()
    // Ask before reading, because a closed shard gets no further records.
    const closed = isClosed()
    let answer: GetRecordsOutput
    try {
      iterator ??= await iteratorAfter(reading, position)
      answer = await reading.kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: limit }))
      failures = 0
    } catch (error) {
      iterator = undefined
      limit = cautiousLimit
      if (isNamed(error, 'ExpiredIteratorException')) continue
      if (isForeignPosition(error)) {
        log.error(
          { ...shard, position },
          'the progress is that of another stream; the shard is read again from its oldest record',
        )
        position = undefined
        continue
      }
      failures += 1
      log.warn(
        { shardId: shard.shardId, failures, err: error },
        'the shard cannot be read; the next try follows within 5 s',
      )
      await pause(backoffMs(retry, failures), stopped)
      continue
    }

    const records = (answer.Records ?? []).map((record) => eventRecord(record, shard))
    if (records.length > 0) {
      yield records
      position = records.at(-1)?.kinesis.sequenceNumber
    }
    if (!answer.NextShardIterator) return
    // An iterator that found nothing is kept. kinesalite would date a new one to this second. The first record of a
    // shard, while it is being written, may be dated to the second before, and the new iterator would skip it.
    if (records.length > 0 || closed) iterator = answer.NextShardIterator
    const isFull = records.length === limit
    limit = nextLimit(records, maxRecords)
    if (!isFull && !closed) await pause(idleMs, stopped)
  }
}

const cautiousLimit = 10
const comfortableBytes = 5_500_000

/**
 * Kinesis answers with at most 10 MiB. kinesalite answers with as many records as we ask for, even if their size breaks
 * it. So we ask for a few records, and for more as long as they are small.
 */
const nextLimit = (records: readonly KinesisStreamRecord[], maxRecords: number): number => {
  const bytes = records.reduce((sum, { kinesis }) => sum + kinesis.data.length, 0)
  const bytesPerRecord = records.length > 0 ? Math.ceil(bytes / records.length) : 0
  return Math.max(1, Math.min(maxRecords, Math.floor(comfortableBytes / bytesPerRecord)))
}

const iteratorAfter = async ({ kinesis, streamName, shard }: Reading, position: string | undefined) => {
  const from =
    position === undefined
      ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
      : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: position } as const)
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName: streamName, ShardId: shard.shardId, ...from }),
  )
  if (ShardIterator === undefined) throw new Error('the stream gave no iterator')
  return ShardIterator
}

const isNamed = (error: unknown, name: string) => error instanceof Error && error.name === name

// The stream was created again after the position was kept. Consumers deduplicate, so the oldest record is always safe.
const isForeignPosition = (error: unknown) =>
  error instanceof Error &&
  isNamed(error, 'InvalidArgumentException') &&
  error.message.includes('StartingSequenceNumber')

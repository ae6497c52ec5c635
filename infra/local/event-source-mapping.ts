/**
 * Lambda's event source mapping for Kinesis, for one machine. It sends the same events and honours the same answers, so
 * the deployed handler runs here unchanged. Each shard is read by itself, with one batch in flight. A shard that follows
 * a split or a merge begins when all records of its parents are processed.
 */
import { DescribeStreamSummaryCommand, ListShardsCommand, type KinesisClient } from '@aws-sdk/client-kinesis'
import type { Logger } from 'pino'
import { deliver, type StreamHandler } from './deliver.ts'
import { batches, lambdaLimits, type BatchLimits } from './kinesis-event.ts'
import { NO_PULSE, type Pulse } from './pulse.ts'
import { persistently, pause, type Backoff } from './retry.ts'
import { readShard } from './shard-reader.ts'

type Checkpoint = {
  /** The sequence number up to which the shard is processed; undefined if nothing of it is. */
  read(shardId: string): Promise<string | undefined>
}

export type MappingOptions = {
  readonly kinesis: KinesisClient
  readonly streamName: string
  readonly handler: StreamHandler
  readonly checkpoint: Checkpoint
  readonly log: Logger
  /** 'oldest' ignores the checkpoint: every record that the stream still has is delivered once more. */
  readonly startFrom?: 'checkpoint' | 'oldest'
  readonly limits?: BatchLimits
  readonly idleMs?: number
  readonly refreshShardsMs?: number
  readonly retry?: Backoff
  /** Hears that the loops move. */
  readonly pulse?: Pulse
}

export type EventSourceMapping = {
  /** Returns when the batches in flight have been processed, or have failed. */
  stop(): Promise<void>
}

export const startEventSourceMapping = (options: MappingOptions): EventSourceMapping => {
  const stop = new AbortController()
  const running = run(withDefaults(options), stop.signal)
  return {
    stop: async () => {
      stop.abort()
      await running
    },
  }
}

type Mapping = Required<MappingOptions>

const withDefaults = (options: MappingOptions): Mapping => ({
  startFrom: 'checkpoint',
  limits: lambdaLimits,
  idleMs: 250,
  refreshShardsMs: 1_000,
  retry: { minMs: 100, maxMs: 5_000 },
  pulse: NO_PULSE,
  ...options,
})

const run = async (mapping: Mapping, stopped: AbortSignal) => {
  const { log, retry, pulse } = mapping
  const readers = new Map<string, Promise<void>>()
  const drained = new Set<string>()
  let shards: ListedShard[] = []

  const startReadyShards = () => {
    const waiting = shards.filter(({ id }) => !readers.has(id))
    const ready = waiting.filter(({ parents }) => parents.every((parent) => drained.has(parent)))
    for (const shard of ready) readers.set(shard.id, processUntilDrained(shard))
  }
  const processUntilDrained = async ({ id }: ListedShard) => {
    const isClosed = () => shards.some((shard) => shard.id === id && shard.isClosed)
    if ((await processShard(mapping, id, isClosed, stopped)) === 'stopped') return
    pulse.end(id)
    drained.add(id)
    log.info({ shardId: id }, 'shard drained')
    startReadyShards()
  }

  while (!stopped.aborted) {
    pulse.beat(LIST)
    const onFailure = (err: unknown) => {
      pulse.beat(LIST)
      log.warn({ err }, 'the shards cannot be listed; the next try follows within 5 s')
    }
    const listed = await persistently(() => listShards(mapping), { retry, stopped, onFailure })
    if (listed === 'stopped') break
    shards = listed.value
    startReadyShards()
    await pause(mapping.refreshShardsMs, stopped)
  }
  await Promise.all(readers.values())
}

/** The name of the loop that lists the shards. Each of the others has the id of its shard. */
const LIST = 'list of shards'

const processShard = async (mapping: Mapping, shardId: string, isClosed: () => boolean, stopped: AbortSignal) => {
  const { kinesis, streamName, log, retry } = mapping
  const onTurn = () => mapping.pulse.beat(shardId)
  onTurn()
  const start = await persistently(
    async () => ({ startAfter: await startOf(mapping, shardId), shard: await describe(mapping, shardId) }),
    {
      retry,
      stopped,
      onFailure: (err) => {
        onTurn()
        log.warn({ shardId, err }, PROGRESS_UNKNOWN)
      },
    },
  )
  if (start === 'stopped') return 'stopped'

  const { maxRecords } = mapping.limits
  const reading = {
    ...start.value,
    kinesis,
    streamName,
    isClosed,
    onTurn,
    maxRecords,
    idleMs: mapping.idleMs,
    retry,
    log,
    stopped,
  }
  const handler: StreamHandler = async (event) => {
    onTurn()
    return await mapping.handler(event)
  }
  for await (const records of readShard(reading)) {
    for (const batch of batches(records, mapping.limits)) {
      const outcome = await deliver(batch, { handler, retry, log, stopped })
      if (outcome === 'stopped' || stopped.aborted) return 'stopped'
    }
  }
  return stopped.aborted ? 'stopped' : 'drained'
}

const PROGRESS_UNKNOWN =
  'the progress on the shard cannot be read, so reading has to wait; the next try follows within 5 s'

const startOf = async ({ startFrom, checkpoint }: Mapping, shardId: string) =>
  startFrom === 'oldest' ? undefined : await checkpoint.read(shardId)

const describe = async ({ kinesis, streamName }: Mapping, shardId: string) => {
  const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: streamName }))
  return { shardId, streamArn: StreamDescriptionSummary?.StreamARN ?? '', region: await kinesis.config.region() }
}

type ListedShard = { readonly id: string; readonly isClosed: boolean; readonly parents: readonly string[] }

const listShards = async ({ kinesis, streamName }: Mapping): Promise<ListedShard[]> => {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: streamName }))
  const listed = new Set(Shards.map(({ ShardId }) => ShardId))
  return Shards.map(({ ShardId = '', SequenceNumberRange, ParentShardId, AdjacentParentShardId }) => ({
    id: ShardId,
    isClosed: SequenceNumberRange?.EndingSequenceNumber !== undefined,
    // A parent whose records have all expired is no longer listed, and there is nothing to wait for.
    parents: [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined).filter((id) => listed.has(id)),
  }))
}

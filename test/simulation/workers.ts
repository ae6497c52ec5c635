/** The machines of production: what the deployables build, over the ports of a history. */
import { firehoseArchive } from '#adapters/archive/firehose-archive'
import { stampEntries } from '#ingest/accept-entries'
import { decideQuarantine, type DecideQuarantine } from '#ingest/decide-quarantine'
import { guardedStream } from '#ingest/guarded-stream'
import { knownMerchants } from '#ingest/known-merchants'
import { streamWriter, type StreamWriter } from '#ingest/stream-writer'
import { archiveEntries } from '#processors/archive/archive-entries'
import { recordEntries } from '#processors/journal/record-entries'
import { SEGMENT_SIZES } from '#processors/journal/segment-sizes'
import type { BatchOutcome, ShardBatch } from '#processors/shard-batch'
import { asLambda } from './event-source.ts'
import type { Running } from './fleet.ts'
import { clockAndSleep, MOST_SKEW_MS, PACKED_BYTES, portsOf, streamOf, type HistoryWorld } from './history-world.ts'
import type { Machine } from './machine.ts'
import { WriterWatch } from './watched-writer.ts'

export type Consume = (batch: ShardBatch) => Promise<BatchOutcome>
export type Ingest = { readonly writer: StreamWriter; readonly desk: DecideQuarantine }

export const journalWorker = (world: HistoryWorld, machine: Machine): Running<Consume> => {
  const { random, scheduler, isClosing } = world
  const ports = portsOf(world, machine)
  // A cache of a few books at most: forgetting is part of the world, too.
  const limits = {
    booksAtOnce: 1 + random.below(3),
    cacheBytes: random.pick([0, 50_000, 1_000_000]),
    // Two entries or so: a batch becomes several segments, and may be lost between any two of them.
    segmentSizes: random.pick([
      { most: 600, small: 450, tail: 250, packedBytes: PACKED_BYTES },
      { ...SEGMENT_SIZES, packedBytes: PACKED_BYTES },
    ]),
  }
  const skewMs = isClosing ? random.pick([0, 0, MOST_SKEW_MS]) : 0
  const clock = () => scheduler.nowMs - skewMs
  return { machine, run: asLambda(recordEntries({ ...ports, clock, log: SILENT }, limits)) }
}

export const archiveWorker = (world: HistoryWorld, machine: Machine): Running<Consume> => {
  const { random, firehose } = world
  const client = firehose.clientOn(machine, () => random.chance(0.5))
  const archive = firehoseArchive(client, DELIVERY_STREAMS, { ...clockAndSleep(world), random: random.next })
  const { progress } = portsOf(world, machine)
  const portionCharacters = random.pick([1, 500, 1_000_000])
  return { machine, run: asLambda(archiveEntries({ archive, progress, log: SILENT }, { portionCharacters })) }
}

/** `watches` get the one of this machine, which outlives it. */
export const ingestMachine = (world: HistoryWorld, machine: Machine, watches: WriterWatch[]): Running<Ingest> => {
  const { random, oracle, coverage } = world
  const { clock, sleep } = clockAndSleep(world)
  const patienceMs = 5_000
  // About ten entries, or all there are.
  const maxBacklogBytes = random.pick([3_000, 64 * 1024 * 1024])
  const watch = new WriterWatch({
    now: clock,
    isDead: () => machine.isDead,
    must: oracle.must,
    coverage,
    patienceMs,
    maxBacklogBytes,
  })
  watches.push(watch)
  const guarded = guardedStream(watch.behindGuard(streamOf(world, machine)), (state) =>
    coverage.note(`the breaker is ${state}`),
  )
  const options = { clock, sleep, random: random.next, patienceMs, maxBacklogBytes }
  const writer = watch.writer(streamWriter(watch.beforeGuard(guarded), options))
  const { quarantine, merchants, auditTrail } = portsOf(world, machine)
  const { decisions } = oracle
  const desk = decideQuarantine({
    quarantine,
    stamp: stampEntries({ merchants: knownMerchants(merchants, { clocks: [clock] }), clock }),
    writer: {
      write: (entries) => {
        for (const entry of entries) decisions.notePut(entry)
        return writer.write(entries)
      },
    },
    auditTrail,
    clock,
    onUnpublished: decisions.noteUnpublished,
  })
  return { machine, run: { writer, desk } }
}

const SILENT = { warn() {}, error() {} }
const DELIVERY_STREAMS = { entries: 'entries', decisions: 'decisions' }

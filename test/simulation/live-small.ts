import { hash } from 'node:crypto'
import { firehoseArchive } from '#adapters/archive/firehose-archive'
import { archiveEntries } from '#processors/archive/archive-entries'
import { recordEntries } from '#processors/journal/record-entries'
import { SEGMENT_SIZES } from '#processors/journal/segment-sizes'
import type { Choices } from './choices.ts'
import { SimFirehose } from './firehose.ts'
import { startMachine, type Machine } from './machine.ts'
import { Fleet } from './small-fleet.ts'
import { Oracle } from './oracle.ts'
import { portsOn } from './ports.ts'
import { Scheduler } from './scheduler.ts'
import { bytesOf, untilDone } from './small-deliveries.ts'
import { decide, mustHaveDecided, trade } from './small-people.ts'
import type { SmallBatch, SmallDelivery, SmallRecord, SmallWorld } from './small-worlds.ts'
import { SimStream, type SimShard } from './stream.ts'
import { merchantsOf } from './workload.ts'

// The longest small history has a few hundred.
const MAX_TURNS = 2_000

/** Lives one history of a small world through. Returns its last state; throws when a promise was broken. */
export const liveSmall = async (world: SmallWorld, choices: Choices): Promise<string> => {
  const scheduler = new Scheduler(choices)
  const oracle = new Oracle(MERCHANTS)
  const stream = new SimStream(world.shards.length, () => 0, oracle.noteRecord, FIRST_SEQUENCE_NUMBER)
  const firehose = new SimFirehose({ timer: atOnce }, oracle.noteArchived)
  const recordDirectly = recordEntries({ ...oracle.ports, clock: () => 0, log: SILENT }, LIMITS)
  const start = (name: string): Machine => startMachine(name, scheduler, { isSlow: world.isSlow ?? false })
  const shardOf = ({ shard = 0 }: SmallDelivery): SimShard => {
    const found = stream.shards[shard]
    if (found === undefined) throw new Error(`there is no shard ${shard}`)
    return found
  }

  const putAll = (records: readonly SmallRecord[], shard: SimShard): void => {
    for (const record of records) {
      for (const line of record) if (typeof line !== 'string') oracle.noteSent(line)
      stream.put(shard, bytesOf(record))
    }
  }

  /** Records all that stands on a shard, without faults and at once. */
  const recordAll = async ({ shardId, records }: SimShard): Promise<void> => {
    const outcome = await recordDirectly({ shardId, records })
    if (outcome.redeliverFrom !== undefined) throw new Error(`${shardId} cannot be recorded without faults`)
  }

  const journalWorkers = new Fleet(start, (machine) => {
    const ports = portsOn(machine, oracle.ports)
    const { booksAtOnce, cacheBytes, sizes } = { ...LIMITS, sizes: SEGMENT_SIZES, ...world }
    return recordEntries({ ...ports, clock: () => 0, log: SILENT }, { booksAtOnce, cacheBytes, segmentSizes: sizes })
  })
  const archiveWorkers = new Fleet(start, (machine) => {
    const client = firehose.clientOn(machine, (index) => index === 0)
    // A pause without a timer may end at any time, before any other call.
    const archive = firehoseArchive(client, DELIVERY_STREAMS, { sleep: async () => {}, random: () => 0 })
    const { progress } = portsOn(machine, oracle.ports)
    return archiveEntries({ archive, progress, log: SILENT }, { portionCharacters: 1 })
  })

  const deliver = async (delivery: SmallDelivery): Promise<void> => {
    const { worker, consumer = 'journal', isReplayed = false } = delivery
    const { shardId, records } = shardOf(delivery)
    const whole: SmallBatch = [0, records.length]
    const fleet = consumer === 'journal' ? journalWorkers : archiveWorkers
    for (const batch of delivery.batches ?? [whole]) await untilDone(fleet, worker, shardId, records, batch)
    if (!isReplayed) return
    await scheduler.turn(`replay to ${worker}`, { writes: [`progress ${consumer} ${shardId}`] })
    oracle.loseProgress(consumer, shardId)
    await untilDone(fleet, worker, shardId, records, whole)
  }

  const [first] = stream.shards
  if (first !== undefined && world.standing !== undefined) {
    putAll(world.standing, first)
    await recordAll(first)
  }
  for (const [index, records] of world.shards.entries()) putAll(records, shardOf({ worker: '', shard: index }))

  const { tills = [], operators = [], deliveries = [] } = world
  const place = { scheduler, oracle, stream, start }
  const done = Promise.all([...deliveries.map(deliver), ...trade(place, tills), ...decide(place, operators)])
  let isDone = false
  void done.then(() => (isDone = true))
  await scheduler.run(MAX_TURNS)
  if (!isDone) throw new Error('a delivery never ends')

  const isWatched = (shard: SimShard): boolean =>
    tills.length + operators.length === 0 &&
    deliveries.some((delivery) => delivery.consumer !== 'archive' && shardOf(delivery) === shard)
  for (const shard of stream.shards) if (!isWatched(shard) && shard.records.length > 0) await recordAll(shard)
  const isArchived = deliveries.some(({ consumer }) => consumer === 'archive')
  await oracle.check(stream.shards, isArchived ? ['journal', 'archive'] : ['journal'])
  await mustHaveDecided(place, operators)
  const streamed = stream.shards.map(({ records }) => records.map(({ data }) => hash('sha256', data, 'base64')))
  const archived = firehose.entries.map((row) => JSON.stringify(row)).toSorted()
  return JSON.stringify([await oracle.state(), streamed, archived])
}

const MERCHANTS = merchantsOf({ merchants: 2 })
// The number of the second record has one digit more.
const FIRST_SEQUENCE_NUMBER = 99
const LIMITS = { booksAtOnce: 1, cacheBytes: 1_000_000 }
const SILENT = { warn() {}, error() {} }
const DELIVERY_STREAMS = { entries: 'entries', decisions: 'decisions' }

/** Rows are filed as soon as Firehose has them: when they are is of no interest here. */
const atOnce = (_ms: number, fire: () => void): (() => void) => {
  fire()
  return () => {}
}

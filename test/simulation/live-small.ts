import { recordEntries } from '#processors/journal/record-entries'
import { SEGMENT_SIZES } from '#processors/journal/segment-sizes'
import type { BatchOutcome, ShardBatch } from '#processors/shard-batch'
import { encodeEntries, entryLine } from '#wire/stream/record'
import type { Choices } from './choices.ts'
import { startMachine, type Machine } from './machine.ts'
import { Oracle } from './oracle.ts'
import { portsOn } from './ports.ts'
import { Scheduler } from './scheduler.ts'
import type { SmallDelivery, SmallWorld } from './small-worlds.ts'
import { SimStream } from './stream.ts'
import { merchantsOf } from './workload.ts'

// The longest small history has a few hundred.
const MAX_TURNS = 2_000

/** Lives one history of a small world through. Returns its last state; throws when a promise was broken. */
export const liveSmall = async (world: SmallWorld, choices: Choices): Promise<string> => {
  const scheduler = new Scheduler(choices)
  const oracle = new Oracle(merchantsOf({ merchants: 2 }))
  const stream = new SimStream(world.shards.length, () => 0, oracle.noteRecord)
  for (const [index, records] of world.shards.entries()) {
    const shard = stream.shards[index]
    if (shard === undefined) continue
    for (const lines of records) {
      for (const line of lines) if (typeof line !== 'string') oracle.noteSent(line)
      stream.put(shard, encodeEntries(lines.map((line) => (typeof line === 'string' ? line : entryLine(line)))))
    }
  }

  const workers = new Map<string, Worker>()
  const workerOf = (name: string): Worker => {
    const known = workers.get(name)
    if (known?.machine.isDead === false) return known
    const life = (known?.life ?? 0) + 1
    const machine = startMachine(`${name}${life === 1 ? '' : ` (life ${life})`}`, scheduler, {
      isSlow: world.isSlow ?? false,
    })
    const ports = portsOn(machine, oracle.ports)
    const { booksAtOnce = 1, cacheBytes = 1_000_000, sizes = SEGMENT_SIZES } = world
    const record = recordEntries(
      { ...ports, clock: () => 0, log: { warn() {}, error() {} } },
      { booksAtOnce, cacheBytes, segmentSizes: sizes },
    )
    const worker = { machine, record, life }
    workers.set(name, worker)
    return worker
  }

  const deliver = async ({ worker, shard = 0, batches }: SmallDelivery): Promise<void> => {
    const from = stream.shards[shard]
    if (from === undefined) throw new Error(`there is no shard ${shard}`)
    for (const [first, last] of batches ?? [[0, from.records.length]]) {
      let next = first
      while (next < last) {
        const records = from.records.slice(next, last)
        const outcome = await consume(workerOf(worker), { shardId: from.shardId, records })
        if (outcome === 'failed') continue
        const failedAt = records.findIndex(({ sequenceNumber }) => sequenceNumber === outcome.redeliverFrom)
        next = failedAt === -1 ? last : next + failedAt
      }
    }
  }

  const done = Promise.all(world.deliveries.map(deliver))
  let isDone = false
  void done.then(() => (isDone = true))
  await scheduler.run(MAX_TURNS)
  if (!isDone) throw new Error('a delivery never ends')
  await oracle.check(stream.shards, ['journal'])
  return await oracle.state()
}

type Worker = {
  readonly machine: Machine
  readonly record: (batch: ShardBatch) => Promise<BatchOutcome>
  readonly life: number
}

const consume = ({ machine, record }: Worker, batch: ShardBatch): Promise<BatchOutcome | 'failed'> => {
  const failed = (): 'failed' => 'failed'
  return Promise.race([record(batch).catch(failed), machine.death.then(failed)])
}

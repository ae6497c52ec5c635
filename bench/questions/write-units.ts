/** Counts write units and bytes per entry in DynamoDB, for appends of three shapes and with shards routed at random. */
import type { ShardBatch } from '#processors/shard-batch'
import { seededRandom } from '#test/simulation/random'
import { allWriteUnits } from '../rig/billed-store.ts'
import { billedWorkers, type Worker } from '../rig/billed-workers.ts'
import type { Figure, Target } from '../rig/figure.ts'
import { recordedStream } from '../rig/stream.ts'
import { trade, type IdKind, type TradeShape } from '../rig/trade.ts'

export const measureWriteUnits = async (): Promise<readonly Figure[]> => [
  ...(await figuresOf(ONE_MERCHANT)),
  ...(await figuresOf(ONE_SECOND)),
  ...(await figuresOf(TEN_SECONDS)),
  ...(await routing()),
]

type Shape = {
  readonly name: string
  readonly trade: Omit<TradeShape, 'ids'>
  readonly entriesPerWindow: number
  readonly windows: number
  readonly target: Target
}

const ONE_MERCHANT: Shape = {
  name: '500 entries of one merchant',
  trade: { merchantCount: 1, perRequest: 500, spanMs: 600_000, entriesPerSecond: 5 },
  entriesPerWindow: 500,
  windows: 20,
  target: { atMost: 0.037 },
}
const ONE_SECOND: Shape = {
  name: '6,000 entries of 1,000 merchants',
  trade: { merchantCount: 1_000 },
  entriesPerWindow: 6_000,
  windows: 5,
  target: { atMost: 0.16 },
}
const TEN_SECONDS: Shape = {
  name: '60,000 entries of 1,000 merchants',
  trade: { merchantCount: 1_000 },
  entriesPerWindow: 60_000,
  windows: 1,
  target: { atMost: 0.044 },
}

const figuresOf = async (shape: Shape): Promise<readonly Figure[]> => [
  ...(await figuresWith('till', shape)),
  ...(await figuresWith('uuid', shape)),
]

const ID_KINDS: Record<IdKind, string> = { till: 'ids of tills', uuid: 'ids are random UUIDs' }

const figuresWith = async (ids: IdKind, shape: Shape): Promise<readonly Figure[]> => {
  const { entriesPerWindow, windows, target } = shape
  const { shops, requests } = trade({ ...shape.trade, ids })
  const stream = recordedStream(1)
  const { workers, takeBill } = await billedWorkers(shops)
  const [worker] = workers as [Worker]
  // The first window makes the writer know the shards and the worker know the books.
  await workThrough(worker, await stream.send(requests(entriesPerWindow)))
  takeBill()
  for (let window = 0; window < windows; window += 1) {
    await workThrough(worker, await stream.send(requests(entriesPerWindow)))
  }
  const bill = takeBill()
  const entries = entriesPerWindow * windows
  const beside = bill.headWriteUnits + bill.progressWriteUnits
  return [
    {
      what: `DynamoDB, ${shape.name} at once, ${ID_KINDS[ids]}`,
      value: allWriteUnits(bill) / entries,
      unit: 'write units an entry',
      target,
      note: `${Math.round(bill.appends / windows)} appends; ${(beside / windows).toFixed(0)} unit for progress is in it`,
    },
    { what: `— of which stored`, value: bill.journalBytes / entries, unit: 'bytes an entry' },
  ]
}

/**
 * Gives the batches of four shards, a second each, to four workers: each shard to its own worker, or each batch to a random
 * one, which then finds that others have appended to its books.
 */
const routing = async (): Promise<readonly Figure[]> => {
  const random = seededRandom(7)
  const byShard = await routed((workers, shard) => workers[shard % workers.length] as Worker)
  const atRandom = await routed((workers) => random.pick(workers))
  return [
    {
      what: 'four workers, a shard to each',
      value: byShard.units,
      unit: 'write units an entry',
      note: refusals(byShard),
    },
    {
      what: 'four workers, batches at random',
      value: atRandom.units,
      unit: 'write units an entry',
      note: refusals(atRandom),
    },
  ]
}

type Routed = { readonly units: number; readonly refusedShare: number; readonly readUnits: number }

const refusals = ({ refusedShare, readUnits }: Routed): string =>
  `${(100 * refusedShare).toFixed(0)} % of puts refused; ${readUnits.toFixed(3)} read units an entry`

const routed = async (choose: (workers: readonly Worker[], shard: number) => Worker): Promise<Routed> => {
  const { shops, requests } = trade({ merchantCount: 1_000, ids: 'till' })
  const stream = recordedStream(4)
  const { workers, takeBill } = await billedWorkers(shops, 4)
  const warmUp = await stream.send(requests(PER_SECOND))
  for (const worker of workers) await workThrough(worker, warmUp)
  takeBill()
  for (let second = 0; second < SECONDS; second += 1) {
    const batches = await stream.send(requests(PER_SECOND))
    for (const [shard, batch] of batches.entries()) await workThrough(choose(workers, shard), [batch])
  }
  const bill = takeBill()
  return {
    units: allWriteUnits(bill) / (PER_SECOND * SECONDS),
    refusedShare: bill.refusedAppends / (bill.appends + bill.refusedAppends),
    readUnits: bill.readUnits / (PER_SECOND * SECONDS),
  }
}

const PER_SECOND = 6_000
const SECONDS = 6

const workThrough = async (worker: Worker, batches: readonly ShardBatch[]): Promise<void> => {
  for (const batch of batches) {
    const { redeliverFrom } = await worker(batch)
    if (redeliverFrom !== undefined) throw new Error('a batch did not come to its end')
  }
}

/** Operators who reconcile: while entries arrive, at the end of a history, and after something was lost. */
import type { Entry } from '#ledger/entry'
import type { BusinessDay, EntryId } from '#ledger/identifiers'
import { laneOf, shardOf } from '#ledger/lanes'
import { reconcileDay, type DayReport } from '#processors/reconcile/reconcile-day'
import { encodeEntries, entryLine } from '#wire/stream/record'
import { DELIVERY_MS, queriesOver } from './firehose.ts'
import { clockAndSleep, streamOf, type HistoryWorld } from './history-world.ts'
import { isSimulatedFault, startMachine } from './machine.ts'
import { areOwnFaults } from './own-code.ts'
import { LOSSES, unnamed, type Sides } from './planted-losses.ts'
import { portsOn } from './ports.ts'
import type { SimShard } from './stream.ts'
import { daysOf } from './workload.ts'

/** An operator compares a day while entries arrive. The comparison starts only after its barrier. */
export const reconcileEarly = async (world: HistoryWorld): Promise<void> => {
  const { mix, random, scheduler, oracle, firehose, coverage } = world
  for (let turns = random.below(200); turns > 0; turns -= 1) await scheduler.turn('operator waits')
  const machine = startMachine('operator', scheduler, { isSlow: false })
  const day = random.pick(daysOf(mix))
  const { recordCount } = oracle
  const archive = queriesOver(firehose.entries, () => oracle.mustBeDone(recordCount))
  const sides = { ...portsOn(machine, oracle.ports), stream: streamOf(world, machine), archive }
  try {
    const report = await reconcileDay({ ...sides, ...clockAndSleep(world) }, { ...COMPARING, day })
    coverage.note(`reconciled while entries arrive: ${report.status}`)
    if (!isOfBadDeployment(world, report)) oracle.reconciles.noteEarly(day, report)
  } catch (error) {
    // The operator runs the command again some other time.
    coverage.note('reconciled while entries arrive: failed')
    if (!isSimulatedFault(error)) throw error
  }
}

/** Compares every one of these days with the archive, as an operator does. */
export const reconcileEach = async (world: HistoryWorld, days: readonly BusinessDay[]): Promise<void> => {
  for (const day of days) {
    const { report } = await reconcileInTheEnd(world, 'operator', day, { repair: false })
    world.oracle.reconciles.note(day, report, world.firehose.entries)
  }
}

/** The same while everything goes on, several times. The command may fail or give up. */
export const reconcileMidway = async (world: HistoryWorld): Promise<void> => {
  const { mix, random, scheduler, oracle } = world
  for (let times = 1 + random.below(3); times > 0; times -= 1) {
    await scheduler.sleep(random.below(random.pick([10_000, 400_000])))
    const day = random.pick(daysOf(mix))
    try {
      const report = await reconcile(world, `reconciling ${times}`, day, { repair: false })
      if (!isOfBadDeployment(world, report)) oracle.reconciles.noteMidway(day, report)
    } catch (error) {
      if (!isSimulatedFault(error) && !isRefusal(error)) throw error
    }
  }
}

/** Whether a book was not compared because our own code failed, while a bad deployment was out. */
const isOfBadDeployment = ({ coverage }: HistoryWorld, report: DayReport): boolean =>
  coverage.has('a bad deployment') &&
  report.status === 'compared' &&
  report.books.some(({ faults }) => areOwnFaults(faults))

/** The journal's consumer misses a record, as when progress passes one that was never dealt with. */
export const loseAndRepair = async (world: HistoryWorld): Promise<void> => {
  const { mix, random, scheduler, oracle, stream, clients, merchants, lost } = world
  const day = random.pick(daysOf(mix))
  const { merchantId } = random.pick(merchants)
  const entry = (id: string): Entry => ({
    ...clients.plain(),
    entryId: id as EntryId,
    merchantId,
    businessDay: day,
    receivedAtMs: scheduler.nowMs,
  })
  const first = entry('lost-1')
  const entries = [first, { ...first, amountMinor: first.amountMinor + 1n }, entry('lost-2'), first]
  for (const each of entries) oracle.noteSent(each)
  const shard = shardOf(stream.open, laneOf(merchantId)) as SimShard
  const { nextNumber } = stream
  lost.add(nextNumber)
  oracle.loseRecord(nextNumber)
  stream.put(shard, encodeEntries(entries.map(entryLine)))
  // What Firehose still holds is on no side, so no comparison can miss it.
  await scheduler.sleep(2 * DELIVERY_MS)
  // Two contents of the first id, and the second id. A command that was behind may have published them before.
  const { report, attempts } = await reconcileInTheEnd(world, 'repairing', day, { repair: true })
  oracle.reconciles.noteRepaired(day, report, attempts === 1 ? 3 : undefined)
}

/** Loses something on one side. Reconciling has to name it. */
export const findLoss = async (world: HistoryWorld): Promise<void> => {
  const { mix, random, scheduler, oracle, firehose, coverage } = world
  // By then, all that was received has had the time to get into the archive.
  await scheduler.sleep(2 * COMPARING.deliveryMs)
  const day = random.pick(daysOf(mix))
  const name = random.pick(Object.keys(LOSSES))
  const loss = await LOSSES[name]?.({ ...oracle.ports, rows: firehose.entries }, day, random)
  if (loss === undefined) return
  coverage.note(`planted: ${name}`)
  oracle.reconciles.noteLoss(name)
  const report = await reconcileSides(world, day, loss.sides)
  oracle.reconciles.noteFound(name, unnamed(loss.expected, report), report)
}

type Options = { readonly repair: boolean }

/** A consumer may be behind, because time passes between any two calls. The command is then given again. */
const reconcileInTheEnd = async (world: HistoryWorld, name: string, day: BusinessDay, options: Options) => {
  for (let attempts = 1; ; attempts += 1) {
    const report = await reconcile(world, name, day, options)
    if (report.status !== 'behind' || attempts === MOST_ATTEMPTS) return { report, attempts }
  }
}

const MOST_ATTEMPTS = 20

const reconcile = async (
  world: HistoryWorld,
  name: string,
  day: BusinessDay,
  { repair }: Options,
): Promise<DayReport> => {
  const { scheduler, oracle, firehose } = world
  const machine = startMachine(name, scheduler, { isSlow: false })
  const { journal, quarantine, merchants, progress } = portsOn(machine, oracle.ports)
  const stream = streamOf(world, machine)
  const archive = queriesOver(firehose.entries)
  const compare = async (): Promise<DayReport> =>
    await reconcileDay(
      { journal, quarantine, merchants, progress, stream, archive, ...clockAndSleep(world) },
      { ...COMPARING, day, repair },
    )
  return await Promise.race([compare(), machine.death.then(refusal)])
}

const reconcileSides = async (world: HistoryWorld, day: BusinessDay, { rows, ...ports }: Sides): Promise<DayReport> => {
  const machine = startMachine('operator', world.scheduler, { isSlow: false })
  const { merchants } = world.oracle.ports
  const sides = { ...ports, merchants, stream: streamOf(world, machine), archive: queriesOver(rows) }
  return await reconcileDay({ ...sides, ...clockAndSleep(world) }, { ...COMPARING, day })
}

/** Firehose delivers within half of this time. */
export const PATIENCE_WITH_DELIVERY_MS = 2 * DELIVERY_MS

const COMPARING = { repair: false, deliveryMs: PATIENCE_WITH_DELIVERY_MS }

/** What a command says when its machine dies, or when the stream refuses too often. */
class Refusal extends Error {}
const refusal = (): never => {
  throw new Refusal('its machine died')
}
const isRefusal = (error: unknown): boolean =>
  error instanceof Refusal || (error instanceof Error && error.message.startsWith('the stream refused'))

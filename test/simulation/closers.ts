/**
 * Closers: operators and schedules that close days while everything goes on. Several may close the same days at once, die
 * between any two calls, or go on after they were given up on.
 */
import { shiftDay } from '#ledger/calendar'
import { lastEndedDay } from '#ledger/close'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { closeDays } from '#processors/close/close-days'
import type { DayOutcome } from '#processors/close/day-outcome'
import { queriesOver } from './firehose.ts'
import { clockAndSleep, daysToRead, portsOf, streamOf, type HistoryWorld } from './history-world.ts'
import { isSimulatedFault, startMachine } from './machine.ts'
import { areBroken, areOwnFaults } from './own-code.ts'
import { PATIENCE_WITH_DELIVERY_MS } from './reconciling.ts'

/** Closes this many times, whatever comes of it. */
export const closeNowAndThen = async (world: HistoryWorld, closer: string, times: number): Promise<void> => {
  const { random, scheduler, coverage } = world
  const merchants = idsOf(world)
  const days = daysToRead(world)
  for (let closed = 0; closed < times; closed += 1) {
    await scheduler.sleep(random.below(random.pick(CLOSE_EVERY_MS)))
    const merchantIds = random.chance(0.7) ? merchants : [random.pick(merchants)]
    const running = close(world, closer, { through: wantedDay(world, days), merchantIds })
    running.catch(() => {})
    const patience = random.chance(ZOMBIES) ? [scheduler.sleep(random.below(PATIENCE_MS)).then(givenUp)] : []
    try {
      const outcomes = await Promise.race([running, ...patience])
      if (typeof outcomes === 'string') coverage.note(`a closer ${outcomes}`)
      else noteOutcomes(world, outcomes)
    } catch (error) {
      coverage.note('a closer failed')
      if (!mayHeal(error)) throw error
    }
  }
}

/** Most closers come while entries arrive, some after a night. */
const CLOSE_EVERY_MS = [20_000, 20_000, 200_000, 200_000, 1_000_000, 30 * 3_600_000]
const ZOMBIES = 0.15
const PATIENCE_MS = 120_000
const givenUp = (): 'was given up on' => 'was given up on'

/** Most often a day of which there are entries, sometimes one that is not over. */
const wantedDay = ({ random, scheduler }: HistoryWorld, days: readonly BusinessDay[]): BusinessDay => {
  const today = new Date(scheduler.nowMs).toISOString().slice(0, 10) as BusinessDay
  return random.chance(0.7) ? random.pick(days) : shiftDay(today, random.below(3) - 1)
}

/** What a closer says of the days. Nothing is lost, so no day may be called unequal, unless a bad deployment was out. */
const noteOutcomes = ({ coverage, oracle }: HistoryWorld, outcomes: readonly DayOutcome[]): void => {
  for (const outcome of outcomes) {
    coverage.note(`a closer left a day ${outcome.status}`)
    if (outcome.status !== 'not-equal') continue
    const { differences = [], faults = [outcome.reason] } = outcome.report ?? {}
    if (coverage.has('a bad deployment') && areOwnFaults(faults)) continue
    // An entry that the archive's consumer handed over late seems to be missing until it is delivered.
    const isSlow = faults.length === 0 && differences.every(({ kind }) => kind === 'missing-in-archive')
    oracle.must(isSlow, `${outcome.merchantId} ${outcome.day} raised a false alarm: ${outcome.reason}`)
  }
}

/** In a calm world, days are closed when it is asked for some times. Asking again then changes nothing. */
export const closeAll = async (world: HistoryWorld): Promise<void> => {
  const { scheduler, oracle, coverage } = world
  const merchantIds = idsOf(world)
  const ended = merchantIds.map((id) => lastEndedDay(oracle.closes.calendarOf(id), scheduler.nowMs))
  const through = ended.toSorted()[0] as BusinessDay
  const closeThrough = () => close(world, 'last closer', { through, merchantIds })
  let left: unknown
  for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts += 1) {
    const outcomes = await closeThrough().catch((error: Error) => error.message)
    left = outcomes
    if (typeof outcomes !== 'string' && outcomes.every(({ status }) => status === 'closed')) break
  }
  await oracle.mustBeClosed(through, left)
  oracle.throwBroken()
  const again = await closeThrough()
  oracle.must(again.length === 0, `closing ${through} again closes days that were closed`)
  for (const [what, times] of Object.entries(oracle.closes.counts)) {
    if (times > 0) coverage.note(what, times)
  }
}

const MOST_ATTEMPTS = 20

type Wanted = { readonly through: BusinessDay; readonly merchantIds: readonly MerchantId[] }

/** Closes on a machine that begins now. */
const close = async (world: HistoryWorld, closer: string, wanted: Wanted): Promise<readonly DayOutcome[] | 'died'> => {
  // Closing reads hundreds of items. Were each refused as often as in a worker, hardly a day would be closed.
  const machine = startMachine(closer, world.scheduler, { isSlow: true, retriesReads: true })
  const ports = portsOf(world, machine, world.oracle.portsOfCloser())
  const sides = { stream: streamOf(world, machine), archive: queriesOver(world.firehose.entries) }
  const closing = { ...ports, ...sides, ...clockAndSleep(world) }
  const running = closeDays(closing, { ...wanted, deliveryMs: PATIENCE_WITH_DELIVERY_MS })
  return await Promise.race([running, machine.death.then((): 'died' => 'died')])
}

const idsOf = ({ merchants }: HistoryWorld): readonly MerchantId[] => merchants.map(({ merchantId }) => merchantId)

/** The close is asked for again some other time. */
const mayHeal = (error: unknown): boolean =>
  isSimulatedFault(error) || areBroken() || (error instanceof Error && HEALS.test(error.message))

const HEALS = /^(the stream refused|The stream refused|the head of .* changed \d+ times)/

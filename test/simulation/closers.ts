/**
 * Closers: operators and schedules that close days while everything goes on. Several may close the same days at once, die
 * between any two calls, or go on after they were given up on.
 */
import type { ArchiveQueries } from '#ledger/archive'
import { shiftDay } from '#ledger/calendar'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import type { EntryStream } from '#ledger/ports'
import { closeDays } from '#processors/close/close-days'
import type { DayOutcome } from '#processors/close/day-outcome'
import { isSimulatedFault, type Machine } from './machine.ts'
import { areBroken } from './own-code.ts'
import type { Ports } from './ports.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export type ClosersWorld = {
  readonly random: Random
  readonly scheduler: Scheduler
  readonly merchants: readonly MerchantId[]
  /** The days of which clients send entries. */
  readonly days: readonly BusinessDay[]
  readonly start: () => CloserMachine
  readonly deliveryMs: number
  readonly note: (what: string) => void
  readonly noteOutcomes: (outcomes: readonly DayOutcome[]) => void
}

/** A machine on which closing begins now. */
export type CloserMachine = {
  readonly machine: Machine
  readonly ports: Ports
  readonly stream: EntryStream
  readonly archive: ArchiveQueries
}

/** Closes this many times, whatever comes of it. */
export const closeNowAndThen = async (world: ClosersWorld, times: number): Promise<void> => {
  const { random, scheduler } = world
  for (let closed = 0; closed < times; closed += 1) {
    await scheduler.sleep(random.below(random.pick(CLOSE_EVERY_MS)))
    const merchantIds = random.chance(0.7) ? world.merchants : [random.pick(world.merchants)]
    const running = close(world, { through: wantedDay(world), merchantIds })
    running.catch(() => {})
    const patience = random.chance(ZOMBIES) ? [scheduler.sleep(random.below(PATIENCE_MS)).then(givenUp)] : []
    try {
      const outcomes = await Promise.race([running, ...patience])
      if (typeof outcomes === 'string') world.note(`a closer ${outcomes}`)
      else world.noteOutcomes(outcomes)
    } catch (error) {
      world.note('a closer failed')
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
const wantedDay = ({ random, scheduler, days }: ClosersWorld): BusinessDay => {
  const today = new Date(scheduler.nowMs).toISOString().slice(0, 10) as BusinessDay
  return random.chance(0.7) ? random.pick(days) : shiftDay(today, random.below(3) - 1)
}

type Wanted = { readonly through: BusinessDay; readonly merchantIds: readonly MerchantId[] }

export const close = async (
  { scheduler, start, deliveryMs }: Pick<ClosersWorld, 'scheduler' | 'start' | 'deliveryMs'>,
  wanted: Wanted,
): Promise<readonly DayOutcome[] | 'died'> => {
  const { machine, ports, ...sides } = start()
  const clockAndSleep = { clock: () => scheduler.nowMs, sleep: (ms: number) => scheduler.sleep(ms) }
  const running = closeDays({ ...ports, ...sides, ...clockAndSleep }, { ...wanted, deliveryMs })
  return await Promise.race([running, machine.death.then((): 'died' => 'died')])
}

/** The close is asked for again some other time. */
const mayHeal = (error: unknown): boolean =>
  isSimulatedFault(error) || areBroken() || (error instanceof Error && HEALS.test(error.message))

const HEALS = /^(the stream refused|The stream refused|the head of .* changed \d+ times)/

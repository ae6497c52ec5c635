/** Closers of days, readers beside them, and a change of the merchant's policy. */
import { readBalance, readBalanceOf, readDay, readDayAt, readPeriod } from '#query-api/books'
import { remembering, type RememberingStore } from '#query-api/memory'
import type { ArchiveQueries } from '#ledger/archive'
import type { BusinessDay } from '#ledger/identifiers'
import type { EntryStream } from '#ledger/ports'
import { closeDays } from '#processors/close/close-days'
import type { DayOutcome } from '#processors/close/day-outcome'
import {
  CLOSERS_CLOCK_MS,
  FIRST,
  MERCHANT,
  SECOND,
  THIRD,
  type Question,
  type SmallCloser,
  type SmallReader,
} from './closing-worlds.ts'
import { isSimulatedFault, type Machine } from './machine.ts'
import type { Oracle } from './oracle.ts'
import type { Ports } from './ports.ts'
import type { ReadsOracle } from './reads-oracle.ts'
import { Fleet } from './small-fleet.ts'

/** What a run of closing sees of the world. */
export type CloserSides = Ports & {
  readonly stream: EntryStream
  readonly archive: ArchiveQueries
  /** Until something has moved that a closer waits for. */
  readonly sleep: () => Promise<void>
  /** Until the archive shows all that Firehose has taken. The next run begins later than that. */
  readonly untilDelivered: () => Promise<void>
}

/** Where they meet. */
export type ClosingPlace = {
  readonly oracle: Oracle
  readonly start: (name: string, network?: { readonly mayWrite: boolean }) => Machine
  readonly portsOn: (machine: Machine) => Ports
  readonly closerOn: (machine: Machine) => CloserSides
  /** Waits for the turn of a reader who looks at all books, as the oracle does. */
  readonly look: (reader: string) => Promise<unknown>
}

/** Each closer closes days, again and again until all are closed. */
export const close = (place: ClosingPlace, closers: readonly SmallCloser[]): Promise<void>[] => {
  const { oracle } = place
  const machines = new Fleet(
    (name) => place.start(name),
    (machine) => closerOn(machine, place),
  )
  return closers.map(async ({ closer, through }) => {
    for (let run = 0; run < MOST_RUNS; run += 1) {
      const outcomes = await unlessFaulty(
        oracle,
        machines.ask(closer, (run) => run(through)),
      )
      if (outcomes === undefined || outcomes === 'died') continue
      // A day that was opened after the run had looked is closed by the next one.
      const { closedThrough } = await oracle.ports.heads.read(MERCHANT)
      const isClosed = closedThrough !== null && closedThrough >= lastToClose(through)
      if (isClosed && outcomes.every(isDone)) return
    }
    oracle.must(false, `${closer} never ends closing`)
  })
}

/** The last day that a closer may close: by its clock, later ones have not ended. */
export const lastToClose = (through: BusinessDay): BusinessDay => (through < SECOND ? through : SECOND)

const isDone = (outcome: DayOutcome): boolean =>
  outcome.status === 'closed' || (outcome.status === 'waiting' && outcome.waitsFor === 'end-of-day')

// A run fails at most once, and another caller changes a book a few times.
const MOST_RUNS = 6

const closerOn =
  (machine: Machine, { closerOn: sidesOn }: ClosingPlace) =>
  async (through: BusinessDay): Promise<readonly DayOutcome[]> => {
    const sides = sidesOn(machine)
    const outcomes = await closeDays(
      { ...sides, clock: () => CLOSERS_CLOCK_MS },
      { through, merchantIds: [MERCHANT], deliveryMs: 0 },
    )
    if (outcomes.some((outcome) => outcome.status === 'waiting' && outcome.waitsFor === 'archive'))
      await sides.untilDelivered()
    return outcomes
  }

/** Each reader asks until it is answered, as often as it is to ask. What it is told must have been so at some moment since it asked. */
export const ask = (place: ClosingPlace, readers: readonly SmallReader[]): Promise<void>[] => {
  const { oracle } = place
  const machines = new Fleet(
    (name) => place.start(name, { mayWrite: false }),
    (machine) => remembering(place.portsOn(machine)),
  )
  const untilAnswered = async ({ reader, asks }: SmallReader): Promise<void> => {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      await place.look(reader)
      const during = oracle.reads.begin(MERCHANT)
      const answered = machines.ask(reader, async (store) => {
        const check = await questionTo(store, oracle, asks)
        // What others do before this turn counts as done during the read. In some histories, they do nothing before it.
        await place.look(reader)
        check(during())
        return 'answered'
      })
      if ((await unlessFaulty(oracle, answered)) === 'answered') return
    }
    oracle.must(false, `${reader} is never answered`)
  }
  return readers.map(async (reader) => {
    for (let asked = 0; asked < (reader.times ?? 1); asked += 1) await untilAnswered(reader)
  })
}

// One more than there are faults.
const MOST_ATTEMPTS = 3

/** Reads the answer. Returns a check of it against the states that the books had meanwhile. */
const questionTo = async (
  store: RememberingStore,
  { reads, closes }: Oracle,
  asks: Question,
): Promise<(during: ReturnType<ReturnType<ReadsOracle['begin']>>) => void> => {
  switch (asks.for) {
    case 'balance': {
      const balance = await readBalance(store, MERCHANT)
      return (during) => reads.checkBalance(MERCHANT, balance, during)
    }
    case 'balance at the end of a day': {
      const balance = await readBalanceOf(store, { merchantId: MERCHANT, day: asks.day })
      return (during) => reads.checkBalance(MERCHANT, balance, during, asks.day)
    }
    case 'day': {
      const book = { merchantId: MERCHANT, day: asks.day }
      const read = await readDay(store, book)
      return (during) => reads.checkDay(book, read, during)
    }
    case 'period': {
      const period = await readPeriod(store, MERCHANT, { from: FIRST, to: THIRD })
      return (during) => reads.checkPeriod(MERCHANT, period, during)
    }
    case 'version': {
      const { version } = asks
      const book = { merchantId: MERCHANT, day: asks.day }
      const wasIssued = closes.issuedAs(book, version) !== undefined
      const read = await readDayAt(store, book, version)
      return () => {
        const newest = closes.newestOf(MERCHANT).get(book.day)?.version ?? 0
        const issued = closes.issuedAs(book, version)
        reads.checkVersion(book, version, read, { wasIssued, issued, newest })
      }
    }
  }
}

/** The answer, or undefined when a fault of the world was in its way. */
const unlessFaulty = async <T>(oracle: Oracle, answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer
  } catch (error) {
    if (!isSimulatedFault(error)) oracle.must(false, error instanceof Error ? error.message : String(error))
    return undefined
  }
}

import type { Fault, Uses } from './choices.ts'
import type { Scheduler } from './scheduler.ts'

/** Where production code runs. When it dies, no call ever returns to it. */
export type Machine = {
  readonly name: string
  /** Resolves when the machine dies. */
  readonly death: Promise<void>
  readonly isDead: boolean
  /**
   * Carries out a call to the world: it waits for its turn to arrive and, on a network that is slow, for a turn to
   * return. `ownFaults` are those that only this kind of call has.
   */
  call<T>(uses: Uses, ownFaults: readonly Fault[], carryOut: (fault?: Fault) => Promise<T>): Promise<T>
}

export type Network = {
  /** Whether answers take a turn to return. Then two answers may overtake each other on their way to one machine. */
  readonly isSlow: boolean
  /** Whether calls may change anything. What only reads breaks its promise when it writes. */
  readonly mayWrite?: boolean
  /** Whether a read that is refused is made again by the client of the store, as often as it takes. */
  readonly retriesReads?: boolean
}

class SimulatedFault extends Error {}

export const isSimulatedFault = (error: unknown): boolean => error instanceof SimulatedFault

const WRITE_FAULTS: readonly Fault[] = ['refused', 'answer-lost', 'late', 'crash', 'crash-after']
// A machine that dies before or after it reads leaves the same world behind as one that dies before it writes.
const READ_FAULTS: readonly Fault[] = ['refused']

export const startMachine = (
  name: string,
  scheduler: Scheduler,
  { isSlow, mayWrite = true, retriesReads = false }: Network,
): Machine => {
  const died = Promise.withResolvers<void>()
  let isDead = false
  let lateCalls = 0

  /** Never returns to a machine that is dead. */
  const turn = async (uses: Uses, faults: readonly Fault[]): Promise<Fault | undefined> => {
    const fault = await scheduler.turn(name, uses, faults, () => isDead)
    if (fault === 'crash') await die()
    return fault
  }

  const die = async (): Promise<void> => {
    isDead = true
    died.resolve()
    await forEver()
  }

  const carryOutLater = async (uses: Uses, carryOut: () => Promise<unknown>): Promise<void> => {
    lateCalls += 1
    // It no longer depends on the machine, which may be dead by then.
    await scheduler.turn(`late call ${lateCalls} of ${name}`, uses)
    // No caller hears what it throws.
    await carryOut().catch(() => {})
  }

  /** The call, as it arrives. A failure is kept until the answer has returned. */
  const arrive: Arrive = async (uses, ownFaults, carryOut) => {
    const isWrite = (uses.writes?.length ?? 0) > 0
    if (isWrite && !mayWrite) throw new Error(`${name} only reads, and writes ${uses.writes?.join(', ')}`)
    const faults = isWrite ? WRITE_FAULTS : retriesReads ? [] : READ_FAULTS
    const fault = await turn(uses, [...faults, ...ownFaults])
    if (fault === 'refused') return failing('throttled')
    if (fault === 'late') {
      void carryOutLater(uses, carryOut)
      return failing('timed out')
    }
    const answer = await carryOut(fault).then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error
      },
    )
    if (fault === 'crash-after') await die()
    return fault === 'answer-lost' ? failing('timed out') : answer
  }

  return {
    name,
    death: died.promise,
    get isDead() {
      return isDead
    },
    async call(uses, ownFaults, carryOut) {
      const answer = await arrive(uses, ownFaults, carryOut)
      if (isSlow) await turn({}, [])
      return answer()
    },
  }
}

type Arrive = <T>(uses: Uses, ownFaults: readonly Fault[], carryOut: (fault?: Fault) => Promise<T>) => Promise<() => T>

const failing = (message: string) => (): never => {
  throw new SimulatedFault(message)
}

const forEver = (): Promise<never> => new Promise(() => {})

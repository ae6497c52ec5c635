/** Tills that send through ingest, and operators who decide about what waits in quarantine. */
import { ProblemError } from '#http/problem-error'
import { decideQuarantine, type DecideQuarantine, type Operator } from '#ingest/decide-quarantine'
import { streamWriter, type StreamWriter } from '#ingest/stream-writer'
import { grantedMerchants, type MerchantPattern } from '#ledger/access'
import type { Entry } from '#ledger/entry'
import type { Position } from '#ledger/identifiers'
import { quarantineKey, quarantineState, type QuarantineKey } from '#ledger/quarantine'
import type { Machine } from './machine.ts'
import type { Oracle } from './oracle.ts'
import { portsOn } from './ports.ts'
import type { Scheduler } from './scheduler.ts'
import { Fleet } from './small-fleet.ts'
import type { SmallOperator, SmallTill } from './small-worlds.ts'
import { streamOn, type SimStream } from './stream.ts'

/** Where they meet. */
export type SmallPlace = {
  readonly scheduler: Scheduler
  readonly oracle: Oracle
  readonly stream: SimStream
  readonly start: (name: string) => Machine
}

/** Each till sends its entries at once, and again until all are acknowledged. */
export const trade = (place: SmallPlace, tills: readonly SmallTill[]): Promise<void>[] => {
  const ingest = new Fleet(place.start, (machine) => writerOn(machine, place))
  return tills.map(async ({ till, ingest: asked, entries }) => {
    for (const entry of entries) place.oracle.noteSent(entry)
    let left = entries
    for (let attempt = 0; attempt < MOST_ATTEMPTS && left.length > 0; attempt += 1) {
      await place.scheduler.turn(till)
      const outcomes = await ingest.ask(asked, (writer) => writer.write(left))
      if (outcomes === 'died') continue
      left = left.filter((entry, index) => {
        const outcome = outcomes[index]
        if (outcome?.ok) place.oracle.noteAcknowledged(entry, outcome.value)
        return outcome?.ok !== true
      })
    }
  })
}

/** Each operator decides about an item, and again until that is carried out or cannot be. */
export const decide = (place: SmallPlace, operators: readonly SmallOperator[]): Promise<void>[] => {
  const desks = new Fleet(place.start, (machine) => deskOn(machine, place))
  return operators.map(async ({ operator, decides, about }) => {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      try {
        const decided = await desks.ask(operator, (desk) =>
          decides === 'replay'
            ? desk.replay(keyOf(about), OPERATOR)
            : desk.discard(keyOf(about), OPERATOR, 'a mistake'),
        )
        if (decided !== 'died') return
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        if (error.problem.code === 'already-decided') return
      }
    }
  })
}

/** An item is decided in one way: what is discarded was never put on the stream again. */
export const mustHaveDecided = async ({ oracle }: SmallPlace, operators: readonly SmallOperator[]): Promise<void> => {
  for (const { about } of operators) {
    const item = await oracle.ports.quarantine.find(keyOf(about))
    if (item === undefined) throw new Error(`${about.entryId} is not in quarantine`)
    const { status } = quarantineState(item)
    const actions = item.actions.map(({ action }) => action)
    const isDecidedOnce =
      status === 'discarded' ? actions.length === 1 : actions[0] === 'replay-begun' && !actions.includes('discarded')
    if (!isDecidedOnce) throw new Error(`the item of ${about.entryId} was decided twice: ${actions.join(', ')}`)
  }
}

const writerOn = (machine: Machine, { scheduler, stream }: SmallPlace): StreamWriter =>
  streamWriter(
    streamOn(machine, stream, (index) => index === 0),
    { clock: () => scheduler.nowMs, sleep: (ms) => scheduler.sleep(ms), random: () => 0 },
  )

const deskOn = (machine: Machine, place: SmallPlace): DecideQuarantine =>
  decideQuarantine({
    quarantine: portsOn(machine, place.oracle.ports).quarantine,
    stamp: () => Promise.reject(new Error('nothing is corrected here')),
    writer: writerOn(machine, place),
    auditTrail: { publish: async () => {} },
    clock: () => 0,
  })

// The position does not matter, because the item has an entry.
const keyOf = (subject: Entry): QuarantineKey => quarantineKey({ subject, position: {} as Position })

const OPERATOR: Operator = {
  by: 'operator',
  from: '127.0.0.1',
  merchants: grantedMerchants(['*' as MerchantPattern]),
}

// One more than there are faults.
const MOST_ATTEMPTS = 3

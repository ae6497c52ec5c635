/**
 * Lives through every history of a small world: depth first over the choices, each history from its start with a prefix
 * of choices (stateless model checking). Histories that differ only in the order of independent turns are lived through
 * once, by sleep sets (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", 1996).
 *
 * Where interruptions are bounded, sleep sets would leave too much out: of two equivalent orders, one may be within the bound
 * and the other one beyond. There, a caller that was interrupted goes on only at a step that depends on something that others
 * did meanwhile. Otherwise it could have made the step before it was interrupted. That order is equivalent and has no more
 * interruptions: it has fewer turns of callers, or longer ones in front, so it leads to one that is lived through.
 */
import type { Choice, Choices, Fault, Turn, Uses } from './choices.ts'
import { CLOCK } from './scheduler.ts'

export type Bounds = {
  /** The most faults in a history. */
  readonly faults: number
  /** The kinds of fault that happen; all without it. */
  readonly kinds?: readonly Fault[]
  /**
   * The most times that a caller is interrupted which could go on. Without it, all orders are lived through.
   */
  readonly preemptions?: number
  /** Leaves out no equivalent order; only to check the relation of independence. */
  readonly allOrders?: boolean
  /** Goes on after a history that broke a promise. What it broke counts as the state at its end. */
  readonly pastBroken?: boolean
}

export type Explored = {
  readonly histories: number
  /** The different states in which histories ended. */
  readonly states: ReadonlySet<string>
}

/** A history that broke a promise, and the choices that lead to it. */
export class BrokenHistory extends Error {
  readonly path: string
  readonly histories: number
  constructor(cause: unknown, path: string, histories: number) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.path = path
    this.histories = histories
  }
}

/** A caller that moves, and what befalls it. */
type Step = {
  readonly turn: Turn
  /** Its place among those that wait. */
  readonly index: number
  readonly fault: Fault | undefined
  /** Whether the caller that moved last could have gone on instead. */
  readonly interrupts: boolean
}

/** What bounds need to know of the steps that were taken. */
type Taken = { readonly faults: number; readonly interruptions: number; readonly last: Step | undefined }

const NOTHING_TAKEN: Taken = { faults: 0, interruptions: 0, last: undefined }

const afterStep = ({ faults, interruptions }: Taken, step: Step): Taken => ({
  faults: faults + (step.fault === undefined ? 0 : 1),
  interruptions: interruptions + (step.interrupts ? 1 : 0),
  last: step,
})

/** A moment of a history at which something was chosen. */
type Moment = {
  readonly before: Taken
  readonly steps: readonly Step[]
  /** Steps that need not be chosen here: whatever they lead to has been lived through. */
  readonly asleep: Set<string>
  chosen: number
}

/** Lives through all histories. `live` makes one with the choices it is given, and returns the state at its end. */
export const explore = async (live: (choices: Choices) => Promise<string>, bounds: Bounds): Promise<Explored> => {
  const moments: Moment[] = []
  const states = new Set<string>()
  let histories = 0
  do {
    const choices = new GuidedChoices(moments, bounds)
    try {
      states.add(await live(choices))
      histories += 1
    } catch (error) {
      if (error instanceof EquivalentHistory) continue
      histories += 1
      const broken = new BrokenHistory(error, pathOf(moments), histories)
      if (bounds.pastBroken !== true) throw broken
      // In which order they were broken is no difference.
      states.add(broken.message.split('\n').toSorted().join('\n'))
    }
  } while (goOn(moments))
  return { histories, states }
}

/** Lives through the one history of a path. */
export const followPath = async (
  live: (choices: Choices) => Promise<string>,
  path: string,
  bounds: Bounds,
  onStep: (step: string) => void,
): Promise<string> => {
  const chosen = path === '' ? [] : path.split('.').map(Number)
  let taken = NOTHING_TAKEN
  let depth = 0
  return await live({
    next(waiting) {
      const steps = stepsOf(waiting, taken, bounds)
      const step = steps[chosen[depth] ?? 0]
      if (step === undefined) throw new Error(`the path does not fit: there is no step ${chosen[depth]} at ${depth}`)
      depth += 1
      taken = afterStep(taken, step)
      onStep(inWords(step))
      return choiceOf(step)
    },
  })
}

/** All that this history would show has been seen in another one. */
class EquivalentHistory extends Error {}

/** Goes through the moments that are given, and after them always takes the first step. */
class GuidedChoices implements Choices {
  readonly #moments: Moment[]
  readonly #bounds: Bounds
  #depth = 0

  constructor(moments: Moment[], bounds: Bounds) {
    this.#moments = moments
    this.#bounds = bounds
  }

  next(waiting: readonly Turn[]): Choice {
    const depth = this.#depth
    this.#depth += 1
    let moment = this.#moments[depth]
    if (moment === undefined) {
      const last = this.#moments.at(-1)
      const before = last === undefined ? NOTHING_TAKEN : afterStep(last.before, last.steps[last.chosen] as Step)
      const steps = stepsOf(waiting, before, this.#bounds)
      moment = { before, steps, asleep: this.#asleep(steps, before.last), chosen: -1 }
      moment.chosen = nextAwake(moment)
      if (moment.chosen === -1) throw new EquivalentHistory()
      this.#moments.push(moment)
    }
    return choiceOf(moment.steps[moment.chosen] as Step)
  }

  #asleep(steps: readonly Step[], last: Step | undefined): Set<string> {
    const { allOrders = false, preemptions } = this.#bounds
    if (last === undefined || allOrders) return new Set()
    return preemptions === undefined ? this.#sleepingOn(last) : this.#resumedForNothing(steps)
  }

  /** What slept before the last step, or was tried in its place, and is independent of it. */
  #sleepingOn(last: Step): Set<string> {
    const before = this.#moments.at(-1)
    if (before === undefined) return new Set()
    const asleep = before.steps.filter((step, index) => index < before.chosen || before.asleep.has(nameOf(step)))
    return new Set(asleep.filter((step) => areIndependent(step, last)).map(nameOf))
  }

  /** Steps of interrupted callers that were possible before the interruption, and independent of all that came since. */
  #resumedForNothing(steps: readonly Step[]): Set<string> {
    const since = new Map<
      string,
      { readonly isPossible: (name: string) => boolean; readonly others: readonly Step[] }
    >()
    const others: Step[] = []
    for (let at = this.#moments.length - 1; at >= 0; at -= 1) {
      const { steps: possible, chosen } = this.#moments[at] as Moment
      const step = possible[chosen] as Step
      const { actor } = step.turn
      if (!since.has(actor) && others.length > 0) {
        const then = this.#moments[at + 1] as Moment
        const names = new Set(then.steps.map(({ turn }) => nameOf({ turn, fault: undefined })))
        since.set(actor, { isPossible: (name) => names.has(name), others: [...others] })
      } else if (!since.has(actor)) since.set(actor, { isPossible: () => false, others: [] })
      others.push(step)
    }
    const isForNothing = (step: Step): boolean => {
      const interrupted = since.get(step.turn.actor)
      if (interrupted?.isPossible(nameOf({ turn: step.turn, fault: undefined })) !== true) return false
      return interrupted.others.every((other) => areIndependent(other, step))
    }
    return new Set(steps.filter(isForNothing).map(nameOf))
  }
}

/** Prepares the moments for the next history: the last one at which another step is left takes it. */
const goOn = (moments: Moment[]): boolean => {
  for (let last = moments.at(-1); last !== undefined; last = moments.at(-1)) {
    last.chosen = nextAwake(last)
    if (last.chosen !== -1) return true
    moments.pop()
  }
  return false
}

const nextAwake = ({ steps, asleep, chosen }: Moment): number =>
  steps.findIndex((step, index) => index > chosen && !asleep.has(nameOf(step)))

/** The steps that are possible: those without a fault first, and first of these the caller that moved last. */
const stepsOf = (waiting: readonly Turn[], taken: Taken, { faults, kinds, preemptions }: Bounds): Step[] => {
  const last = taken.last?.turn.actor
  const goesOn = waiting.some(({ actor }) => actor === last)
  const callers = waiting
    .map((turn, index) => ({ turn, index, interrupts: goesOn && turn.actor !== last }))
    .toSorted((a, b) => Number(b.turn.actor === last) - Number(a.turn.actor === last))
  const mayInterrupt = preemptions === undefined || taken.interruptions < preemptions
  const movable = callers.filter(({ interrupts }) => mayInterrupt || !interrupts)
  const mayFail = taken.faults < faults
  const kindsOf = ({ turn }: (typeof movable)[number]): readonly Fault[] =>
    mayFail ? turn.faults.filter((kind) => kinds === undefined || kinds.includes(kind)) : []
  return [
    ...movable.map((caller): Step => ({ ...caller, fault: undefined })),
    ...movable.flatMap((caller) => kindsOf(caller).map((fault): Step => ({ ...caller, fault }))),
  ]
}

/** Whether two steps lead to the same state in either order. */
const areIndependent = (one: Step, other: Step): boolean =>
  one.turn.actor !== other.turn.actor &&
  // A caller whose call fails or returns may read the time and set a timer, even if the call itself uses nothing.
  one.turn.actor !== CLOCK &&
  other.turn.actor !== CLOCK &&
  // The faults left are few: a fault here may be in the way of one there.
  !(one.fault !== undefined && other.fault !== undefined) &&
  !isTouched(usesOf(one), usesOf(other)) &&
  !isTouched(usesOf(other), usesOf(one))

/** Whether one writes what the other uses. */
const isTouched = ({ reads = [], writes = [] }: Uses, { writes: written = [] }: Uses): boolean =>
  [...reads, ...writes].some((item) => written.some((other) => areSame(item, other)))

const areSame = (one: string, other: string): boolean =>
  one === other ||
  (one.endsWith('*') && other.startsWith(one.slice(0, -1))) ||
  (other.endsWith('*') && one.startsWith(other.slice(0, -1)))

/** What a step uses in truth: a call that is not carried out now uses nothing. */
const usesOf = ({ turn, fault }: Step): Uses =>
  fault === 'refused' || fault === 'late' || fault === 'crash' ? {} : turn.uses

const nameOf = ({ turn, fault }: Pick<Step, 'turn' | 'fault'>): string =>
  `${turn.actor} ${turn.number}${fault === undefined ? '' : ` ${fault}`}`

/** A step for people: who, what, and what befalls it. */
const inWords = ({ turn, fault }: Step): string => {
  const { reads = [], writes = [] } = turn.uses
  const items = writes.length > 0 ? ['writes', ...writes] : reads.length > 0 ? ['reads', ...reads] : []
  const what = items.length > 0 ? items.join(' ').replaceAll('\n', ' ') : WITHOUT_ITEMS
  return `${turn.actor}: ${turn.actor === CLOCK ? `it is ${turn.number} ms` : what}${fault === undefined ? '' : `, ${FAULTS_IN_WORDS[fault]}`}`
}

const WITHOUT_ITEMS = 'gets its answer, or goes on'

const FAULTS_IN_WORDS: Readonly<Record<Fault, string>> = {
  refused: 'and is refused',
  'answer-lost': 'and the answer is lost',
  late: 'is told that it failed, and it happens later',
  crash: 'but its machine dies before',
  'crash-after': 'and its machine dies after it',
  'in-part': 'and a part is refused',
}

const choiceOf = ({ index, fault }: Step): Choice => (fault === undefined ? { index } : { index, fault })

const pathOf = (moments: readonly Moment[]): string => moments.map(({ chosen }) => chosen).join('.')

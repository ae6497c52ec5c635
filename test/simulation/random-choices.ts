import type { Choices, Fault } from './choices.ts'
import type { Random } from './random.ts'

/** How likely each fault is at a call that it may befall. Set to nothing when a history comes to its end. */
export type Chances = Readonly<Record<Fault, number>>

/** Leaves every choice to chance. `chances` is asked at each call. */
export const randomChoices = (random: Random, chances: () => Chances): Choices => ({
  next(waiting) {
    const index = random.below(waiting.length)
    const odds = chances()
    const fault = waiting[index]?.faults.find((kind) => random.chance(odds[kind]))
    return fault === undefined ? { index } : { index, fault }
  },
})

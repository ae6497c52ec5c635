import type { Choices, Fault } from './choices.ts'
import type { Random } from './random.ts'

/** Leaves every choice to chance. `chanceOf` is how likely a fault is now, at a call that it may befall. */
export const randomChoices = (random: Random, chanceOf: (fault: Fault) => number): Choices => ({
  next(waiting) {
    const index = random.below(waiting.length)
    const fault = waiting[index]?.faults.find((kind) => random.chance(chanceOf(kind)))
    return fault === undefined ? { index } : { index, fault }
  },
})

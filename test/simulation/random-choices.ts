import type { Choices, Fault } from './choices.ts'
import type { Random } from './random.ts'

/**
 * Leaves every choice to chance. `chanceOf` is how likely a fault is now, at a call that it may befall. Where a third of all calls
 * fails, a batch that takes two hundred calls never gets through. So faults end after FAULTY_TURNS, and what does not
 * come to rest then goes in circles.
 */
export const randomChoices = (random: Random, chanceOf: (fault: Fault) => number): Choices => {
  let turns = 0
  return {
    next(waiting) {
      turns += 1
      const index = random.below(waiting.length)
      if (turns > FAULTY_TURNS) return { index }
      const fault = waiting[index]?.faults.find((kind) => random.chance(chanceOf(kind)))
      return fault === undefined ? { index } : { index, fault }
    },
  }
}

const FAULTY_TURNS = 100_000

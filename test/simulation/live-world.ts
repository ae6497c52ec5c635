import type { Choices } from './choices.ts'
import type { ClosingWorld } from './closing-worlds.ts'
import { liveClosing } from './live-closing.ts'
import { liveSmall } from './live-small.ts'
import type { SmallWorld } from './small-worlds.ts'

/** Lives one history of a world through. Returns its last state; throws when a promise was broken. */
export const liveWorld = async (world: SmallWorld | ClosingWorld, choices: Choices): Promise<string> =>
  'policy' in world ? await liveClosing(world, choices) : await liveSmall(world, choices)

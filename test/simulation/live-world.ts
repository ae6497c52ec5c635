import type { Choices } from './choices.ts'
import { liveClosing } from './live-closing.ts'
import { liveMending } from './live-mending.ts'
import { liveSmall } from './live-small.ts'
import type { World } from './worlds.ts'

/** Lives one history of a world through. Returns its last state; throws when a promise was broken. */
export const liveWorld = async (world: World, choices: Choices): Promise<string> => {
  if ('policy' in world) return await liveClosing(world, choices)
  return 'damage' in world ? await liveMending(world, choices) : await liveSmall(world, choices)
}

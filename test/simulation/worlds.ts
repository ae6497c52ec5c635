import { CLOSING_WORLDS, type ClosingWorld } from './closing-worlds.ts'
import { MENDING_WORLDS, type MendingWorld } from './mending-worlds.ts'
import { SMALL_WORLDS, type SmallWorld } from './small-worlds.ts'

export type World = SmallWorld | ClosingWorld | MendingWorld

/** All worlds of which every history is lived through, by their names. */
export const WORLDS: Readonly<Record<string, World>> = { ...SMALL_WORLDS, ...CLOSING_WORLDS, ...MENDING_WORLDS }

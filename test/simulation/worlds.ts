import { CLOSING_WORLDS, type ClosingWorld } from './closing-worlds.ts'
import { SMALL_WORLDS, type SmallWorld } from './small-worlds.ts'

/** All worlds of which every history is lived through, by their names. */
export const WORLDS: Readonly<Record<string, SmallWorld | ClosingWorld>> = { ...SMALL_WORLDS, ...CLOSING_WORLDS }

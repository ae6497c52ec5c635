import type { Entry } from './entry.ts'
import type { Position } from './identifiers.ts'

/** An accepted entry as the archive keeps it: with where it stands on the stream, and when it arrived there. */
export type ArchivedEntry = {
  readonly entry: Entry
  readonly position: Position
  readonly arrivedAtMs: number
}

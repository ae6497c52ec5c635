/**
 * A bug to plant, to prove that the simulation can fail: it replaces a piece of production code by a plausible mistake.
 * The simulation of a planted bug must come to a history that breaks a promise. A bug whose piece of code is gone stops
 * the run, so the lists follow the code.
 */
export type Bug = {
  readonly name: string
  /** The module, from the root of the repository. */
  readonly file: string
  readonly find: string
  readonly plant: string
  /** Why no small world has to catch it: what it needs happens in long histories only. */
  readonly needsHistories?: string
  /** Why no random history catches it: what it needs happens in small worlds only. */
  readonly needsSmallWorlds?: string
}

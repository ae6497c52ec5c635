/** Who changes something, and from where. */
export type Actor = {
  /** The subject of a token. Of a command that works on the stores without a token: `os:` and the user of its machine. */
  readonly by: string
  /** The address of the client, or the name of the machine on which the command runs. */
  readonly from: string
}

/** Who did something, from where, and when. */
export type Act = Actor & { readonly atMs: number }

/** What is written where the person or the place is not known. */
export const UNKNOWN = 'unknown'

/**
 * An exception of our own code, not of the world. The world's errors heal and are tried again for ever; ours come back
 * with the record that causes them, so that record is set aside.
 */
export class UnexpectedError extends Error {}

/** Runs code that asks nothing of the world: whatever it throws is ours. */
export const ours = <T>(compute: () => T): T => {
  try {
    return compute()
  } catch (cause) {
    throw new UnexpectedError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

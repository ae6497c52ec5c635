/**
 * Exceptions of our own code, as opposed to failures of the world. Failures of the world heal, and the work is tried
 * again without limit. For an exception of our own, a good entry goes through the same code at the same moment
 * (`good-record.ts`, `journal/good-entry.ts`). If the good entry succeeds, the other entry alone is at fault and is set
 * aside. If the good entry fails too, our code is at fault.
 */
import { UnknownFormat } from '#ledger/ports'
import { BrokenChain } from '#ledger/segment'

/**
 * Our code fails on this entry and, at the same moment, not on a good entry. Each delivery of this entry would fail
 * again.
 */
export class UnexpectedError extends Error {}

/**
 * Our code fails on every input: no memory, a bad deployment, a broken dependency, or a book that cannot take another
 * segment. Nothing is set aside for it. The stream delivers the records again, and a person has to look.
 */
export class OwnFault extends Error {}

/**
 * Runs code that does not call the world. When the code throws, this throws an UnexpectedError, or the OwnFault that
 * `good` throws.
 */
export const ours = <T>(compute: () => T, good: () => void): T => {
  try {
    return compute()
  } catch (cause) {
    good()
    throw new UnexpectedError(messageOf(cause), { cause })
  }
}

/**
 * Runs code that has to work on every input. An exception becomes an OwnFault that names the place. A BrokenChain,
 * which means that a chain was altered, is thrown as it is.
 */
export const mustWork = <T>(where: string, compute: () => T): T => {
  try {
    return compute()
  } catch (cause) {
    if (cause instanceof OwnFault || cause instanceof BrokenChain) throw cause
    throw new OwnFault(`${where}: ${messageOf(cause)}`, { cause })
  }
}

/**
 * Whether an error needs a person and cannot heal by a retry. Such an error comes from our code, from a chain that was
 * altered, or from what another version has stored.
 */
export const isOurs = (error: unknown): boolean =>
  [OwnFault, UnexpectedError, BrokenChain, UnknownFormat, TypeError, RangeError, ReferenceError, SyntaxError].some(
    (kind) => error instanceof kind,
  )

/** Why one thing could not be worked on, in words for people. The error is one for which `isOurs` is true. */
export const ourReason = (error: unknown): string =>
  error instanceof UnknownFormat || error instanceof BrokenChain
    ? messageOf(error)
    : `our own code fails on it: ${messageOf(error)}`

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Exceptions of our own code, not of the world. Those of the world heal and are tried again for ever. Ours are judged by a
 * good entry that goes through the same code at the same moment (`good-record.ts`, `journal/good-entry.ts`). If the good
 * entry succeeds, the other one alone is to blame and is set aside. If it fails too, our code is to blame.
 */
import { UnknownFormat } from '#ledger/ports'
import { BrokenChain } from '#ledger/segment'

/** Our code fails on this entry and, at the same moment, not on a good one. Each delivery of the entry would fail again. */
export class UnexpectedError extends Error {}

/**
 * Our code fails on every input: no memory, a bad deployment, a broken dependency, a book that cannot take another
 * segment. Nothing is set aside for it. The stream delivers the records again, and a person has to look.
 */
export class OwnFault extends Error {}

/** Runs code that asks nothing of the world: what it throws is an UnexpectedError, or the OwnFault that `good` throws. */
export const ours = <T>(compute: () => T, good: () => void): T => {
  try {
    return compute()
  } catch (cause) {
    good()
    throw new UnexpectedError(messageOf(cause), { cause })
  }
}

/**
 * Runs code that has to work on every input. An exception is an OwnFault, which says where, or the BrokenChain of a chain
 * that was altered.
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
 * Whether only a person can mend it, and no retry: it comes from our code, from a chain that was altered, or from what
 * another version has stored.
 */
export const isOurs = (error: unknown): boolean =>
  [OwnFault, UnexpectedError, BrokenChain, UnknownFormat, TypeError, RangeError, ReferenceError, SyntaxError].some(
    (kind) => error instanceof kind,
  )

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

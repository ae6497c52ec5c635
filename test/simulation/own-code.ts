import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

const { createHash } = crypto
const { decode } = TextDecoder.prototype

const broken = (): never => {
  throw new RangeError('Array buffer allocation failed')
}

/**
 * What a bad deployment may break: dependencies of our own code, without which no segment can be sealed, or no record
 * read, for any entry. There is one of each for all machines.
 */
export const DEPENDENCIES = {
  sealing: (works: boolean): void => {
    crypto.createHash = works ? createHash : broken
    // So that modules that import it by name have it, too.
    syncBuiltinESMExports()
  },
  reading: (works: boolean): void => {
    TextDecoder.prototype.decode = works ? decode : broken
  },
}

export const mendAll = (): void => {
  for (const work of Object.values(DEPENDENCIES)) work(true)
}

/** Whether these faults of a comparison say that our own code failed, and nothing else. */
export const areOwnFaults = (faults: readonly string[]): boolean =>
  faults.length > 0 && faults.every((fault) => fault.startsWith('our own code fails on it'))

/** Whether a bad deployment is out now. */
export const areBroken = (): boolean => crypto.createHash !== createHash || TextDecoder.prototype.decode !== decode

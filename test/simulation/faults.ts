import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import type { AuditTrail, Heads, Journal, Merchants, Progress, Quarantine } from '#ledger/ports'
import type { Mix } from './mixes.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export type Ports = {
  readonly journal: Journal
  readonly heads: Heads
  readonly merchants: Merchants
  readonly quarantine: Quarantine
  readonly auditTrail: AuditTrail
  readonly progress: Progress
}

/** How likely a call is to go wrong; set to 0 when a history comes to its end. */
export type Trouble = { rate: number; readonly weights: Mix['weights'] }

/** The machine that a worker runs on. Once it is dead, no call ever returns to it. */
export type Machine = { dead: boolean }

class SimulatedFault extends Error {}

/**
 * The ports as a worker on a machine sees them: each call takes a turn to arrive and a turn to return, may be refused on
 * the way in or lose its answer on the way out, and the machine may be dead by then.
 */
export const faultyPorts = (
  ports: Ports,
  machine: Machine,
  trouble: Trouble,
  scheduler: Scheduler,
  random: Random,
): Ports => {
  const call = async <T>(carryOut: () => Promise<T>): Promise<T> => {
    await travel()
    if (random.chance(trouble.rate * trouble.weights.throttle)) throw new SimulatedFault('throttled')
    const answer = await carryOut()
    const lost = random.chance(trouble.rate * trouble.weights.lostAnswer)
    await travel()
    if (lost) throw new SimulatedFault('timed out')
    return answer
  }
  const travel = async (): Promise<void> => {
    await scheduler.turn()
    if (random.chance((trouble.rate * trouble.weights.crash) / 4)) machine.dead = true
    if (machine.dead) await new Promise(() => {})
  }
  const { journal, heads, merchants, quarantine, auditTrail, progress } = ports
  return {
    journal: {
      read: (book, after, limit) => call(() => journal.read(book, after, limit)),
      end: (book) => call(() => journal.end(book)),
      append: (segment) => call(() => journal.append(segment)),
    },
    heads: {
      read: (merchantId) => call(() => heads.read(merchantId)),
      open: (book) => call(() => heads.open(book)),
    },
    merchants: {
      find: (merchantId) => call(() => merchants.find(merchantId)),
      save: (merchant) => call(() => merchants.save(merchant)),
      list: (page) => call(() => merchants.list(page)),
      items: (page) => call(() => merchants.items(page)),
      idsBeginning: (beginning, page) => call(() => merchants.idsBeginning(beginning, page)),
    },
    quarantine: {
      setAside: (item) => call(() => quarantine.setAside(item)),
      list: (filter, page) => call(() => quarantine.list(filter, page)),
      merchantsBeginning: (beginning, page) => call(() => quarantine.merchantsBeginning(beginning, page)),
      ofEntry: (book, entryId, limit) => call(() => quarantine.ofEntry(book, entryId, limit)),
      find: (key) => call(() => quarantine.find(key)),
      note: (item, action) => call(() => quarantine.note(item, action)),
    },
    auditTrail: {
      publish: (...told) => call(() => auditTrail.publish(...told)),
    },
    progress: {
      advance: (consumer, to) => call(() => progress.advance(consumer, to)),
      of: (consumer, shardId) => call(() => progress.of(consumer, shardId)),
      read: (consumer) => call(() => progress.read(consumer)),
    },
  }
}

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

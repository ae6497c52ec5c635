/**
 * Small worlds in which a broken book is mended, while workers append to it and a reader reads it. In most of them the archive
 * shows all that stands on the stream, so a mending need not wait.
 */
import type { Entry } from '#ledger/entry'
import type { BusinessDay, EntryId, MerchantId } from '#ledger/identifiers'
import type { Currency } from '#ledger/money'
import { anEntry } from '../builders.ts'
import type { Bounds } from './explore.ts'

export type MendingWorld = {
  /** What became of the chain of three segments, with one entry each. */
  readonly damage: 'the second segment is altered' | 'the second segment is gone' | 'the third segment is gone'
  readonly menders: readonly string[]
  /** A worker records one more entry. It knows the book as it was when it had so many segments; 0 when it does not know it. */
  readonly worker?: { readonly knows: number }
  /** The archive shows the worker's entry at some moment of the history; from the beginning without it. */
  readonly isArchivedLater?: boolean
  /** Reads the balance. */
  readonly reader?: string
  readonly bounds: Bounds
}

const MENDED_DAY = '2026-11-20' as BusinessDay
export const MENDED = { merchantId: 'm0' as MerchantId, day: MENDED_DAY }

const sale = (entryId: string, amountMinor: bigint): Entry =>
  anEntry({
    entryId: entryId as EntryId,
    merchantId: MENDED.merchantId,
    businessDay: MENDED_DAY,
    currency: 'BRL' as Currency,
    method: 'cash',
    amountMinor,
    receivedAtMs: 0,
  })

/** The entries of the three segments. The totals of any two sets of entries are different. */
export const STANDING: readonly Entry[] = [sale('e1', 100n), sale('e2', 200n), sale('e3', 400n)]
/** What the worker records. */
export const NEW: Entry = sale('e4', 800n)

const ONE_FAULT: Bounds = { faults: 1 }
/** For worlds with too many orders. */
const INTERRUPTED: Bounds = { faults: 1, kinds: ['crash-after', 'answer-lost'], preemptions: 1 }
const INTERRUPTED_TWICE: Bounds = { faults: 0, preemptions: 2 }

const oneMender = ['mender a']

export const MENDING_WORLDS: Readonly<Record<string, MendingWorld>> = {
  'an altered segment is mended': {
    damage: 'the second segment is altered',
    menders: oneMender,
    bounds: ONE_FAULT,
  },
  'a gap is mended': {
    damage: 'the second segment is gone',
    menders: oneMender,
    bounds: ONE_FAULT,
  },
  'a chain that was cut off is mended': {
    damage: 'the third segment is gone',
    menders: oneMender,
    bounds: ONE_FAULT,
  },
  'two menders': {
    damage: 'the second segment is altered',
    menders: ['mender a', 'mender b'],
    bounds: INTERRUPTED_TWICE,
  },
  'a mender and a worker with the book in memory': {
    damage: 'the second segment is altered',
    menders: oneMender,
    worker: { knows: 3 },
    bounds: INTERRUPTED,
  },
  'a mender and a worker without the book': {
    damage: 'the second segment is altered',
    menders: oneMender,
    worker: { knows: 0 },
    bounds: INTERRUPTED,
  },
  'a gap, a mender and a worker that stands before it': {
    damage: 'the second segment is gone',
    menders: oneMender,
    worker: { knows: 1 },
    bounds: INTERRUPTED,
  },
  'a chain that was cut off, a mender and a worker that knows its end': {
    damage: 'the third segment is gone',
    menders: oneMender,
    worker: { knows: 3 },
    bounds: INTERRUPTED,
  },
  'a mender, and a worker whose entry is archived later': {
    damage: 'the second segment is altered',
    menders: oneMender,
    worker: { knows: 3 },
    isArchivedLater: true,
    bounds: INTERRUPTED,
  },
  'a gap, a mender, and a worker whose entry is archived later': {
    damage: 'the second segment is gone',
    menders: oneMender,
    worker: { knows: 1 },
    isArchivedLater: true,
    bounds: INTERRUPTED,
  },
  'a mender and a reader of the balance': {
    damage: 'the second segment is altered',
    menders: oneMender,
    reader: 'reader',
    bounds: INTERRUPTED_TWICE,
  },
}

/** What comes of the days that a run closes, and of what goes wrong with one merchant alone. */
import type { ClosedDay } from '#ledger/close'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { UnknownFormat } from '#ledger/ports'
import { BrokenChain } from '#ledger/segment'
import { isOurs, ourReason } from '../own-fault.ts'
import type { Behind } from '../reconcile/barrier.ts'
import type { BookReport } from '../reconcile/compare-book.ts'

/** What came of a day that was open. */
export type DayOutcome = { readonly merchantId: MerchantId; readonly day: BusinessDay } & (
  | { readonly status: 'closed'; readonly closed?: ClosedDay }
  | NotClosed
  /** An earlier day of the merchant stays open. */
  | { readonly status: 'after-open-day' }
)

export type NotClosed =
  /** A later run closes the day: once the archive has its entries, once it has ended, or when its turn comes. */
  | { readonly status: 'waiting'; readonly waitsFor: 'archive' | 'end-of-day' | 'turn'; readonly reason: string }
  /** The archive and the book differ, or this merchant cannot be dealt with. A person has to look. */
  | {
      readonly status: 'not-equal'
      readonly reason: string
      readonly report?: BookReport
      /** The exception, when our own code failed. */
      readonly err?: unknown
    }

export type Note = (outcome: DayOutcome) => void

export const NOT_ENDED = { status: 'waiting', waitsFor: 'end-of-day', reason: 'the day has not ended' } as const
export const OUT_OF_TIME = { status: 'waiting', waitsFor: 'turn', reason: 'the run has taken its time' } as const
export const GONE = { status: 'not-equal', reason: 'the merchant is gone from the register' } as const
export const waiting = (reason: string) => ({ status: 'waiting', waitsFor: 'archive', reason }) as const
export const isBehind = ({ consumer, shardId }: Behind) => waiting(`the ${consumer} is behind on ${shardId}`)

/**
 * Does the work for one merchant. No retry heals an item that this version cannot use, or an exception of our own code. They are
 * noted as the outcome of the merchant's day, so that other merchants go on. A failure that may heal is thrown.
 */
export const unlessUnusable = async <T>(
  note: Note,
  where: { readonly merchantId: MerchantId; readonly day: BusinessDay },
  work: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await work()
  } catch (error) {
    if (!isOurs(error)) throw error
    const isOwnCode = !(error instanceof UnknownFormat || error instanceof BrokenChain)
    note({ ...where, status: 'not-equal', reason: ourReason(error), ...(isOwnCode && { err: error }) })
    return undefined
  }
}

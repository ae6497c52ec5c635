import type { Access } from '#http/context'
import { Unavailable } from '#http/unavailable'
import type { MerchantId } from '#ledger/identifiers'
import type { Clock } from '#ledger/ports'
import type { Timer } from './timer.ts'

/** What a client of the live stream was allowed when it came, and how long that holds. */
export type Permission = {
  /**
   * False once the token has expired, or the merchant is no longer granted. Answers at once; asks for the grant again in
   * the background now and then.
   */
  holds(): boolean
}

/**
 * How often the grant is asked for. The answer is usually remembered, so the grants themselves are read once per 45 s and
 * subject, however many clients there are.
 */
const ASK_EVERY_MS = 5_000

/**
 * How long a client stays without an answer. What is remembered is at most 45 s old, so a grant that is taken away counts
 * within a minute even while the grants are out of reach. A shorter outage ends no stream: there are three tries.
 */
const STAYS_UNCONFIRMED_MS = 15_000

type PermissionParts = {
  readonly clock: Clock
  readonly timer: Pick<Timer, 'nowMs'>
}

/** To be made when the merchant was just seen to be granted. */
export const permissionToFollow = (
  merchantId: MerchantId,
  access: Access,
  { clock, timer }: PermissionParts,
): Permission => {
  let isTakenAway = false
  let askedAtMs = timer.nowMs()
  let confirmedAtMs = askedAtMs

  const ask = async (): Promise<void> => {
    const nowMs = timer.nowMs()
    askedAtMs = nowMs
    try {
      const merchants = await access.merchants()
      // As of the question: its answer may have been on the way for long.
      if (merchants.covers(merchantId)) confirmedAtMs = nowMs
      else isTakenAway = true
    } catch (error) {
      if (!(error instanceof Unavailable)) isTakenAway = true
    }
  }

  return {
    holds() {
      const nowMs = timer.nowMs()
      const isExpired = clock() >= access.caller.expiresAtMs
      if (isTakenAway || isExpired || nowMs - confirmedAtMs >= STAYS_UNCONFIRMED_MS) return false
      if (nowMs - askedAtMs >= ASK_EVERY_MS) void ask()
      return true
    },
  }
}

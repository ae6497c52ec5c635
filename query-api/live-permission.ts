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
const ASK_EVERY_MS = 2_000

/**
 * How long a client stays while its questions have no answer. What is remembered is at most 45 s old, and is asked for at
 * least every 2 s. So a grant that is taken away counts within a minute even while the grants are out of reach, and an
 * outage of 10 s ends no stream.
 */
const STAYS_UNANSWERED_MS = 12_000

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
  /** When the first question was asked that has no answer yet. */
  let unansweredSinceMs: number | undefined

  const ask = async (): Promise<void> => {
    askedAtMs = timer.nowMs()
    unansweredSinceMs ??= askedAtMs
    try {
      const merchants = await access.merchants()
      unansweredSinceMs = undefined
      if (!merchants.covers(merchantId)) isTakenAway = true
    } catch (error) {
      if (!(error instanceof Unavailable)) isTakenAway = true
    }
  }

  return {
    holds() {
      const nowMs = timer.nowMs()
      if (isTakenAway || clock() >= access.caller.expiresAtMs) return false
      if (unansweredSinceMs !== undefined && nowMs - unansweredSinceMs >= STAYS_UNANSWERED_MS) return false
      if (nowMs - askedAtMs >= ASK_EVERY_MS) void ask()
      return true
    },
  }
}

import { noSuchMerchant } from '#http/hidden'
import type { ServiceContext } from '#http/context'
import { ProblemError } from '#http/problem-error'
import type { MerchantId } from '#ledger/identifiers'
import type { Clock } from '#ledger/ports'
import type { Positions } from '#ledger/positions'
import { preferredWaitSeconds } from '#wire/http/requests/prefer'
import type { AsOf } from './conditional.ts'
import type { Freshness } from './freshness.ts'

/**
 * To be called right before reading. Waits until the positions that the client names are applied, as long as it prefers
 * to wait, and answers how fresh the following reads are; for one merchant, also up to when its entries are applied.
 * Throws the problem `not-applied-yet` when the positions are not applied in time. After a wait, the merchants of the
 * context are those that are granted then.
 */
export type FreshEnough = (c: ServiceContext, after: Positions | undefined, merchantId?: MerchantId) => Promise<AsOf>

const DEFAULT_WAIT_SECONDS = 5

export const freshEnough =
  (parts: FreshParts): FreshEnough =>
  async (c, after, merchantId) => {
    const { freshness, clock } = parts
    if (after !== undefined) {
      await untilApplied(freshness, c, after)
      await stillAllowed(c, merchantId)
    }
    return merchantId === undefined ? { asOfMs: clock(), appliedThroughMs: null } : await freshNow(parts, merchantId)
  }

/** The wait may have outlasted the token, or the grant as it was known when the request came. */
const stillAllowed = async (c: ServiceContext, merchantId: MerchantId | undefined): Promise<void> => {
  const merchants = await c.get('access').merchants()
  if (merchantId !== undefined && !merchants.covers(merchantId)) throw noSuchMerchant()
  c.set('merchants', merchants)
}

/** How fresh reads of a merchant are from now on. */
export const freshNow = async ({ freshness, clock }: FreshParts, merchantId: MerchantId): Promise<AsOf> => {
  const appliedThroughMs = await freshness.appliedThroughMs(merchantId)
  return { asOfMs: clock(), appliedThroughMs }
}

type FreshParts = { readonly freshness: Freshness; readonly clock: Clock }

const untilApplied = async (freshness: Freshness, c: ServiceContext, after: Positions): Promise<void> => {
  const preferred = preferredWaitSeconds(c.req.header('prefer'))
  // Set on the response that Hono prepares. The real response takes the header over, also when it is a problem.
  if (preferred !== undefined) c.res.headers.set('preference-applied', `wait=${preferred}`)
  const seconds = preferred ?? DEFAULT_WAIT_SECONDS
  if (await freshness.reaches(after, 1_000 * seconds)) return
  throw new ProblemError({
    code: 'not-applied-yet',
    detail: `The journal did not reach the position in "after" within ${seconds} s. Accepted entries are safe. Ask again.`,
    retryAfterSeconds: 1,
  })
}

import type { ServiceContext } from '#http/context'
import { noSuchMerchant } from '#http/hidden'
import { ProblemError } from '#http/problem-error'
import { parseBusinessDay, parseMerchantId, type BusinessDay, type MerchantId } from '#ledger/identifiers'
import { invalid, jsonResponse } from '#wire/http/problem'
import { preferredWaitSeconds } from '#wire/http/requests/query-params'
import { closingResponse } from '#wire/http/responses/closing'
import type { CloseUpTo } from './close-up-to.ts'

export type ClosingParts = {
  readonly closeUpTo: CloseUpTo
  /** The longest time that a request waits for the outcome. */
  readonly maxCloseWaitMs: number
}

export const closingHandlers = ({ closeUpTo, maxCloseWaitMs }: ClosingParts) => ({
  closeDays: async (c: ServiceContext) => {
    const merchantId = merchantIdOf(c)
    const day = dayOf(c)
    const most = Math.floor(maxCloseWaitMs / 1_000)
    const preferred = preferredWaitSeconds(c.req.header('prefer'), most)
    const closed = await closeUpTo(merchantId, day, 1_000 * (preferred ?? most))
    return jsonResponse(closingResponse(closed), closed.isGoingOn ? 202 : 200, {
      ...(preferred !== undefined && { 'preference-applied': `wait=${preferred}` }),
      ...(closed.isGoingOn && { 'retry-after': String(ASK_AGAIN_SECONDS) }),
    })
  },
})

const ASK_AGAIN_SECONDS = 10

/** An id that no merchant can have is answered like an unknown one. */
const merchantIdOf = (c: ServiceContext): MerchantId => {
  const merchantId = parseMerchantId(c.req.param('merchantId') ?? '')
  if (merchantId.ok) return merchantId.value
  throw noSuchMerchant()
}

const dayOf = (c: ServiceContext): BusinessDay => {
  const day = parseBusinessDay(c.req.param('day') ?? '')
  if (day.ok) return day.value
  const detail = 'must be a calendar date, written YYYY-MM-DD'
  throw new ProblemError(invalid('The day in the path is not valid.', [{ pointer: '/day', code: day.error, detail }]))
}

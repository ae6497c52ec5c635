import type { ServiceContext } from '#http/context'
import { dayOf, merchantIdIn } from '#http/path'
import { jsonResponse } from '#wire/http/problem'
import { preferredWaitSeconds } from '#wire/http/requests/prefer'
import { closingResponse } from '#wire/http/responses/closing'
import type { CloseUpTo } from './close-up-to.ts'

export type ClosingParts = {
  readonly closeUpTo: CloseUpTo
  /** The longest time that a request waits for the outcome. */
  readonly maxCloseWaitMs: number
}

export const closingHandlers = ({ closeUpTo, maxCloseWaitMs }: ClosingParts) => ({
  closeDays: async (c: ServiceContext) => {
    const merchantId = merchantIdIn(c, 'merchantId')
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

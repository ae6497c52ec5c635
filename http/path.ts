/** The parts of a path that both services know, as values of the ledger. Each throws a ProblemError for a part that is wrong. */
import { parseBusinessDay, parseMerchantId, type BusinessDay, type MerchantId } from '#ledger/identifiers'
import { invalid } from '#wire/http/problem'
import type { ServiceContext } from './context.ts'
import { noSuchMerchant } from './hidden.ts'
import { ProblemError } from './problem-error.ts'

/** The merchant in the path. An id that no merchant can have is answered like an unknown one. */
export const merchantIdIn = (c: ServiceContext, parameter: 'merchant' | 'merchantId'): MerchantId => {
  const merchantId = parseMerchantId(c.req.param(parameter) ?? '')
  if (merchantId.ok) return merchantId.value
  throw noSuchMerchant()
}

export const dayOf = (c: ServiceContext): BusinessDay => {
  const day = parseBusinessDay(c.req.param('day') ?? '')
  if (day.ok) return day.value
  const detail = 'must be a calendar date, written YYYY-MM-DD'
  throw new ProblemError(invalid('The day in the path is not valid.', [{ pointer: '/day', code: day.error, detail }]))
}

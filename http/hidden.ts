/** What does not exist, and what the caller may not know of: both are answered in the same words. */
import type { QuarantineKey } from '#ledger/quarantine'
import { parseQuarantineId } from '#wire/http/quarantine-id'
import type { ServiceContext } from './context.ts'
import { ProblemError } from './problem-error.ts'

export const noSuchMerchant = (): ProblemError =>
  new ProblemError({ code: 'not-found', detail: 'No merchant is registered under this id.' })

export const noSuchItem = (): ProblemError =>
  new ProblemError({ code: 'not-found', detail: 'No item in quarantine has this id.' })

/** The key that the path names. Throws `noSuchItem` for an id that no item can have. */
export const quarantineKeyOf = (c: ServiceContext): QuarantineKey => {
  const key = parseQuarantineId(c.req.param('quarantineId') ?? '')
  if (key.ok) return key.value
  throw noSuchItem()
}

import { registerMerchant, type Merchant, type Registration } from '#ledger/merchant'
import type { Clock, Merchants } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import type { ZoneData } from '#ledger/zone'
import { invalid, type Problem } from '#wire/problem'
import { OutOfReach, orOutOfReach } from './out-of-reach.ts'

/** Registers a merchant or changes it. Doing the same again changes nothing. Throws only what is a fault of ours. */
export type RegisterMerchant = (wanted: Registration) => Promise<Result<Registered, Problem>>
export type Registered = { readonly merchant: Merchant; readonly isNew: boolean }

export type Register = {
  readonly merchants: Pick<Merchants, 'find' | 'save'>
  /** What a calendar that is made now records. */
  readonly zones: ZoneData
  readonly clock: Clock
  /** Hears why the register could not be reached. */
  readonly onTrouble?: (error: unknown) => void
}

export const registration =
  ({ merchants, zones, clock, onTrouble = () => {} }: Register): RegisterMerchant =>
  async (wanted) => {
    try {
      return await register({ merchants, zones, clock }, wanted)
    } catch (error) {
      if (!(error instanceof OutOfReach)) throw error
      onTrouble(error.cause)
      return refuse(REGISTER_UNAVAILABLE)
    }
  }

const register = async ({ merchants, zones, clock }: Omit<Register, 'onTrouble'>, wanted: Registration) => {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const current = await orOutOfReach(merchants.find(wanted.merchantId))
    const decided = registerMerchant(current, wanted, zones, clock())
    if (!decided.ok) return refuse(REFUSALS[decided.error])
    const registered: Registered = { merchant: decided.value, isNew: current === undefined }
    if (decided.value === current) return ok(registered)
    if ((await orOutOfReach(merchants.save(decided.value))) === 'saved') return ok(registered)
    // Somebody else was quicker, and what they made of the merchant is what we have to change now.
  }
  return refuse(CHANGED_MEANWHILE)
}

const MAX_ATTEMPTS = 5

const REFUSALS: Record<'not-a-time-zone' | 'currency-fixed' | 'calendar-from-not-future', Problem> = {
  'not-a-time-zone': invalid('The merchant is not valid.', [
    {
      pointer: '/timeZone',
      code: 'not-a-time-zone',
      detail: 'must be a zone or link of the IANA database, such as America/Sao_Paulo; no abbreviation and no offset',
    },
  ]),
  'currency-fixed': {
    code: 'currency-fixed',
    detail: 'The merchant is registered with another currency, and its books are kept in it.',
    errors: [{ pointer: '/currency', code: 'currency-fixed', detail: 'must stay what it was at registration' }],
  },
  'calendar-from-not-future': invalid('A calendar changes only forward.', [
    {
      pointer: '/calendarFrom',
      code: 'calendar-from-not-future',
      detail: 'must be a day that starts more than six minutes from now, and after every rule that may be in use',
    },
  ]),
}

const CHANGED_MEANWHILE: Problem = {
  code: 'changed-meanwhile',
  detail: `Others changed the merchant ${MAX_ATTEMPTS} times while we tried. Read it, and send your change again.`,
  retryAfterSeconds: 1,
}

export const REGISTER_UNAVAILABLE: Problem = {
  code: 'register-unavailable',
  detail: 'The register of merchants could not be reached. Send the same request again.',
  retryAfterSeconds: 1,
}

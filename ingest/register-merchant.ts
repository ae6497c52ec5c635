import { isDeepStrictEqual } from 'node:util'
import { preconditionsHold, type Preconditions } from '#http/preconditions'
import type { MerchantId } from '#ledger/identifiers'
import {
  changeMerchant,
  registerMerchant,
  type Merchant,
  type MerchantChange,
  type MerchantRefusal,
  type Registration,
} from '#ledger/merchant'
import type { Clock, Merchants } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import type { ZoneData } from '#ledger/zone'
import { merchantTag } from '#wire/http/merchant'
import { invalid, type Problem } from '#wire/http/problem'
import { OutOfReach, orOutOfReach } from './out-of-reach.ts'

/** Doing the same again changes nothing. Throws only what is a fault of ours. */
export type Registrar = {
  /** Registers a merchant, or changes the one that exists. */
  register(wanted: Registration, terms?: Terms): Promise<Result<Registered, Problem>>
  /** Changes a merchant that exists. */
  change(merchantId: MerchantId, change: MerchantChange, terms?: Terms): Promise<Result<Registered, Problem>>
}

export type Registered = { readonly merchant: Merchant; readonly isNew: boolean }

export type Terms = {
  /** What the merchant has to be at the moment of the change. */
  readonly preconditions?: Preconditions
  /** Tells what would be, and saves nothing. */
  readonly isPreview?: boolean
}

export type Register = {
  readonly merchants: Pick<Merchants, 'find' | 'save'>
  /** What a calendar that is made now records. */
  readonly zones: ZoneData
  readonly clock: Clock
  /** Hears why the register could not be reached. */
  readonly onTrouble?: (error: unknown) => void
}

export const registrar = ({ merchants, zones, clock, onTrouble = () => {} }: Register): Registrar => {
  const carryOut = async (merchantId: MerchantId, decide: Decide, terms: Terms = {}) => {
    try {
      return await decideAndSave(merchants, merchantId, decide, terms)
    } catch (error) {
      if (!(error instanceof OutOfReach)) throw error
      onTrouble(error.cause)
      return refuse(REGISTER_UNAVAILABLE)
    }
  }
  return {
    async register(wanted, terms) {
      return await carryOut(wanted.merchantId, (current) => registerMerchant(current, wanted, zones, clock()), terms)
    },
    async change(merchantId, change, terms) {
      const decide: Decide = (current) =>
        current === undefined ? refuse('unknown-merchant') : changeMerchant(current, change, zones, clock())
      return await carryOut(merchantId, decide, terms)
    },
  }
}

/** The merchant as it is to be; the very `current` one when nothing changes. */
type Decide = (current: Merchant | undefined) => Result<Merchant, Refusal>
type Refusal = MerchantRefusal | 'unknown-merchant'

const decideAndSave = async (
  merchants: Register['merchants'],
  merchantId: MerchantId,
  decide: Decide,
  { preconditions = {}, isPreview = false }: Terms,
): Promise<Result<Registered, Problem>> => {
  let tried: Merchant | undefined
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const current = await orOutOfReach(merchants.find(merchantId))
    const decided = decide(current)
    // RFC 9110 (13.2.1) puts what is wrong with any such request before its preconditions.
    if (!decided.ok && decided.error === 'unknown-merchant') return refuse(REFUSALS[decided.error])
    const failed = failedPrecondition(preconditions, current, tried)
    if (failed !== undefined) return refuse(failed)
    if (!decided.ok) return refuse(REFUSALS[decided.error])

    const registered: Registered = { merchant: decided.value, isNew: current === undefined }
    if (isPreview || decided.value === current) return ok(registered)
    // The save is conditional on the revision that the preconditions were held against: no change can come between.
    if ((await orOutOfReach(merchants.save(decided.value))) === 'saved') return ok(registered)
    // Another request was quicker, and this one now has to change the merchant that it left.
    tried = decided.value
  }
  return refuse(CHANGED_MEANWHILE)
}

const failedPrecondition = (
  preconditions: Preconditions,
  current: Merchant | undefined,
  tried: Merchant | undefined,
): Problem | undefined => {
  const etag = current && merchantTag(current)
  // A save whose answer was lost is tried again by the SDK and says 'moved'. Where the change is in place, RFC 9110
  // (13.1.1) lets If-Match succeed; of If-None-Match it does not say so.
  const isInPlace = tried !== undefined && isDeepStrictEqual(current, tried)
  const { ifMatch: _, ...others } = preconditions
  if (preconditionsHold(isInPlace ? others : preconditions, etag)) return undefined
  const now = etag === undefined ? 'There is no such merchant' : `The ETag of the merchant is ${etag} now`
  return { code: 'precondition-failed', detail: `${now}, so nothing was changed. Read it before you try again.` }
}

const MAX_ATTEMPTS = 5

const REFUSALS: Record<Refusal, Problem> = {
  'unknown-merchant': { code: 'not-found', detail: 'There is no such merchant to change. A PUT registers one.' },
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

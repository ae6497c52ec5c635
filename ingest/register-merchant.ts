import { isDeepStrictEqual } from 'node:util'
import { noSuchMerchant } from '#http/hidden'
import { preconditionsHold, type Preconditions } from '#http/preconditions'
import { ProblemError } from '#http/problem-error'
import { orUnavailable, type Dependency } from '#http/unavailable'
import type { Actor } from '#ledger/actor'
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
import { refuse, type Result } from '#ledger/result'
import type { ZoneData } from '#ledger/zone'
import { merchantTag } from '#wire/http/merchant'
import { invalid, type Problem } from '#wire/http/problem'

/** Sending the same again changes nothing. Throws a ProblemError when the merchant cannot be saved. */
export type Registrar = {
  /** Registers a merchant, or changes the one that exists. */
  register(wanted: Registration, terms: Terms): Promise<Registered>
  /** Changes a merchant that exists. */
  change(merchantId: MerchantId, change: MerchantChange, terms: Terms): Promise<Registered>
}

export type Registered = { readonly merchant: Merchant; readonly isNew: boolean }

export type Terms = {
  /** Who asks for the change. */
  readonly actor: Actor
  /** What has to be true of the merchant at the moment of the change. */
  readonly preconditions?: Preconditions
  /** Answers the merchant as it would become, and saves nothing. */
  readonly isPreview?: boolean
}

export type Register = {
  readonly merchants: Pick<Merchants, 'find' | 'save'>
  /** The zone data that a calendar records when it is made. */
  readonly zones: ZoneData
  readonly clock: Clock
}

export const registrar = ({ merchants, zones, clock }: Register): Registrar => ({
  async register(wanted, terms) {
    const edit: Edit = (current) => registerMerchant(current, wanted, zones, clock())
    return await saveEdited({ merchants, clock }, wanted.merchantId, edit, terms)
  },
  async change(merchantId, change, terms) {
    const edit: Edit = (current) =>
      current === undefined ? refuse('unknown-merchant') : changeMerchant(current, change, zones, clock())
    return await saveEdited({ merchants, clock }, merchantId, edit, terms)
  },
})

/** The merchant as it is to become; `current` itself when nothing changes. */
type Edit = (current: Merchant | undefined) => Result<Merchant, Refusal>
type Refusal = MerchantRefusal | 'unknown-merchant'

const saveEdited = async (
  { merchants, clock }: Pick<Register, 'merchants' | 'clock'>,
  merchantId: MerchantId,
  edit: Edit,
  { actor, preconditions = {}, isPreview = false }: Terms,
): Promise<Registered> => {
  let tried: Merchant | undefined
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const current = await orUnavailable(merchants.find(merchantId), REGISTER)
    const edited = edit(current)
    // RFC 9110 (13.2.1) ignores preconditions where the request would fail without them.
    if (!edited.ok && edited.error === 'unknown-merchant') throw new ProblemError(REFUSALS[edited.error])
    requirePreconditions(preconditions, current, tried)
    if (!edited.ok) throw new ProblemError(REFUSALS[edited.error])

    const isNew = current === undefined
    if (isPreview || edited.value === current) return { merchant: edited.value, isNew }
    const merchant: Merchant = { ...edited.value, savedBy: { ...actor, atMs: clock() } }
    // The save is conditional on the revision that the preconditions were checked against, so no change can come
    // between.
    if ((await orUnavailable(merchants.save(merchant), REGISTER)) === 'saved') return { merchant, isNew }
    // Another request has changed the merchant meanwhile, so this one is applied to its new state.
    tried = merchant
  }
  throw new ProblemError(CHANGED_MEANWHILE)
}

const requirePreconditions = (
  preconditions: Preconditions,
  current: Merchant | undefined,
  tried: Merchant | undefined,
): void => {
  const etag = current && merchantTag(current)
  // A save whose answer was lost is tried again by the SDK and says 'moved'. Where the change is in place, RFC 9110
  // (13.1.1) lets If-Match succeed; of If-None-Match it does not say so.
  const isInPlace = tried !== undefined && isDeepStrictEqual(current, tried)
  const { ifMatch: _, ...others } = preconditions
  if (preconditionsHold(isInPlace ? others : preconditions, etag)) return
  const now = etag === undefined ? 'The merchant does not exist' : `The ETag of the merchant is ${etag} now`
  const detail = `${now}, so nothing was changed. Read the merchant before you try again.`
  throw new ProblemError({ code: 'precondition-failed', detail })
}

const MAX_ATTEMPTS = 5

const REFUSALS: Record<Refusal, Problem> = {
  'unknown-merchant': noSuchMerchant().problem,
  'not-a-time-zone': invalid('The merchant is not valid.', [
    {
      pointer: '/timeZone',
      code: 'not-a-time-zone',
      detail:
        'must be a zone or link of the IANA database, such as America/Sao_Paulo, and not an abbreviation or an offset',
    },
  ]),
  'currency-fixed': {
    code: 'currency-fixed',
    detail: 'The merchant is registered with another currency, and its books are kept in it.',
    errors: [{ pointer: '/currency', code: 'currency-fixed', detail: 'must stay what it was at registration' }],
  },
  'calendar-from-not-future': invalid('A calendar changes only from a future day on.', [
    {
      pointer: '/calendarFrom',
      code: 'calendar-from-not-future',
      detail: 'must be a day that starts more than six minutes from now, and after every rule that may be in use',
    },
  ]),
}

const CHANGED_MEANWHILE: Problem = {
  code: 'changed-meanwhile',
  detail:
    `Other requests changed the merchant ${MAX_ATTEMPTS} times during this one. Read the merchant, and send ` +
    'your change again.',
  retryAfterSeconds: 1,
}

export const REGISTER: Dependency = {
  name: 'the register of merchants',
  unavailable: {
    code: 'register-unavailable',
    detail: 'The register of merchants could not be reached. Send the same request again.',
    retryAfterSeconds: 1,
  },
}

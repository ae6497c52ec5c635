import type { Clock, AuditTrail } from '#ledger/ports'
import { merchantSaved } from '#wire/archive/merchant'
import type { Registered, Registrar, Terms } from './register-merchant.ts'

export type Publishing = {
  readonly auditTrail: AuditTrail
  readonly clock: Clock
  /** Hears why a merchant that is registered could not be published. */
  readonly onUnpublished: (error: unknown) => void
}

/** Registers, and then publishes the merchant for the archive. The registration holds even when publishing fails. */
export const publishRegistration = (
  registrar: Registrar,
  { auditTrail, clock, onUnpublished }: Publishing,
): Registrar => {
  const publish = async (registered: Registered, { isPreview = false }: Terms) => {
    // An unchanged merchant is published too: so sending the same again makes up for an event that was not published.
    if (!isPreview) await auditTrail.publish(merchantSaved(registered.merchant, clock())).catch(onUnpublished)
    return registered
  }
  return {
    register: async (wanted, terms) => await publish(await registrar.register(wanted, terms), terms),
    change: async (merchantId, change, terms) =>
      await publish(await registrar.change(merchantId, change, terms), terms),
  }
}

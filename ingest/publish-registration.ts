import type { Clock, AuditTrail } from '#ledger/ports'
import type { Result } from '#ledger/result'
import type { Problem } from '#wire/http/problem'
import { merchantSaved } from '#wire/archive/merchant'
import type { Registered, Registrar, Terms } from './register-merchant.ts'

export type Publishing = {
  readonly auditTrail: AuditTrail
  readonly clock: Clock
  /** Hears why a merchant that is registered could not be published. */
  readonly onTrouble: (error: unknown) => void
}

/** Registers, and then tells the archive of it. The merchant is registered whether or not that could be told. */
export const publishRegistration = (registrar: Registrar, { auditTrail, clock, onTrouble }: Publishing): Registrar => {
  const publish = async (registered: Result<Registered, Problem>, terms: Terms = {}) => {
    // Also when nothing was left to change: so sending the same again makes good for what could not be told before.
    if (registered.ok && terms.isPreview !== true) {
      await auditTrail.publish(merchantSaved(registered.value.merchant, clock())).catch(onTrouble)
    }
    return registered
  }
  return {
    register: async (wanted, terms) => await publish(await registrar.register(wanted, terms), terms),
    change: async (merchantId, change, terms) =>
      await publish(await registrar.change(merchantId, change, terms), terms),
  }
}

import type { Clock, Decisions } from '#ledger/ports'
import type { Result } from '#ledger/result'
import type { Problem } from '#wire/problem'
import { merchantSaved } from '#wire/saved-merchant'
import type { Registered, Registrar, Terms } from './register-merchant.ts'

export type Publishing = {
  readonly decisions: Decisions
  readonly clock: Clock
  /** Hears why a merchant that is registered could not be published. */
  readonly onTrouble: (error: unknown) => void
}

/** Registers, and then tells the archive of it. The merchant is registered whether or not that could be told. */
export const publishRegistration = (registrar: Registrar, { decisions, clock, onTrouble }: Publishing): Registrar => {
  const publish = async (registered: Result<Registered, Problem>, terms: Terms = {}) => {
    // Also when nothing was left to change: so sending the same again makes good for what could not be told before.
    if (registered.ok && terms.isPreview !== true) {
      await decisions.publish(merchantSaved(registered.value.merchant, clock())).catch(onTrouble)
    }
    return registered
  }
  return {
    register: async (wanted, terms) => await publish(await registrar.register(wanted, terms), terms),
    change: async (merchantId, change, terms) =>
      await publish(await registrar.change(merchantId, change, terms), terms),
  }
}

import type { Clock, Decisions } from '#ledger/ports'
import { merchantSaved } from '#wire/saved-merchant'
import type { RegisterMerchant } from './register-merchant.ts'

export type Publishing = {
  readonly decisions: Decisions
  readonly clock: Clock
  /** Hears why a merchant that is registered could not be published. */
  readonly onTrouble: (error: unknown) => void
}

/** Registers, and then tells the archive of it. The merchant is registered whether or not that could be told. */
export const publishRegistration =
  (register: RegisterMerchant, { decisions, clock, onTrouble }: Publishing): RegisterMerchant =>
  async (wanted) => {
    const registered = await register(wanted)
    // Also when nothing was left to change: so sending the same again makes good for what could not be told before.
    if (registered.ok) await decisions.publish(merchantSaved(registered.value.merchant, clock())).catch(onTrouble)
    return registered
  }

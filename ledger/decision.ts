import type { BusinessDay, MerchantId } from './identifiers.ts'

export type DecisionKind = 'merchant.saved' | 'quarantine.set-aside' | 'quarantine.replayed' | 'quarantine.discarded'

/**
 * Something that was decided about merchants, books or entries. Told after it is durable where it counts, so that the
 * archive alone can tell what happened.
 */
export type Decision<Kind extends string = DecisionKind> = {
  /** The same whenever the same decision is told again; readers take each once. */
  readonly decisionId: string
  readonly kind: Kind
  readonly merchantId?: MerchantId
  readonly businessDay?: BusinessDay
  readonly decidedAtMs: number
  /** Whatever the kind has to say, in JSON's own values. */
  readonly body: Readonly<Record<string, unknown>>
}

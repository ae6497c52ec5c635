import type { Decision } from '#ledger/decision'
import type { Decisions } from '#ledger/ports'

export const memoryDecisions = (): Decisions & { readonly published: readonly Decision[] } => {
  const published: Decision[] = []
  return {
    published,
    async publish(...decisions) {
      published.push(...decisions)
    },
  }
}

import type { ArchivedEntry } from '#ledger/archive'
import type { AnyDecision } from '#ledger/decision'
import type { Archive } from '#ledger/ports'

/** Keeps every copy, as the real one does. */
export const memoryArchive = (): Archive & {
  readonly entries: readonly ArchivedEntry[]
  readonly decisions: readonly AnyDecision[]
} => {
  const entries: ArchivedEntry[] = []
  const decisions: AnyDecision[] = []
  return {
    entries,
    decisions,
    async put(more) {
      for (const archived of more) entries.push(archived)
    },
    async putDecisions(more) {
      for (const decision of more) decisions.push(decision)
    },
  }
}

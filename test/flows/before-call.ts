import type { AuditEvent } from '#ledger/audit-event'
import type { MendWorld } from '#processors/mend/plan-mending'

/** The world of a mending in which something happens right before the given one of its calls, counted from 1. */
export const beforeCall = (
  world: MendWorld,
  call: number,
  happens: () => Promise<void>,
): { readonly world: MendWorld; readonly calls: () => number } => {
  let calls = 0
  const heard =
    <Given extends readonly unknown[], T>(ask: (...given: Given) => Promise<T>) =>
    async (...asked: Given): Promise<T> => {
      calls += 1
      if (calls === call) await happens()
      return await ask(...asked)
    }
  const { journal, heads, days, transactions, auditTrail, objects } = world
  return {
    calls: () => calls,
    world: {
      ...world,
      journal: { read: heard(journal.read), end: heard(journal.end), append: heard(journal.append) },
      heads: { read: heard(heads.read) },
      days: { closed: heard(days.closed), restatements: heard(days.restatements) },
      transactions: { commit: heard(transactions.commit) },
      auditTrail: { publish: heard((...events: readonly AuditEvent[]) => auditTrail.publish(...events)) },
      objects: { ...objects, list: heard(objects.list) },
    },
  }
}

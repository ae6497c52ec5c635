import type { ArchivedEntry, Archive } from '#ledger/archive'
import type { AnyAuditEvent } from '#ledger/audit-event'

/** Keeps every copy, as the real one does. */
export const memoryArchive = (): Archive & {
  readonly entries: readonly ArchivedEntry[]
  readonly auditEvents: readonly AnyAuditEvent[]
} => {
  const entries: ArchivedEntry[] = []
  const auditEvents: AnyAuditEvent[] = []
  return {
    entries,
    auditEvents,
    async put(more) {
      for (const archived of more) entries.push(archived)
    },
    async putAuditEvents(more) {
      for (const auditEvent of more) auditEvents.push(auditEvent)
    },
  }
}

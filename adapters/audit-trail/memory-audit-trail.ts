import type { AuditEvent } from '#ledger/audit-event'
import type { AuditTrail } from '#ledger/ports'

export const memoryAuditTrail = (): AuditTrail & { readonly published: readonly AuditEvent[] } => {
  const published: AuditEvent[] = []
  return {
    published,
    async publish(...auditEvents) {
      published.push(...auditEvents)
    },
  }
}

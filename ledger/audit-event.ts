import { contentHash } from './entry.ts'
import type { BusinessDay, MerchantId } from './identifiers.ts'
import type { SetAside } from './quarantine.ts'

type AuditEventKind =
  'merchant.saved' | 'quarantine.set-aside' | 'quarantine.replay-begun' | 'quarantine.replayed' | 'quarantine.discarded'

/**
 * Something that was decided about merchants, books or entries. It is published once it is durable where it counts, so that
 * the archive alone can tell what happened.
 */
export type AuditEvent<Kind extends string = AuditEventKind> = {
  /** The same whenever the same event is told again; readers take each once. */
  readonly eventId: string
  readonly kind: Kind
  readonly merchantId?: MerchantId
  readonly businessDay?: BusinessDay
  readonly decidedAtMs: number
  /** What the kind has to say, in JSON's own values. */
  readonly body: Readonly<Record<string, unknown>>
}

/** An audit event of any kind, perhaps of one that this version does not know yet. */
export type AnyAuditEvent = AuditEvent<string>

/** Something on the stream waits in quarantine. When it is set aside again at another position, that is another event. */
export const quarantineSetAside = ({ subject, reason, position, setAsideAtMs }: SetAside): AuditEvent => {
  const { shardId, sequenceNumber, index } = position
  const told = {
    eventId: `quarantine.set-aside/${shardId}/${sequenceNumber}/${index}`,
    kind: 'quarantine.set-aside',
    decidedAtMs: setAsideAtMs,
  } as const
  if (subject === 'unreadable') return { ...told, body: { reason, position } }
  const { merchantId, businessDay, entryId } = subject
  return { ...told, merchantId, businessDay, body: { reason, entryId, contentHash: contentHash(subject), position } }
}

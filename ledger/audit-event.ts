import { contentHash } from './entry.ts'
import type { BusinessDay, MerchantId } from './identifiers.ts'
import type { SetAside } from './quarantine.ts'

type AuditEventKind =
  | 'merchant.saved'
  | 'quarantine.set-aside'
  | 'quarantine.replay-begun'
  | 'quarantine.replayed'
  | 'quarantine.discarded'
  | 'client.added'
  | 'client.secret-added'
  | 'client.secret-dropped'
  | 'client.revoked'

/**
 * A decision about merchants, books or entries. It is published after it is durable in the place where it counts, so
 * that the archive alone can tell what happened.
 */
export type AuditEvent<Kind extends string = AuditEventKind> = {
  /** The id is the same whenever the same event is published again. Readers take each id once. */
  readonly eventId: string
  readonly kind: Kind
  readonly merchantId?: MerchantId
  readonly businessDay?: BusinessDay
  readonly decidedAtMs: number
  /** The content for this kind, in the values that JSON has. */
  readonly body: Readonly<Record<string, unknown>>
}

/** An audit event of any kind, including kinds that this version does not know. */
export type AnyAuditEvent = AuditEvent<string>

/** An item waits in quarantine. Setting it aside again at another position is another event. */
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

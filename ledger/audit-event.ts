import type { Actor } from './actor.ts'
import type { ToldClose, ToldRestatement } from './close.ts'
import { contentHash, type Entry } from './entry.ts'
import type { BookId, BusinessDay, EntryId, MerchantId } from './identifiers.ts'
import type { QuarantineReason, SetAside } from './quarantine.ts'
import { sealHash, sealText, type Seal } from './seal.ts'
import type { ChainHash, Generation, SegmentNumber } from './segment.ts'

export type AuditEventKind =
  | 'merchant.saved'
  | 'day.closed'
  | 'day.restated'
  | 'days.closed-through'
  | 'entry.redirected'
  | 'entry.restated'
  | 'entry.set-aside'
  | 'book.mended'
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

/** A late entry counts in another book than that of its own day. */
export const entryRedirected = (entry: Entry, to: BusinessDay, decidedAtMs: number): AuditEvent => ({
  ...lateEntry('entry.redirected', entry, decidedAtMs),
  body: { entryId: entry.entryId, contentHash: contentHash(entry), to },
})

/** A late entry counts in its own day since a restatement. */
export const entryRestated = (entry: Entry, restatement: number, decidedAtMs: number): AuditEvent => ({
  ...lateEntry('entry.restated', entry, decidedAtMs),
  body: { entryId: entry.entryId, contentHash: contentHash(entry), restatement },
})

/** A late entry waits in quarantine, and its own day knows it. A release is told as a redirect. */
export const entrySetAside = (entry: Entry, reason: QuarantineReason, decidedAtMs: number): AuditEvent => ({
  ...lateEntry('entry.set-aside', entry, decidedAtMs),
  body: { entryId: entry.entryId, contentHash: contentHash(entry), reason },
})

/** An id of a closed book is set aside once at most, and counts once at most. So the id of the event names the entry alone. */
const lateEntry = <Kind extends string>(kind: Kind, entry: Entry, decidedAtMs: number) => {
  const { merchantId, businessDay, entryId } = entry
  return { eventId: `${kind}/${merchantId}/${businessDay}/${entryId}`, kind, merchantId, businessDay, decidedAtMs }
}

/** The opening is text, because a balance over many days may be larger than JSON's numbers can say exactly. */
export const dayClosed = ({ book, openingMinor, netMinor, base, seal, closedAtMs }: ToldClose): AuditEvent => ({
  eventId: `day.closed/${book.merchantId}/${book.day}`,
  kind: 'day.closed',
  merchantId: book.merchantId,
  businessDay: book.day,
  decidedAtMs: closedAtMs,
  body: { format: CLOSE_EVENT_FORMAT, opening: String(openingMinor), net: Number(netMinor), base, ...sealBody(seal) },
})

export const CLOSE_EVENT_FORMAT = 1

/** Days without a book were closed, up to this one. */
export const daysClosedThrough = (
  { merchantId, day }: { readonly merchantId: MerchantId; readonly day: BusinessDay },
  decidedAtMs: number,
): AuditEvent => ({
  eventId: `days.closed-through/${merchantId}/${day}`,
  kind: 'days.closed-through',
  merchantId,
  businessDay: day,
  decidedAtMs,
  body: {},
})

export const dayRestated = ({ book, number, deltaMinor, seal, restatedAtMs }: ToldRestatement): AuditEvent => ({
  eventId: `day.restated/${book.merchantId}/${number}`,
  kind: 'day.restated',
  merchantId: book.merchantId,
  businessDay: book.day,
  decidedAtMs: restatedAtMs,
  body: { restatement: number, delta: Number(deltaMinor), ...sealBody(seal) },
})

const sealBody = (seal: Seal) => ({ seal: sealText(seal), sealHash: sealHash(seal) })

/** The chain of a book was broken, and one of a later generation supersedes it. */
export const bookMended = (
  { merchantId, day }: BookId,
  mended: {
    readonly generation: Generation
    readonly segments: number
    readonly hash: ChainHash
    readonly digest: string
    readonly supersedes: { readonly generation: Generation; readonly lastSegment: SegmentNumber }
    /** Entries that only the broken chain had, and that count no longer. */
    readonly without: readonly EntryId[]
  } & Actor,
  decidedAtMs: number,
): AuditEvent => ({
  eventId: `book.mended/${merchantId}/${day}/${mended.generation}`,
  kind: 'book.mended',
  merchantId,
  businessDay: day,
  decidedAtMs,
  body: mended,
})

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

import type { Archive } from '#ledger/archive'
import type { AnyAuditEvent, AuditEventKind } from '#ledger/audit-event'
import { sealKey, type Seal, type Seals } from '#ledger/seal'
import { parseSeal } from '#wire/archive/seal'
import type { Log } from '../log.ts'

/**
 * An archive that keeps each seal of which an audit event tells, before it takes the event. The stream delivers an event
 * again until all of it is durable, so a seal is kept as surely as its event is archived. It is kept as it was told at the
 * time of the close, so a later change of the table `days` shows beside it.
 */
export const keepingSeals = (archive: Archive, seals: Pick<Seals, 'keep'>, log: Log): Archive => ({
  put: (entries) => archive.put(entries),

  async putAuditEvents(auditEvents) {
    for (const auditEvent of auditEvents.filter(({ kind }) => SEALING.has(kind))) {
      const seal = sealIn(auditEvent)
      // Neither heals, and a fault that holds up the shard would take the archive with it. `verify-journal` names it, too.
      if (seal === undefined) log.error({ eventId: auditEvent.eventId }, NO_SEAL)
      else if ((await seals.keep(seal)) === 'another') log.error({ key: sealKey(seal) }, ANOTHER)
    }
    await archive.putAuditEvents(auditEvents)
  },
})

const NO_SEAL = 'a closed day was told without a seal that can be read, so none is kept. See docs/operations.md'
const ANOTHER = 'another seal stands under the name of one that was told. Nothing was changed. See docs/operations.md'

const SEALING: ReadonlySet<string> = new Set<AuditEventKind>(['day.closed', 'day.restated'])

/** The seal of an event, if it is one of the book that the event names. */
const sealIn = ({ merchantId, businessDay, body }: AnyAuditEvent): Seal | undefined => {
  const { seal: text } = body
  const seal = typeof text === 'string' ? parseSeal(text) : undefined
  if (!seal?.ok) return undefined
  return seal.value.merchantId === merchantId && seal.value.day === businessDay ? seal.value : undefined
}

import type { Archive } from '#ledger/archive'
import type { AnyAuditEvent, AuditEventKind } from '#ledger/audit-event'
import { concurrently } from '#ledger/concurrently'
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
    const told: Seal[] = []
    for (const auditEvent of auditEvents.filter(({ kind }) => SEALING.has(kind))) {
      const seal = sealIn(auditEvent)
      // It does not heal, and a fault that holds up the shard would take the archive with it. `verify-journal` names it, too.
      if (seal === undefined) log.error({ eventId: auditEvent.eventId }, NO_SEAL)
      else told.push(seal)
    }
    // The days of many merchants are closed at the same time, and each seal takes two calls. Those of one name are kept one after
    // the other, because the local S3 would take both.
    await concurrently(Map.groupBy(told, sealKey), SEALS_AT_ONCE, async ([key, ofName]) => {
      for (const seal of ofName) {
        // It does not heal either.
        if ((await seals.keep(seal)) === 'another') log.error({ key }, ANOTHER)
      }
    })
    await archive.putAuditEvents(auditEvents)
  },
})

const SEALS_AT_ONCE = 16

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

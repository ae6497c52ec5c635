import type { ArchivedEntry } from '#ledger/archive'
import type { AnyAuditEvent } from '#ledger/audit-event'
import type { recordReader } from '../good-record.ts'
import type { Log } from '../log.ts'
import type { DeliveredRecord } from '../shard-batch.ts'

/** What of a record goes into the archive, and how long its lines are together. */
export type ReadRecord = {
  readonly entries: readonly ArchivedEntry[]
  readonly auditEvents: readonly AnyAuditEvent[]
  readonly characters: number
}

/**
 * Decodes a record. What cannot be read is logged, by place and number; to keep its bytes is the journal's business.
 * Throws an OwnFault when our own code can read nothing: what is passed over then would be missing for good.
 */
export const readRecord = (
  shardId: string,
  { sequenceNumber, arrivedAtMs, data }: DeliveredRecord,
  { read, log }: { readonly read: ReturnType<typeof recordReader>; readonly log: Log },
): ReadRecord => {
  const entries: ArchivedEntry[] = []
  const auditEvents: AnyAuditEvent[] = []
  const unreadable: { index: number; detail: string; threw: boolean }[] = []
  let characters = 0

  const decoded = read(data)
  if (!decoded.ok) {
    const { reason, detail } = decoded.error
    // What our own code fails on may be good: a person has to see to it that it comes again.
    const level = reason === 'unexpected-error' ? 'error' : 'warn'
    log[level]({ shardId, sequenceNumber, reason, detail }, 'a record that cannot be read is not archived')
  } else if (decoded.value.kind === 'entries') {
    for (const [index, { line, entry, threw = false }] of decoded.value.entries.entries()) {
      characters += line.length
      if (entry.ok) entries.push({ entry: entry.value, position: { shardId, sequenceNumber, index }, arrivedAtMs })
      else unreadable.push({ index, detail: entry.error, threw })
    }
  } else if (decoded.value.kind === 'decisions') {
    for (const [index, { line, auditEvent, threw = false }] of decoded.value.auditEvents.entries()) {
      characters += line.length
      if (auditEvent.ok) auditEvents.push(auditEvent.value)
      else unreadable.push({ index, detail: auditEvent.error, threw })
    }
  }
  if (unreadable.length > 0) {
    const threw = unreadable.find((line) => line.threw)
    const facts = { shardId, sequenceNumber, lines: unreadable.length, first: threw ?? unreadable[0] }
    log[threw === undefined ? 'warn' : 'error'](facts, 'lines that cannot be read are not archived')
  }
  return { entries, auditEvents, characters }
}

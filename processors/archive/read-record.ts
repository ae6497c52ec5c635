import type { ArchivedEntry } from '#ledger/archive'
import type { AnyAuditEvent } from '#ledger/audit-event'
import type { recordReader } from '../good-record.ts'
import type { Log } from '../log.ts'
import type { DeliveredRecord } from '../shard-batch.ts'

/** The parts of a record that go into the archive, and the length of its lines together. */
export type ReadRecord = {
  readonly entries: readonly ArchivedEntry[]
  readonly auditEvents: readonly AnyAuditEvent[]
  readonly characters: number
}

/**
 * Decodes a record. A line that cannot be read is logged with its place and number. The journal keeps the bytes, so the
 * archive does not. Throws an OwnFault when our own code cannot read anything, and an UnknownFormat for a record of a
 * newer version: records that were passed over then would be missing for good.
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
    // A record that our own code fails on may be good. A person has to make sure that it is delivered again.
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

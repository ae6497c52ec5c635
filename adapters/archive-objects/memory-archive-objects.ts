import type { ArchivedEntry, ArchiveObject, ArchiveObjects, UnreadableObject } from '#ledger/archive'
import { compareSequenceNumbers } from '#ledger/identifiers'
import type { AuditEvent } from '#ledger/audit-event'
import type { Merchant } from '#ledger/merchant'
import { CLOSED_DAY_KINDS, ToldDaysReader } from '#wire/archive/closed-days'

/** The entries of an object, or why it cannot be read. */
export type MemoryObject = ArchiveObject & { readonly holds: readonly ArchivedEntry[] | string }

export const memoryArchiveObjects = (
  stored: readonly MemoryObject[],
  merchants: readonly Merchant[] = [],
  auditEvents: readonly AuditEvent[] = [],
): ArchiveObjects => ({
  async list() {
    return { objects: stored.map(({ holds: _holds, ...object }) => object), unreadable: [] }
  },
  async *entries(objects, arrived) {
    const wanted = new Set(objects.map(({ key }) => key))
    const entries: ArchivedEntry[] = []
    for (const { holds, ...object } of stored.filter(({ key }) => wanted.has(key))) {
      if (typeof holds === 'string') yield { unreadable: { key: object.key, reason: holds } }
      else {
        const inTime = holds.filter(
          ({ arrivedAtMs: at }) => arrived === undefined || (arrived.fromMs <= at && at < arrived.toMs),
        )
        entries.push(...inTime)
        yield { read: object, rows: inTime.length }
      }
    }
    if (entries.length > 0) yield { entries: entries.toSorted(byMerchantAndPosition) }
  },
  async decisions() {
    const days = new ToldDaysReader()
    const unreadable: UnreadableObject[] = []
    for (const event of auditEvents.filter(({ kind }) => CLOSED_DAY_KINDS.some((known) => known === kind))) {
      const taken = days.take(event)
      if (!taken.ok) unreadable.push({ key: 'decisions/', reason: taken.error })
    }
    return { merchants, days: days.told(), unreadable }
  },
})

const byMerchantAndPosition = (a: ArchivedEntry, b: ArchivedEntry): number => {
  const [left, right] = [a.entry.merchantId, b.entry.merchantId]
  if (left !== right) return left < right ? -1 : 1
  return (
    compareSequenceNumbers(a.position.sequenceNumber, b.position.sequenceNumber) || a.position.index - b.position.index
  )
}

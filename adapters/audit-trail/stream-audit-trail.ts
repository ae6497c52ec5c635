import type { AuditEvent } from '#ledger/audit-event'
import { hashKeyOf, laneOf } from '#ledger/lanes'
import type { AuditTrail, EntryStream } from '#ledger/ports'
import { encodeAuditEvents } from '#wire/stream/record'

type Options = { readonly sleep?: (ms: number) => Promise<unknown> }

/** What is published together is one record, so that a flood of audit events takes no room from the entries. */
export const streamAuditTrail = (
  stream: Pick<EntryStream, 'put'>,
  { sleep = (ms) => new Promise((wake) => setTimeout(wake, ms)) }: Options = {},
): AuditTrail => ({
  async publish(...auditEvents) {
    if (auditEvents.length === 0) return
    const record = { hashKey: hashKeyFor(auditEvents), data: encodeAuditEvents(auditEvents) }
    for (let attempt = 1; ; attempt += 1) {
      const [outcome] = await stream.put([record])
      if (outcome?.status === 'stored') return
      if (attempt === MAX_ATTEMPTS)
        throw new Error(`the stream refused audit events: ${outcome?.reason ?? 'no outcome'}`)
      await sleep(PAUSE_MS * attempt)
    }
  },
})

// A shard that is busy refuses records until its second is over. Calls that fail are tried again by the SDK.
const MAX_ATTEMPTS = 3
const PAUSE_MS = 250

// Any shard would do. By merchant they spread as the entries do.
const hashKeyFor = ([first]: readonly AuditEvent[]): bigint =>
  first?.merchantId === undefined ? 0n : hashKeyOf(laneOf(first.merchantId))

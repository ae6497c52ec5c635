import { setTimeout as sleepMs } from 'node:timers/promises'
import type { AuditEvent } from '#ledger/audit-event'
import { hashKeyOf, laneOf } from '#ledger/lanes'
import type { AuditTrail, EntryStream } from '#ledger/ports'
import { encodeAuditEvents } from '#wire/stream/record'

type Options = { readonly sleep?: (ms: number) => Promise<unknown> }

/** Puts events that are published together into one record, so that many events take little room from the entries. */
export const streamAuditTrail = (stream: Pick<EntryStream, 'put'>, { sleep = sleepMs }: Options = {}): AuditTrail => ({
  async publish(...auditEvents) {
    if (auditEvents.length === 0) return
    const record = { hashKey: hashKeyFor(auditEvents), data: encodeAuditEvents(auditEvents) }
    for (let attempt = 1; ; attempt += 1) {
      const [outcome] = await stream.put([record])
      if (outcome?.status === 'stored') return
      if (attempt === MAX_ATTEMPTS) {
        throw new Error(`The stream refused audit events ${MAX_ATTEMPTS} times: ${outcome?.reason ?? 'no outcome'}.`)
      }
      await sleep(PAUSE_MS * attempt)
    }
  },
})

// A busy shard refuses records until its current second is over. The SDK itself tries failed calls again.
const MAX_ATTEMPTS = 3
const PAUSE_MS = 250

// Any shard would do. By merchant, events spread over the shards as entries do.
const hashKeyFor = ([first]: readonly AuditEvent[]): bigint =>
  first?.merchantId === undefined ? 0n : hashKeyOf(laneOf(first.merchantId))

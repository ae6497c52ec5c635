/** Ingest over memory adapters, and what clients send to it. */
import { expect, vi } from 'vitest'
import { memoryClosings } from '#adapters/closings/memory-closings'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryHeads } from '#adapters/heads/memory-heads'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { ianaZones } from '#adapters/zones/iana-zones'
import { ingest, type IngestWorld } from '#ingest/ingest'
import type { EntryStream } from '#ledger/ports'
import { ALLOWED, withToken } from '#test/access'
import { aMerchant } from '#test/builders'
import { decodeRecord } from '#wire/stream/record'

export const MEBIBYTE = 1024 * 1024

/** A sale at 09:30 in São Paulo. */
export const SALE = {
  entryId: 'e1',
  merchantId: 'm1',
  direction: 'credit',
  amount: 1250,
  currency: 'BRL',
  occurredAt: '2026-11-20T09:30:00-03:00',
}
export const NOW_MS = Date.parse('2026-11-20T12:30:00Z')

/** A sale that an ingest on the real clock takes. */
export const saleNow = (entryId: string, given: object = {}) => ({
  ...SALE,
  entryId,
  occurredAt: new Date().toISOString(),
  ...given,
})

export type Sent = string | Uint8Array<ArrayBuffer> | ReadableStream

const isSent = (body: unknown): body is Sent =>
  typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream

type Given = Partial<IngestWorld> & {
  /** Replaces parts of the memory stream. */
  readonly streamWith?: (memory: EntryStream) => Partial<EntryStream>
}

export const anIngest = ({ streamWith = () => ({}), ...world }: Given = {}) => {
  const memory = memoryEntryStream()
  const log = { error: vi.fn(), warn: vi.fn() }
  const app = withToken(
    ingest({
      access: ALLOWED,
      zones: ianaZones,
      stream: { ...memory, ...streamWith(memory) },
      merchants: memoryMerchants([aMerchant()]),
      quarantine: memoryQuarantine(),
      closing: { closings: memoryClosings(async (run) => ({ ...run, next: 'done' })), heads: memoryHeads() },
      log,
      ...world,
    }),
  )
  return {
    app,
    log,
    records: memory.records,
    /** What is no text, bytes or stream is sent as JSON. */
    post: async (path: string, body: unknown, headers: Record<string, string> = {}) => {
      const sent = isSent(body) ? body : JSON.stringify(body)
      return await app.request(
        new Request(`http://ingest${path}`, { method: 'POST', headers, body: sent, duplex: 'half' }),
      )
    },
    /** The entries on the stream, in order. */
    onStream: () =>
      memory.records.flatMap(({ data }) => {
        const record = decodeRecord(data)
        if (!record.ok || record.value.kind !== 'entries') throw new Error('not a record of entries')
        return record.value.entries.map(({ entry }) => (entry.ok ? entry.value : expect.fail(entry.error)))
      }),
  }
}

/** A stream that takes nothing until the gate is open. */
export const putAfter =
  (gate: PromiseWithResolvers<void>) =>
  (memory: EntryStream): Partial<EntryStream> => ({
    put: async (records) => {
      await gate.promise
      return await memory.put(records)
    },
  })

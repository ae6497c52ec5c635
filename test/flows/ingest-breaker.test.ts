import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { ianaZones } from '#adapters/zones/iana-zones'
import { ingest } from '#ingest/ingest'
import { ALLOWED, withToken } from '#test/access'
import { aMerchant } from '#test/builders'

const NOW = Date.parse('2026-11-20T12:30:00Z')

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the circuit breaker around the stream', () => {
  test('opens, tries again and closes, and logs each state', async () => {
    const memory = memoryEntryStream()
    let isDown = true
    let calls = 0
    const log = { error: vi.fn(), warn: vi.fn() }
    const app = withToken(
      ingest({
        access: ALLOWED,
        zones: ianaZones,
        quarantine: memoryQuarantine(),
        stream: {
          ...memory,
          async put(records) {
            calls += 1
            if (isDown) throw new Error('no route to host')
            return await memory.put(records)
          },
        },
        merchants: memoryMerchants([aMerchant()]),
        log,
        clock: () => NOW,
      }),
    )
    const states = () =>
      log.warn.mock.calls.flatMap(([details]) => ('breaker' in details ? [String(details.breaker)] : []))
    /** Sends the sale, and lets time pass until it is answered. */
    const post = async () => {
      let status: number | undefined
      const answered = app.request('/v1/entries', { method: 'POST', body: JSON.stringify(sale) })
      void Promise.resolve(answered).then((response) => (status = response.status))
      while (status === undefined) await vi.advanceTimersByTimeAsync(10)
      return status
    }

    // Put again and again, and given up when the fifth put in a row has failed, before the entry's own deadline.
    expect(await post()).toBe(503)
    expect(states()).toEqual(['open'])
    expect(calls).toBe(5)

    // While it is open nobody waits and nobody asks the stream; a second after it opened one call is let through.
    expect(await post()).toBe(503)
    expect(calls).toBe(5)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await post()).toBe(503)
    expect(calls).toBe(6)
    expect(states()).toEqual(['open', 'half-open', 'open'])

    isDown = false
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await post()).toBe(202)
    expect(states()).toEqual(['open', 'half-open', 'open', 'half-open', 'closed'])
    expect(await post()).toBe(202)
    expect(memory.records).toHaveLength(2)
  })
})

const sale = {
  entryId: 'e1',
  merchantId: 'm1',
  direction: 'credit',
  amount: 1250,
  currency: 'BRL',
  occurredAt: '2026-11-20T09:30:00-03:00',
}

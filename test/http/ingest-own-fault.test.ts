import { expect, test, vi } from 'vitest'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { ianaZones } from '#adapters/zones/iana-zones'
import { ingest } from '#ingest/ingest'
import { aMerchant } from '../builders.ts'

// Bugs of ours that one entry brings out: where its day is found, and where its line is written.
vi.mock(import('#ledger/calendar'), async (importOriginal) => {
  const original = await importOriginal()
  return {
    ...original,
    stampDay: (calendar, atMs) => {
      if (atMs === Date.parse('2026-11-20T09:59:59Z')) throw new TypeError('a bug')
      return original.stampDay(calendar, atMs)
    },
  }
})
vi.mock(import('#wire/stream/record'), async (importOriginal) => {
  const original = await importOriginal()
  return {
    ...original,
    entryLine: (entry) => {
      if (entry.description === 'brings-out-the-bug') throw new TypeError('a bug')
      return original.entryLine(entry)
    },
  }
})

const sale = (entryId: string, given: object = {}) => ({
  entryId,
  merchantId: 'm1',
  direction: 'credit',
  amount: 1250,
  currency: 'BRL',
  occurredAt: '2026-11-20T09:30:00Z',
  ...given,
})

test.each([
  { where: 'its day is found', given: { occurredAt: '2026-11-20T09:59:59Z' } },
  { where: 'its line is written', given: { description: 'brings-out-the-bug' } },
])('an entry on which our own code fails where $where is answered 500, and its neighbours 202', async ({ given }) => {
  const stream = memoryEntryStream()
  const log = { error: vi.fn(), warn: vi.fn() }
  const merchants = memoryMerchants([aMerchant()])
  const clock = () => Date.parse('2026-11-20T12:00:00Z')
  const app = ingest({ zones: ianaZones, quarantine: memoryQuarantine(), stream, merchants, log, clock })
  const body = JSON.stringify({ entries: [sale('a'), sale('b', given), sale('c')] })
  const response = await app.request('/v1/entries/batch', { method: 'POST', body })
  expect(response.status).toBe(207)
  expect(await response.json()).toMatchObject({
    accepted: 2,
    rejected: 1,
    results: [
      { entryId: 'a', status: 'accepted' },
      { entryId: 'b', status: 'rejected', problem: { status: 500, code: 'unexpected-error' } },
      { entryId: 'c', status: 'accepted' },
    ],
  })
  expect(log.error).toHaveBeenCalledTimes(1)
  const alone = await app.request('/v1/entries', { method: 'POST', body: JSON.stringify(sale('b', given)) })
  expect(alone.status).toBe(500)
})

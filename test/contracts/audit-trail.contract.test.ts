import { describe, expect, test } from 'vitest'
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { hashKeyOf, laneOf } from '#ledger/lanes'
import type { PutOutcome } from '#ledger/ports'
import { anAuditEvent, merchantId } from '../builders.ts'
import { allAuditTrails } from './adapters.ts'

describe.each(allAuditTrails)('the way of audit events: $name', ({ fresh }) => {
  test('an event that was published is there, unchanged', async () => {
    const { auditTrail, published } = await fresh()
    const made = ['d1', 'd2'].map((eventId) => anAuditEvent({ eventId }))
    for (const auditEvent of made) await auditTrail.publish(auditEvent)
    expect(await published()).toEqual(made)
  })

  test('five hundred events, or none, are published in one call', async () => {
    const { auditTrail, published } = await fresh()
    const made = Array.from({ length: 500 }, (_, index) => anAuditEvent({ eventId: `d${index}` }))
    await auditTrail.publish()
    await auditTrail.publish(...made)
    expect(await published()).toEqual(made)
  })
})

describe('audit events on the stream', () => {
  /** A stream that refuses as many records as said before it takes one. */
  const given = (refusals: number) => {
    const stream = memoryEntryStream()
    const hashKeys: bigint[] = []
    let left = refusals
    const put: typeof stream.put = async (records) => {
      hashKeys.push(...records.map(({ hashKey }) => hashKey))
      if (left === 0) return await stream.put(records)
      left -= 1
      return records.map((): PutOutcome => ({ status: 'refused', reason: 'busy' }))
    }
    return { stream, hashKeys, auditTrail: streamAuditTrail({ put }, { sleep: async () => {} }) }
  }

  test('that are published together are one record', async () => {
    const { auditTrail, stream } = given(0)
    await auditTrail.publish(anAuditEvent({ eventId: 'd1' }), anAuditEvent({ eventId: 'd2' }))
    expect(stream.records).toHaveLength(1)
  })

  test('go where the entries of their merchant go', async () => {
    const { auditTrail, hashKeys } = given(0)
    await auditTrail.publish(anAuditEvent({ merchantId: merchantId('m7') }))
    expect(hashKeys).toEqual([hashKeyOf(laneOf(merchantId('m7')))])
  })

  test('are put again when the stream is busy', async () => {
    const { auditTrail, stream } = given(2)
    await auditTrail.publish(anAuditEvent())
    expect(stream.records).toHaveLength(1)
  })

  test('throw when the stream does not take them', async () => {
    const { auditTrail, stream } = given(3)
    await expect(auditTrail.publish(anAuditEvent())).rejects.toThrow('busy')
    expect(stream.records).toEqual([])
  })
})

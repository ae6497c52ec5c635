import { describe, expect, test } from 'vitest'
import { streamDecisions } from '#adapters/decisions/stream-decisions'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { hashKeyOf, laneOf } from '#ledger/lanes'
import type { PutOutcome } from '#ledger/ports'
import { aDecision, merchantId } from '../builders.ts'
import { allDecisions } from './adapters.ts'

describe.each(allDecisions)('the way of decisions: $name', ({ fresh }) => {
  test('each is there when it was published, as it was made', async () => {
    const { decisions, published } = await fresh()
    const made = ['d1', 'd2'].map((decisionId) => aDecision({ decisionId }))
    for (const decision of made) await decisions.publish(decision)
    expect(await published()).toEqual(made)
  })

  test('five hundred go together, and none at all', async () => {
    const { decisions, published } = await fresh()
    const made = Array.from({ length: 500 }, (_, index) => aDecision({ decisionId: `d${index}` }))
    await decisions.publish()
    await decisions.publish(...made)
    expect(await published()).toEqual(made)
  })
})

describe('decisions on the stream', () => {
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
    return { stream, hashKeys, decisions: streamDecisions({ put }, { sleep: async () => {} }) }
  }

  test('that are published together are one record', async () => {
    const { decisions, stream } = given(0)
    await decisions.publish(aDecision({ decisionId: 'd1' }), aDecision({ decisionId: 'd2' }))
    expect(stream.records).toHaveLength(1)
  })

  test('go where the entries of their merchant go', async () => {
    const { decisions, hashKeys } = given(0)
    await decisions.publish(aDecision({ merchantId: merchantId('m7') }))
    expect(hashKeys).toEqual([hashKeyOf(laneOf(merchantId('m7')))])
  })

  test('are put again when the stream is busy', async () => {
    const { decisions, stream } = given(2)
    await decisions.publish(aDecision())
    expect(stream.records).toHaveLength(1)
  })

  test('that the stream does not take throw', async () => {
    const { decisions, stream } = given(3)
    await expect(decisions.publish(aDecision())).rejects.toThrow('busy')
    expect(stream.records).toEqual([])
  })
})

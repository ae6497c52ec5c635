import { expect, test } from 'vitest'
import { pulses } from '#infra/local/pulse'

test('a loop is stalled when it has not moved for two minutes, whatever the others do', () => {
  let nowMs = 0
  const { of, stalled } = pulses(() => nowMs)
  const [journal, archive] = [of('journal'), of('archive')]
  journal.beat('shard-1')
  archive.beat('shard-1')
  nowMs = 119_999
  expect(stalled()).toEqual([])
  journal.beat('shard-1')
  nowMs = 120_000
  expect(stalled()).toEqual([{ name: 'archive: shard-1', forMs: 120_000 }])
  archive.beat('shard-1')
  expect(stalled()).toEqual([])
})

test('a loop that has ended is not missed', () => {
  let nowMs = 0
  const { of, stalled } = pulses(() => nowMs)
  of('journal').beat('shard-1')
  of('journal').end('shard-1')
  nowMs = 1_000_000
  expect(stalled()).toEqual([])
})

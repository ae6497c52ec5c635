import { expect, test } from 'vitest'
import { retainedBatches } from '#adapters/entry-stream/retained-batches'
import { createStream, texts } from './local-stream.ts'

type Stream = Awaited<ReturnType<typeof createStream>>

const everything = { fromMs: 0, toMs: Date.parse('2100-01-01T00:00:00Z') }

const readAll = async ({ kinesis, streamName }: Stream, arrived = everything) => {
  const read: { text: string; arrivedAtMs: number; shardId: string }[] = []
  for await (const { shardId, records } of retainedBatches(kinesis, streamName, arrived)) {
    read.push(...records.map(({ data, arrivedAtMs }) => ({ text: Buffer.from(data).toString(), arrivedAtMs, shardId })))
  }
  return read
}

test('every record of a stream is read once, each shard in order, parents before their children', async () => {
  const stream = await createStream()
  await stream.put(texts('before', 250))
  await stream.split('shardId-000000000000')
  await stream.put(texts('low', 3))
  await stream.put(texts('high', 2), 'upper')
  const read = await readAll(stream)
  expect(read.map(({ text }) => text)).toEqual([...texts('before', 250), ...texts('low', 3), ...texts('high', 2)])
})

test('only records that arrived in the given time are read', async () => {
  const stream = await createStream()
  await stream.put(texts('a', 3))
  const [first, , last] = await readAll(stream)
  const [fromMs, toMs] = [first?.arrivedAtMs ?? 0, last?.arrivedAtMs ?? 0]
  expect(await readAll(stream, { fromMs, toMs: toMs + 1 })).toHaveLength(3)
  expect(await readAll(stream, { fromMs: fromMs - 1_000, toMs: fromMs })).toEqual([])
})

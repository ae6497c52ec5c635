import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis'
import kinesalite from 'kinesalite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { httpHandler } from '#adapters/aws/http-handler'
import { sweepExpired } from '#infra/local/sweep-expired'
import { eventually } from '#infra/local/retry'
import { texts } from './local-stream.ts'

const StreamName = 'swept'
const HOUR_MS = 3_600_000

/** A stream in memory, in this process, so that it lives by our clock; it keeps records for a day. */
const start = async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const server = kinesalite({ createStreamMs: 0, updateStreamMs: 0 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const kinesis = new KinesisClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: httpHandler('Kinesis', { maxSockets: 1, requestTimeoutMs: 5_000 }),
  })
  onTestFinished(() => {
    vi.useRealTimers()
    kinesis.destroy()
    server.close()
  })
  let reads = 0
  kinesis.middlewareStack.add((next, { commandName }) => async (args) => {
    if (commandName === 'GetRecordsCommand') reads += 1
    return await next(args)
  })

  const startMs = Date.now()
  const untilActive = async () => {
    const list = async () => (await kinesis.send(new ListShardsCommand({ StreamName }))).Shards
    return await eventually(list, { timeoutMs: 5_000 })
  }
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  await untilActive()

  return {
    kinesis,
    reads: () => reads,
    at: (hours: number) => vi.setSystemTime(startMs + hours * HOUR_MS),
    put: async (data: readonly string[]) => {
      const Records = data.map((text) => ({ PartitionKey: 'key', Data: Buffer.from(text) }))
      await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
    },
    split: async () => {
      const shard = { ShardToSplit: 'shardId-000000000000', NewStartingHashKey: String(2n ** 127n) }
      await kinesis.send(new SplitShardCommand({ StreamName, ...shard }))
      await eventually(async () => ((await untilActive()).length === 3 ? true : undefined), { timeoutMs: 5_000 })
    },
    /** What the oldest shard holds: looked at with the clock set back, before which nothing has expired. */
    held: async () => {
      const now = Date.now()
      vi.setSystemTime(startMs + HOUR_MS)
      const oldest = { StreamName, ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' } as const
      const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(oldest))
      const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
      vi.setSystemTime(now)
      return Records.map(({ Data = [] }) => Buffer.from(Data).toString())
    },
  }
}

test('a sweep drops expired records and keeps the others', async () => {
  const { kinesis, at, put, held, reads } = await start()
  await put(texts('old', 250))
  at(23)
  await put(texts('new', 150))
  at(25)
  expect(await held()).toHaveLength(400)
  const before = reads()
  await sweepExpired(kinesis, StreamName)
  expect(await held()).toEqual(texts('new', 150))
  // Two of expired ones, and one that comes to those that live and is the last: then one of ours.
  expect(reads() - before).toBe(3 + 1)
})

test('a sweep drops expired records also of a shard that was split', async () => {
  const { kinesis, at, put, split, held } = await start()
  await put(texts('old', 250))
  at(1)
  await split()
  at(26)
  await sweepExpired(kinesis, StreamName, { maxReads: 20 })
  expect(await held()).toEqual([])
})

test('a sweep leaves an open shard without live records after a bounded number of reads', async () => {
  const { kinesis, at, put, reads } = await start()
  await put(texts('old', 250))
  at(25)
  await sweepExpired(kinesis, StreamName, { maxReads: 20 })
  expect(reads()).toBe(20)
})

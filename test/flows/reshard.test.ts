/** The stream of the running system is split and merged while tills send: what is counted stays exact. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  MergeShardsCommand,
  SplitShardCommand,
  type GetRecordsOutput,
  type KinesisClient,
  type Shard,
} from '@aws-sdk/client-kinesis'
import { documentClient } from '#adapters/dynamodb/client'
import { kinesisClient } from '#adapters/kinesis/client'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { eventually } from '#infra/local/retry'
import { compareSequenceNumbers } from '#ledger/identifiers'
import { parsePositionToken } from '#wire/position-token'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aSale, day, postBatch, register } from './client.ts'
import { RunningSystem } from './running-system.ts'

// Enough for every shard to have some, before and after each split.
const MERCHANTS = Array.from({ length: 12 }, (_, index) => `shop-${index}`)
const AMOUNT = 7

let system: RunningSystem
beforeAll(async () => {
  system = await RunningSystem.start()
  Object.assign(process.env, system.awsEnvironment)
  await Promise.all(MERCHANTS.map((merchantId) => register(system, merchantId)))
}, 60_000)
afterAll(() => system.remove())

test('splits and merges under load lose nothing and double nothing', { timeout: 60_000 }, async () => {
  const tills = MERCHANTS.map((merchantId) => startTill(merchantId))
  const untilEachSentMore = async () => {
    const before = tills.map(({ positions }) => positions.length)
    await eventually(
      async () => tills.every(({ positions }, index) => positions.length > (before[index] ?? 0) + 2) || undefined,
      { timeoutMs: 20_000 },
    )
  }
  const stream = reshardable(kinesisClient())
  const { splitWidest: split, mergeFirst: merge } = stream
  for (const change of [split, split, merge, split, split, merge, merge, split, merge]) {
    await untilEachSentMore()
    await change()
  }
  await untilEachSentMore()
  await Promise.all(tills.map((till) => till.stop()))

  const usedShards = new Set(tills.flatMap(({ positions }) => positions.map(shardOf)))
  const shards = await stream.shards()
  expect(shards.length, 'two at first, two by each split, one by each merge').toBe(2 + 5 * 2 + 4)
  expect(usedShards.size, 'tills wrote to parents and to children').toBeGreaterThan(4)

  for (const [index, merchantId] of MERCHANTS.entries()) {
    const { positions, accepted } = tills[index] as Till
    const exact = { entryCount: accepted(), credits: accepted() * AMOUNT }
    // The last first: a shard is read when its parents are through, so behind it everything is counted.
    for (const position of [positions.at(-1), positions[0], positions[Math.floor(positions.length / 2)]]) {
      expect(await day(system, merchantId, position)).toMatchObject(exact)
    }
  }

  const ends = await Promise.all(shards.map(stream.lastRecordOf))
  const progress = dynamoProgress(documentClient(), 'progress')
  for (const [index, end] of ends.entries()) {
    const { ShardId } = shards[index] as Shard
    const isThrough = async () => {
      const reached = (await progress.read('journal')).find(({ shardId }) => shardId === ShardId)
      return end === undefined || compareSequenceNumbers(reached?.sequenceNumber ?? '0', end) >= 0 || undefined
    }
    await eventually(isThrough, { timeoutMs: 5_000 }).catch(() => expect.fail(`${ShardId} is not processed to its end`))
  }
})

const shardOf = (token: string): string => {
  const position = parsePositionToken(token)
  if (!position.ok) throw new Error(`not a position: ${token}`)
  return position.value.shardId
}

type Till = {
  /** Of the last entry of each batch that was accepted. */
  readonly positions: readonly string[]
  readonly accepted: () => number
  readonly stop: () => Promise<void>
}

/** Sends batches, each until all of it is accepted. */
const startTill = (merchantId: string): Till => {
  const positions: string[] = []
  let batches = 0
  let isOpen = true
  const sendAll = async () => {
    for (; isOpen; batches += 1) {
      const sales = Array.from({ length: ENTRIES_PER_BATCH }, (_, index) =>
        aSale({ merchantId, entryId: `${batches}-${index}`, amount: AMOUNT }),
      )
      positions.push(await untilAccepted(sales))
      await sleep(20)
    }
  }
  const sending = sendAll()
  return {
    positions,
    accepted: () => batches * ENTRIES_PER_BATCH,
    stop: async () => {
      isOpen = false
      await sending
    },
  }
}

const ENTRIES_PER_BATCH = 5

const untilAccepted = async (sales: readonly unknown[]): Promise<string> =>
  await eventually(
    async () => {
      const { status, body } = await postBatch(system, sales)
      return status === 202 ? (body['results'] as { position: string }[]).at(-1)?.position : undefined
    },
    { timeoutMs: 20_000, everyMs: 50 },
  )

const reshardable = (kinesis: KinesisClient) => {
  const StreamName = 'daybook-entries'

  const shards = async (): Promise<Shard[]> =>
    (await kinesis.send(new ListShardsCommand({ StreamName }))).Shards?.toSorted(byHashKey) ?? []
  const untilActive = async () => {
    const status = async () =>
      (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary?.StreamStatus
    await eventually(async () => (await status()) === 'ACTIVE' || undefined, { timeoutMs: 5_000 })
  }

  return {
    shards,

    splitWidest: async (): Promise<void> => {
      const open = (await shards()).filter(isOpen)
      const [widest] = open.toSorted((a, b) => (widthOf(a) > widthOf(b) ? -1 : 1))
      const NewStartingHashKey = String(firstKeyOf(widest) + widthOf(widest) / 2n)
      await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: widest?.ShardId, NewStartingHashKey }))
      await untilActive()
    },

    mergeFirst: async (): Promise<void> => {
      const [first, second] = (await shards()).filter(isOpen)
      const pair = { ShardToMerge: first?.ShardId, AdjacentShardToMerge: second?.ShardId }
      await kinesis.send(new MergeShardsCommand({ StreamName, ...pair }))
      await untilActive()
    },

    /** The sequence number of the last record that the shard holds now. */
    lastRecordOf: async ({ ShardId }: Shard): Promise<string | undefined> => {
      const ShardIteratorType = 'TRIM_HORIZON'
      let { ShardIterator: iterator } = await kinesis.send(
        new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType }),
      )
      let last: string | undefined
      while (iterator !== undefined) {
        const answer: GetRecordsOutput = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator }))
        if (answer.Records?.length === 0) return last
        last = answer.Records?.at(-1)?.SequenceNumber
        iterator = answer.NextShardIterator
      }
      return last
    },
  }
}

const isOpen = ({ SequenceNumberRange }: Shard): boolean => SequenceNumberRange?.EndingSequenceNumber === undefined

const firstKeyOf = (shard: Shard | undefined): bigint => BigInt(shard?.HashKeyRange?.StartingHashKey ?? 0)

const widthOf = (shard: Shard | undefined): bigint =>
  BigInt(shard?.HashKeyRange?.EndingHashKey ?? 0) - firstKeyOf(shard)

const byHashKey = (a: Shard, b: Shard): number => (firstKeyOf(a) < firstKeyOf(b) ? -1 : 1)

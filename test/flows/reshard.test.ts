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
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { eventually } from '#infra/local/retry'
import { compareSequenceNumbers } from '#ledger/identifiers'
import { parsePositionToken } from '#wire/http/position-token'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answered, aSale, day, postBatch, register, YESTERDAY } from './client.ts'
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

test('splits and merges under load lose no entry and double no entry', { timeout: 60_000 }, async () => {
  const tills = MERCHANTS.map((merchantId) => startTill(merchantId))
  const uploads = startUploads()
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
  await Promise.all([uploads, ...tills].map((sender) => sender.stop()))
  expect(uploads.unread, 'what a range tells as accepted is read after the position of that range').toEqual([])
  expect(
    uploads.positions.some((position) => shardsOf(position).length > 1),
    'some range spans several shards',
  ).toBe(true)

  const usedShards = new Set(tills.flatMap(({ positions }) => positions.flatMap(shardsOf)))
  const shards = await stream.shards()
  expect(shards.length, 'two at first, two by each split, one by each merge').toBe(2 + 5 * 2 + 4)
  expect(usedShards.size, 'tills wrote to parents and to children').toBeGreaterThan(4)

  for (const [index, merchantId] of MERCHANTS.entries()) {
    const { positions, accepted } = tills[index] as Till
    const counted = accepted() + uploads.acceptedOfEach()
    const exact = { entryCount: counted, credits: counted * AMOUNT }
    // The last first: a shard is read when its parents are through, so behind it everything is counted.
    const last = [positions.at(-1), uploads.positions.at(-1)]
    for (const position of [...last, positions[0], positions[Math.floor(positions.length / 2)], uploads.positions[0]]) {
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

const shardsOf = (token: string): string[] => {
  const positions = parsePositionToken(token)
  if (!positions.ok) throw new Error(`not a position: ${token}`)
  return positions.value.map(({ shardId }) => shardId)
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

type Uploads = {
  /** Of each range of lines that was accepted. */
  readonly positions: readonly string[]
  /** Ids that an upload told as accepted and that could not be read after the position of their range. */
  readonly unread: readonly string[]
  readonly acceptedOfEach: () => number
  readonly stop: () => Promise<void>
}

/** Sends uploads of all merchants' sales, one after the other, and reads each right after its answer. */
const startUploads = (): Uploads => {
  const positions: string[] = []
  const unread: string[] = []
  let uploads = 0
  let isOpen = true
  const sendAll = async () => {
    for (; isOpen; uploads += 1) {
      const sales = MERCHANTS.map((merchantId) => aSale({ merchantId, entryId: `upload-${uploads}`, amount: AMOUNT }))
      for (const { from, to, position } of await untilUploaded(sales)) {
        positions.push(position)
        for (const { merchantId, entryId } of sales.slice(from - 1, to)) {
          const path = `/v1/merchants/${merchantId}/days/${YESTERDAY}/entries/${entryId}`
          const { status } = await answered(system, `${system.query}${path}?after=${position}`, 'GET')
          if (status !== 200) unread.push(`${merchantId} ${entryId}`)
        }
      }
    }
  }
  const sending = sendAll()
  return {
    positions,
    unread,
    acceptedOfEach: () => uploads,
    stop: async () => {
      isOpen = false
      await sending
    },
  }
}

type Range = { readonly from: number; readonly to: number; readonly position: string }

/** The ranges of an upload of which every line was accepted. */
const untilUploaded = async (sales: readonly object[]): Promise<Range[]> => {
  const body = sales.map((sale) => `${JSON.stringify(sale)}\n`).join('')
  const headers = { authorization: `Bearer ${system.token}` }
  const upload = async () => {
    const response = await fetch(`${system.ingest}/v1/entries/stream`, { method: 'POST', headers, body })
    const lines = (await response.text()).trimEnd().split('\n')
    const answers = lines.map((line) => JSON.parse(line) as Range & { done?: boolean; accepted: number })
    return answers.at(-1)?.accepted === sales.length ? answers.filter(({ done }) => done === undefined) : undefined
  }
  return await eventually(upload, { timeoutMs: 20_000, everyMs: 50 })
}

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

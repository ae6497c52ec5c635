import { hash } from 'node:crypto'
import {
  SplitShardCommand,
  waitUntilStreamExists,
  type ListShardsInput,
  type ListShardsOutput,
  type PutRecordsOutput,
} from '@aws-sdk/client-kinesis'
import { describe, expect, test } from 'vitest'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { kinesisClient } from '#adapters/aws/kinesis'
import { compareSequenceNumbers } from '#ledger/identifiers'
import { hashKeyOf, shardOf, type Shard } from '#ledger/lanes'
import type { EntryStream } from '#ledger/ports'
import { ok } from '#ledger/result'
import { decodeRecord, encodeEntries, entryLine } from '#wire/stream/record'
import { awkwardEntries } from '../awkward-texts.ts'
import { utf8 } from '../builders.ts'
import { entryStreams, freshStream, kinesis } from './adapters.ts'

describe.each(entryStreams)('an entry stream: $name', ({ fresh }) => {
  test('records stand on the shard and in the order of the outcomes of their put', async () => {
    const { stream, read } = await fresh()
    const lanes = [0, 1023, 512, 0, 341, 342, 682, 683]
    const records = lanes.map((lane, index) => ({ hashKey: hashKeyOf(lane), data: utf8(`record ${index}`) }))

    const outcomes = stored(await stream.put(records))

    const shards = await stream.openShards()
    expect(outcomes.map(({ shardId }) => shardId)).toEqual(lanes.map((lane) => shardOf(shards, lane)?.shardId))
    for (const { shardId } of shards) {
      const onShard = records
        .map(({ data }, index) => ({ data, ...outcomes[index]! }))
        .filter((record) => record.shardId === shardId)
        .toSorted((a, b) => compareSequenceNumbers(a.sequenceNumber, b.sequenceNumber))
      expect(await read(shardId)).toEqual(onShard.map(({ data }) => data))
    }
  })

  test('awkward texts of entries come back as they were', async () => {
    const { stream, read } = await fresh()
    const entries = awkwardEntries()
    await stream.put([{ hashKey: 0n, data: encodeEntries(entries.map(entryLine)) }])
    const [first] = await stream.openShards()
    const [data = utf8('')] = await read(first!.shardId)
    const record = decodeRecord(data)
    expect(record.ok && record.value.kind === 'entries' && record.value.entries.map(({ entry }) => entry)).toEqual(
      entries.map(ok),
    )
  })

  test('a record that is put later has a higher position', async () => {
    const { stream } = await fresh()
    const record = { hashKey: 0n, data: utf8('again') }
    const [first] = stored(await stream.put([record]))
    const [second] = stored(await stream.put([record]))
    expect(compareSequenceNumbers(first!.sequenceNumber, second!.sequenceNumber)).toBeLessThan(0)
  })

  test('bytes of any content and length come through', async () => {
    const { stream, read } = await fresh()
    const bytes = [utf8('x'), Uint8Array.of(0, 255, 10, 13), new Uint8Array(1_000_000).fill(200)]
    await stream.put(bytes.map((data) => ({ hashKey: 0n, data })))
    const [first] = await stream.openShards()
    expect((await read(first!.shardId)).map(digest)).toEqual(bytes.map(digest))
  })

  test('five hundred records go in one call', async () => {
    const { stream } = await fresh()
    const records = Array.from({ length: 500 }, (_, lane) => ({ hashKey: hashKeyOf(lane), data: utf8(`${lane}`) }))
    const outcomes = stored(await stream.put(records))
    expect(new Set(outcomes.map(({ shardId, sequenceNumber }) => `${shardId} ${sequenceNumber}`)).size).toBe(500)
  })

  test('every hash key belongs to exactly one open shard', async () => {
    const { stream } = await fresh()
    expectWholeHashSpace(await stream.openShards())
  })
})

describe('the entry stream on Kinesis', () => {
  test('a shard that was split is no longer open, and its children are', async () => {
    const name = await freshStream({ shards: 1 })
    const stream = kinesisEntryStream(kinesis, name)
    const [parent] = await stream.openShards()
    await split(name, parent!)

    const children = await stream.openShards()

    expect(children).toHaveLength(2)
    expect(children.map(({ shardId }) => shardId)).not.toContain(parent!.shardId)
    expectWholeHashSpace(children)
  })

  test('shards are listed to the last page', async () => {
    const name = await freshStream({ shards: 5 })
    const client = kinesisClient()
    // The local stream answers everything at once; this makes two pages of it, as AWS does of many shards.
    let secondPage: object[] = []
    client.middlewareStack.add((next) => async (args) => {
      const input = args.input as ListShardsInput
      if (input.NextToken !== undefined) {
        expect(input).toEqual({ NextToken: 'the rest' })
        return { response: {}, output: { Shards: secondPage, $metadata: {} } }
      }
      const { response, output } = await next(args)
      secondPage = (output as ListShardsOutput).Shards?.splice(2) ?? []
      return { response, output: { ...output, NextToken: 'the rest' } }
    })
    expect(await kinesisEntryStream(client, name).openShards()).toHaveLength(5)
    expect(secondPage).toHaveLength(3)
  })

  test('a call that failed throws', async () => {
    const stream = kinesisEntryStream(kinesis, 'no-such-stream')
    await expect(stream.put([{ hashKey: 0n, data: utf8('x') }])).rejects.toThrow()
    await expect(stream.openShards()).rejects.toThrow()
  })

  test('a record that Kinesis refuses has its reason, and the other records are stored', async () => {
    const client = kinesisClient()
    // The local stream knows no limits of throughput.
    client.middlewareStack.add((next) => async (args) => {
      const result = await next(args)
      const output = result.output as PutRecordsOutput
      output.Records?.splice(1, 1, { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'made up' })
      return result
    })
    const stream = kinesisEntryStream(client, await freshStream({ shards: 1 }))
    const outcomes = await stream.put(['a', 'b', 'c'].map((text) => ({ hashKey: 0n, data: utf8(text) })))
    expect(outcomes.map(({ status }) => status)).toEqual(['stored', 'refused', 'stored'])
    expect(outcomes[1]).toEqual({ status: 'refused', reason: 'ProvisionedThroughputExceededException' })
  })

  test('a record of which the answer says nothing counts as refused', async () => {
    const client = kinesisClient()
    client.middlewareStack.add((next) => async (args) => {
      const result = await next(args)
      const output = result.output as PutRecordsOutput
      output.Records?.splice(1)
      return result
    })
    const stream = kinesisEntryStream(client, await freshStream({ shards: 1 }))
    const outcomes = await stream.put(['a', 'b', 'c'].map((text) => ({ hashKey: 0n, data: utf8(text) })))
    expect(outcomes.map(({ status }) => status)).toEqual(['stored', 'refused', 'refused'])
  })
})

// `expect` would look at a megabyte byte by byte.
const digest = (bytes: Uint8Array) => `${bytes.length} bytes ${hash('sha256', bytes)}`

const stored = (outcomes: Awaited<ReturnType<EntryStream['put']>>) =>
  outcomes.map((outcome) => {
    if (outcome.status === 'refused') throw new Error(`refused: ${outcome.reason}`)
    return outcome
  })

const expectWholeHashSpace = (shards: readonly Shard[]): void => {
  const byKey = shards.toSorted((a, b) => (a.firstHashKey < b.firstHashKey ? -1 : 1))
  expect(byKey[0]?.firstHashKey).toBe(0n)
  expect(byKey.at(-1)?.lastHashKey).toBe(2n ** 128n - 1n)
  for (const [index, shard] of byKey.slice(1).entries()) expect(shard.firstHashKey).toBe(byKey[index]!.lastHashKey + 1n)
}

const split = async (StreamName: string, { shardId, lastHashKey }: Shard): Promise<void> => {
  const NewStartingHashKey = String(lastHashKey / 2n + 1n)
  await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: shardId, NewStartingHashKey }))
  await waitUntilStreamExists({ client: kinesis, maxWaitTime: 60, minDelay: 0.05, maxDelay: 2 }, { StreamName })
}

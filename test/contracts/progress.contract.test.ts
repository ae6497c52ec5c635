import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import type { ShardProgress } from '#ledger/ports'
import { dynamodb, freshTable, progresses } from './adapters.ts'

const upTo = (sequenceNumber: string, given: Partial<ShardProgress> = {}): ShardProgress => ({
  shardId: 'shardId-000000000000',
  sequenceNumber,
  appliedThroughMs: 1_795_179_600_000,
  ...given,
})

describe.each(progresses)('progress: $name', ({ fresh }) => {
  test('a consumer that never advanced has no progress', async () => {
    const progress = await fresh()
    expect(await progress.read('journal')).toEqual([])
    expect(await progress.of('journal', 'shardId-000000000000')).toBeUndefined()
  })

  test.each([
    { what: 'rises', from: '5', by: '6', to: '6' },
    { what: 'stays at the same position', from: '5', by: '5', to: '5' },
    { what: 'never falls', from: '6', by: '5', to: '6' },
    { what: 'rises to a number with more digits', from: '9', by: '10', to: '10' },
    { what: 'never falls to one with fewer', from: '10', by: '9', to: '10' },
    { what: 'counts from 0', from: '0', by: '1', to: '1' },
    {
      what: 'tells numbers apart that differ far beyond a double',
      from: '49655000000000000000000000000000000000000000000000000001',
      by: '49655000000000000000000000000000000000000000000000000002',
      to: '49655000000000000000000000000000000000000000000000000002',
    },
    { what: 'takes numbers as long as Kinesis allows', from: '1', by: '9'.repeat(129), to: '9'.repeat(129) },
  ])('it $what', async ({ from, by, to }) => {
    const progress = await fresh()
    const [first, second] = [upTo(from, { appliedThroughMs: 1 }), upTo(by, { appliedThroughMs: 2 })]
    await progress.advance('journal', first)
    expect(await progress.read('journal')).toEqual([first])
    await progress.advance('journal', second)
    expect(await progress.read('journal')).toEqual([from === to ? first : second])
  })

  test('every shard and every consumer has its own progress', async () => {
    const progress = await fresh()
    const [low, high] = [upTo('5', { shardId: 'shardId-000000000000' }), upTo('7', { shardId: 'shardId-000000000001' })]
    await progress.advance('journal', high)
    await progress.advance('journal', low)
    await progress.advance('archive', upTo('6'))
    expect(new Set(await progress.read('journal'))).toEqual(new Set([low, high]))
    expect(await progress.read('archive')).toEqual([upTo('6')])
    expect(await progress.of('journal', 'shardId-000000000001')).toEqual(high)
    expect(await progress.of('archive', 'shardId-000000000001')).toBeUndefined()
  })

  test('twenty advances at the same time end at the highest position', async () => {
    const progress = await fresh()
    const numbers = Array.from({ length: 20 }, (_, index) => String(((index * 7) % 20) + 1))
    await Promise.all(numbers.map((number) => progress.advance('journal', upTo(number))))
    expect(await progress.read('journal')).toEqual([upTo('20')])
  })
})

test.each([
  { format: 2, stored: { format: 2 } },
  { format: 'undefined', stored: {} },
])('progress in format $format is refused by name, and never changed', async ({ format, stored }) => {
  const table = await freshTable('progress')
  const Key = { consumer: 'journal', shard: 'shardId-000000000000' }
  const item = { ...Key, sequenceNumber: '1'.padStart(129, '0'), appliedThroughMs: 1, ...stored }
  await dynamodb.send(new PutCommand({ TableName: table, Item: item }))
  const progress = dynamoProgress(dynamodb, table)
  const reason = `The progress of journal on shardId-000000000000 is stored in format ${format}, and only 1 is known here.`
  await expect(progress.read('journal')).rejects.toThrow(reason)
  await expect(progress.of('journal', Key.shard)).rejects.toThrow(reason)
  await progress.advance('journal', upTo('2'))
  expect((await dynamodb.send(new GetCommand({ TableName: table, Key }))).Item).toEqual(item)
})

test('progress on DynamoDB throws an error that may heal; only a refused condition counts as success', async () => {
  const progress = dynamoProgress(dynamodb, 'no-such-table')
  await expect(progress.advance('journal', upTo('1'))).rejects.toThrow()
  await expect(progress.read('journal')).rejects.toThrow()
})

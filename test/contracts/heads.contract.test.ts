import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { emptyHead } from '#ledger/head'
import { shiftDay } from '#ledger/calendar'
import { UnknownFormat } from '#ledger/ports'
import type { SealHash } from '#ledger/seal'
import { aBookId, day, merchantId } from '../builders.ts'
import { dynamodb, freshTable, headsWith } from './adapters.ts'

const m1 = merchantId('m1')
const friday = day('2026-11-20')
const saturday = day('2026-11-21')

describe.each(headsWith)('heads: $name', ({ given }) => {
  test('an unknown merchant has the empty head', async () => {
    const heads = await given(m1, emptyHead)
    expect(await heads.read(m1)).toEqual(emptyHead)
  })

  test('a head is read as it is stored', async () => {
    const head = {
      closedThrough: friday,
      closingMinor: -(2n ** 53n) + 1n,
      open: new Set([saturday]),
      restatements: 3,
      lastSeal: 'ab'.repeat(32) as SealHash,
      broken: new Set([friday, saturday]),
      mended: new Map([[friday, 1_000_000_004]]),
      revision: 12,
    }
    const heads = await given(m1, head)
    expect(await heads.read(m1)).toEqual(head)
  })

  test('opening a day lists it and raises the revision', async () => {
    const heads = await given(m1, emptyHead)
    expect(await heads.open(aBookId({ day: friday }))).toBe('open')
    expect(await heads.read(m1)).toEqual({ ...emptyHead, open: new Set([friday]), revision: 1 })
    expect(await heads.open(aBookId({ day: saturday }))).toBe('open')
    expect(await heads.read(m1)).toEqual({ ...emptyHead, open: new Set([friday, saturday]), revision: 2 })
  })

  test('opening a day again changes nothing', async () => {
    const heads = await given(m1, emptyHead)
    await heads.open(aBookId({ day: friday }))
    expect(await heads.open(aBookId({ day: friday }))).toBe('open')
    expect(await heads.read(m1)).toEqual({ ...emptyHead, open: new Set([friday]), revision: 1 })
  })

  test.each([
    { which: 'the last closed day', asked: friday, answer: 'closed' },
    { which: 'a day long closed', asked: day('2025-12-31'), answer: 'closed' },
    { which: 'the day after', asked: saturday, answer: 'open' },
  ])('after a close, $which is $answer', async ({ asked, answer }) => {
    const head = { ...emptyHead, closedThrough: friday, closingMinor: 500n, revision: 3 }
    const heads = await given(m1, head)
    expect(await heads.open(aBookId({ day: asked }))).toBe(answer)
    const opened = { ...head, open: new Set([asked]), revision: 4 }
    expect(await heads.read(m1)).toEqual(answer === 'open' ? opened : head)
  })

  test('every merchant has a head of its own', async () => {
    const heads = await given(m1, emptyHead)
    await heads.open(aBookId({ day: friday }))
    expect(await heads.read(merchantId('m2'))).toEqual(emptyHead)
  })

  test('twenty openings of one day at the same time raise the revision once', async () => {
    const heads = await given(m1, emptyHead)
    const answers = await Promise.all(Array.from({ length: 20 }, () => heads.open(aBookId({ day: friday }))))
    expect(new Set(answers)).toEqual(new Set(['open']))
    expect(await heads.read(m1)).toEqual({ ...emptyHead, open: new Set([friday]), revision: 1 })
  })

  test('twenty days opened at the same time are all open, and counted', async () => {
    const heads = await given(m1, emptyHead)
    const days = Array.from({ length: 20 }, (_, index) => shiftDay(friday, index))
    await Promise.all(days.map((day) => heads.open(aBookId({ day }))))
    expect(await heads.read(m1)).toEqual({ ...emptyHead, open: new Set(days), revision: 20 })
  })
})

test.each([
  { format: 5, stored: { format: 5 } },
  { format: 'undefined', stored: {} },
])('a head in format $format is refused by name, and never changed', async ({ format, stored }) => {
  const table = await freshTable('days')
  const item = { merchantId: 'm1', day: 'head', rev: 1, open: new Set([friday]), ...stored }
  await dynamodb.send(new PutCommand({ TableName: table, Item: item }))
  const heads = dynamoHeads(dynamodb, table)
  const reason = `The head of merchant m1 is stored in format ${format}, and only 4 is known here.`
  const read = heads.read(m1)
  await expect(read).rejects.toThrow(reason)
  await expect(read).rejects.toBeInstanceOf(UnknownFormat)
  await expect(heads.open(aBookId({ day: saturday }))).rejects.toThrow(reason)
  const { Item } = await dynamodb.send(new GetCommand({ TableName: table, Key: { merchantId: 'm1', day: 'head' } }))
  expect(Item).toEqual(item)
})

test.each([1, 2, 3])('a head of the former format %i is read, and opens days', async (format) => {
  const table = await freshTable('days')
  const item = { merchantId: 'm1', day: 'head', format, rev: 1, open: new Set([friday]) }
  await dynamodb.send(new PutCommand({ TableName: table, Item: item }))
  const heads = dynamoHeads(dynamodb, table)
  expect(await heads.read(m1)).toEqual({ ...emptyHead, open: new Set([friday]), revision: 1 })
  expect(await heads.open(aBookId({ day: saturday }))).toBe('open')
  expect(await heads.read(m1)).toEqual({ ...emptyHead, open: new Set([friday, saturday]), revision: 2 })
})

test.each([
  { open: 'text' },
  { rev: 'x' },
  { closing: 'x' },
  { restatements: 'x' },
  { lastSeal: 1 },
  { broken: 'x' },
  { mended: { [friday]: 'x' } },
])('a head with %o is refused by name', async (stored) => {
  const table = await freshTable('days')
  const item = { merchantId: 'm1', day: 'head', format: 1, rev: 1, open: new Set([friday]), ...stored }
  await dynamodb.send(new PutCommand({ TableName: table, Item: item }))
  await expect(dynamoHeads(dynamodb, table).read(m1)).rejects.toThrow(
    new UnknownFormat('The head of merchant m1 cannot be read: a part of it is not what a head has there.'),
  )
})

test('heads on DynamoDB throw an error that may heal', async () => {
  const heads = dynamoHeads(dynamodb, 'no-such-table')
  await expect(heads.read(m1)).rejects.toThrow()
  await expect(heads.open(aBookId())).rejects.toThrow()
})

import { randomUUID } from 'node:crypto'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documentClient } from '#adapters/aws/dynamodb'
import { keySchema, tableKeys } from '#adapters/dynamodb/tables'
import { itemBytes, type Item } from '../../bench/rig/item-size.ts'

const client = documentClient()
const TableName = `billing-${process.pid}`

beforeAll(async () => {
  await client.send(
    new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST', ...keySchema(tableKeys.journal) }),
  )
})
afterAll(() => client.send(new DeleteTableCommand({ TableName })))

const unitsBilled = async (item: Item): Promise<number | undefined> => {
  const put = new PutCommand({ TableName, Item: item, ReturnConsumedCapacity: 'TOTAL' })
  return (await client.send(put)).ConsumedCapacity?.CapacityUnits
}

// A unit more for one byte more shows that both take the item to be of the same size, to the byte.
test.each<{ given: string; attributes: Item }>([
  { given: 'attributes of a segment', attributes: { credits: 123_456_789_012n, entryCount: 0, view: '1|BRL' } },
  { given: 'numbers of any kind', attributes: { a: 12_300, b: -7, c: 0.0125, d: 9_007_199_254_740_993n } },
  { given: 'texts', attributes: { name: 'São Paulo €', é: '' } },
  { given: 'a set, a list and a map', attributes: { s: new Set(['ab', 'c']), l: [1, 'ab'], m: { a: 1, b: true } } },
])('the local DynamoDB bills an item by the size that we compute: $given', async ({ attributes }) => {
  // What a put replaces is billed as well, so each test has an item of its own.
  const item = { book: `m1#${randomUUID()}`, segment: 1, ...attributes }
  const room = 1024 - itemBytes({ ...item, fill: new Uint8Array(0) })
  expect(await unitsBilled({ ...item, fill: new Uint8Array(room) })).toBe(1)
  expect(await unitsBilled({ ...item, fill: new Uint8Array(room + 1) })).toBe(2)
})

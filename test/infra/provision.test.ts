import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { documentClient } from '#adapters/aws/dynamodb'
import { keySchema, tableKeys } from '#adapters/dynamodb/tables'
import { dynamoHeads, dynamoOpenDays } from '#adapters/heads/dynamo-heads'
import { provisionTables } from '#infra/local/provision'
import { day, merchantId } from '../builders.ts'

test('a table that was made without its index gets it at the next start', async () => {
  const name = `days-${crypto.randomUUID()}`
  const { index: _, ...withoutIndex } = tableKeys.days
  const table = { TableName: name, BillingMode: 'PAY_PER_REQUEST', ...keySchema(withoutIndex) } as const
  await new DynamoDBClient().send(new CreateTableCommand(table))
  const client = documentClient()
  await provisionTables(client, { days: name })
  const m1 = merchantId('m1')
  await dynamoHeads(client, name).open({ merchantId: m1, day: day('2026-11-20') })
  const found = await dynamoOpenDays(client, name).since(day('2026-11-20'), { limit: 10 })
  expect(found).toEqual({ items: [{ merchantId: m1, oldestOpen: '2026-11-20' }] })
})

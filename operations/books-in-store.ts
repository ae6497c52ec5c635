import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import type { BookTableNames } from '#adapters/dynamodb/tables'
import { dynamoBooks } from '#adapters/transactions/dynamo-books'

/** All that the journal's rules need to record entries in these tables. */
export const booksInStore = (client: DynamoDBDocumentClient, tables: BookTableNames) => ({
  ...dynamoBooks(client, tables),
  merchants: dynamoMerchants(client, tables.merchants),
  clock: Date.now,
})

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import type { BookTableNames } from '#adapters/dynamodb/tables'

/** All that the journal's rules need to record entries in these tables. */
export const booksInStore = (client: DynamoDBDocumentClient, tables: BookTableNames) => ({
  journal: dynamoJournal(client, tables.journal),
  heads: dynamoHeads(client, tables.days),
  merchants: dynamoMerchants(client, tables.merchants),
  quarantine: dynamoQuarantine(client, tables.quarantine),
  clock: Date.now,
})

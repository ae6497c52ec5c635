import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { dynamoDays } from '#adapters/days/dynamo-days'
import type { TableNames } from '#adapters/dynamodb/tables'
import { dynamoHeads, dynamoOpenDays } from '#adapters/heads/dynamo-heads'
import { eachGeneration } from '#adapters/journal/generations'
import { dynamoChains, dynamoJournal } from '#adapters/journal/dynamo-journal'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { dynamoTransactions } from './dynamo-transactions.ts'

/** The stores of books in these tables, with transactions over all of them. */
export const dynamoBooks = (
  client: DynamoDBDocumentClient,
  tables: Pick<TableNames, 'journal' | 'days' | 'quarantine'>,
) => {
  const quarantine = dynamoQuarantine(client, tables.quarantine)
  return {
    journal: dynamoJournal(client, tables.journal),
    generations: eachGeneration(dynamoChains(client, tables.journal)),
    heads: dynamoHeads(client, tables.days),
    days: dynamoDays(client, tables.days),
    openDays: dynamoOpenDays(client, tables.days),
    quarantine,
    transactions: dynamoTransactions(client, tables, quarantine),
  }
}

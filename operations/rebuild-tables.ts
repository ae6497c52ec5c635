import { DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { provisionTables } from '#infra/local/provision'
import type { BookTableNames } from '#adapters/dynamodb/tables'

/** Creates empty tables that only one rebuild uses. */
export const provisionRebuild = async (client: DynamoDBDocumentClient, nowMs: number): Promise<BookTableNames> => {
  const prefix = `rebuild-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}`
  const tables: BookTableNames = {
    merchants: `${prefix}-merchants`,
    journal: `${prefix}-journal`,
    days: `${prefix}-days`,
    progress: `${prefix}-progress`,
    quarantine: `${prefix}-quarantine`,
  }
  await provisionTables(client, tables)
  return tables
}

export const deleteTables = async (client: DynamoDBDocumentClient, tables: BookTableNames): Promise<void> => {
  for (const name of Object.values(tables)) await client.send(new DeleteTableCommand({ TableName: name }))
}

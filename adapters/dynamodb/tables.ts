import type { KeySchemaElement, ScalarAttributeType } from '@aws-sdk/client-dynamodb'

type KeyAttribute = { readonly name: string; readonly type: ScalarAttributeType }
export type TableKey = { readonly partition: KeyAttribute; readonly sort?: KeyAttribute }

/** The names of our tables in the system that is used. */
export type TableNames = Readonly<
  Record<'merchants' | 'journal' | 'days' | 'progress' | 'quarantine' | 'grants', string>
>

/** The tables that can be made again from the archive. */
export type BookTableNames = Omit<TableNames, 'grants'>

/** The keys of every table, for all that create tables: the local system, rebuilds, the contract tests. */
export const tableKeys: Readonly<Record<keyof TableNames, TableKey>> = {
  merchants: { partition: { name: 'merchantId', type: 'S' } },
  journal: { partition: { name: 'book', type: 'S' }, sort: { name: 'segment', type: 'N' } },
  days: { partition: { name: 'merchantId', type: 'S' }, sort: { name: 'day', type: 'S' } },
  progress: { partition: { name: 'consumer', type: 'S' }, sort: { name: 'shard', type: 'S' } },
  quarantine: { partition: { name: 'scope', type: 'S' }, sort: { name: 'item', type: 'S' } },
  grants: { partition: { name: 'subject', type: 'S' } },
}

/** The same key as DynamoDB's `CreateTable` takes it. */
export const keySchema = ({ partition, sort }: TableKey) => {
  const hash: KeySchemaElement = { AttributeName: partition.name, KeyType: 'HASH' }
  const range: KeySchemaElement[] = sort ? [{ AttributeName: sort.name, KeyType: 'RANGE' }] : []
  return {
    KeySchema: [hash, ...range],
    AttributeDefinitions: [partition, ...(sort ? [sort] : [])].map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
  }
}

import type { KeySchemaElement, ScalarAttributeType } from '@aws-sdk/client-dynamodb'

type KeyAttribute = { readonly name: string; readonly type: ScalarAttributeType }
export type TableKey = { readonly partition: KeyAttribute; readonly sort?: KeyAttribute }

/** What each of our tables is called on the system that is talked to. */
export type TableNames = Readonly<Record<'merchants' | 'journal' | 'days' | 'progress' | 'quarantine', string>>

/** How every table is keyed, once, for whoever creates tables: the local system, the contract tests, CDK. */
export const tableKeys: Readonly<Record<keyof TableNames, TableKey>> = {
  merchants: { partition: { name: 'merchantId', type: 'S' } },
  journal: { partition: { name: 'book', type: 'S' }, sort: { name: 'segment', type: 'N' } },
  days: { partition: { name: 'merchantId', type: 'S' }, sort: { name: 'day', type: 'S' } },
  progress: { partition: { name: 'consumer', type: 'S' }, sort: { name: 'shard', type: 'S' } },
  quarantine: { partition: { name: 'scope', type: 'S' }, sort: { name: 'item', type: 'S' } },
}

/** The same key in the words of DynamoDB's `CreateTable`. */
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

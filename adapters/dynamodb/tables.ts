import type { KeySchemaElement, ScalarAttributeType } from '@aws-sdk/client-dynamodb'

type KeyAttribute = { readonly name: string; readonly type: ScalarAttributeType }
type Key = { readonly partition: KeyAttribute; readonly sort?: KeyAttribute }
/** The key of a table, and that of its index, which holds keys alone. */
export type TableKey = Key & { readonly index?: Key & { readonly name: string } }

/** The names of our tables in the system that is used. */
export type TableNames = Readonly<
  Record<'merchants' | 'journal' | 'days' | 'progress' | 'quarantine' | 'grants', string>
>

/** The tables that can be made again from the archive. */
export type BookTableNames = Omit<TableNames, 'grants'>

/** The keys of every table, for all that create tables: the local system, rebuilds, the contract tests. */
export const tableKeys: Readonly<Record<keyof TableNames, TableKey>> = {
  merchants: {
    partition: { name: 'merchantId', type: 'S' },
    index: { name: 'byId', partition: { name: 'register', type: 'S' }, sort: { name: 'merchantId', type: 'S' } },
  },
  journal: { partition: { name: 'book', type: 'S' }, sort: { name: 'segment', type: 'N' } },
  days: {
    partition: { name: 'merchantId', type: 'S' },
    sort: { name: 'day', type: 'S' },
    // Only heads with open days have these two, so the index holds nothing else.
    index: { name: 'byOldestOpen', partition: { name: 'lane', type: 'N' }, sort: { name: 'oldestOpen', type: 'S' } },
  },
  progress: { partition: { name: 'consumer', type: 'S' }, sort: { name: 'shard', type: 'S' } },
  quarantine: { partition: { name: 'scope', type: 'S' }, sort: { name: 'item', type: 'S' } },
  grants: { partition: { name: 'subject', type: 'S' } },
}

/** The same as DynamoDB's `CreateTable` takes it. */
export const keySchema = ({ index, ...key }: TableKey) => {
  const attributes = new Map(
    [key, ...(index ? [index] : [])].flatMap(attributesOf).map(({ name, type }) => [name, type]),
  )
  return {
    KeySchema: schemaOf(key),
    AttributeDefinitions: Array.from(attributes, ([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    ...(index && {
      GlobalSecondaryIndexes: [
        { IndexName: index.name, KeySchema: schemaOf(index), Projection: { ProjectionType: 'KEYS_ONLY' as const } },
      ],
    }),
  }
}

const attributesOf = ({ partition, sort }: Key): KeyAttribute[] => [partition, ...(sort ? [sort] : [])]

const schemaOf = ({ partition, sort }: Key): KeySchemaElement[] => [
  { AttributeName: partition.name, KeyType: 'HASH' },
  ...(sort ? [{ AttributeName: sort.name, KeyType: 'RANGE' as const }] : []),
]

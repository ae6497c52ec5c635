import { RemovalPolicy } from 'aws-cdk-lib'
import {
  AttributeType,
  Billing,
  ProjectionType,
  TableEncryptionV2,
  TableV2,
  type Attribute,
} from 'aws-cdk-lib/aws-dynamodb'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { tableKeys, type TableNames } from '#adapters/dynamodb/tables'
import { named, type Stage } from './stage.ts'

export type TablesProps = { readonly stage: Stage; readonly key: Key }

type TableName = keyof TableNames

/** The tables, with the keys that the adapters ask for. */
export class Tables extends Construct {
  readonly all: Readonly<Record<TableName, TableV2>>

  constructor(scope: Construct, id: string, { stage, key }: TablesProps) {
    super(scope, id)
    const table = (name: TableName): TableV2 => {
      const { partition, sort, index } = tableKeys[name]
      return new TableV2(this, name, {
        tableName: named(stage, name),
        partitionKey: attribute(partition),
        ...(sort && { sortKey: attribute(sort) }),
        ...(index && {
          globalSecondaryIndexes: [
            {
              indexName: index.name,
              partitionKey: attribute(index.partition),
              ...(index.sort && { sortKey: attribute(index.sort) }),
              projectionType: ProjectionType.KEYS_ONLY,
            },
          ],
        }),
        billing: Billing.onDemand(),
        encryption: TableEncryptionV2.customerManagedKey(key),
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        deletionProtection: stage.isProduction,
        removalPolicy: stage.isProduction ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        // A new table takes 4,000 writes a second at first, and doubles within 30 minutes.
        ...(stage.isProduction && name === 'journal' && { warmThroughput: WARM }),
      })
    }
    this.all = {
      merchants: table('merchants'),
      journal: table('journal'),
      days: table('days'),
      progress: table('progress'),
      quarantine: table('quarantine'),
      grants: table('grants'),
    }
  }
}

/** 6,000 mixed entries a second take about 920 write units (docs/performance.md); the rest is for the morning after an outage. */
const WARM = { writeUnitsPerSecond: 12_000, readUnitsPerSecond: 12_000 }

const attribute = ({ name, type }: { name: string; type: string }): Attribute => ({
  name,
  type: type === 'N' ? AttributeType.NUMBER : AttributeType.STRING,
})

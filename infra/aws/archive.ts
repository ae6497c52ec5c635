import { Aws, Duration, RemovalPolicy, Size } from 'aws-cdk-lib'
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { LogGroup, LogStream } from 'aws-cdk-lib/aws-logs'
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, type CfnBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { auditEventsTable, entriesTable, type Table } from '#infra/archive-tables'
import { savedQueries, statementOf, viewStatements } from '#sql/files'
import { accept, acceptWildcard } from './findings.ts'
import { logRetention, named, type Stage } from './stage.ts'

export type ArchiveProps = {
  readonly stage: Stage
  readonly key: Key
  readonly logKey: Key
  readonly account: string
  readonly region: string
}

/** Firehose, the bucket, and the tables by which Athena reads it. */
export class Archive extends Construct {
  readonly bucket: Bucket
  readonly entries: CfnDeliveryStream
  readonly decisions: CfnDeliveryStream
  readonly workGroup: CfnWorkGroup
  readonly database: string

  constructor(scope: Construct, id: string, props: ArchiveProps) {
    super(scope, id)
    const { stage, key, account, region } = props
    this.bucket = new Bucket(this, 'bucket', {
      // Buckets of all accounts and regions share their names.
      bucketName: `${named(stage, 'archive')}-${account}-${region}`,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: stage.isProduction ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      lifecycleRules: [
        // Results of Athena are copies; what is asked again is computed again.
        { id: 'athena-results', prefix: 'athena/', expiration: Duration.days(14) },
        { id: 'uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    })
    accept(this.bucket, {
      S1: 'CloudTrail records who reads; server access logs would be a second bucket of the same.',
    })
    // The library's own switch adds a function that may change every bucket.
    const cfnBucket = this.bucket.node.defaultChild as CfnBucket
    cfnBucket.addPropertyOverride('NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled', true)

    this.database = named(stage, 'archive').replaceAll('-', '_')
    const database = new CfnDatabase(this, 'database', { catalogId: account, databaseInput: { name: this.database } })
    const entriesGlue = this.#glueTable('archived_entries', entriesTable, 'business_day', props, database)
    const decisionsGlue = this.#glueTable('archived_decisions', auditEventsTable, 'day', props, database)
    this.entries = this.#deliveryStream('entries', 'business_day', '.business_day', entriesGlue, props)
    this.decisions = this.#deliveryStream('decisions', 'day', '.decided_at[0:10]', decisionsGlue, props)
    this.workGroup = this.#workGroup(props)
    for (const query of savedQueries()) {
      const named = new CfnNamedQuery(this, query.name, {
        database: this.database,
        workGroup: this.workGroup.name,
        name: query.name,
        description: query.about.slice(0, 1_024),
        queryString: statementOf(query),
      })
      named.addResourceDependency(this.workGroup)
    }
    for (const [index, statement] of viewStatements().entries()) {
      const view = new CfnNamedQuery(this, `view-${index + 1}`, {
        database: this.database,
        workGroup: this.workGroup.name,
        name: `make view ${index + 1}`,
        description: 'To be run once, in order, in a new database.',
        queryString: statement,
      })
      view.addResourceDependency(this.workGroup)
    }
  }

  #glueTable(name: string, { columns }: Table, partition: string, { account }: ArchiveProps, database: CfnDatabase) {
    const prefix = name === 'archived_entries' ? 'entries' : 'decisions'
    const location = `s3://${this.bucket.bucketName}/${prefix}/`
    const table = new CfnTable(this, name, {
      catalogId: account,
      databaseName: this.database,
      tableInput: {
        name,
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: partition, type: 'string' }],
        storageDescriptor: {
          columns: columns.filter((column) => column.name !== partition).map(({ name, type }) => ({ name, type })),
          location,
          inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
          serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        },
        parameters: {
          classification: 'parquet',
          // Athena computes the partitions, so none has to be added each day. Tills may be a day ahead of UTC.
          'projection.enabled': 'true',
          [`projection.${partition}.type`]: 'date',
          [`projection.${partition}.format`]: 'yyyy-MM-dd',
          [`projection.${partition}.range`]: '2025-01-01,NOW+1DAY',
          [`projection.${partition}.interval`]: '1',
          [`projection.${partition}.interval.unit`]: 'DAYS',
          'storage.location.template': `${location}${partition}=\${${partition}}/`,
        },
      },
    })
    table.addResourceDependency(database)
    return table
  }

  #deliveryStream(
    what: 'entries' | 'decisions',
    partition: string,
    query: string,
    table: CfnTable,
    props: ArchiveProps,
  ) {
    const { stage, key, logKey, account, region } = props
    const name = named(stage, what)
    const logGroup = new LogGroup(this, `${what}-logs`, {
      logGroupName: `/aws/kinesisfirehose/${name}`,
      retention: logRetention(stage),
      encryptionKey: logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const logStream = new LogStream(this, `${what}-log`, { logGroup, logStreamName: 'delivery' })
    const role = new Role(this, `${what}-role`, {
      assumedBy: new ServicePrincipal('firehose.amazonaws.com', {
        conditions: { StringEquals: { 'sts:ExternalId': account } },
      }),
    })
    const allow = (actions: string[], resources: string[]) =>
      role.addToPrincipalPolicy(new PolicyStatement({ actions, resources }))
    const objects = [`${this.bucket.bucketArn}/${what}/*`, `${this.bucket.bucketArn}/errors/${what}/*`]
    allow(['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload'], objects)
    for (const arn of objects) acceptWildcard(role, arn, 'Firehose names each object after its time.')
    allow(['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], [this.bucket.bucketArn])
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn])
    allow(
      ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
      ['catalog', `database/${this.database}`, `table/${this.database}/${table.ref}`].map(
        (what) => `arn:${Aws.PARTITION}:glue:${region}:${account}:${what}`,
      ),
    )
    allow(['logs:PutLogEvents'], [logGroup.logGroupArn])
    const stream = new CfnDeliveryStream(this, what, {
      deliveryStreamName: name,
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'CUSTOMER_MANAGED_CMK', keyArn: key.keyArn },
      extendedS3DestinationConfiguration: {
        bucketArn: this.bucket.bucketArn,
        roleArn: role.roleArn,
        prefix: `${what}/${partition}=!{partitionKeyFromQuery:${partition}}/`,
        errorOutputPrefix: `errors/${what}/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/`,
        bufferingHints: { sizeInMBs: BUFFER.toMebibytes(), intervalInSeconds: BUFFERED_FOR.toSeconds() },
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: logGroup.logGroupName,
          logStreamName: logStream.logStreamName,
        },
        encryptionConfiguration: { kmsEncryptionConfig: { awskmsKeyArn: key.keyArn } },
        dynamicPartitioningConfiguration: { enabled: true, retryOptions: { durationInSeconds: 300 } },
        processingConfiguration: {
          enabled: true,
          processors: [
            // A record holds rows of one day, one after the other, because Firehose bills each record as 5 KB at least.
            { type: 'RecordDeAggregation', parameters: [{ parameterName: 'SubRecordType', parameterValue: 'JSON' }] },
            {
              type: 'MetadataExtraction',
              parameters: [
                { parameterName: 'MetadataExtractionQuery', parameterValue: `{${partition}:${query}}` },
                { parameterName: 'JsonParsingEngine', parameterValue: 'JQ-1.6' },
              ],
            },
          ],
        },
        dataFormatConversionConfiguration: {
          enabled: true,
          inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
          outputFormatConfiguration: { serializer: { parquetSerDe: { compression: 'SNAPPY' } } },
          schemaConfiguration: {
            catalogId: account,
            databaseName: this.database,
            tableName: table.ref,
            region,
            roleArn: role.roleArn,
            versionId: 'LATEST',
          },
        },
      },
    })
    // The policy is a resource of its own, and Firehose looks at once whether it may do what it has to.
    stream.node.addDependency(role)
    return stream
  }

  #workGroup({ stage, key }: ArchiveProps): CfnWorkGroup {
    return new CfnWorkGroup(this, 'workgroup', {
      name: named(stage, 'analysts'),
      description: 'SQL over the archive, with a limit to what a statement scans.',
      recursiveDeleteOption: !stage.isProduction,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        // At $5 per TB this is $0.05 a statement at most.
        bytesScannedCutoffPerQuery: Size.gibibytes(10).toBytes(),
        resultConfiguration: {
          outputLocation: `s3://${this.bucket.bucketName}/athena/`,
          encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn },
        },
      },
    })
  }
}

/** 64 MiB is the least that Firehose takes with dynamic partitioning. */
const BUFFER = Size.mebibytes(64)
const BUFFERED_FOR = Duration.seconds(300)

/** The buffer, half as much again for partitioning, and 5 minutes in which a delivery is retried. */
export const ARCHIVE_DELIVERY_SECONDS = 1.5 * BUFFERED_FOR.toSeconds() + 300

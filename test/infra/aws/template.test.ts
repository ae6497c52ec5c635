import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { memoryArchive } from '#adapters/archive/memory-archive'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { tableKeys } from '#adapters/dynamodb/tables'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { memoryBooks } from '#adapters/transactions/memory-books'
import { processLog } from '#infra/log'
import { sealText } from '#ledger/seal'
import { keepingSeals } from '#processors/archive/keep-seals'
import { closingWorkflow, CLOSING_STEP } from '#processors/close/closing-workflow'
import { recordEntries } from '#processors/journal/record-entries'
import { DECISIONS, ENTRIES } from '#wire/archive/columns'
import { anAuditEvent, aSeal } from '#test/builders'
import { grantsOf, policiesOf } from './granted.ts'
import { CERTIFIED, NAMED, ON_CONTAINERS, SYNTHESIS_MS } from './edge-template.ts'
import { checkTemplate, synthesized, textOf, type Json, type JsonObject } from './synthesized.ts'

const dev = synthesized()
const prod = synthesized({ stage: 'prod' })
const both = [
  { name: 'dev', template: dev },
  { name: 'prod', template: prod },
]

/** The longest names of a stage and of a region. */
const LONGEST = { stage: 'a-stage-of-16-le', region: 'ap-southeast-1' }
const PROVIDER = {
  identityProvider: 'Acme',
  identityIssuer: 'https://login.acme.example',
  identityClientId: 'daybook',
  identitySecret: 'acme/daybook',
}

const TABLES = ['merchants', 'journal', 'days', 'progress', 'quarantine', 'grants']
const FUNCTIONS = ['journal', 'archive', 'ingest', 'query-api', 'close', 'heartbeat', 'token-claims']

/** The one replica of a table, which says what differs by region. */
const replicaOf = (template: typeof dev, tableName: string): JsonObject =>
  (template.the('AWS::DynamoDB::GlobalTable', { TableName: tableName })['Replicas'] as JsonObject[])[0] ?? {}

describe('stages', () => {
  /** The names that are unique in an account and region, or further. */
  const namesIn = ({ resources }: typeof dev): string[] =>
    resources
      // These live in a work group and in a user pool.
      .filter(({ type }) => !['AWS::Athena::NamedQuery', 'AWS::Cognito::UserPoolResourceServer'].includes(type))
      .flatMap(({ type, properties }) =>
        UNIQUE_NAMES.flatMap((name) =>
          properties[name] === undefined ? [] : [`${type} ${JSON.stringify(properties[name])}`],
        ),
      )

  test('everything with a name carries the stage', () => {
    expect(namesIn(prod).length).toBeGreaterThan(60)
    expect(namesIn(prod).filter((name) => !/daybook[-_]prod[-_]/.test(name))).toEqual([])
  })

  test('no name of one stage is a name of another, so that two stages live in one account', () => {
    const inDev = new Set(namesIn(dev))
    expect(namesIn(prod).filter((name) => inDev.has(name))).toEqual([])
  })

  test('the stage dev is synthesized without any context, in us-east-1', () => {
    expect(dev.outputs['settings']).toContain('AWS_REGION=us-east-1 ')
    expect(dev.outputs['settings']).toContain('STREAM_NAME=daybook-dev-entries ')
  })

  test('the region comes from the context', () => {
    const { outputs } = synthesized({ region: 'sa-east-1' })
    expect(outputs['settings']).toContain('TOKEN_ISSUER=https://cognito-idp.sa-east-1.amazonaws.com/')
  })

  test.each([
    { context: { region: 'sao-paulo' }, says: '-c region=sao-paulo: a region is named like sa-east-1.' },
    { context: { stage: 'Prod' }, says: '-c stage=Prod: a stage has 1 to 16 characters' },
    { context: { stage: 'a-stage-of-17-let' }, says: 'a stage has 1 to 16 characters' },
    { context: { edge: 'none' }, says: '-c edge=none: the edges are lambda and container.' },
  ])('a context $context that cannot work is refused', ({ context, says }) => {
    expect(() => synthesized(context as Record<string, string>)).toThrow(says)
  })

  // S3 User Guide, "General purpose bucket naming rules": 3 to 63 characters. An account has 12 digits.
  test('the longest stage in the region with the longest name still makes a valid bucket name', () => {
    const { of } = synthesized(LONGEST)
    const names = of('AWS::S3::Bucket').map(({ properties }) =>
      textOf(properties['BucketName'] ?? null).replace('AWS::AccountId', '123456789012'),
    )
    expect(names).toEqual([
      'daybook-a-stage-of-16-le-archive-123456789012-ap-southeast-1',
      'daybook-a-stage-of-16-le-seals-123456789012-ap-southeast-1',
    ])
    expect(names.filter((name) => name.length > 63)).toEqual([])
  })
})

const UNIQUE_NAMES = [
  'AliasName',
  'AlarmName',
  'BackupVaultName',
  'BucketName',
  'DatabaseInput',
  'DeliveryStreamName',
  'Domain',
  'FunctionName',
  'LogGroupName',
  'MetricTransformations',
  'Name',
  'TableName',
  'TopicName',
  'UserPoolName',
]

describe.each(both)('the stream of $name', ({ name, template }) => {
  test('is on demand, keeps records for 7 days and is encrypted with a key of our own', () => {
    expect(template.the('AWS::Kinesis::Stream')).toEqual({
      Name: `daybook-${name}-entries`,
      // 7 × 24.
      RetentionPeriodHours: 168,
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      StreamEncryption: { EncryptionType: 'KMS', KeyId: expect.stringMatching(/^keysdata\w+\.Arn$/) },
    })
  })

  test('sets no distribution strategy, since AUTO would ignore the explicit hash keys that carry order', () => {
    expect(template.text).not.toContain('DistributionStrategy')
  })
})

describe('the mappings from the stream to its consumers', () => {
  const consumers = [{ consumer: 'journal' }, { consumer: 'archive' }]
  test.each(consumers)(
    '$consumer replays from the oldest record, reports single failures and never gives up',
    ({ consumer }) => {
      expect(dev.the('AWS::Lambda::EventSourceMapping', { FunctionName: `daybook-dev-${consumer}` })).toEqual({
        FunctionName: `daybook-dev-${consumer}`,
        EventSourceArn: 'daybook-dev-entries.Arn',
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: 1_000,
        MaximumBatchingWindowInSeconds: 1,
        ParallelizationFactor: 1,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRetryAttempts: -1,
        MaximumRecordAgeInSeconds: -1,
        DestinationConfig: { OnFailure: { Destination: 'daybook-dev-archive-AWS::AccountId-us-east-1.Arn' } },
      })
    },
  )

  test('there are two of them', () => {
    expect(dev.of('AWS::Lambda::EventSourceMapping')).toHaveLength(2)
  })
})

describe('the tables', () => {
  test.each(both.flatMap(({ name, template }) => TABLES.map((table) => ({ name, template, table }))))(
    '$table of $name is on demand, can be restored to any second, and is encrypted with a key of our own',
    ({ name, template, table }) => {
      expect(template.the('AWS::DynamoDB::GlobalTable', { TableName: `daybook-${name}-${table}` })).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      })
      expect(replicaOf(template, `daybook-${name}-${table}`)).toMatchObject({
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { KMSMasterKeyId: expect.stringMatching(/^keysdata\w+\.Arn$/) },
        DeletionProtectionEnabled: name === 'prod',
      })
    },
  )

  test('there is one for each that the adapters know', () => {
    expect(TABLES.toSorted()).toEqual(Object.keys(tableKeys).toSorted())
    expect(dev.of('AWS::DynamoDB::GlobalTable')).toHaveLength(6)
  })

  test('the journal of prod is warm for more than the 4,000 writes a second of a new table, and that of dev is not', () => {
    const warmthIn = (template: typeof dev, name: string) =>
      template.the('AWS::DynamoDB::GlobalTable', { TableName: name })['WarmThroughput']
    expect(warmthIn(prod, 'daybook-prod-journal')).toEqual({ ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 12_000 })
    expect(warmthIn(dev, 'daybook-dev-journal')).toBeUndefined()
  })

  test('the key of the journal is the book and the number of the segment', () => {
    expect(dev.the('AWS::DynamoDB::GlobalTable', { TableName: 'daybook-dev-journal' })['KeySchema']).toEqual([
      { AttributeName: 'book', KeyType: 'HASH' },
      { AttributeName: 'segment', KeyType: 'RANGE' },
    ])
  })
})

describe('what is kept', () => {
  const KEEPS_DATA = [
    'AWS::Kinesis::Stream',
    'AWS::DynamoDB::GlobalTable',
    'AWS::S3::Bucket',
    'AWS::KMS::Key',
    'AWS::Cognito::UserPool',
  ]
  test.each(KEEPS_DATA)('%s outlives the stack in prod and goes with it in dev', (type) => {
    expect(new Set(prod.of(type).map(({ deletionPolicy }) => deletionPolicy))).toEqual(new Set(['Retain']))
    expect(new Set(dev.of(type).map(({ deletionPolicy }) => deletionPolicy))).toEqual(new Set(['Delete']))
  })

  test('keys are changed every year', () => {
    expect(prod.of('AWS::KMS::Key').map(({ properties }) => properties['EnableKeyRotation'])).toEqual([true, true])
  })

  test('prod copies the small tables to a vault that refuses to delete, and dev copies nothing', () => {
    const selection = prod.the('AWS::Backup::BackupSelection')['BackupSelection'] as JsonObject
    expect(selection['Resources']).toEqual([
      'daybook-prod-merchants.Arn',
      'daybook-prod-days.Arn',
      'daybook-prod-grants.Arn',
    ])
    expect(prod.the('AWS::Backup::BackupVault')).toMatchObject({
      BackupVaultName: 'daybook-prod-backups',
      AccessPolicy: {
        Statement: [
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'],
          },
        ],
      },
    })
    expect(dev.resources.filter(({ type }) => type.startsWith('AWS::Backup::'))).toEqual([])
  })
})

describe('the archive', () => {
  test.each(both)(
    'every bucket of $name is versioned, encrypted, private and takes no request without TLS',
    ({ template }) => {
      for (const { logicalId, properties } of template.of('AWS::S3::Bucket')) {
        expect({ logicalId, ...properties }).toMatchObject({
          VersioningConfiguration: { Status: 'Enabled' },
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
          },
        })
      }
      const policies = policiesOf(template).filter(({ type }) => type === 'AWS::S3::BucketPolicy')
      const withoutTls = { 'aws:SecureTransport': 'false' }
      expect(policies.filter(({ condition }) => condition !== null)).toMatchObject([
        { effect: 'Deny', actions: ['s3:*'], principal: { AWS: '*' }, condition: { Bool: withoutTls } },
        { effect: 'Deny', actions: ['s3:*'], principal: { AWS: '*' }, condition: { Bool: withoutTls } },
      ])
    },
  )

  test.each(both)(
    'of the bucket of $name, only results of Athena expire, and EventBridge hears of objects',
    ({ template }) => {
      const bucket = template.of('AWS::S3::Bucket')[0]?.properties ?? {}
      expect(bucket).toMatchObject({
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      })
      const { Rules: rules } = bucket['LifecycleConfiguration'] as { Rules: JsonObject[] }
      const expiring = rules.filter((rule) => 'ExpirationInDays' in rule)
      expect(expiring.map((rule) => rule['Prefix'])).toEqual(['athena/'])
    },
  )

  test.each([
    { template: dev, retention: { Mode: 'GOVERNANCE', Days: 1 } },
    { template: prod, retention: { Mode: 'COMPLIANCE', Days: 3660 } },
  ])('seals are kept in a bucket of their own under Object Lock: $retention', ({ template, retention }) => {
    const locked = template.of('AWS::S3::Bucket').filter(({ properties }) => properties['ObjectLockEnabled'] === true)
    expect(locked.map(({ properties }) => properties)).toMatchObject([
      {
        BucketName: expect.anything() as unknown,
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: retention } },
      },
    ])
    expect(textOf(locked[0]?.properties['BucketName'] ?? null)).toMatch(/^daybook-\w+-seals-/)
    // Nothing expires there either.
    expect(locked[0]?.properties).not.toHaveProperty('LifecycleConfiguration')
  })

  test('no function may remove a seal or shorten its time, and in prod every caller is refused', () => {
    const removing = /^s3:(Delete|Bypass|PutBucket|PutObjectRetention|PutObjectLegalHold)/
    for (const template of [dev, prod]) {
      const allowed = policiesOf(template).filter(({ effect }) => effect === 'Allow')
      expect(allowed.flatMap(({ actions }) => actions).filter((action) => removing.test(action))).toEqual([])
    }
    const denied = policiesOf(prod).filter(({ actions }) => actions.includes('s3:DeleteObject'))
    expect(denied).toMatchObject([
      {
        type: 'AWS::S3::BucketPolicy',
        effect: 'Deny',
        principal: { AWS: '*' },
        condition: null,
        actions: ['s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion'],
      },
    ])
  })

  const deliveries = [
    { what: 'entries', partition: 'business_day', query: '{business_day:.business_day}' },
    { what: 'decisions', partition: 'day', query: '{day:.decided_at[0:10]}' },
  ]
  test.each(deliveries)(
    'Firehose files $what as Parquet by day, taking packed records apart',
    ({ what, partition, query }) => {
      const delivery = dev.the('AWS::KinesisFirehose::DeliveryStream', { DeliveryStreamName: `daybook-dev-${what}` })
      expect(delivery).toMatchObject({
        DeliveryStreamType: 'DirectPut',
        DeliveryStreamEncryptionConfigurationInput: { KeyType: 'CUSTOMER_MANAGED_CMK' },
        ExtendedS3DestinationConfiguration: {
          // 64 MiB is the least with dynamic partitioning.
          BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 300 },
          DynamicPartitioningConfiguration: { Enabled: true },
          Prefix: `${what}/${partition}=!{partitionKeyFromQuery:${partition}}/`,
          ErrorOutputPrefix: `errors/${what}/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/`,
          ProcessingConfiguration: {
            Enabled: true,
            Processors: [
              { Type: 'RecordDeAggregation', Parameters: [{ ParameterName: 'SubRecordType', ParameterValue: 'JSON' }] },
              {
                Type: 'MetadataExtraction',
                Parameters: [
                  { ParameterName: 'MetadataExtractionQuery', ParameterValue: query },
                  { ParameterName: 'JsonParsingEngine', ParameterValue: 'JQ-1.6' },
                ],
              },
            ],
          },
          DataFormatConversionConfiguration: {
            Enabled: true,
            OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: 'SNAPPY' } } },
            SchemaConfiguration: { DatabaseName: 'daybook_dev_archive', TableName: `archived_${what}` },
          },
        },
      })
    },
  )

  test('an entry counts as delivered after one and a half buffer times and 5 minutes', () => {
    // 300 s × 1.5 + 300 s.
    expect(dev.outputs['settings']).toContain(' ARCHIVE_DELIVERY_SECONDS=750 ')
  })

  test.each([
    { what: 'entries', table: ENTRIES },
    { what: 'decisions', table: DECISIONS },
  ])('the Glue table of $what has the columns of the files and computes its partitions', ({ what, table }) => {
    const { partition, columns } = table
    const [glue] = dev
      .of('AWS::Glue::Table')
      .map(({ properties }) => properties['TableInput'] as JsonObject)
      .filter(({ Name }) => Name === `archived_${what}`)
    const location = `s3://daybook-dev-archive-AWS::AccountId-us-east-1/${what}/`
    expect(glue).toMatchObject({
      PartitionKeys: [{ Name: partition, Type: 'string' }],
      Parameters: {
        'projection.enabled': 'true',
        [`projection.${partition}.type`]: 'date',
        [`projection.${partition}.format`]: 'yyyy-MM-dd',
        [`projection.${partition}.range`]: '2025-01-01,NOW+1DAY',
        'storage.location.template': `${location}${partition}=\${${partition}}/`,
      },
      StorageDescriptor: { Location: location },
    })
    expect((glue?.['StorageDescriptor'] as JsonObject | undefined)?.['Columns']).toEqual(
      columns.map(({ name, type }) => ({ Name: name, Type: type })),
    )
  })

  test('a statement of Athena scans 10 GiB at most, and its results are encrypted', () => {
    expect(dev.the('AWS::Athena::WorkGroup')).toMatchObject({
      Name: 'daybook-dev-analysts',
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 10_737_418_240,
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS' } },
      },
    })
  })
})

describe('the functions', () => {
  test.each(both.flatMap(({ name, template }) => FUNCTIONS.map((fn) => ({ name, template, fn }))))(
    '$fn of $name runs on arm64 and Node 24, and writes JSON to a log of its own that is kept for a while',
    ({ name, template, fn }) => {
      expect(template.the('AWS::Lambda::Function', { FunctionName: `daybook-${name}-${fn}` })).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        LoggingConfig: { LogFormat: 'JSON', LogGroup: `/aws/lambda/daybook-${name}-${fn}` },
      })
      expect(template.the('AWS::Logs::LogGroup', { LogGroupName: `/aws/lambda/daybook-${name}-${fn}` })).toMatchObject({
        RetentionInDays: name === 'prod' ? 90 : 7,
        KmsKeyId: expect.stringMatching(/^keyslogs\w+\.Arn$/),
      })
    },
  )

  test('there is no function beside ours, and no custom resource, which would be a function with wide rights', () => {
    for (const { template } of both) {
      expect(template.of('AWS::Lambda::Function')).toHaveLength(FUNCTIONS.length)
      expect(template.resources.map(({ type }) => type).filter((type) => type.startsWith('Custom::'))).toEqual([])
      expect(template.of('AWS::CloudFormation::CustomResource')).toEqual([])
    }
  })

  test('concurrency is reserved in prod only, and leaves the 100 that Lambda asks for', () => {
    const reservedIn = ({ of }: typeof dev) =>
      Object.fromEntries(
        of('AWS::Lambda::Function').flatMap(({ properties }) =>
          'ReservedConcurrentExecutions' in properties
            ? [[textOf(properties['FunctionName']), Number(properties['ReservedConcurrentExecutions'])]]
            : [],
        ),
      )
    expect(reservedIn(dev)).toEqual({})
    expect(reservedIn(prod)).toEqual({
      'daybook-prod-journal': 200,
      'daybook-prod-archive': 200,
      'daybook-prod-ingest': 200,
      'daybook-prod-query-api': 200,
    })
  })

  test('a schedule sends a heartbeat each minute', () => {
    expect(dev.the('AWS::Scheduler::Schedule', { Name: 'daybook-dev-heartbeat' })).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      Target: { Arn: 'daybook-dev-heartbeat.Arn' },
    })
  })
})

describe('the workflow that closes days', () => {
  test('is the very definition that runs locally, with the function in its place', () => {
    const { DefinitionString, DefinitionSubstitutions } = dev.the('AWS::StepFunctions::StateMachine')
    expect(JSON.parse(textOf(DefinitionString ?? ''))).toEqual(closingWorkflow('${step}'))
    expect(DefinitionSubstitutions).toEqual({ step: 'daybook-dev-close.Arn' })
  })

  test('is started every 15 minutes for all that is due', () => {
    expect(dev.the('AWS::Scheduler::Schedule', { Name: 'daybook-dev-close' })).toMatchObject({
      ScheduleExpression: 'rate(15 minutes)',
      Target: { Arn: 'daybook-dev-close.Arn', Input: '{}' },
    })
  })

  test('goes through two minutes of refusals, and through the longest order with steps of the longest time', () => {
    const { TimeoutSeconds, States } = closingWorkflow('${step}')
    const [retry] = States[CLOSING_STEP].Retry
    expect(retry?.ErrorEquals).toEqual(['States.ALL'])
    const { IntervalSeconds = 0, BackoffRate = 0, MaxAttempts = 0, MaxDelaySeconds = 0 } = retry ?? {}
    const waits = Array.from({ length: MaxAttempts }, (_, tries) => IntervalSeconds * BackoffRate ** tries)
    expect(waits.reduce((sum, seconds) => sum + Math.min(seconds, MaxDelaySeconds), 0)).toBeGreaterThan(120)
    const { Timeout: longestStep } = dev.the('AWS::Lambda::Function', { FunctionName: 'daybook-dev-close' })
    expect(longestStep).toBe(15 * 60)
    // An order waits for 17 minutes in all.
    expect(TimeoutSeconds).toBeGreaterThan(17 * 60 + 6 * Number(longestStep))
    // Standard executions may take longer than the 5 minutes of others, and their names are taken once.
    expect(dev.the('AWS::StepFunctions::StateMachine')).toMatchObject({ StateMachineType: 'STANDARD' })
  })

  test('may call its function and nothing else, and its schedule may only start it', () => {
    const of = (principal: string) =>
      policiesOf(dev).filter(({ roles }) => roles.some((role) => role.includes(principal)))
    expect(of('closingworkflowrole').map(({ actions, resources }) => [actions, resources])).toEqual([
      [['lambda:InvokeFunction'], ['daybook-dev-close.Arn']],
    ])
    expect(of('closingschedulerole').map(({ actions }) => actions)).toEqual([['states:StartExecution']])
  })
})

describe('what each function may call', () => {
  const logs = (fn: string) => ({
    [`/aws/lambda/daybook-dev-${fn}.Arn`]: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  })
  const bucket = 'daybook-dev-archive-AWS::AccountId-us-east-1'
  const seals = 'daybook-dev-seals-AWS::AccountId-us-east-1'
  const reading = [
    'kinesis:DescribeStream',
    'kinesis:DescribeStreamSummary',
    'kinesis:GetRecords',
    'kinesis:GetShardIterator',
    'kinesis:ListShards',
  ]
  const failures = { [`${bucket}.Arn`]: ['s3:ListBucket'], [`${bucket}.Arn/aws/lambda/*`]: ['s3:PutObject'] }
  const grants: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
    journal: {
      'daybook-dev-journal.Arn': ['dynamodb:PutItem', 'dynamodb:Query'],
      'daybook-dev-days.Arn': ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      'daybook-dev-merchants.Arn': ['dynamodb:GetItem'],
      'daybook-dev-quarantine.Arn': [
        'dynamodb:ConditionCheckItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      'daybook-dev-progress.Arn': ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      'daybook-dev-entries.Arn': [...reading, 'kinesis:PutRecords'],
      'data key': ['kms:Decrypt', 'kms:GenerateDataKey'],
      ...failures,
      ...logs('journal'),
    },
    archive: {
      'daybook-dev-progress.Arn': ['dynamodb:UpdateItem'],
      // Stream and delivery stream have the same name.
      'daybook-dev-entries.Arn': ['firehose:PutRecordBatch', ...reading],
      'daybook-dev-decisions.Arn': ['firehose:PutRecordBatch'],
      [`${seals}.Arn`]: ['s3:ListBucket'],
      [`${seals}.Arn/seals/*`]: ['s3:GetObject', 's3:PutObject'],
      'data key': ['kms:Decrypt', 'kms:GenerateDataKey'],
      ...failures,
      ...logs('archive'),
    },
    ingest: {
      'daybook-dev-entries.Arn': ['kinesis:ListShards', 'kinesis:PutRecords'],
      'daybook-dev-merchants.Arn': ['dynamodb:GetItem', 'dynamodb:PutItem'],
      'daybook-dev-quarantine.Arn': ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      'daybook-dev-grants.Arn': ['dynamodb:GetItem'],
      'daybook-dev-days.Arn': ['dynamodb:GetItem'],
      'arn:AWS::Partition:states:AWS::Region:AWS::AccountId:stateMachine:daybook-dev-close': ['states:StartExecution'],
      'arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:daybook-dev-close:*': [
        'states:DescribeExecution',
      ],
      'data key': ['kms:Decrypt', 'kms:GenerateDataKey'],
      ...logs('ingest'),
    },
    'query-api': {
      'daybook-dev-entries.Arn': ['kinesis:ListShards'],
      'daybook-dev-merchants.Arn': ['dynamodb:GetItem', 'dynamodb:Scan'],
      'daybook-dev-merchants.Arn/index/byId': ['dynamodb:Query'],
      'daybook-dev-journal.Arn': ['dynamodb:Query'],
      'daybook-dev-days.Arn': ['dynamodb:GetItem', 'dynamodb:Query'],
      'daybook-dev-progress.Arn': ['dynamodb:Query'],
      'daybook-dev-quarantine.Arn': ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'],
      'daybook-dev-grants.Arn': ['dynamodb:GetItem'],
      'data key': ['kms:Decrypt'],
      ...logs('query-api'),
    },
    close: {
      'daybook-dev-entries.Arn': ['kinesis:ListShards', 'kinesis:PutRecords'],
      'daybook-dev-merchants.Arn': ['dynamodb:GetItem'],
      'daybook-dev-journal.Arn': ['dynamodb:PutItem', 'dynamodb:Query'],
      'daybook-dev-days.Arn': ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      'daybook-dev-days.Arn/index/byOldestOpen': ['dynamodb:Query'],
      'daybook-dev-progress.Arn': ['dynamodb:GetItem'],
      'daybook-dev-quarantine.Arn': ['dynamodb:Query'],
      'arn:AWS::Partition:states:AWS::Region:AWS::AccountId:stateMachine:daybook-dev-close': ['states:ListExecutions'],
      'arn:AWS::Partition:athena:AWS::Region:AWS::AccountId:workgroup/daybook-dev-analysts': [
        'athena:GetQueryExecution',
        'athena:GetQueryResults',
        'athena:StartQueryExecution',
        'athena:StopQueryExecution',
      ],
      ...Object.fromEntries(
        ['catalog', 'database/daybook_dev_archive', 'table/daybook_dev_archive/archived_entries'].map((what) => [
          `arn:AWS::Partition:glue:AWS::Region:AWS::AccountId:${what}`,
          ['glue:GetDatabase', 'glue:GetPartitions', 'glue:GetTable'],
        ]),
      ),
      [`${bucket}.Arn`]: ['s3:GetBucketLocation', 's3:ListBucket'],
      [`${bucket}.Arn/entries/*`]: ['s3:GetObject'],
      [`${bucket}.Arn/athena/*`]: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
      'data key': ['kms:Decrypt', 'kms:GenerateDataKey'],
      ...logs('close'),
    },
    heartbeat: {
      'daybook-dev-entries.Arn': ['kinesis:ListShards', 'kinesis:PutRecords'],
      'data key': ['kms:GenerateDataKey'],
      ...logs('heartbeat'),
    },
    'token-claims': {
      'daybook-dev-grants.Arn': ['dynamodb:GetItem'],
      'data key': ['kms:Decrypt'],
      ...logs('token-claims'),
    },
  }

  test.each(FUNCTIONS)('%s may call what its code calls, and nothing else', (fn) => {
    expect(grantsOf(dev, `daybook-dev-${fn}`)).toEqual(grants[fn])
  })

  test.each(FUNCTIONS)('%s can neither update nor delete a segment of the journal', (fn) => {
    const onJournal = grantsOf(prod, `daybook-prod-${fn}`)['daybook-prod-journal.Arn'] ?? []
    expect(onJournal.filter((action) => !/^dynamodb:(PutItem|Query|GetItem)$/.test(action))).toEqual([])
  })
})

describe.each(both)('the policies of $name', ({ template }) => {
  test('allow no action with a wildcard, but for the account on its own keys, which are lost without it', () => {
    const wild = policiesOf(template).filter(
      ({ effect, actions, principal }) =>
        effect === 'Allow' &&
        actions.some((action) => action.includes('*')) &&
        JSON.stringify(principal) !== '{"AWS":"arn:aws:iam::AWS::AccountId:root"}',
    )
    expect(wild).toEqual([])
  })

  test('allow a wildcard resource to roles only where the service names the resource itself', () => {
    const wild = policiesOf(template)
      .filter(({ type }) => type === 'AWS::IAM::Policy')
      .flatMap(({ resources }) => resources)
      .filter((resource) => resource.includes('*'))
      .map((resource) => resource.replace(/daybook-\w+-/, ''))
    const ofBackups = ['merchants', 'days', 'grants'].map((table) => `${table}.Arn/backup/*`)
    const bucket = 'archive-AWS::AccountId-us-east-1.Arn'
    expect([...new Set(wild)].toSorted()).toEqual(
      [
        // API Gateway has one role for the logs of all APIs of the account (lambda-edge.ts).
        '*',
        // Lambda names the objects of failed batches, Athena its results, ingest the executions that it starts, Firehose those that it delivers, DynamoDB copies of a table.
        `${bucket}/aws/lambda/*`,
        `${bucket}/athena/*`,
        'arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:close:*',
        `${bucket}/entries/*`,
        `${bucket}/errors/entries/*`,
        `${bucket}/decisions/*`,
        `${bucket}/errors/decisions/*`,
        // Each seal is an object of its own.
        'seals-AWS::AccountId-us-east-1.Arn/seals/*',
        ...(template === prod ? ofBackups : []),
      ].toSorted(),
    )
  })

  test('attach no policy that AWS manages', () => {
    expect(template.of('AWS::IAM::Role').filter(({ properties }) => 'ManagedPolicyArns' in properties)).toEqual([])
  })

  test('let the logs of this stage alone use the key of logs', () => {
    const [statement] = policiesOf(template).filter(
      ({ principal }) => JSON.stringify(principal) === '{"Service":"logs.us-east-1.amazonaws.com"}',
    )
    const stage = template === prod ? 'prod' : 'dev'
    expect(statement?.condition).toEqual({
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': `arn:AWS::Partition:logs:us-east-1:AWS::AccountId:log-group:*daybook-${stage}-*`,
      },
    })
  })
})

describe('alarms', () => {
  /** Of the metric of an alarm, or of those that an expression adds. */
  const watched = ({ Namespace, MetricName, Dimensions, Metrics }: JsonObject): string[] =>
    Array.isArray(Metrics)
      ? (Metrics as JsonObject[]).flatMap(({ MetricStat }) =>
          MetricStat === undefined ? [] : watched((MetricStat as JsonObject)['Metric'] as JsonObject),
        )
      : [
          [
            textOf(Namespace),
            textOf(MetricName),
            ...((Dimensions ?? []) as JsonObject[]).map(({ Name, Value }) => `${textOf(Name)}=${textOf(Value)}`),
          ].join(' '),
        ]
  const alarms = dev.of('AWS::CloudWatch::Alarm').map(({ properties }) => properties)
  const table = (name: string) => [
    `AWS/DynamoDB ReadThrottleEvents TableName=daybook-dev-${name}`,
    `AWS/DynamoDB WriteThrottleEvents TableName=daybook-dev-${name}`,
  ]
  const fn = (metric: string, name: string) => `AWS/Lambda ${metric} FunctionName=daybook-dev-${name}`
  const firehose = (metric: string, name: string) => `AWS/Firehose ${metric} DeliveryStreamName=daybook-dev-${name}`

  // Metrics and dimensions as the CloudWatch pages of each service list them.
  test.each([
    { page: 'consumers-lag', metrics: [fn('IteratorAge', 'archive'), fn('IteratorAge', 'journal')] },
    { page: 'quarantine', metrics: ['Daybook daybook-dev-set-aside'] },
    {
      page: 'a-day-stays-open',
      metrics: [
        'AWS/States ExecutionsFailed StateMachineArn=daybook-dev-close.Arn',
        'AWS/States ExecutionsStarted StateMachineArn=daybook-dev-close.Arn',
        'AWS/States ExecutionsTimedOut StateMachineArn=daybook-dev-close.Arn',
        'Daybook daybook-dev-open-days',
      ],
    },
    { page: 'a-seal-is-not-kept', metrics: ['Daybook daybook-dev-seals-not-kept'] },
    {
      page: 'runbook-our-own-code-cannot-go-on',
      metrics: ['Daybook daybook-dev-archive-held-up', 'Daybook daybook-dev-journal-held-up'],
    },
    { page: 'server-errors', metrics: ['AWS/ApiGateway 5XXError ApiName=daybook-dev-api'] },
    {
      page: 'archive-delivery',
      metrics: ['decisions', 'entries'].flatMap((name) => [
        firehose('DeliveryToS3.DataFreshness', name),
        firehose('PartitionCountExceeded', name),
      ]),
    },
    {
      page: 'throttles',
      metrics: [
        ...TABLES.flatMap(table),
        ...FUNCTIONS.map((name) => fn('Throttles', name)),
        firehose('ThrottledRecords', 'entries'),
        firehose('ThrottledRecords', 'decisions'),
        'AWS/Kinesis WriteProvisionedThroughputExceeded StreamName=daybook-dev-entries',
      ],
    },
  ])('the page $page has alarms on its metrics', ({ page, metrics }) => {
    const onPage = alarms.filter(({ AlarmDescription }) => AlarmDescription === `docs/operations.md#${page}`)
    expect(onPage.flatMap(watched).toSorted()).toEqual(metrics.toSorted())
  })

  test('a workflow of closing that is not started for half an hour raises an alarm, also when nothing measures it', () => {
    const { Period, ...alarm } = dev.the('AWS::CloudWatch::Alarm', { AlarmName: 'daybook-dev-closing-not-started' })
    expect(alarm).toMatchObject({
      ComparisonOperator: 'LessThanOrEqualToThreshold',
      Statistic: 'Sum',
      Threshold: 0,
      TreatMissingData: 'breaching',
    })
    expect(Number(Period) * Number(alarm['EvaluationPeriods'])).toBe(30 * 60)
    const rising = alarms.filter(({ ComparisonOperator }) => ComparisonOperator === 'GreaterThanOrEqualToThreshold')
    expect(rising).toHaveLength(alarms.length - 1)
  })

  test('the count of what was set aside is of the phrase that the journal processor logs', async () => {
    expect(dev.the('AWS::Logs::MetricFilter', { FilterPattern: '"set aside"' })).toMatchObject({
      LogGroupName: '/aws/lambda/daybook-dev-journal',
      // A phrase in quotes is found wherever it stands in an event (CloudWatch Logs User Guide, "Filter pattern syntax").
      FilterPattern: '"set aside"',
      MetricTransformations: [{ MetricNamespace: 'Daybook', MetricName: 'daybook-dev-set-aside', MetricValue: '1' }],
    })
    expect(await linesOfSettingAside()).toContainEqual(expect.stringContaining('set aside'))
  })

  test.each(['journal', 'archive'])(
    'a shard that the %s consumer holds up is counted by the phrase that it logs',
    (name) => {
      const filters = dev.of('AWS::Logs::MetricFilter').map(({ properties }) => properties)
      expect(filters).toContainEqual(
        expect.objectContaining({
          LogGroupName: `/aws/lambda/daybook-dev-${name}`,
          FilterPattern: '"our own code cannot go on"',
        }),
      )
      const [source = ''] = globSync(`processors/${name}/*-entries.ts`).map((file) => readFileSync(file, 'utf8'))
      expect(source).toContain('our own code cannot go on')
    },
  )

  test('a seal that is not kept is counted by each of the phrases that the archive consumer logs', async () => {
    const filters = dev.of('AWS::Logs::MetricFilter').map(({ properties }) => properties)
    const filter = filters.find((one) => JSON.stringify(one).includes('"daybook-dev-seals-not-kept"'))
    expect(filter).toMatchObject({
      LogGroupName: '/aws/lambda/daybook-dev-archive',
      MetricTransformations: [{ MetricNamespace: 'Daybook', MetricValue: '1' }],
    })
    const pattern = textOf(filter?.['FilterPattern'] ?? null)
    // `?` before each phrase: an event with any of them matches (CloudWatch Logs User Guide, "Filter pattern syntax").
    const phrases = [...pattern.matchAll(/\?"([^"]+)"/g)].map(([, phrase = '']) => phrase)
    expect(pattern).toBe(phrases.map((phrase) => `?"${phrase}"`).join(' '))
    const lines = await linesOfSealsNotKept()
    expect(lines.map((line) => phrases.filter((phrase) => line.includes(phrase)))).toEqual(phrases.map((one) => [one]))
  })

  test('each goes to the topic, which takes what the alarms of the account publish', () => {
    expect(new Set(alarms.map(({ AlarmActions }) => JSON.stringify(AlarmActions)))).toEqual(
      new Set(['["daybook-dev-alarms"]']),
    )
    expect(policiesOf(dev).filter(({ type }) => type === 'AWS::SNS::TopicPolicy')).toContainEqual(
      expect.objectContaining({
        effect: 'Allow',
        principal: { Service: 'cloudwatch.amazonaws.com' },
        actions: ['sns:Publish'],
        condition: { StringEquals: { 'aws:SourceAccount': 'AWS::AccountId' } },
      }),
    )
    expect(dev.the('AWS::SNS::Topic')).toMatchObject({ KmsMasterKeyId: expect.stringMatching(/^keyslogs/) })
  })

  test('a consumer that is 6 hours behind, or of which no age is heard for 15 minutes, is an alarm', () => {
    expect(dev.the('AWS::CloudWatch::Alarm', { AlarmName: 'daybook-dev-journal-age' })).toMatchObject({
      // 6 × 3,600,000 ms, in three periods of 5 minutes.
      Threshold: 21_600_000,
      Statistic: 'Maximum',
      Period: 300,
      EvaluationPeriods: 3,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'breaching',
    })
  })

  test.each([
    { rule: 'archive-errors', prefix: 'errors/', page: 'archive-errors' },
    { rule: 'failed-batches', prefix: 'aws/lambda/', page: 'consumers-lag' },
  ])('an object below $prefix is told with its key and the page $page', ({ rule, prefix, page }) => {
    const { EventPattern, Targets } = dev.the('AWS::Events::Rule', { Name: `daybook-dev-${rule}` })
    expect(EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: ['daybook-dev-archive-AWS::AccountId-us-east-1'] },
        object: { key: [{ prefix }] },
      },
    })
    expect(Targets).toMatchObject([{ Arn: 'daybook-dev-alarms', RoleArn: expect.stringMatching(/\.Arn$/) }])
    const template = (Targets as JsonObject[])[0]?.['InputTransformer'] as JsonObject
    expect(template['InputTemplate']).toMatch(new RegExp(`<key>.*docs/operations\\.md#${page}`))
  })

  test('an address for alarms is subscribed when the context has one', () => {
    const withAddress = synthesized({ stage: 'prod', alarmEmail: 'on-call@example.com' })
    expect(withAddress.the('AWS::SNS::Subscription')).toMatchObject({
      Protocol: 'email',
      Endpoint: 'on-call@example.com',
    })
    expect(dev.of('AWS::SNS::Subscription')).toEqual([])
  })
})

describe('people and clients', () => {
  test('people sign in with a second factor and do not sign themselves up', () => {
    expect(dev.the('AWS::Cognito::UserPool')).toMatchObject({
      UserPoolTier: 'ESSENTIALS',
      MfaConfiguration: 'ON',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: 'daybook-dev-token-claims.Arn', LambdaVersion: 'V3_0' } },
    })
  })

  test('people of a provider that the context names sign in there, and its secret is referred to, not written', () => {
    const { the, text } = synthesized(PROVIDER)
    expect(the('AWS::Cognito::UserPoolIdentityProvider')).toMatchObject({
      ProviderName: 'Acme',
      ProviderType: 'OIDC',
      ProviderDetails: {
        client_id: 'daybook',
        client_secret: '{{resolve:secretsmanager:acme/daybook:SecretString:::}}',
        oidc_issuer: 'https://login.acme.example',
      },
    })
    expect(synthesized().text).not.toContain('UserPoolIdentityProvider')
    expect(text).toContain('UserPoolIdentityProvider')
  })

  test.each([
    { identityProvider: 'Acme' },
    { identityProvider: 'Acme', identityIssuer: 'http://a.example', identityClientId: 'd', identitySecret: 's' },
  ])('a provider that is named in part, or without TLS, is refused: %o', (context) => {
    expect(() => synthesized(context)).toThrow('An identity provider takes four contexts')
  })

  test('the user pool of prod is protected from deletion', () => {
    expect(prod.the('AWS::Cognito::UserPool')['DeletionProtection']).toBe('ACTIVE')
    expect(dev.the('AWS::Cognito::UserPool')['DeletionProtection']).toBe('INACTIVE')
  })
})

test.each([
  {},
  { stage: 'prod' },
  { stage: 'prod', alarmEmail: 'on-call@example.com' },
  { region: 'sa-east-1' },
  LONGEST,
  PROVIDER,
  NAMED,
  ON_CONTAINERS,
  CERTIFIED,
])(
  'a template with the context %j has no finding of the CDK or of cdk-nag (AwsSolutions, Serverless) without an explanation',
  { timeout: SYNTHESIS_MS },
  (context) => {
    expect(() => checkTemplate(context)).not.toThrow()
  },
)

describe.each(both)('the whole template of $name', ({ template }) => {
  test('looks nothing up, and so names no account', () => {
    expect(template.text).not.toMatch(/:\d{12}:/)
  })

  test('holds no secret and makes none', () => {
    const settings: Json[] = template
      .of('AWS::Lambda::Function')
      .map(({ properties }) => properties['Environment'] ?? {})
    expect(JSON.stringify(settings)).not.toMatch(/secret|password|private|token"|key"/i)
    expect(template.resources.map(({ type }) => type)).not.toContain('AWS::SecretsManager::Secret')
    expect(template.text).not.toMatch(/\{\{resolve:(secretsmanager|ssm-secure)/)
  })
})

/** What the journal processor logs of a record that no version can read. */
/** What the archive consumer logs of an event without a seal, and of one whose seal differs from what is kept. */
async function linesOfSealsNotKept(): Promise<string[]> {
  const lines: string[] = []
  const log = processLog({ level: 'info', destination: { write: (line) => void lines.push(line) } })
  const seals = { keep: async () => 'another' as const }
  const told = (body: object) => ({ ...anAuditEvent(), kind: 'day.closed' as const, body: { ...body } })
  await keepingSeals(memoryArchive(), seals, log).putAuditEvents([told({}), told({ seal: sealText(aSeal()) })])
  return lines
}

async function linesOfSettingAside(): Promise<string[]> {
  const lines: string[] = []
  const world = {
    ...memoryBooks(),
    merchants: memoryMerchants(),
    auditTrail: memoryAuditTrail(),
    progress: memoryProgress(),
    clock: () => 0,
    log: processLog({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
  }
  const unreadable = { sequenceNumber: '1', arrivedAtMs: 0, data: Buffer.from('not a record') }
  await recordEntries(world, { booksAtOnce: 1, cacheBytes: 0 })({
    shardId: 'shardId-000000000000',
    records: [unreadable],
  })
  return lines
}

import { Duration } from 'aws-cdk-lib'
import type { Stream } from 'aws-cdk-lib/aws-kinesis'
import { Construct } from 'constructs'
import { DaybookFunction, type Calls } from './function.ts'
import type { Keys } from './keys.ts'
import { BOOK_TABLES, only, type Names } from './names.ts'
import type { Stage } from './stage.ts'
import type { Tables } from './tables.ts'

export type ServicesProps = {
  readonly stage: Stage
  readonly keys: Keys
  readonly stream: Stream
  readonly tables: Tables
  readonly names: Names
  /** The settings that say which tokens are taken. */
  readonly tokens: Readonly<Record<'TOKEN_ISSUER' | 'SCOPE_PREFIX', string>>
}

/** Something that may be allowed calls: the role of a function, or that of a container. */
export type Allowed = { allow(calls: Calls): void }

/** The two HTTP services as functions. */
export class Services extends Construct {
  readonly ingest: DaybookFunction
  readonly queryApi: DaybookFunction

  constructor(scope: Construct, id: string, props: ServicesProps) {
    super(scope, id)
    const { stage, keys, names, tokens } = props
    // API Gateway waits 29 s at most.
    const common = { stage, logKey: keys.logs, timeout: Duration.seconds(29), memoryMiB: 1_769 }
    this.ingest = new DaybookFunction(this, 'ingest', {
      ...common,
      deployable: 'ingest',
      description: 'The command side: takes entries, and registers merchants.',
      // API Gateway adds the address of the client at the end of X-Forwarded-For.
      environment: { ...ingestNames(names), ...tokens, TRUSTED_PROXIES: '1', CLOSE_WAIT: '20s' },
      reservedConcurrency: 200,
    })
    allowIngest(this.ingest, props)
    this.queryApi = new DaybookFunction(this, 'query-api', {
      ...common,
      deployable: 'query-api',
      description: 'Answers balances, days and entries.',
      // A stream would cost $0.024 an hour for each watcher, and end with the function.
      environment: { ...queryApiNames(names), ...tokens, LIVE_STREAMS: 'false' },
      reservedConcurrency: 200,
    })
    allowQueryApi(this.queryApi, props)
  }
}

/** What ingest uses, as a function or in a container. */
export const ingestNames = (names: Names) =>
  only(names, 'STREAM_NAME', 'MERCHANTS_TABLE', 'DAYS_TABLE', 'QUARANTINE_TABLE', 'GRANTS_TABLE', 'CLOSE_STATE_MACHINE')

/** What the query API uses, as a function or in a container. */
export const queryApiNames = (names: Names) => only(names, 'STREAM_NAME', ...BOOK_TABLES, 'GRANTS_TABLE')

/** What ingest calls, as a function or in a container. */
export const allowIngest = (
  ingest: Allowed,
  { keys, stream, tables, names }: Pick<ServicesProps, 'keys' | 'stream' | 'tables' | 'names'>,
): void => {
  const { merchants, days, quarantine, grants } = tables.all
  ingest.allow({ actions: ['kinesis:PutRecords', 'kinesis:ListShards'], resources: [stream.streamArn] })
  ingest.allow({ actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [merchants.tableArn] })
  ingest.allow({
    actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    resources: [quarantine.tableArn],
  })
  ingest.allow({ actions: ['dynamodb:GetItem'], resources: [grants.tableArn, days.tableArn] })
  const closing = names.CLOSE_STATE_MACHINE
  ingest.allow({ actions: ['states:StartExecution'], resources: [closing] })
  ingest.allow({
    actions: ['states:DescribeExecution'],
    resources: [`${closing.replace(':stateMachine:', ':execution:')}:*`],
    why: 'The name of an execution says which days it closes.',
  })
  ingest.allow({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [keys.data.keyArn] })
}

/** What the query API calls. It writes nothing. */
export const allowQueryApi = (
  queryApi: Allowed,
  { keys, stream, tables }: Pick<ServicesProps, 'keys' | 'stream' | 'tables'>,
): void => {
  const { merchants, journal, days, progress, quarantine, grants } = tables.all
  queryApi.allow({ actions: ['kinesis:ListShards'], resources: [stream.streamArn] })
  queryApi.allow({ actions: ['dynamodb:GetItem', 'dynamodb:Scan'], resources: [merchants.tableArn] })
  queryApi.allow({
    actions: ['dynamodb:Query'],
    resources: [journal.tableArn, progress.tableArn, `${merchants.tableArn}/index/byId`],
  })
  queryApi.allow({ actions: ['dynamodb:GetItem', 'dynamodb:Query'], resources: [days.tableArn] })
  queryApi.allow({ actions: ['dynamodb:GetItem'], resources: [grants.tableArn] })
  queryApi.allow({ actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'], resources: [quarantine.tableArn] })
  queryApi.allow({ actions: ['kms:Decrypt'], resources: [keys.data.keyArn] })
}

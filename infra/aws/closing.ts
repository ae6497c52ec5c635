import { Aws, Duration } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Stream } from 'aws-cdk-lib/aws-kinesis'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { closingWorkflow } from '#processors/close/closing-workflow'
import type { Archive } from './archive.ts'
import { accept } from './findings.ts'
import { DaybookFunction } from './function.ts'
import type { Keys } from './keys.ts'
import { BOOK_TABLES, only, type Names } from './names.ts'
import { named, type Stage } from './stage.ts'
import type { Tables } from './tables.ts'

export type ClosingProps = {
  readonly stage: Stage
  readonly keys: Keys
  readonly stream: Stream
  readonly tables: Tables
  readonly archive: Archive
  readonly names: Names
}

/** Days that close by themselves, and those that are closed on request: a workflow around one function. */
export class Closing extends Construct {
  readonly step: DaybookFunction
  readonly workflow: CfnStateMachine

  constructor(scope: Construct, id: string, props: ClosingProps) {
    super(scope, id)
    this.step = this.#makeStep(props)
    this.#allowBooks(props)
    this.#allowArchive(props)
    // Whether another run is under way.
    this.step.allow({ actions: ['states:ListExecutions'], resources: [props.names.CLOSE_STATE_MACHINE] })
    this.workflow = this.#makeWorkflow(props.stage)
    this.#schedule(props.stage)
  }

  #makeStep({ stage, keys, names }: ClosingProps): DaybookFunction {
    return new DaybookFunction(this, 'step', {
      stage,
      logKey: keys.logs,
      deployable: 'close',
      description: 'Closes the days of the next merchants.',
      environment: only(
        names,
        'STREAM_NAME',
        ...BOOK_TABLES,
        'ARCHIVE_BUCKET',
        'ARCHIVE_DELIVERY_SECONDS',
        'ATHENA_WORKGROUP',
        'ATHENA_DATABASE',
        'CLOSE_STATE_MACHINE',
      ),
      memoryMiB: 1_769,
      // A step begins no further day after 5 minutes. The largest book takes less than the other 10.
      timeout: Duration.minutes(15),
    })
  }

  #allowBooks({ keys, stream, tables }: ClosingProps): void {
    const { merchants, journal, days, progress, quarantine } = tables.all
    // A transaction needs the permission of each of its writes.
    this.step.allow({ actions: ['dynamodb:PutItem', 'dynamodb:Query'], resources: [journal.tableArn] })
    this.step.allow({ actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], resources: [days.tableArn] })
    this.step.allow({ actions: ['dynamodb:Query'], resources: [`${days.tableArn}/index/byOldestOpen`] })
    this.step.allow({ actions: ['dynamodb:GetItem'], resources: [merchants.tableArn, progress.tableArn] })
    this.step.allow({ actions: ['dynamodb:Query'], resources: [quarantine.tableArn] })
    // The barrier, and the events of the days that were closed.
    this.step.allow({ actions: ['kinesis:PutRecords', 'kinesis:ListShards'], resources: [stream.streamArn] })
    this.step.allow({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [keys.data.keyArn] })
  }

  /** Athena uses the permissions of its caller (Athena User Guide, "Access control"). */
  #allowArchive({ archive }: ClosingProps): void {
    const { bucket, database, workGroup } = archive
    const arn = (service: string, what: string) =>
      `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${what}`
    this.step.allow({
      actions: [
        'athena:StartQueryExecution',
        'athena:GetQueryExecution',
        'athena:GetQueryResults',
        'athena:StopQueryExecution',
      ],
      resources: [arn('athena', `workgroup/${workGroup.name}`)],
    })
    this.step.allow({
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'],
      resources: ['catalog', `database/${database}`, `table/${database}/archived_entries`].map((what) =>
        arn('glue', what),
      ),
    })
    this.step.allow({ actions: ['s3:GetBucketLocation', 's3:ListBucket'], resources: [bucket.bucketArn] })
    this.step.allow({
      actions: ['s3:GetObject'],
      resources: [`${bucket.bucketArn}/entries/*`],
      why: 'Firehose names each object of the archive after its time.',
    })
    this.step.allow({
      actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
      resources: [`${bucket.bucketArn}/athena/*`],
      why: 'Athena names each result after its statement.',
    })
  }

  #makeWorkflow(stage: Stage): CfnStateMachine {
    const { functionArn } = this.step.fn
    const role = new Role(this, 'workflow-role', { assumedBy: new ServicePrincipal('states.amazonaws.com') })
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }))
    const workflow = new CfnStateMachine(this, 'workflow', {
      stateMachineName: named(stage, 'close'),
      stateMachineType: 'STANDARD',
      roleArn: role.roleArn,
      definitionString: JSON.stringify(closingWorkflow('${step}')),
      definitionSubstitutions: { step: functionArn },
    })
    // The reference to the role does not wait for its policy.
    workflow.node.addDependency(role)
    accept(workflow, {
      SF1: 'Step Functions keeps the history of each execution for 90 days, and the function logs what a person has to know.',
      SF2: 'Traces cost by the request and come with the dashboards.',
      'Serverless-StepFunctionStateMachineXray': 'Traces cost by the request and come with the dashboards.',
    })
    return workflow
  }

  #schedule(stage: Stage): void {
    const role = new Role(this, 'schedule-role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') })
    role.addToPolicy(new PolicyStatement({ actions: ['states:StartExecution'], resources: [this.workflow.attrArn] }))
    new CfnSchedule(this, 'every-15-minutes', {
      name: named(stage, 'close'),
      scheduleExpression: 'rate(15 minutes)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.workflow.attrArn,
        roleArn: role.roleArn,
        input: '{}',
        // The next round finds what this one would have closed.
        retryPolicy: { maximumRetryAttempts: 0 },
      },
    })
  }
}

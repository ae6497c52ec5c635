import { Aws, RemovalPolicy } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { named, type Stage } from './stage.ts'

export type KeysProps = { readonly stage: Stage; readonly account: string }

/**
 * The keys of this stage. Reading data takes the key beside the data, and a writer without the key fails in silence. So
 * each grant names the key with the data.
 */
export class Keys extends Construct {
  /** Encrypts the stream, the tables and the archive. */
  readonly data: Key
  /** Encrypts logs and alarms: operators read them and cannot read data. */
  readonly logs: Key

  constructor(scope: Construct, id: string, { stage, account }: KeysProps) {
    super(scope, id)
    // What a key encrypts is lost with it.
    const removalPolicy = stage.isProduction ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
    const key = (name: string, description: string): Key =>
      new Key(this, name, { alias: named(stage, name), description, enableKeyRotation: true, removalPolicy })
    this.data = key('data', `Daybook ${stage.name}: entries, books and archive`)
    this.logs = key('logs', `Daybook ${stage.name}: logs and alarms`)
    this.logs.addToResourcePolicy(logGroupsMayUseIt(stage, account))
    this.logs.addToResourcePolicy(alarmsMayUseIt())
  }
}

/** CloudWatch Logs uses the key for the log groups of this stage only (CloudWatch Logs User Guide, "Encrypt log data"). */
const logGroupsMayUseIt = (stage: Stage, account: string): PolicyStatement =>
  new PolicyStatement({
    principals: [new ServicePrincipal(`logs.${stage.region}.amazonaws.com`)],
    actions: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'kms:DescribeKey',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${stage.region}:${account}:log-group:*${named(stage, '*')}`,
      },
    },
  })

/** Alarms are published on an encrypted topic (Amazon SNS Developer Guide, "Key management"). */
const alarmsMayUseIt = (): PolicyStatement =>
  new PolicyStatement({
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: ['*'],
  })

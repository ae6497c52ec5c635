import { Duration } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Stream } from 'aws-cdk-lib/aws-kinesis'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import { Construct } from 'constructs'
import { DaybookFunction } from './function.ts'
import type { Keys } from './keys.ts'
import { only, type Names } from './names.ts'
import { named, type Stage } from './stage.ts'

export type HeartbeatProps = {
  readonly stage: Stage
  readonly keys: Keys
  readonly stream: Stream
  readonly names: Names
}

/** A record on every shard each minute, so that readers hear that a quiet shard has nothing to come. */
export class Heartbeat extends Construct {
  readonly heart: DaybookFunction

  constructor(scope: Construct, id: string, { stage, keys, stream, names }: HeartbeatProps) {
    super(scope, id)
    this.heart = new DaybookFunction(this, 'heart', {
      stage,
      logKey: keys.logs,
      deployable: 'heartbeat',
      description: 'Puts a heartbeat on every shard.',
      memoryMiB: 256,
      timeout: Duration.seconds(30),
      environment: only(names, 'STREAM_NAME'),
    })
    this.heart.allow({ actions: ['kinesis:PutRecords', 'kinesis:ListShards'], resources: [stream.streamArn] })
    this.heart.allow({ actions: ['kms:GenerateDataKey'], resources: [keys.data.keyArn] })
    const role = new Role(this, 'schedule-role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') })
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.heart.fn.functionArn] }),
    )
    new CfnSchedule(this, 'every-minute', {
      name: named(stage, 'heartbeat'),
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.heart.fn.functionArn,
        roleArn: role.roleArn,
        // The next minute brings another one.
        retryPolicy: { maximumRetryAttempts: 0 },
      },
    })
  }
}

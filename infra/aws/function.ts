import { RemovalPolicy, Stack, type Duration } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { bundled, type Deployable } from './bundles.ts'
import { accept, acceptWildcard } from './findings.ts'
import { logRetention, named, type Stage } from './stage.ts'

export type DaybookFunctionProps = {
  readonly stage: Stage
  readonly logKey: Key
  readonly deployable: Deployable
  readonly description: string
  /** Lambda gives a whole core at 1,769 MB. */
  readonly memoryMiB: number
  readonly timeout: Duration
  readonly environment: Readonly<Record<string, string>>
  /** In production alone: the concurrency that no other function can take away, and the most that this one takes. */
  readonly reservedConcurrency?: number
}

/** Calls of AWS, and on what. Many resources at once need a reason. */
export type Calls = {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly why?: string
}

/** A function of ours, with a role and a log group of its own. It may do what `allow` says and nothing else. */
export class DaybookFunction extends Construct {
  readonly deployable: Deployable
  readonly fn: LambdaFunction
  readonly logGroup: LogGroup
  readonly #role: Role

  constructor(scope: Construct, id: string, props: DaybookFunctionProps) {
    super(scope, id)
    const { stage, logKey, deployable, description, memoryMiB, timeout, environment, reservedConcurrency } = props
    this.deployable = deployable
    const functionName = named(stage, deployable)
    this.logGroup = new LogGroup(this, 'logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: logRetention(stage),
      encryptionKey: logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.#role = new Role(this, 'role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.allow({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [this.logGroup.logGroupArn] })
    this.fn = new LambdaFunction(this, 'function', {
      functionName,
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Stack.of(this).bundlingRequired ? Code.fromAsset(bundled(deployable)) : NOT_BUNDLED,
      role: this.#role.withoutPolicyUpdates(),
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      memorySize: memoryMiB,
      timeout,
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        // Tells our functions apart in the records of calls (CloudTrail's user agent).
        AWS_SDK_UA_APP_ID: functionName,
        ...environment,
      },
      ...(stage.isProduction &&
        reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
    })
    accept(this.fn, {
      'Serverless-LambdaDLQ':
        'A dead letter queue is for asynchronous calls. Only the schedule of the heartbeat makes them, and the next minute brings another one.',
      'Serverless-LambdaTracing':
        'Traces cost by the request and come with the dashboards; until then logs and alarms tell.',
    })
  }

  /** The ready-made grants of the library contain wildcard actions, so each function lists the calls that its code makes. */
  allow(calls: Calls): void {
    allowCalls(this.#role, calls)
  }
}

/** The role may make the calls. */
export const allowCalls = (role: Role, { actions, resources, why }: Calls): void => {
  for (const resource of resources.filter((arn) => arn.endsWith('*'))) {
    if (why === undefined) throw new Error(`${role.node.path} may call ${actions.join()} on many resources. Say why.`)
    acceptWildcard(role, resource, why)
  }
  role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }))
}

/** Commands that deploy nothing need no code, and neither do tests (context `aws:cdk:bundling-stacks`). */
const NOT_BUNDLED = Code.fromInline("throw new Error('This function was synthesized without its code.')")

import { Duration, Stack } from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Metric,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { CfnRule } from 'aws-cdk-lib/aws-events'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Stream } from 'aws-cdk-lib/aws-kinesis'
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose'
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { Archive } from './archive.ts'
import type { Closing } from './closing.ts'
import type { Consumers } from './consumers.ts'
import { accept } from './findings.ts'
import type { DaybookFunction } from './function.ts'
import type { Keys } from './keys.ts'
import { named, type Stage } from './stage.ts'
import type { Tables } from './tables.ts'

export type AlarmsProps = {
  readonly stage: Stage
  readonly keys: Keys
  readonly stream: Stream
  readonly consumers: Consumers
  readonly archive: Archive
  readonly tables: Tables
  readonly closing: Closing
  readonly functions: readonly DaybookFunction[]
  /** The number of answers 5xx of the public host. */
  readonly serverErrors: IMetric
}

/** What a person is called for. Each alarm names its page in docs/operations.md. */
export class Alarms extends Construct {
  readonly #topic: Topic
  readonly #props: AlarmsProps

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id)
    this.#props = props
    this.#topic = this.#alarmTopic()
    this.#onConsumers()
    this.#onQuarantine()
    this.#onHeldUp()
    this.#onClosing()
    this.#onSeals()
    this.#onThrottles()
    this.#onArchive()
    this.#alarm('server-errors', { metric: props.serverErrors, threshold: 10, page: 'server-errors' })
  }

  #alarmTopic(): Topic {
    const { stage, keys } = this.#props
    const topic = new Topic(this, 'topic', {
      topicName: named(stage, 'alarms'),
      masterKey: keys.logs,
      enforceSSL: true,
    })
    // A policy of its own replaces the one that lets the alarms of the account publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    )
    if (stage.alarmEmail !== undefined) {
      accept(topic.addSubscription(new EmailSubscription(stage.alarmEmail)), {
        'Serverless-SNSRedrivePolicy':
          'A mail that cannot be delivered leaves the alarm as it is, and CloudWatch shows it.',
      })
    }
    return topic
  }

  /**
   * Kinesis forgets after 7 days, so an alarm at 6 hours leaves more than six days. A function that is not called measures
   * no age. As a heartbeat comes every minute, that means that the mapping stands still, and so it is an alarm as well.
   */
  #onConsumers(): void {
    const { journal, archive } = this.#props.consumers
    for (const { deployable, fn } of [journal, archive]) {
      this.#alarm(`${deployable}-age`, {
        metric: fn.metric('IteratorAge', { statistic: 'Maximum', period: PERIOD }),
        threshold: Duration.hours(6).toMilliseconds(),
        page: 'consumers-lag',
        evaluationPeriods: 3,
        treatMissingData: TreatMissingData.BREACHING,
      })
    }
  }

  #onQuarantine(): void {
    const metric = this.#linesWith(['set aside'], 'set-aside', this.#props.consumers.journal)
    this.#alarm('quarantine', { metric, threshold: 1, page: 'quarantine' })
  }

  /** A shard waits for a person: its age would say so only after hours. */
  #onHeldUp(): void {
    const { journal, archive } = this.#props.consumers
    for (const consumer of [journal, archive]) {
      const name = `${consumer.deployable}-held-up`
      const metric = this.#linesWith(['our own code cannot go on'], name, consumer)
      this.#alarm(name, { metric, threshold: 1, page: 'runbook-our-own-code-cannot-go-on' })
    }
  }

  /** A day that the archive does not prove, and a workflow that gave up. What it closes is tried again every 15 minutes. */
  #onClosing(): void {
    const { step, workflow } = this.#props.closing
    const metric = this.#linesWith(['a day stays open'], 'open-days', step)
    this.#alarm('open-days', { metric, threshold: 1, page: 'a-day-stays-open' })
    const of = { StateMachineArn: workflow.attrArn }
    for (const [name, metricName] of Object.entries({
      failed: 'ExecutionsFailed',
      'timed-out': 'ExecutionsTimedOut',
    })) {
      const failures = sumOf('AWS/States', metricName, of)
      this.#alarm(`closing-${name}`, { metric: failures, threshold: 1, page: 'a-day-stays-open' })
    }
    // A workflow that is not started says nothing of days. The schedule starts it in every third period.
    this.#alarm('closing-not-started', {
      metric: sumOf('AWS/States', 'ExecutionsStarted', of),
      threshold: 0,
      comparisonOperator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      page: 'a-day-stays-open',
      evaluationPeriods: 6,
      treatMissingData: TreatMissingData.BREACHING,
    })
  }

  /** A seal that the archive consumer cannot keep. The consumer goes on, so its age says nothing. */
  #onSeals(): void {
    const phrases = ['a closed day was told without a seal', 'another seal stands under the name']
    const metric = this.#linesWith(phrases, 'seals-not-kept', this.#props.consumers.archive)
    this.#alarm('seals-not-kept', { metric, threshold: 1, page: 'a-seal-is-not-kept' })
  }

  /** How many lines of a function's log hold one of the phrases. */
  #linesWith(phrases: readonly string[], name: string, { logGroup }: DaybookFunction): IMetric {
    const filter = new MetricFilter(this, `${name}-lines`, {
      logGroup,
      metricNamespace: 'Daybook',
      metricName: named(this.#props.stage, name),
      // Lambda writes a line of JSON as it is. A phrase is found wherever it stands in the line, also if one were wrapped.
      filterPattern: FilterPattern.anyTerm(...phrases),
      metricValue: '1',
    })
    return filter.metric({ statistic: 'Sum', period: PERIOD })
  }

  #onThrottles(): void {
    const { stream, tables, functions } = this.#props
    for (const { deployable, fn } of functions) {
      const metric = fn.metricThrottles({ period: PERIOD })
      this.#alarm(`${deployable}-throttles`, { metric, threshold: 10, page: 'throttles' })
    }
    for (const [name, table] of Object.entries(tables.all)) {
      // The metric ThrottledRequests is kept by operation only; these two are kept by table.
      const of = { TableName: table.tableName }
      const metric = new MathExpression({
        expression: 'FILL(reads, 0) + FILL(writes, 0)',
        usingMetrics: {
          reads: sumOf('AWS/DynamoDB', 'ReadThrottleEvents', of),
          writes: sumOf('AWS/DynamoDB', 'WriteThrottleEvents', of),
        },
        label: `throttled requests on ${name}`,
        period: PERIOD,
      })
      this.#alarm(`${name}-table-throttles`, { metric, threshold: 100, page: 'throttles' })
    }
    this.#alarm('stream-throttles', {
      metric: sumOf('AWS/Kinesis', 'WriteProvisionedThroughputExceeded', { StreamName: stream.streamName }),
      threshold: 100,
      page: 'throttles',
    })
  }

  #onArchive(): void {
    const { entries, decisions } = this.#props.archive
    for (const [name, delivery] of Object.entries({ entries, decisions })) {
      this.#alarm(`${name}-delivery`, {
        metric: worstOf(delivery, 'DeliveryToS3.DataFreshness'),
        threshold: Duration.minutes(30).toSeconds(),
        page: 'archive-delivery',
      })
      // 1 while records of more days come than Firehose keeps open at once. The rows of the further days go to errors/.
      this.#alarm(`${name}-partitions`, {
        metric: worstOf(delivery, 'PartitionCountExceeded'),
        threshold: 1,
        page: 'archive-delivery',
      })
      this.#alarm(`${name}-delivery-throttles`, {
        metric: sumOf('AWS/Firehose', 'ThrottledRecords', { DeliveryStreamName: delivery.ref }),
        threshold: 100,
        page: 'throttles',
      })
    }
    this.#onObjects('archive-errors', 'errors/', 'archive-errors', 'Firehose could not file rows of the archive.')
    this.#onObjects('failed-batches', 'aws/lambda/', 'consumers-lag', 'Lambda has given up a batch of the stream.')
  }

  #alarm(name: string, { page, evaluationPeriods = 1, ...watched }: Watched): void {
    const alarm = new Alarm(this, name, {
      alarmName: named(this.#props.stage, name),
      alarmDescription: `docs/operations.md#${page}`,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods,
      // Most metrics exist only while there is something to count.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...watched,
    })
    alarm.addAlarmAction(new SnsAction(this.#topic))
  }

  /** Tells of each object that appears below a prefix of the archive's bucket where none should be. */
  #onObjects(name: string, prefix: string, page: Page, what: string): void {
    const { stage, archive, keys } = this.#props
    // A rule with a role needs no statement in the policies of topic and key, where EventBridge takes no conditions.
    const role = new Role(this, `${name}-role`, { assumedBy: new ServicePrincipal('events.amazonaws.com') })
    role.addToPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [this.#topic.topicArn] }))
    role.addToPolicy(
      new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [keys.logs.keyArn] }),
    )
    const rule = new CfnRule(this, name, {
      name: named(stage, name),
      description: `docs/operations.md#${page}`,
      eventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [archive.bucket.bucketName] }, object: { key: [{ prefix }] } },
      },
      targets: [
        {
          id: 'alarms',
          arn: this.#topic.topicArn,
          roleArn: role.roleArn,
          inputTransformer: {
            inputPathsMap: { key: '$.detail.object.key' },
            inputTemplate: JSON.stringify(`Daybook ${stage.name}: ${what} See <key>. docs/operations.md#${page}`),
          },
        },
      ],
    })
    accept(rule, {
      'Serverless-EventBusDLQ':
        'EventBridge tries for a day, and the object that the event tells of stays where it is.',
    })
  }
}

/** The pages of docs/operations.md for alarms. */
type Page =
  | 'consumers-lag'
  | 'quarantine'
  | 'runbook-our-own-code-cannot-go-on'
  | 'a-day-stays-open'
  | 'a-seal-is-not-kept'
  | 'throttles'
  | 'archive-delivery'
  | 'archive-errors'
  | 'server-errors'

type Watched = {
  readonly metric: IMetric
  /** Reached or passed, it is an alarm; by default, from below. */
  readonly threshold: number
  readonly comparisonOperator?: ComparisonOperator
  readonly page: Page
  readonly evaluationPeriods?: number
  readonly treatMissingData?: TreatMissingData
}

const PERIOD = Duration.minutes(5)

const sumOf = (namespace: string, metricName: string, dimensionsMap: Record<string, string>): Metric =>
  new Metric({ namespace, metricName, dimensionsMap, statistic: 'Sum', period: PERIOD })

const worstOf = ({ ref }: CfnDeliveryStream, metricName: string): Metric =>
  new Metric({
    namespace: 'AWS/Firehose',
    metricName,
    dimensionsMap: { DeliveryStreamName: ref },
    statistic: 'Maximum',
    period: PERIOD,
  })

/** A deployment of Daybook: several live in one account, told apart by their names. */
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Node } from 'constructs'

export type Stage = {
  /** Stands in the name of everything. */
  readonly name: string
  /** Whether the data is worth more than the cost of keeping it: capacity in reserve, nothing deleted with the stack. */
  readonly isProduction: boolean
  readonly region: string
  readonly edge: Edge
  /** Where alarms are sent; without an address they only show. */
  readonly alarmEmail: string | undefined
}

/**
 * `lambda` costs nothing while nobody calls; `container` is cheaper from about 9 requests a second on, commits the entries
 * of many requests together, and carries uploads and event streams of any length (docs/decisions/0016-http-on-aws.md).
 */
type Edge = 'lambda' | 'container'

/** The stage that the context of the CDK describes: `cdk synth -c stage=prod -c region=sa-east-1 -c edge=container`. */
export const readStage = (node: Node): Stage => {
  const context = (name: string, fallback: string): string => String(node.tryGetContext(name) ?? fallback)
  const name = context('stage', 'dev')
  // S3 allows lower case only, and 63 characters for the longest name that is made of this.
  if (!/^[a-z][a-z0-9-]{0,15}$/.test(name)) {
    throw new Error(`-c stage=${name}: a stage has 1 to 16 characters of a-z 0-9 - and begins with a letter.`)
  }
  const edge = context('edge', 'lambda')
  if (edge !== 'lambda' && edge !== 'container') throw new Error(`-c edge=${edge}: the edges are lambda and container.`)
  const region = context('region', 'us-east-1')
  // Mistyped, it would fail only when the first call finds no host.
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw new Error(`-c region=${region}: a region is named like sa-east-1.`)
  const alarmEmail = context('alarmEmail', '')
  return {
    name,
    isProduction: name === 'prod',
    region,
    edge,
    alarmEmail: alarmEmail === '' ? undefined : alarmEmail,
  }
}

/** What a log tells is asked for within weeks, and costs as long as it is kept. */
export const logRetention = ({ isProduction }: Stage): RetentionDays =>
  isProduction ? RetentionDays.THREE_MONTHS : RetentionDays.ONE_WEEK

/** `daybook-prod-entries`: unique in the account and region. */
export const named = ({ name }: Stage, what: string): string => `daybook-${name}-${what}`

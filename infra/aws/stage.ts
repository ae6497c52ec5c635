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
  /** Where people sign in with an account that they have already; without it, in the user pool alone. */
  readonly identityProvider: IdentityProvider | undefined
}

/** An OpenID Connect provider of the platform's own. */
export type IdentityProvider = {
  /** As the sign-in page names it. */
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  /** The secret of AWS Secrets Manager that holds the client's secret, so that it stands in no template. */
  readonly secretName: string
}

/**
 * `lambda` costs nothing without calls; `container` is cheaper from about 9 requests a second on, commits the entries
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
    identityProvider: readIdentityProvider(context),
  }
}

const readIdentityProvider = (context: (name: string, fallback: string) => string): IdentityProvider | undefined => {
  const given = {
    name: context('identityProvider', ''),
    issuer: context('identityIssuer', ''),
    clientId: context('identityClientId', ''),
    secretName: context('identitySecret', ''),
  }
  const values = Object.values(given)
  if (values.every((value) => value === '')) return undefined
  if (values.includes('') || !given.issuer.startsWith('https://')) {
    throw new Error(
      'An identity provider takes four contexts: -c identityProvider=NAME -c identityIssuer=https://… ' +
        '-c identityClientId=… -c identitySecret=NAME, the last one a secret of Secrets Manager.',
    )
  }
  return given
}

/** What a log tells is asked for within weeks, and costs as long as it is kept. */
export const logRetention = ({ isProduction }: Stage): RetentionDays =>
  isProduction ? RetentionDays.THREE_MONTHS : RetentionDays.ONE_WEEK

/** `daybook-prod-entries`: unique in the account and region. */
export const named = ({ name }: Stage, what: string): string => `daybook-${name}-${what}`

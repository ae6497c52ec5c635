import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import { INGEST_ROUTES } from '#wire/http/routes'
import type { Problem } from '#wire/http/problem'
import { problemText, REFUSED, statusOf, TOO_LARGE, TOO_MANY_FROM_THERE } from './edge-problems.ts'
import { named, type Stage } from './stage.ts'

export type FirewallProps = { readonly stage: Stage; readonly resourceArn: string }

/**
 * WAF before the public host: a bound to the requests of an address, a bound to bodies, and the common set of AWS.
 *
 * What it refuses it answers as JSON in the form of a problem. WAF sets no other media type than `application/json`, and
 * it cannot name the request in the body (AWS WAF Developer Guide, "Custom responses").
 */
export class Firewall extends Construct {
  readonly acl: CfnWebACL

  constructor(scope: Construct, id: string, { stage, resourceArn }: FirewallProps) {
    super(scope, id)
    this.acl = new CfnWebACL(this, 'acl', {
      name: named(stage, 'firewall'),
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible('firewall'),
      customResponseBodies: Object.fromEntries(
        Object.entries(ANSWERS).map(([name, problem]) => [
          name,
          { contentType: 'APPLICATION_JSON', content: problemText(problem) },
        ]),
      ),
      rules: [
        {
          name: 'rate',
          priority: 1,
          action: { block: answer('tooManyFromThere') },
          statement: {
            rateBasedStatement: { limit: REQUESTS_IN_5_MINUTES, evaluationWindowSec: 300, aggregateKeyType: 'IP' },
          },
          visibilityConfig: visible('rate'),
        },
        {
          name: 'body-size',
          priority: 2,
          action: { block: answer('tooLarge') },
          statement: { andStatement: { statements: [DECLARES_TOO_MUCH, { notStatement: { statement: IS_UPLOAD } }] } },
          visibilityConfig: visible('body-size'),
        },
        {
          name: 'common',
          priority: 3,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name: 'AWSManagedRulesCommonRuleSet',
              ruleActionOverrides: Object.entries(COMMON_RULES).map(([name, decision]) => ({
                name,
                actionToUse: decision === 'block' ? { block: answer('refused') } : { count: {} },
              })),
            },
          },
          visibilityConfig: visible('common'),
        },
      ],
    })
    new CfnWebACLAssociation(this, 'association', { webAclArn: this.acl.attrArn, resourceArn })
  }
}

/**
 * 166 requests a second on average. All tills of a mall share an address, and so do all clients of an integrator; they
 * stay below it, while a flood from one address takes no more than a twelfth of what the host takes (lambda-edge.ts).
 */
const REQUESTS_IN_5_MINUTES = 50_000

/**
 * What each rule of the common set does (AWS WAF Developer Guide, "Core rule set (CRS) managed rule group"). Bodies are
 * data: a description may hold SQL, HTML, paths and addresses, and an entry that a rule mistakes for an attack is lost to
 * the merchant. The services check every field, and nothing of a body is run, opened, fetched or put into a page. So the
 * rules about bodies only count, and so do those that an id in a path can match.
 */
export const COMMON_RULES: Readonly<Record<string, 'block' | 'count'>> = {
  // Tills and small clients send no User-Agent.
  NoUserAgent_HEADER: 'count',
  UserAgent_BadBots_HEADER: 'block',
  SizeRestrictions_QUERYSTRING: 'block',
  SizeRestrictions_Cookie_HEADER: 'block',
  // Stops at 8 KB, and a batch has up to 1 MiB.
  SizeRestrictions_BODY: 'count',
  SizeRestrictions_URIPATH: 'block',
  EC2MetaDataSSRF_BODY: 'count',
  EC2MetaDataSSRF_COOKIE: 'block',
  EC2MetaDataSSRF_URIPATH: 'block',
  EC2MetaDataSSRF_QUERYARGUMENTS: 'block',
  GenericLFI_QUERYARGUMENTS: 'block',
  // The id `shop..` is allowed, and its books lie at /v1/merchants/shop../days.
  GenericLFI_URIPATH: 'count',
  GenericLFI_BODY: 'count',
  // The id `till-3.log` is allowed.
  RestrictedExtensions_URIPATH: 'count',
  RestrictedExtensions_QUERYARGUMENTS: 'count',
  GenericRFI_QUERYARGUMENTS: 'block',
  GenericRFI_BODY: 'count',
  GenericRFI_URIPATH: 'block',
  CrossSiteScripting_COOKIE: 'block',
  CrossSiteScripting_QUERYARGUMENTS: 'block',
  CrossSiteScripting_BODY: 'count',
  CrossSiteScripting_URIPATH: 'block',
}

const ANSWERS = { refused: REFUSED, tooLarge: TOO_LARGE, tooManyFromThere: TOO_MANY_FROM_THERE } satisfies Record<
  string,
  Problem
>

const answer = (name: keyof typeof ANSWERS) => {
  const { retryAfterSeconds, ...problem }: Problem = ANSWERS[name]
  return {
    customResponse: {
      responseCode: statusOf(problem),
      customResponseBodyKey: name,
      ...(retryAfterSeconds !== undefined && {
        responseHeaders: [{ name: 'retry-after', value: String(retryAfterSeconds) }],
      }),
    },
  }
}

/**
 * From 1,100,000 bytes on, as `Content-Length` says: 1 MiB, which the services allow, and 5 % more, so that a client that
 * is a little above hears of it from the service. WAF itself sees the first 8 KB of a body behind a load balancer and up
 * to 64 KB behind API Gateway, so it cannot measure one. A body without a declared length is measured by the service
 * (`http/body.ts`) and by API Gateway (10 MB).
 */
const DECLARES_TOO_MUCH = {
  regexMatchStatement: {
    fieldToMatch: { singleHeader: { Name: 'content-length' } },
    regexString: '^(1[1-9][0-9]{5}|[2-9][0-9]{6}|[1-9][0-9]{7,})$',
    textTransformations: [{ priority: 0, type: 'NONE' }],
  },
}

/** API Gateway shows the path with the name of the stage before it. */
const IS_UPLOAD = {
  byteMatchStatement: {
    fieldToMatch: { uriPath: {} },
    positionalConstraint: 'ENDS_WITH',
    searchString: INGEST_ROUTES.streamEntries.path,
    textTransformations: [{ priority: 0, type: 'NONE' }],
  },
}

const visible = (metricName: string) => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  // Samples hold headers, and so tokens.
  sampledRequestsEnabled: false,
})

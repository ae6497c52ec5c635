import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import {
  AccessLogFormat,
  CfnAccount,
  ContentHandling,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  MockIntegration,
  PassthroughBehavior,
  ResponseType,
  RestApi,
  SecurityPolicy,
  type Integration,
  type IResource,
} from 'aws-cdk-lib/aws-apigateway'
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { ApiGateway } from 'aws-cdk-lib/aws-route53-targets'
import { Construct } from 'constructs'
import type { Problem } from '#wire/http/problem'
import { QUERY_ROUTES, SERVICE_PREFIX } from '#wire/http/routes'
import { problemText, REFUSED, statusOf, TOO_LARGE, TOO_MANY_REQUESTS } from './edge-problems.ts'
import { accept, acceptWildcard } from './findings.ts'
import { Firewall } from './firewall.ts'
import type { DaybookFunction } from './function.ts'
import type { Keys } from './keys.ts'
import { NamedHost } from './named-host.ts'
import { anonymous, ingestPaths, readDomain, type Domain, type PublicHost } from './public-host.ts'
import type { Services } from './services.ts'
import { named, type Stage } from './stage.ts'

export type LambdaEdgeProps = { readonly stage: Stage; readonly keys: Keys; readonly services: Services }

/**
 * The public host that scales to zero: a regional REST API before two functions. Tokens are checked by the services, as
 * everywhere. A function takes one request at a time and gets a body whole, so an upload has up to 4.5 MB (6 MB as
 * base64), and `/live`, which never ends, is not served here (docs/decisions/0016-http-on-aws.md).
 */
export class LambdaEdge extends Construct implements PublicHost {
  readonly url: string
  readonly serverErrors: IMetric
  readonly functions: readonly DaybookFunction[]
  readonly api: RestApi

  constructor(scope: Construct, id: string, { stage, keys, services }: LambdaEdgeProps) {
    super(scope, id)
    const domain = readDomain(this.node)
    const named = domain && new NamedHost(this, 'name', domain)
    this.api = this.#restApi(stage, keys, domain, named)
    named?.pointTo(new ApiGateway(this.api))
    this.url = domain === undefined ? this.#urlOfStage() : `https://${domain.name}`
    this.serverErrors = this.api.metricServerError({ period: Duration.minutes(1), statistic: 'Sum' })
    this.functions = [services.ingest, services.queryApi]

    this.#route(integrationOf(services.ingest), integrationOf(services.queryApi))
    this.#answerOwnProblems()
    services.ingest.fn.addEnvironment('QUERY_URL', this.url)
    new Firewall(this, 'firewall', { stage, resourceArn: this.api.deploymentStage.stageArn })
  }

  #restApi(stage: Stage, keys: Keys, domain: Domain | undefined, host: NamedHost | undefined): RestApi {
    const accessLogs = new LogGroup(this, 'access-logs', {
      logGroupName: `/aws/apigateway/${named(stage, 'api')}`,
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: keys.logs,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const api = new RestApi(this, 'api', {
      restApiName: named(stage, 'api'),
      description: `Daybook ${stage.name}`,
      endpointTypes: [EndpointType.REGIONAL],
      // Bodies may be gzip, so every body passes as bytes.
      binaryMediaTypes: ['*/*'],
      cloudWatchRole: false,
      ...(domain !== undefined &&
        host !== undefined && {
          domainName: {
            domainName: domain.name,
            certificate: host.certificate,
            endpointType: EndpointType.REGIONAL,
            securityPolicy: SecurityPolicy.TLS_1_2,
          },
          // One public host: the name that AWS gives is off.
          disableExecuteApiEndpoint: true,
        }),
      deployOptions: {
        stageName: STAGE_NAME,
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: AccessLogFormat.custom(ACCESS_LOG),
        loggingLevel: MethodLoggingLevel.OFF,
        metricsEnabled: true,
        // A fifth of what the account may take in most regions (10,000), so that two stages and other APIs fit beside it.
        throttlingRateLimit: 2_000,
        throttlingBurstLimit: 2_000,
      },
    })
    accept(api, {
      'Serverless-APIGWXrayEnabled': 'Traces cost by the request and come with the dashboards.',
      APIG4: 'The services check the token of each request themselves (http/access.ts), as they do everywhere else.',
      COG4: 'The services check the token of each request themselves, of Cognito or of another issuer.',
      APIG2: 'The services check every field and name the wrong ones, which a validator of API Gateway does not.',
      APIG6: 'Execution logs hold headers, and so tokens. Access logs are on.',
    })
    api.deploymentStage.node.addDependency(this.#mayWriteLogs())
    return api
  }

  /**
   * API Gateway writes logs only with a role that it is given for the whole account. Role and setting stay when a stage goes,
   * because other stages log with them.
   */
  #mayWriteLogs(): CfnAccount {
    const role = new Role(this, 'log-role', { assumedBy: new ServicePrincipal('apigateway.amazonaws.com') })
    role.addToPolicy(new PolicyStatement({ actions: [...LOG_CALLS], resources: ['*'] }))
    acceptWildcard(role, '*', 'The role is for every API of the account, and API Gateway refuses one that allows less.')
    role.applyRemovalPolicy(RemovalPolicy.RETAIN)
    const account = new CfnAccount(this, 'log-account', { cloudWatchRoleArn: role.roleArn })
    account.applyRemovalPolicy(RemovalPolicy.RETAIN)
    return account
  }

  /**
   * Says for every path which service answers it. API Gateway looks for the most specific resource and then for the method
   * there, so a resource without the method would answer 403 by itself. Each resource therefore has a method ANY, and a
   * resource for what lies deeper.
   */
  #route(ingest: Integration, queryApi: Integration): void {
    const resources = new Map<string, IResource>([['', this.api.root]])
    const resourceAt = (path: string): IResource => {
      const key = anonymous(path)
      const known = resources.get(key)
      if (known !== undefined) return known
      const slash = path.lastIndexOf('/')
      const made = resourceAt(path.slice(0, slash)).addResource(path.slice(slash + 1))
      resources.set(key, made)
      return made
    }
    const isTaken = new Set<IResource>()
    for (const { path, methods } of ingestPaths()) {
      const resource = resourceAt(path)
      if (methods === 'all') isTaken.add(resource)
      for (const method of methods === 'all' ? ['ANY'] : methods) resource.addMethod(method, ingest)
    }
    const live = resourceAt(QUERY_ROUTES.followDays.path)
    for (const method of ['GET', 'HEAD']) live.addMethod(method, answering(NOT_LIVE), HAS_ANSWER)

    for (const [key, resource] of resources) {
      if (!isTaken.has(resource)) resource.addMethod('ANY', queryApi)
      const hasVariable = [...resources.keys()].includes(`${key}/{}`)
      if (!hasVariable) resource.addResource('{deeper+}').addMethod('ANY', queryApi)
    }
    const ofIngest = this.api.root.addResource(SERVICE_PREFIX.slice(1))
    ofIngest.addMethod('ANY', ingest)
    ofIngest.addResource('{page+}').addMethod('ANY', ingest)
  }

  /** The answers that API Gateway makes itself, as the contract writes problems. */
  #answerOwnProblems(): void {
    for (const [type, problem] of OWN_PROBLEMS) {
      const { retryAfterSeconds } = problem
      this.api.addGatewayResponse(type.responseType, {
        type,
        statusCode: String(statusOf(problem)),
        responseHeaders: {
          ...PROBLEM_HEADERS,
          ...(retryAfterSeconds !== undefined && { 'retry-after': `'${retryAfterSeconds}'` }),
        },
        templates: { 'application/json': problemText(problem, '$context.requestId') },
      })
    }
  }

  /** Written out, because the URL of the library depends on the functions, and these name it in their environment. */
  #urlOfStage(): string {
    const { region, urlSuffix } = Stack.of(this)
    return `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${STAGE_NAME}`
  }
}

const STAGE_NAME = 'live'

/** API Gateway Developer Guide, "Permissions for CloudWatch logging". */
const LOG_CALLS = [
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:DescribeLogGroups',
  'logs:DescribeLogStreams',
  'logs:PutLogEvents',
  'logs:GetLogEvents',
  'logs:FilterLogEvents',
]

const integrationOf = ({ fn }: DaybookFunction): LambdaIntegration =>
  // One permission for the API and not one for each method: the policy of a function has at most 20 KB.
  new LambdaIntegration(fn, { scopePermissionToMethod: false })

const NOT_LIVE: Problem = {
  code: 'not-found',
  detail:
    'This deployment sends no live days. Ask for the day again and again with If-None-Match: what has not changed is answered 304.',
}

/** The headers of an answer of API Gateway's own. Quotes make a text of what would be the name of a value. */
const PROBLEM_HEADERS = {
  'content-type': "'application/problem+json'",
  'cache-control': "'no-store'",
  'x-request-id': 'context.requestId',
}

/** Answers without a call of a function. */
const answering = (problem: Problem): MockIntegration =>
  new MockIntegration({
    // Without it the template would be taken for bytes, as every body is here.
    contentHandling: ContentHandling.CONVERT_TO_TEXT,
    passthroughBehavior: PassthroughBehavior.WHEN_NO_TEMPLATES,
    requestTemplates: { 'application/json': JSON.stringify({ statusCode: statusOf(problem) }) },
    integrationResponses: [
      {
        statusCode: String(statusOf(problem)),
        responseParameters: Object.fromEntries(
          Object.entries(PROBLEM_HEADERS).map(([name, value]) => [`method.response.header.${name}`, value]),
        ),
        responseTemplates: { 'application/json': problemText(problem, '$context.requestId') },
      },
    ],
  })

const HAS_ANSWER = {
  methodResponses: [
    {
      statusCode: String(statusOf(NOT_LIVE)),
      responseParameters: Object.fromEntries(
        Object.keys(PROBLEM_HEADERS).map((name) => [`method.response.header.${name}`, true]),
      ),
    },
  ],
}

const MALFORMED: Problem = { code: 'malformed-request', detail: 'API Gateway could not read the request.' }

const NO_ROUTE: Problem = { code: 'not-found', detail: 'There is no such route.' }

const FAILED: Problem = {
  code: 'unexpected-error',
  detail: 'The service did not answer. Sending the same request again is safe.',
}

const BUSY: Problem = {
  code: 'too-busy',
  detail: 'No answer came in time. What the request held may be counted, once: send the same again.',
  retryAfterSeconds: 1,
}

/** API Gateway Developer Guide, "Gateway response types for API Gateway". */
const OWN_PROBLEMS: readonly (readonly [ResponseType, Problem])[] = [
  [ResponseType.DEFAULT_4XX, MALFORMED],
  [ResponseType.DEFAULT_5XX, FAILED],
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, NO_ROUTE],
  [ResponseType.RESOURCE_NOT_FOUND, NO_ROUTE],
  // A path without a resource, asked for with an Authorization header that is no signature of AWS.
  [ResponseType.INVALID_SIGNATURE, NO_ROUTE],
  [ResponseType.REQUEST_TOO_LARGE, TOO_LARGE],
  [ResponseType.THROTTLED, TOO_MANY_REQUESTS],
  [ResponseType.QUOTA_EXCEEDED, TOO_MANY_REQUESTS],
  [ResponseType.WAF_FILTERED, REFUSED],
  [ResponseType.INTEGRATION_FAILURE, BUSY],
  [ResponseType.INTEGRATION_TIMEOUT, BUSY],
]

/** Who asked for what, without headers: they hold tokens. */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  at: '$context.requestTimeEpoch',
  from: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  bytes: '$context.responseLength',
  error: '$context.error.messageString',
  firewall: '$context.waf.status',
})

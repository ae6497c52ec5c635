import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { COMMON_RULES } from '#infra/aws/firewall'
import { PROBLEMS, type ProblemCode } from '#wire/http/problem'
import {
  CERTIFIED,
  edgeTemplate,
  NAMED,
  ON_CONTAINERS,
  referred,
  resources,
  SYNTHESIS_MS,
  type Context,
} from './edge-template.ts'

const ON_LAMBDA: Context = {}

const BOTH = [
  { edge: 'lambda', context: ON_LAMBDA, public: 'AWS::ApiGateway::Stage' },
  { edge: 'container', context: ON_CONTAINERS, public: 'AWS::ElasticLoadBalancingV2::LoadBalancer' },
]

beforeAll(() => void [ON_LAMBDA, ON_CONTAINERS, NAMED].map(edgeTemplate), SYNTHESIS_MS)

const Problem = z.object({
  code: z.string(),
  status: z.number(),
  title: z.string(),
  detail: z.string(),
  type: z.string(),
})

describe.each(BOTH)('before the edge "$edge"', ({ context, public: type }) => {
  test('The firewall stands before the one public host.', () => {
    const [association, ...more] = resources(context, 'AWS::WAFv2::WebACLAssociation', {
      ResourceArn: z.unknown(),
      WebACLArn: z.unknown(),
    })
    expect(more).toEqual([])
    expect(referred(association?.ResourceArn)).toContain(resources(context, type, {})[0]?.id)
    expect(referred(association?.WebACLArn)).toEqual([firewall(context).id])
  })

  test('Rules of the firewall that judge bodies only count, because bodies are data.', () => {
    const blocking = overrides(context).filter(({ ActionToUse }) => ActionToUse.Block !== undefined)
    expect(blocking.map(({ Name }) => Name).filter((name) => name.endsWith('_BODY'))).toEqual([])
    expect(overrides(context).filter(({ Name }) => Name.endsWith('_BODY')).length).toBe(5)
  })

  test('The firewall says of every rule of the common set whether it blocks.', () => {
    // AWS WAF Developer Guide, "Core rule set (CRS) managed rule group", read in November 2026.
    const documented = [
      'NoUserAgent_HEADER UserAgent_BadBots_HEADER SizeRestrictions_QUERYSTRING SizeRestrictions_Cookie_HEADER',
      'SizeRestrictions_BODY SizeRestrictions_URIPATH EC2MetaDataSSRF_BODY EC2MetaDataSSRF_COOKIE',
      'EC2MetaDataSSRF_URIPATH EC2MetaDataSSRF_QUERYARGUMENTS GenericLFI_QUERYARGUMENTS GenericLFI_URIPATH',
      'GenericLFI_BODY RestrictedExtensions_URIPATH RestrictedExtensions_QUERYARGUMENTS GenericRFI_QUERYARGUMENTS',
      'GenericRFI_BODY GenericRFI_URIPATH CrossSiteScripting_COOKIE CrossSiteScripting_QUERYARGUMENTS',
      'CrossSiteScripting_BODY CrossSiteScripting_URIPATH',
    ].flatMap((line) => line.split(' '))
    expect(Object.keys(COMMON_RULES).toSorted()).toEqual(documented.toSorted())
    expect(overrides(context).map(({ Name }) => Name)).toEqual(Object.keys(COMMON_RULES))
  })

  test('What the firewall refuses is answered as a problem of the contract.', () => {
    const { Rules, CustomResponseBodies } = firewall(context)
    const answers = [
      ...Rules.map(({ Action }) => Action?.Block?.CustomResponse),
      ...overrides(context).map(({ ActionToUse }) => ActionToUse.Block?.CustomResponse),
    ].filter((answer) => answer !== undefined)
    expect(answers.length).toBeGreaterThan(10)
    for (const { ResponseCode, CustomResponseBodyKey } of answers) {
      const body = Problem.parse(JSON.parse(CustomResponseBodies[CustomResponseBodyKey]?.Content ?? ''))
      expect(body.status).toBe(ResponseCode)
      expect(PROBLEMS[body.code as ProblemCode]?.status).toBe(ResponseCode)
    }
  })

  test.each([
    { bytes: '1048576', because: 'a batch may have it', blocked: false },
    { bytes: '1099999', because: 'the service says by how much it is too large', blocked: false },
    { bytes: '1100000', because: 'no body may have it', blocked: true },
    { bytes: '9999999', because: 'no body may have it', blocked: true },
    { bytes: '10000000', because: 'no body may have it', blocked: true },
    { bytes: '0', because: 'it is empty', blocked: false },
  ])('Stopped by the firewall, a body of $bytes bytes: $blocked, because $because', ({ bytes, blocked }) => {
    expect(new RegExp(JSON.stringify(firewall(context)).match(/"RegexString":"([^"]+)"/)?.[1] ?? '').test(bytes)).toBe(
      blocked,
    )
  })

  test('No bucket is public.', () => {
    const Bucket = { PublicAccessBlockConfiguration: z.record(z.string(), z.boolean()) }
    for (const bucket of resources(context, 'AWS::S3::Bucket', Bucket)) {
      expect(bucket.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      })
    }
  })
})

describe('the edge on Lambda', () => {
  test('Every answer of API Gateway itself is a problem of the contract, with the id of its request.', () => {
    const Answer = {
      ResponseType: z.string(),
      StatusCode: z.string(),
      ResponseParameters: z.record(z.string(), z.string()),
      ResponseTemplates: z.object({ 'application/json': z.string() }),
    }
    const answers = resources(ON_LAMBDA, 'AWS::ApiGateway::GatewayResponse', Answer)
    expect(answers.map(({ ResponseType }) => ResponseType)).toEqual(
      expect.arrayContaining(['DEFAULT_4XX', 'DEFAULT_5XX', 'THROTTLED', 'REQUEST_TOO_LARGE', 'WAF_FILTERED']),
    )
    for (const { StatusCode, ResponseParameters, ResponseTemplates } of answers) {
      const text = ResponseTemplates['application/json']
      const body = Problem.parse(JSON.parse(text))
      expect(text).toContain('"requestId":"$context.requestId"')
      expect([String(body.status), String(PROBLEMS[body.code as ProblemCode].status)]).toEqual([StatusCode, StatusCode])
      expect(ResponseParameters).toMatchObject({
        'gatewayresponse.header.content-type': "'application/problem+json'",
        'gatewayresponse.header.x-request-id': 'context.requestId',
      })
    }
  })

  test('The access log holds no header.', () => {
    const Stage = { AccessLogSetting: z.object({ Format: z.string() }) }
    const [stage] = resources(ON_LAMBDA, 'AWS::ApiGateway::Stage', Stage)
    expect(stage?.AccessLogSetting.Format).not.toMatch(/header|authori[sz]|token/i)
  })

  test('API Gateway has the role without which it writes no log in a bare account.', () => {
    edgeTemplate(ON_LAMBDA).resourceCountIs('AWS::ApiGateway::Account', 1)
  })

  test('With a domain there is one public host: its name leads to the API, and the name that AWS gives is off.', () => {
    edgeTemplate(NAMED).hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: true })
    edgeTemplate(NAMED).hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'books.example.com.',
      Type: 'A',
      HostedZoneId: 'Z123',
    })
    edgeTemplate(NAMED).hasOutput('url', { Value: 'https://books.example.com' })
  })
})

describe('the edge on containers', () => {
  test('The internet comes in on port 443 of the load balancer, and nowhere else.', () => {
    const Rule = { CidrIp: z.string().optional(), CidrIpv6: z.string().optional(), FromPort: z.number() }
    const open = [
      ...resources(ON_CONTAINERS, 'AWS::EC2::SecurityGroup', {
        SecurityGroupIngress: z.array(z.object(Rule)).optional(),
      }).flatMap(({ id, SecurityGroupIngress = [] }) => SecurityGroupIngress.map((rule) => ({ id, ...rule }))),
      ...resources(ON_CONTAINERS, 'AWS::EC2::SecurityGroupIngress', Rule),
    ].filter(({ CidrIp, CidrIpv6 }) => CidrIp !== undefined || CidrIpv6 !== undefined)
    expect(open.map(({ id, CidrIp, FromPort }) => [id.replace(/[0-9A-F]{8}$/, ''), CidrIp, FromPort])).toEqual([
      ['edgebalancerSecurityGroup', '0.0.0.0/0', 443],
    ])
  })

  test('The load balancer has one listener, over TLS.', () => {
    const listeners = resources(ON_CONTAINERS, 'AWS::ElasticLoadBalancingV2::Listener', {
      Port: z.number(),
      Protocol: z.string(),
    })
    expect(listeners.map(({ Port, Protocol }) => [Port, Protocol])).toEqual([[443, 'HTTPS']])
  })

  test('Without a domain it is not made, because tokens would travel without TLS.', () => {
    expect(() => edgeTemplate({ edge: 'container' })).toThrow(/Add -c domain=/)
  })

  test.each([
    { given: { domain: 'https://books.example.com', hostedZoneId: 'Z1' }, says: /without https/ },
    { given: { domain: 'books.example.com' }, says: /takes a certificate/ },
    { given: { hostedZoneId: 'Z1' }, says: /belong to a domain/ },
  ])('A domain that cannot be served is refused: $says', ({ given, says }) => {
    expect(() => edgeTemplate(given)).toThrow(says)
  })

  test('With a certificate alone nothing is made in Route 53.', () => {
    edgeTemplate(CERTIFIED).resourceCountIs('AWS::Route53::RecordSet', 0)
    edgeTemplate(CERTIFIED).resourceCountIs('AWS::CertificateManager::Certificate', 0)
  })

  test('A task stops getting requests before it is stopped, and is ready when it gets them.', () => {
    const Targets = {
      HealthCheckPath: z.string(),
      TargetGroupAttributes: z.array(z.object({ Key: z.string(), Value: z.string() })),
    }
    for (const targets of resources(ON_CONTAINERS, 'AWS::ElasticLoadBalancingV2::TargetGroup', Targets)) {
      expect(targets.HealthCheckPath).toBe('/readyz')
      expect(targets.TargetGroupAttributes.map(({ Key }) => Key)).toContain('deregistration_delay.timeout_seconds')
    }
  })

  test('Idle connections are closed by the load balancer first, so that no request meets a closed one.', () => {
    const Balancer = { LoadBalancerAttributes: z.array(z.object({ Key: z.string(), Value: z.unknown() })) }
    const [balancer] = resources(ON_CONTAINERS, 'AWS::ElasticLoadBalancingV2::LoadBalancer', Balancer)
    const idle = balancer?.LoadBalancerAttributes.find(({ Key }) => Key === 'idle_timeout.timeout_seconds')?.Value
    // http/serve.ts keeps them for 65 s.
    expect(Number(idle)).toBeLessThan(65)
  })

  test.each(['ingest', 'query-api'])('The role of %s allows the same calls on containers as on Lambda.', (service) => {
    const Policy = {
      PolicyDocument: z.object({ Statement: z.array(z.object({ Action: z.unknown(), Resource: z.unknown() })) }),
    }
    const id = service.replace('-', '')
    const calls = (context: Context, prefix: string) =>
      resources(context, 'AWS::IAM::Policy', Policy)
        .filter((policy) => policy.id.startsWith(`${prefix}${id}roleDefaultPolicy`))
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .filter(({ Action }) => !JSON.stringify(Action).includes('logs:'))
    const onContainers = calls(ON_CONTAINERS, 'edge')
    expect(onContainers.length).toBeGreaterThan(3)
    expect(onContainers).toEqual(calls(ON_LAMBDA, 'services'))
  })
})

const Block = z.object({
  CustomResponse: z.object({ ResponseCode: z.number(), CustomResponseBodyKey: z.string() }),
})
const Override = z.object({ Name: z.string(), ActionToUse: z.object({ Block: Block.optional() }) })
const Acl = {
  Rules: z.array(
    z.object({
      Name: z.string(),
      Action: z.object({ Block: Block.optional() }).optional(),
      Statement: z.looseObject({
        ManagedRuleGroupStatement: z.object({ RuleActionOverrides: z.array(Override) }).optional(),
      }),
    }),
  ),
  CustomResponseBodies: z.record(z.string(), z.object({ Content: z.string() })),
}

const firewall = (context: Context) => {
  const [acl, ...more] = resources(context, 'AWS::WAFv2::WebACL', Acl)
  if (acl === undefined || more.length > 0) throw new Error('There is not exactly one firewall.')
  return acl
}

const overrides = (context: Context) =>
  firewall(context).Rules.flatMap(({ Statement }) => Statement.ManagedRuleGroupStatement?.RuleActionOverrides ?? [])

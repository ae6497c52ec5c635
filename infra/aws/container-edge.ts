import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { MathExpression, type IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import {
  FlowLogDestination,
  FlowLogTrafficType,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2'
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets'
import {
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDriver,
  OperatingSystemFamily,
  type ICluster,
  type ScalableTaskCount,
} from 'aws-cdk-lib/aws-ecs'
import {
  type ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  HttpCodeElb,
  HttpCodeTarget,
  ListenerAction,
  ListenerCondition,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets'
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, type IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { SERVICE_PREFIX } from '#wire/http/routes'
import { bundled, type SERVERS } from './bundles.ts'
import { accept } from './findings.ts'
import { Firewall } from './firewall.ts'
import { allowCalls, type Calls } from './function.ts'
import type { Keys } from './keys.ts'
import { NamedHost } from './named-host.ts'
import { ingestPaths, readDomain, type IngestPath, type PublicHost } from './public-host.ts'
import { allowIngest, allowQueryApi, ingestNames, queryApiNames, type Allowed, type ServicesProps } from './services.ts'
import { logRetention, named, type Stage } from './stage.ts'

// The casts to IVpc, IBucket and ICluster: the library's classes say `| undefined` where its interfaces do not, and we
// check with exactOptionalPropertyTypes.

/**
 * The public host for volume: a load balancer before two services in containers, the same apps as behind the other edge.
 * One process takes many requests, so entries of many requests go to the stream together, uploads have any length, and
 * `/live` stays open (docs/decisions/0016-http-on-aws.md).
 */
export class ContainerEdge extends Construct implements PublicHost {
  readonly url: string
  readonly serverErrors: IMetric
  readonly functions = []

  constructor(scope: Construct, id: string, props: ServicesProps) {
    super(scope, id)
    const { stage, keys, names, tokens } = props
    const domain = readDomain(this.node)
    if (domain === undefined) {
      throw new Error(
        '-c edge=container: a load balancer has no certificate of its own, and tokens travel over TLS only. Add -c ' +
          'domain=books.example.com and -c hostedZoneId=Z… or -c certificateArn=arn:….',
      )
    }
    this.url = `https://${domain.name}`
    const vpc = this.#network(stage, keys)
    const host = new NamedHost(this, 'name', domain)
    const balancer = this.#loadBalancer(stage, vpc)
    const listener = balancer.addListener('https', {
      port: 443,
      protocol: ApplicationProtocol.HTTPS,
      certificates: [host.certificate],
      open: true,
    })
    const cluster = new Cluster(this, 'cluster', {
      clusterName: named(stage, 'edge'),
      vpc,
      containerInsightsV2: ContainerInsights.DISABLED,
    })
    accept(cluster, {
      ECS4: 'ECS and the load balancer measure CPU, memory, requests and errors without it, and it costs as much as a task.',
    })
    const common = { stage, keys, cluster: cluster as ICluster, balancer }
    const queryApi = new ContainerService(this, 'query-api', {
      ...common,
      server: 'query-api-server',
      port: QUERY_PORT,
      environment: { ...queryApiNames(names), ...tokens, HOST: EVERYWHERE, QUERY_PORT: String(QUERY_PORT) },
      // An answer takes 20 s at most. Those who follow live days come back with the id of their last event.
      drainFor: Duration.seconds(25),
    })
    allowQueryApi(queryApi, props)
    const ingest = new ContainerService(this, 'ingest', {
      ...common,
      server: 'ingest-server',
      port: INGEST_PORT,
      environment: {
        ...ingestNames(names),
        ...tokens,
        HOST: EVERYWHERE,
        INGEST_PORT: String(INGEST_PORT),
        QUERY_URL: this.url,
        // The load balancer adds the address of its client at the end of X-Forwarded-For.
        TRUSTED_PROXIES: '1',
      },
      // Uploads have any length. One that is cut goes on from the last range that was acknowledged.
      drainFor: Duration.minutes(2),
    })
    allowIngest(ingest, props)

    listener.addTargetGroups('anything-else', { targetGroups: [queryApi.targets] })
    route(listener, ingest.targets, queryApi.targets)
    for (const service of [queryApi, ingest]) service.scaleByRequests()
    host.pointTo(new LoadBalancerTarget(balancer))
    new Firewall(this, 'firewall', { stage, resourceArn: balancer.loadBalancerArn })
    this.serverErrors = new MathExpression({
      expression: 'services + balancer',
      period: Duration.minutes(1),
      usingMetrics: {
        services: balancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { statistic: 'Sum' }),
        balancer: balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { statistic: 'Sum' }),
      },
    })
  }

  /**
   * Two zones with public subnets. Each task has an address of its own ($0.005 an hour) by which it reaches AWS, and lets
   * only the load balancer in. Private subnets would take five endpoints in two zones ($0.10 an hour) or two NAT gateways
   * ($0.09 an hour and $0.045 a GB): more than the tasks cost.
   */
  #network(stage: Stage, keys: Keys): IVpc {
    const vpc = new Vpc(this, 'network', {
      vpcName: named(stage, 'edge'),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false }],
      // Nothing is in the default group. Emptying it takes a function that may change every group of the account.
      restrictDefaultSecurityGroup: false,
    })
    const refused = new LogGroup(this, 'refused-connections', {
      logGroupName: `/aws/vpc/${named(stage, 'edge')}`,
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: keys.logs,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    vpc.addFlowLog('refused', {
      destination: FlowLogDestination.toCloudWatchLogs(refused),
      // What is let in is in the log of the load balancer.
      trafficType: FlowLogTrafficType.REJECT,
    })
    return vpc as IVpc
  }

  #loadBalancer(stage: Stage, vpc: IVpc): ApplicationLoadBalancer {
    const balancer = new ApplicationLoadBalancer(this, 'balancer', {
      loadBalancerName: named(stage, 'edge'),
      vpc,
      internetFacing: true,
      // Shorter than the services keep idle connections (65 s, http/serve.ts), so that none is closed while it is picked
      // for a request. An event stream sends something every 15 s.
      idleTimeout: Duration.seconds(60),
      dropInvalidHeaderFields: true,
      deletionProtection: stage.isProduction,
    })
    accept(balancer, { EC23: 'The public host, on port 443 only.' })
    // Request lines, addresses and times; no headers, and so no tokens.
    const accessLogs = new Bucket(this, 'access-logs', {
      bucketName: `${named(stage, 'access-logs')}-${Stack.of(this).account}`,
      // A load balancer writes to no bucket with a key of ours (Elastic Load Balancing User Guide, "Access logs").
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: false,
      lifecycleRules: [{ id: 'a-month', expiration: Duration.days(30) }],
      removalPolicy: stage.isProduction ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    })
    accept(accessLogs, { S1: 'It holds access logs itself.' })
    balancer.logAccessLogs(accessLogs as IBucket)
    return balancer
  }
}

/**
 * Sends to ingest what is ingest's (public-host.ts). The star of a load balancer also matches slashes, so deeper paths
 * come first, and below a path that both services have a rule sends what is deeper to the query API.
 */
const route = (
  listener: ApplicationListener,
  ingest: ApplicationTargetGroup,
  queryApi: ApplicationTargetGroup,
): void => {
  let priority = 0
  const rule = (path: string, targets: ApplicationTargetGroup, methods: IngestPath['methods'] = 'all'): void => {
    priority += 1
    listener.addAction(`rule-${priority}`, {
      priority,
      conditions: [
        ListenerCondition.pathPatterns([path]),
        ...(methods === 'all' ? [] : [ListenerCondition.httpRequestMethods([...methods])]),
      ],
      action: ListenerAction.forward([targets]),
    })
  }
  rule(SERVICE_PREFIX, ingest)
  rule(`${SERVICE_PREFIX}/*`, ingest)
  const depth = ({ path }: IngestPath): number => path.split('/').length
  for (const { path, methods } of ingestPaths().toSorted((a, b) => depth(b) - depth(a))) {
    const pattern = path.replaceAll(/\{\w+\}/g, '*')
    if (pattern.endsWith('*')) rule(`${pattern}/*`, queryApi)
    rule(pattern, ingest, methods)
  }
}

const INGEST_PORT = 8787
const QUERY_PORT = 8788

/** Every address of the task; its group lets only the load balancer in. */
const EVERYWHERE = '0.0.0.0'

const MOST_TASKS = 20

/** 500 a second, half of what half a core takes of single entries (334 µs each, docs/performance.md). */
const REQUESTS_PER_TASK_AND_MINUTE = 30_000

type ContainerServiceProps = {
  readonly stage: Stage
  readonly keys: Keys
  readonly cluster: ICluster
  readonly balancer: ApplicationLoadBalancer
  readonly environment: Readonly<Record<string, string>>
  readonly server: keyof typeof SERVERS
  readonly port: number
  /** How long requests that are under way may go on when a task is replaced. */
  readonly drainFor: Duration
}

/** A service in containers, with a role and a log group of its own. It may do what `allow` says and nothing else. */
class ContainerService extends Construct implements Allowed {
  readonly targets: ApplicationTargetGroup
  readonly #role: Role
  readonly #scaling: ScalableTaskCount

  constructor(scope: Construct, id: string, props: ContainerServiceProps) {
    super(scope, id)
    const { stage, keys, cluster, balancer, environment, server, port, drainFor } = props
    const name = named(stage, server)
    const logGroup = new LogGroup(this, 'logs', {
      logGroupName: `/aws/ecs/${name}`,
      retention: logRetention(stage),
      encryptionKey: keys.logs,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.#role = new Role(this, 'role', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') })
    const task = new FargateTaskDefinition(this, 'task', {
      family: name,
      cpu: 512,
      memoryLimitMiB: 1_024,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
      taskRole: this.#role.withoutPolicyUpdates(),
    })
    task.addContainer('node', {
      image: this.#image(server),
      portMappings: [{ containerPort: port }],
      environment: { ...environment, AWS_SDK_UA_APP_ID: name },
      logging: LogDriver.awsLogs({ logGroup, streamPrefix: 'task' }),
      readonlyRootFilesystem: true,
      stopTimeout: Duration.seconds(30),
    })
    accept(task, {
      ECS2: 'Names of resources, nothing secret.',
      'IAM5[Resource::*]': 'ecr:GetAuthorizationToken is about no resource. Images are read from one repository.',
    })

    const fromBalancer = new SecurityGroup(this, 'group', {
      vpc: cluster.vpc,
      description: `${name}: only the load balancer comes in`,
      allowAllOutbound: false,
    })
    fromBalancer.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'AWS, and the issuer of tokens')
    const service = new FargateService(this, 'service', {
      serviceName: name,
      cluster,
      taskDefinition: task,
      assignPublicIp: true,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      securityGroups: [fromBalancer],
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      healthCheckGracePeriod: Duration.minutes(1),
    })
    this.targets = new ApplicationTargetGroup(this, 'targets', {
      vpc: cluster.vpc,
      protocol: ApplicationProtocol.HTTP,
      port,
      targets: [service],
      deregistrationDelay: drainFor,
      healthCheck: {
        path: '/readyz',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        // A store that does not answer for a moment is no reason to start every task anew.
        unhealthyThresholdCount: 6,
      },
    })
    balancer.connections.allowTo(service, Port.tcp(port), 'requests')
    this.#scaling = service.autoScaleTaskCount({ minCapacity: stage.isProduction ? 2 : 1, maxCapacity: MOST_TASKS })
    this.#scaling.scaleOnCpuUtilization('by-cpu', { targetUtilizationPercent: 60 })
  }

  /** Requests are counted by the load balancer, so its listener has to know the service by now. */
  scaleByRequests(): void {
    this.#scaling.scaleOnRequestCount('by-requests', {
      requestsPerTarget: REQUESTS_PER_TASK_AND_MINUTE,
      targetGroup: this.targets,
    })
  }

  /** Only its hash is made here. Docker is needed by the deployment of this edge alone. */
  #image(server: keyof typeof SERVERS): ContainerImage {
    if (!Stack.of(this).bundlingRequired) return ContainerImage.fromRegistry('not-bundled')
    return ContainerImage.fromDockerImageAsset(
      new DockerImageAsset(this, 'image', { directory: folderOf(server), platform: Platform.LINUX_ARM64 }),
    )
  }

  allow(calls: Calls): void {
    allowCalls(this.#role, calls)
  }
}

/** The folder that becomes an image: the bundle, and the Dockerfile beside it. */
const folderOf = (server: keyof typeof SERVERS): string => {
  const folder = bundled(server)
  copyFileSync(join(fileURLToPath(new URL('edge/', import.meta.url)), 'Dockerfile'), join(folder, 'Dockerfile'))
  return folder
}

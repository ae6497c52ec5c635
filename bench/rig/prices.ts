/**
 * Prices of AWS in us-east-1, in US dollars, without free tiers, discounts or taxes, as of 2026-11-21. The price pages
 * could not be read: the prices of DynamoDB and Lambda agree with quotes elsewhere, and those of Kinesis are from memory.
 * Those of the edge (API Gateway to public addresses) are of 2026-11-26: quotes of 2026 elsewhere agree on API Gateway, WAF
 * and Fargate; CloudFront, load balancers and addresses are from memory, and so are those of closing (Step Functions, S3 and
 * Athena). Check them before you rely on them.
 */
export type Usage = {
  readonly dynamodbWriteUnits: number
  readonly dynamodbReadUnits: number
  readonly kinesisStreamHours: number
  readonly kinesisGBIn: number
  readonly kinesisGBOut: number
  /** Storage beyond the first 24 hours, which the price of incoming data includes. */
  readonly kinesisGBMonths: number
  readonly lambdaRequests: number
  readonly lambdaGBSeconds: number
  readonly restApiRequests: number
  /** Of up to 512 KB. */
  readonly httpApiRequests: number
  readonly cloudFrontRequests: number
  /** With bodies that WAF looks at up to its default limit. A web ACL and each rule cost $5 and $1 a month besides. */
  readonly wafRequests: number
  readonly fargateVcpuHours: number
  readonly fargateGBHours: number
  readonly loadBalancerHours: number
  /** Units of 1 GB an hour (0.4 GB before functions), 25 new connections a second, or 3,000 open ones, whichever is most. */
  readonly loadBalancerUnitHours: number
  readonly publicAddressHours: number
  /** Of a standard workflow: each state that an execution enters, its start, and each further try. */
  readonly stateTransitions: number
  readonly s3Puts: number
  readonly s3Gets: number
  /** What statements read, at least 10 MB each. */
  readonly athenaTB: number
}

type Price = { readonly dollars: number; readonly source: string }

const DYNAMODB = 'aws.amazon.com/dynamodb/pricing/on-demand: standard table class, since 2024-11-01'
const KINESIS = 'aws.amazon.com/kinesis/data-streams/pricing: on-demand standard; a GB is 2^30 bytes, a record whole KB'
const LAMBDA = 'aws.amazon.com/lambda/pricing: Arm, the first 7.5 billion GB-seconds of a month'

const S3 = 'aws.amazon.com/s3/pricing: S3 Standard, requests'
const FARGATE = 'aws.amazon.com/fargate/pricing: Linux on Arm, by the second'
const LOAD_BALANCER = 'aws.amazon.com/elasticloadbalancing/pricing: Application Load Balancer'

/** The price of one unit of each. */
const PRICES: Readonly<Record<keyof Usage, Price>> = {
  dynamodbWriteUnits: { dollars: 0.625 / 1e6, source: DYNAMODB },
  dynamodbReadUnits: { dollars: 0.125 / 1e6, source: DYNAMODB },
  kinesisStreamHours: { dollars: 0.04, source: KINESIS },
  kinesisGBIn: { dollars: 0.08, source: KINESIS },
  kinesisGBOut: { dollars: 0.04, source: KINESIS },
  kinesisGBMonths: { dollars: 0.1, source: KINESIS },
  lambdaRequests: { dollars: 0.2 / 1e6, source: LAMBDA },
  lambdaGBSeconds: { dollars: 0.000_013_333_4, source: LAMBDA },
  restApiRequests: {
    dollars: 3.5 / 1e6,
    source: 'aws.amazon.com/api-gateway/pricing: the first 333 million of a month',
  },
  httpApiRequests: { dollars: 1 / 1e6, source: 'aws.amazon.com/api-gateway/pricing: the first 300 million of a month' },
  cloudFrontRequests: { dollars: 1 / 1e6, source: 'aws.amazon.com/cloudfront/pricing: HTTPS, United States' },
  wafRequests: { dollars: 0.6 / 1e6, source: 'aws.amazon.com/waf/pricing' },
  fargateVcpuHours: { dollars: 0.032_38, source: FARGATE },
  fargateGBHours: { dollars: 0.003_56, source: FARGATE },
  loadBalancerHours: { dollars: 0.022_5, source: LOAD_BALANCER },
  loadBalancerUnitHours: { dollars: 0.008, source: LOAD_BALANCER },
  publicAddressHours: { dollars: 0.005, source: 'aws.amazon.com/vpc/pricing: a public IPv4 address in use' },
  stateTransitions: { dollars: 25 / 1e6, source: 'aws.amazon.com/step-functions/pricing: standard workflows' },
  s3Puts: { dollars: 5 / 1e6, source: S3 },
  s3Gets: { dollars: 0.4 / 1e6, source: S3 },
  athenaTB: { dollars: 5, source: 'aws.amazon.com/athena/pricing: by what is read' },
}

export const dollars = (usage: Partial<Usage>): number =>
  Object.entries(usage).reduce((sum, [of, amount]) => sum + amount * PRICES[of as keyof Usage].dollars, 0)

/**
 * The memory-seconds that Lambda bills for work that computes and waits. CPU grows with memory, to a whole CPU at
 * 1,769 MB, so computing costs the same at any size. Waiting is billed by the memory of the function.
 */
export const lambdaGBSeconds = ({ cpuSeconds, waitSeconds }: { cpuSeconds: number; waitSeconds: number }): number =>
  cpuSeconds * (1_769 / 1_024) + waitSeconds * FUNCTION_GB

// A worker that reads a cold book of a million entries takes 250 MB.
const FUNCTION_GB = 0.5

/** The time until AWS answers. Not measured: a cautious choice from figures that others report from inside a region. */
export const ASSUMED_WAIT_SECONDS = { kinesisPut: 0.015, dynamodbPut: 0.007, dynamodbTransaction: 0.015 } as const

/** Kinesis bills a record, its partition key included, in steps of 1 KB. */
export const billedRecordGB = (data: Uint8Array): number => (Math.ceil((data.length + 1) / 1_024) * 1_024) / 2 ** 30
